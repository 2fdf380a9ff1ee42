"""The priority: each term can be followed, what is not known is left out and said."""

import math
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.grading import Context, code_names, find_code
from cracklens.grading.context import ROLES
from cracklens.grading.priority import Weights, load_weights, priority
from cracklens.measurement import Quantity
from cracklens.record.measured import PriorityRecord, TermRecord

WEIGHTS = load_weights()
GIRDER = Context(exposure=("XD1",), reinforcement="reinforced", role="girder")


def q(value, standard=0.0):
    return Quantity(value, {"fit": standard})


def values_of(found):
    return {term.name: term.value for term in found.terms}


def test_the_score_is_the_weighted_mean_of_its_terms():
    found = priority(q(0.8, 0.02), q(1500), GIRDER, WEIGHTS, growth_mm_per_year=0.05)
    values = {"severity": 0.5, "extent": 0.5, "exposure": 0.7, "role": 1.0, "growth": 0.25}
    assert values_of(found) == pytest.approx(values)
    expected = (40 * 0.5 + 15 * 0.5 + 15 * 0.7 + 15 * 1.0 + 15 * 0.25) / 100
    assert found.score == pytest.approx(100 * expected)
    assert "Left out" not in found.note


def test_what_is_not_known_is_left_out_and_said():
    found = priority(q(0.8, 0.02), None, Context(), WEIGHTS)
    assert values_of(found) == pytest.approx({"severity": 0.5})
    assert found.score == pytest.approx(50)
    for said in (
        "extent (no length in mm)",
        "exposure (say --exposure)",
        "role (name the member: --member girder)",
        "growth (no earlier visit)",
        "Reinforced or prestressed was not said",
    ):
        assert said in found.note


def test_no_width_no_priority():
    assert priority(None, q(3000), GIRDER, WEIGHTS) is None


@pytest.mark.parametrize(
    ("width_mm", "severity"), [(0.05, 0), (0.2, 0.25), (0.8, 0.5), (3, 0.75), (9, 1)]
)
def test_severity_rises_by_a_step_at_each_boundary(width_mm, severity):
    found = priority(q(width_mm, 0.001), None, GIRDER, WEIGHTS)
    assert values_of(found)["severity"] == pytest.approx(severity, abs=1e-6)


def test_severity_follows_the_probabilities_of_the_classes():
    found = priority(q(0.30, 0.02), None, GIRDER, WEIGHTS)
    assert values_of(found)["severity"] == pytest.approx((0.25 + 0.5) / 2)
    assert found.terms[0].text == (
        "if a crack, width 0.30 mm: 0.10 to 0.30 mm 0.50, 0.30 to 1.27 mm 0.50"
    )


def test_the_same_crack_is_more_severe_in_a_prestressed_member():
    prestressed = Context(reinforcement="prestressed")
    values = [
        values_of(priority(q(0.26, 0.001), None, context, WEIGHTS))["severity"]
        for context in (GIRDER, prestressed)
    ]
    assert values == pytest.approx([0.25, 1.0], abs=1e-6)


def test_a_width_that_the_scale_cannot_tell_counts_as_any_that_it_may_be():
    """At 0.2 mm/px 3 px are 0.6 mm: 1/6 lie up to 0.10, 2/6 up to 0.30, 3/6 above."""
    found = priority(q(0.2, 0.02), None, GIRDER, WEIGHTS, mm_per_px=0.2)
    assert values_of(found)["severity"] == pytest.approx((1 / 3 * 0.25) + (1 / 2 * 0.5))
    assert found.terms[0].text.startswith(
        "if a crack, any width up to 0.60 mm, the scale tells no more: up to"
    )
    wide = priority(q(3.0, 0.02), None, GIRDER, WEIGHTS, mm_per_px=0.2)
    assert values_of(wide)["severity"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("length_m", "density", "extent"),
    [(1.5, None, 0.5), (9, None, 1), (0.3, 1.65, 0.5), (1.5, 0.33, 0.5), (None, 3.3, 1)],
)
def test_extent_is_the_greater_of_length_and_density(length_m, density, extent):
    length = None if length_m is None else q(length_m * 1000)
    found = priority(
        q(0.8), length, GIRDER, WEIGHTS, density_m_per_m2=None if density is None else q(density)
    )
    assert values_of(found)["extent"] == pytest.approx(extent)


@pytest.mark.parametrize(("growth", "value"), [(-0.3, 0), (0, 0), (0.1, 0.5), (0.9, 1)])
def test_growth_counts_and_closing_does_not(growth, value):
    found = priority(q(0.8), None, GIRDER, WEIGHTS, growth_mm_per_year=growth)
    assert values_of(found)["growth"] == pytest.approx(value)


