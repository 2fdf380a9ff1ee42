"""The settings of an inspection: defaults, file, flags; each wrong one is named."""

import json
import math

import pytest

from cracklens.errors import UsageError
from cracklens.inspection.config import InspectConfig, resolve_config
from cracklens.tracing import TraceSettings


def test_the_later_is_the_stronger(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("least_length_px: 50\nscales: [1, 0.5]\noverlays: false\n", encoding="utf-8")
    found = resolve_config(file, {"least_length_px": 80.0, "gap_px": None})
    assert (found.least_length_px, found.scales, found.overlays) == (80.0, (1.0, 0.5), False)
    assert found.gap_px is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"least_lenght_px": 3}, "did you mean 'least_length_px'?"),
        ({"seed_threshold": 1.5}, "seed_threshold (--seed-threshold): "),
        ({"seed_threshold": 0.3, "grow_threshold": 0.4}, "is above seed_threshold"),
        ({"scales": ()}, "at least one size"),
        ({"codes": " , "}, "codes (--codes): is empty: name at least one"),
        ({"scales": "1,half"}, "scales (--scales): "),
        ({"scales": (0.5, -1.0)}, "scales must lie above 0"),
        (
            {"least_length_px": math.inf},
            "least_length_px (--least-length-px): Input should be a fin",
        ),
        ({"gap_px": math.nan}, "gap_px (--gap-px): "),
        ({"scales": (1.0, math.inf)}, "scales (--scales): "),
        ({"model": ""}, "model (--model) is empty"),
        ({"workers": 0}, "workers (--workers): "),
        ({"orientations": 3}, "orientations (--orientations): "),
        ({"precision": "f16"}, "precision (--precision): "),
    ],
)
def test_what_makes_no_sense_is_named(values, said):
    with pytest.raises(UsageError) as found:
        resolve_config(None, values)
    assert said in str(found.value)


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("codes", "aashto-mbei", ("aashto-mbei",)),
        ("codes", "aashto-mbei, aci-224r", ("aashto-mbei", "aci-224r")),
        ("codes", ["bre-251"], ("bre-251",)),
        ("exposure", "XC3", ("XC3",)),
        ("scales", 1.0, (1.0,)),
        ("scales", 2, (2.0,)),
        ("scales", "1,0.5", (1.0, 0.5)),
    ],
)
def test_a_list_may_be_one_value(tmp_path, name, given, wanted):
    assert getattr(resolve_config(None, {name: given}), name) == wanted
    file = tmp_path / "mine.yaml"
    file.write_text(json.dumps({name: given}), encoding="utf-8")  # JSON is YAML
    assert getattr(resolve_config(file), name) == wanted


@pytest.mark.parametrize(
    ("text", "said"), [("- 1\n", "must hold settings"), ("a: [", "is not valid YAML")]
)
def test_a_file_that_holds_no_settings(tmp_path, text, said):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        resolve_config(file)
    with pytest.raises(UsageError, match="cannot be read"):
        resolve_config(tmp_path / "absent.yaml")


def test_every_field_is_described_and_stated_defaults_are_those_of_the_tracing():
    shared = set(InspectConfig.model_fields) & set(TraceSettings.model_fields)
    assert shared >= {"seed_threshold", "grow_threshold", "least_length_px", "reject_straight"}
    for name, field in InspectConfig.model_fields.items():
        assert field.description, name
    for name in shared - {"seed_threshold", "grow_threshold"}:
        default = TraceSettings.model_fields[name].default
        shown = {True: "yes", False: "no"}[default] if isinstance(default, bool) else f"{default:g}"
        assert shown in InspectConfig.model_fields[name].description.partition("(default")[2], name
