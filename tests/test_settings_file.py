"""What is wrong with settings is said with the file, the field and the flag."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from cracklens.errors import UsageError
from cracklens.settings_file import Settings, read_settings, validated


class Config(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)
    learning_rate: float = Field(1.0, gt=0)


def test_what_is_in_the_file_is_returned(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("learning_rate: 0.5\nname: Brücke\n", encoding="utf-8")
    assert read_settings(file, "epochs: 10") == {"learning_rate": 0.5, "name": "Brücke"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"- 1\n", "must hold settings like 'epochs: 10'"),
        (b"", "must hold settings like 'epochs: 10'"),
        (b"a: [", "is not valid YAML"),
        (b"a: 2026-13-45", "is not valid YAML"),
        (b"a: \xff", "is not valid YAML"),
        (b"[" * 5_000, "is not valid YAML: it is nested too deeply"),
    ],
)
def test_a_file_that_holds_no_settings(tmp_path, content, said):
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=rf"mine\.yaml {said}"):
        read_settings(file, "epochs: 10")
    with pytest.raises(UsageError, match=r"absent\.yaml cannot be read: No such file"):
        read_settings(tmp_path / "absent.yaml", "epochs: 10")


@pytest.mark.parametrize("value", [0, "x", float("inf")])
def test_the_message_names_field_and_flag(value):
    with pytest.raises(UsageError, match=r"^learning_rate \(--learning-rate\): Input should"):
        validated(Config, {"learning_rate": value})
    assert validated(Config, {"learning_rate": 2}).learning_rate == 2


class Typed(Settings):
    mm_per_px: float | None = None
    scales: tuple[float, ...] | None = None
    hidden: tuple[int, ...] = (8,)
    file: Path | None = None
    name: str = "small"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"mm_per_px": "0,25"}, 0.25),
        ({"mm_per_px": " 0.25 "}, 0.25),
        ({"mm_per_px": "1e-4"}, 1e-4),
        ({"mm_per_px": 2}, 2.0),
        ({"mm_per_px": None}, None),
        ({"scales": "1,0.5"}, (1.0, 0.5)),
        ({"scales": "1;0,5"}, (1.0, 0.5)),
        ({"scales": [1, "0,5"]}, (1.0, 0.5)),
        ({"scales": (1, 0.5)}, (1.0, 0.5)),
        ({"hidden": [256, 128]}, (256, 128)),
        ({"file": "~/x"}, Path.home() / "x"),
        ({"file": Path("~/x")}, Path.home() / "x"),
        ({"name": "~/x"}, str(Path.home() / "x")),
        ({"name": "0,25"}, "0,25"),
    ],
)
def test_settings_are_read_as_people_type_them(given, read):
    ((name, _),) = given.items()
    assert getattr(validated(Typed, given), name) == read


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mm_per_px": "1,200"}, r"mm_per_px \(--mm-per-px\): 1,200 may mean 1\.2 or 1200"),
        ({"scales": "1,5"}, r"scales \(--scales\): 1,5 may mean 1\.5 or the list 1\.0,5\.0"),
        ({"scales": "1;big"}, r"scales \(--scales\): '1;big': expected numbers such as 1,0\.5"),
        ({"scales": ["1,200"]}, r"scales \(--scales\): 1,200 may mean"),
    ],
)
def test_settings_that_may_be_two_numbers_are_refused(given, said):
    with pytest.raises(UsageError, match=said):
        validated(Typed, given)