def test_the_worst_of_several_exposures_counts():
    context = Context(exposure=("XC1", "XS3", "humidity"))
    found = priority(q(0.8), None, context, WEIGHTS)
    assert values_of(found)["exposure"] == 1.0
    assert [t.text for t in found.terms if t.name == "exposure"] == ["exposure XS3"]


@given(
    st.floats(0, 10), st.floats(0, 10), st.floats(0.001, 0.5), st.floats(0, 9000), st.floats(-1, 1)
)
def test_the_score_lies_between_0_and_100_and_rises_with_the_width(
    first, second, standard, length, growth
):
    scores = [
        priority(q(value, standard), q(length), GIRDER, WEIGHTS, growth).score
        for value in sorted([first, second])
    ]
    assert -1e-9 <= scores[0] <= scores[1] + 1e-9 <= 100 + 2e-9


def test_growth_must_be_finite():
    with pytest.raises(UsageError, match="growth must be finite"):
        priority(q(0.8), None, GIRDER, WEIGHTS, growth_mm_per_year=math.nan)


def test_terms_and_score_fit_the_record():
    found = priority(q(9, 0.1), q(9000), GIRDER, WEIGHTS, 0.5)
    terms = [
        TermRecord(name=t.name, value=t.value, weight=t.weight, text=t.text) for t in found.terms
    ]
    PriorityRecord(score=found.score, terms=terms, note=found.note, if_crack=found.if_crack)


def test_every_class_and_role_has_a_value():
    classes = {e for name in code_names() for e in find_code(name).exposures}
    assert set(WEIGHTS.exposure) == classes
    assert set(WEIGHTS.role) == set(ROLES)


def test_a_file_needs_only_what_differs(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[weights]\ngrowth = 30\n[role]\nwall = 1\n", encoding="utf-8")
    mine = load_weights(path)
    shipped = tomllib.loads(
        (files("cracklens.grading") / "priority.toml").read_text(encoding="utf-8")
    )
    shipped["weights"]["growth"], shipped["role"]["wall"] = 30, 1
    assert mine == Weights.model_validate(shipped)
    assert mine != WEIGHTS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[wights]\ngrowth = 1", "no section 'wights': did you mean 'weights'"),
        ("[weights]\ngrwth = 1", r"no key 'grwth' in \[weights\]: did you mean 'growth'"),
        ("[exposure]\nXC9 = 1", r"no name 'XC9' in \[exposure\]"),
        ("[role]\ngirders = 1", "did you mean 'girder'"),
        ("weights = 3", r"weights must be a section, written \[weights\]"),
        ("[weights]\nseverity = 0", "weights.severity: Input should be greater than 0"),
        ("[weights]\nrole = -1", "weights.role: Input should be greater"),
        ("[weights]\nrole = 'much'", "weights.role: Input should be a valid number"),
        ("[weights]\nrole = nan", "weights.role"),
        ("[role]\nwall = 1.5", "wall must lie between 0 and 1, got 1.5"),
        ("[exposure]\nXC1 = -0.5", "XC1 must lie between 0 and 1"),
        ("[severity]\nreinforced_mm = [0.3, 0.1]", "severity: boundaries must lie above 0"),
        ("[severity]\nreinforced_mm = []", "severity.reinforced_mm"),
        ("[growth]\nfull_mm_per_year = 0", "growth.full_mm_per_year"),
        ("[weights", "is not valid TOML"),
    ],
)
def test_a_file_with_a_mistake_says_where_it_is(tmp_path, text, says):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says) as error:
        load_weights(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"mine\.toml cannot be read: No such file"):
        load_weights(tmp_path / "mine.toml")


def test_the_score_is_that_of_a_crack_times_the_probability_of_one():
    bare = priority(q(0.8, 0.02), q(1500), GIRDER, WEIGHTS)
    found = priority(q(0.8, 0.02), q(1500), GIRDER, WEIGHTS, probability=0.4)
    assert bare.score == bare.if_crack == found.if_crack
    assert bare.probability is None
    assert found.score == pytest.approx(0.4 * bare.score)
    assert found.note.startswith(
        f"{bare.score:.0f} if it is a crack, times the probability 0.40 that it is one."
    )
    assert found.terms[0].text.startswith("a crack 0.40; if so width 0.80 mm: ")
    assert "probability" not in bare.note


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 9), st.floats(0, 9000))
def test_the_score_rises_with_the_probability(first, second, width_mm, length_mm):
    low, high = sorted([first, second])
    scores = [
        priority(q(width_mm, 0.01), q(length_mm), GIRDER, WEIGHTS, probability=each).score
        for each in (low, high)
    ]
    bare = priority(q(width_mm, 0.01), q(length_mm), GIRDER, WEIGHTS).score
    assert scores[0] <= scores[1] <= bare + 1e-9


def test_a_probability_lies_between_0_and_1():
    with pytest.raises(UsageError, match="a probability must lie between 0 and 1"):
        priority(q(0.8), None, GIRDER, WEIGHTS, probability=1.5)
