"""The tables hold the established figures, and a table that contradicts itself is refused."""

import tomllib
from importlib.resources import files

import pytest
from pydantic import ValidationError

from cracklens.errors import UsageError
from cracklens.grading import Context, boundaries_mm, code_names, find_code, not_applicable
from cracklens.grading.tables import Code

LIMITS = {
    ("aci-224r", "dry-air", None): 0.41,
    ("aci-224r", "humidity", None): 0.30,
    ("aci-224r", "de-icing", None): 0.18,
    ("aci-224r", "seawater", None): 0.15,
    ("aci-224r", "water-retaining", None): 0.10,
    **{("en-1992-1-1", e, "reinforced"): 0.4 for e in ("X0", "XC1")},
    **{("en-1992-1-1", e, "prestressed"): 0.2 for e in ("X0", "XC1", "XC2", "XC3", "XC4")},
    **{
        ("en-1992-1-1", e, "reinforced"): 0.3
        for e in ("XC2", "XC3", "XC4", "XD1", "XD2", "XS1", "XS2", "XS3")
    },
    **{("en-1992-1-1", e, "prestressed"): None for e in ("XD1", "XD2", "XS1", "XS2", "XS3")},
}
STATES = {
    ("aashto-mbei", "reinforced"): ([0.30, 1.27], ["CS1", "CS2", "CS3"], [910, 300]),
    ("aashto-mbei", "prestressed"): ([0.10, 0.23], ["CS1", "CS2", "CS3"], [910, 300]),
    ("bre-251", None): ([0.1, 1, 5, 15, 25], [f"category {n}" for n in range(6)], []),
    ("jbdpa", None): ([0.2, 1, 2], [f"class {n}" for n in ("I", "II", "III", "IV")], []),
    ("din-1076", None): ([0.2], ["below the least width", "to document"], []),
}
KINDS = {
    "aci-224r": ("design limit", "secondary", "2001"),
    "en-1992-1-1": ("design limit", "primary", "2004"),
    "aashto-mbei": ("inspection state", "secondary", "2019"),
    "bre-251": ("inspection state", "primary", None),
    "jbdpa": ("inspection state", "secondary", None),
    "din-1076": ("inspection state", "secondary", None),
}
MM_PER_INCH = 25.4


def test_these_codes_ship_with_kind_source_and_edition():
    found = {
        name: (code.kind, code.verified, code.edition)
        for name, code in ((name, find_code(name)) for name in code_names())
    }
    assert found == KINDS


def test_every_limit_is_the_established_one():
    found = {
        (name, exposure, row.reinforcement): row.limit_mm
        for name in code_names()
        for row in find_code(name).limits
        for exposure in row.exposures
    }
    assert found == LIMITS


def test_every_boundary_is_the_established_one():
    found = {
        (name, table.reinforcement): (
            list(table.boundaries_mm),
            [state.name for state in table.states],
            list(table.spacing_boundaries_mm),
        )
        for name in code_names()
        for table in find_code(name).tables
    }
    assert found == STATES


def test_prestressed_members_in_chlorides_need_decompression():
    rows = [row for row in find_code("en-1992-1-1").limits if row.limit_mm is None]
    assert [(row.requirement, row.reinforcement) for row in rows] == [
        ("decompression", "prestressed")
    ]


def test_millimetres_agree_with_what_the_code_prints_in_inches():
    pairs = [
        (mm, printed)
        for name in code_names()
        for table in find_code(name).tables
        for mm, printed in zip(table.boundaries_mm, table.printed, strict=False)
    ] + [(r.limit_mm, r.printed) for r in find_code("aci-224r").limits]
    assert len(pairs) == 9
    for mm, printed in pairs:
        inches = float(printed.removesuffix(" in"))
        assert mm == pytest.approx(inches * MM_PER_INCH, abs=0.006), printed


def test_states_that_the_program_never_gives_are_named_in_the_notes():
    assert "CS4 is never given" in " ".join(find_code("aashto-mbei").notes)
    assert "Class V" in " ".join(find_code("jbdpa").notes)
    assert "S, V and D" in " ".join(find_code("din-1076").notes)


def test_exposure_classes_belong_to_one_code_each():
    names = [e for name in code_names() for e in find_code(name).exposures]
    assert len(names) == len(set(names)) == 15


def test_files_carry_the_name_of_their_code():
    assert all(find_code(name).name == name for name in code_names())


def test_an_unknown_code_gets_a_hint():
    with pytest.raises(UsageError, match="did you mean 'aci-224r'"):
        find_code("aci-224")


MBEI_MM, BRE_MM = (0.30, 1.27), (0.1, 1, 5, 15, 25)


@pytest.mark.parametrize(
    ("context", "boundaries", "missing"),
    [
        (Context(), {}, {}),
        (
            Context(codes=("aashto-mbei",), reinforcement="reinforced"),
            {"aashto-mbei": MBEI_MM},
            {},
        ),
        (
            Context(codes=("aashto-mbei", "bre-251")),
            {"bre-251": BRE_MM},
            {"aashto-mbei": "--reinforcement"},
        ),
        (
            Context(codes=("aci-224r", "din-1076"), exposure=("humidity", "seawater")),
            {"aci-224r": (0.15,), "din-1076": (0.2,)},
            {},
        ),
        (Context(codes=("aci-224r",)), {}, {"aci-224r": "--exposure"}),
        (
            Context(codes=("en-1992-1-1",), exposure=("XD1",), reinforcement="prestressed"),
            {},
            {"en-1992-1-1": "decompression"},
        ),
    ],
)
def test_boundaries_are_those_of_the_rows_that_hold(context, boundaries, missing):
    assert boundaries_mm(context) == boundaries
    found = not_applicable(context)
    assert set(found) == set(missing)
    assert all(word in found[code] for code, word in missing.items())


def _raw(name):
    return tomllib.loads((files("cracklens.grading") / "codes" / f"{name}.toml").read_text("utf-8"))


def _without(rows, index):
    return [row for i, row in enumerate(rows) if i != index]


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("jbdpa", lambda v: v["tables"][0].update(boundaries_mm=[0.2, 2, 1]), "must lie above 0"),
        ("jbdpa", lambda v: v["tables"][0].update(boundaries_mm=[0.2, 1]), "one state more"),
        ("jbdpa", lambda v: v.update(asks=["reinforcement"]), "asks must be"),
        ("jbdpa", lambda v: v.update(units="in"), "units"),
        ("jbdpa", lambda v: v.update(kind="design limit"), "a design limit has limits"),
        ("jbdpa", lambda v: v["tables"][0].update(printed=["1 in"]), "as many as boundaries"),
        (
            "aashto-mbei",
            lambda v: v["tables"][0].update(spacing_boundaries_mm=[300, 910]),
            "must fall",
        ),
        ("aashto-mbei", lambda v: v.update(tables=_without(v["tables"], 0)), "exactly one row"),
        ("en-1992-1-1", lambda v: v.update(limits=_without(v["limits"], 2)), "exactly one row"),
        ("aci-224r", lambda v: v["limits"].append(v["limits"][0]), "exactly one row"),
        ("aci-224r", lambda v: v["limits"][0].update(requirement="x"), "either limit_mm or"),
        ("aci-224r", lambda v: v.update(surprise=1), "Extra inputs"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(name, change, says):
    values = _raw(name)
    Code.model_validate(values)
    change(values)
    with pytest.raises(ValidationError, match=says):
        Code.model_validate(values)
