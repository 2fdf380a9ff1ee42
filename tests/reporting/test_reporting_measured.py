"""What the report says of a measured inspection, and that it says nothing more."""

import csv
import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import pytest

from cracklens.record.measured import ContextRecord, FinestRecord
from cracklens.reporting import photo_preview, photo_view, write_report, write_tables
from cracklens.reporting.overview import bars
from cracklens.reporting.palette import WIDTH_CLASSES, class_of, letters_on, luminance

VOID = {"meta", "img", "input", "link", "br", "hr"}


class Page(HTMLParser):
    """Elements, texts by the ids and classes around them, rows of tables."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        around = [attrs for _, attrs in self.open]
        if not {tag for tag, _ in self.open} & {"script", "style"}:
            self.texts.append((around, data))

    def having(self, attribute):
        return [attrs[attribute] for _, attrs in self.elements if attribute in attrs]

    def within(self, *, key=None, name=None):
        """Return the text inside of elements with an id or a class."""
        words = [
            data
            for around, data in self.texts
            if any(
                (key is not None and attrs.get("id") == key)
                or (name is not None and name in (attrs.get("class") or "").split())
                for attrs in around
            )
        ]
        return re.sub(r"\s+", " ", " ".join(words)).strip()

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(data for _, data in self.texts))


@pytest.fixture(scope="module")
def previews(scenes):
    return {record.id: photo_preview(pixels) for pixels, record in scenes}


@pytest.fixture(scope="module")
def render(previews, tmp_path_factory):
    def page(inspection):
        folder = tmp_path_factory.mktemp("report")
        path = write_report(inspection, folder, previews)
        return Page(path.read_text(encoding="utf-8"))

    return page


@pytest.fixture(scope="module")
def measured_page(render, in_mm):
    return render(in_mm)


@pytest.fixture(scope="module")
def mixed_page(render, mixed):
    return render(mixed)


@pytest.fixture(scope="module")
def px_page(render, without_scale):
    return render(without_scale)


def cracks_of(inspection):
    return [crack for photo in inspection.photographs for crack in photo.cracks]


def interval(value, digits=2, unit="mm"):
    return f"{value.value:.{digits}f} {unit} ({value.low:.{digits}f} to {value.high:.{digits}f})"


def test_each_width_stands_with_its_interval_and_each_length_in_metres(measured_page, in_mm):
    for crack in cracks_of(in_mm):
        details = measured_page.within(key=f"details-{crack.id}")
        found = crack.measurement
        assert interval(found.max_width_mm) in details
        assert interval(found.mean_width_mm) in details
        bound = "≥ " if found.is_lower_bound else ""
        assert f"{bound}{found.length_mm.value / 1000:.2f} m" in details
        assert found.direction in details
        assert f"Pattern {found.pattern}" in details
        for name in {**found.max_width_mm.contributions, **found.length_mm.contributions}:
            assert name in details
    assert {crack.measurement.is_lower_bound for crack in cracks_of(in_mm)} == {True, False}


def test_the_shares_of_the_uncertainty_are_of_the_variance(measured_page, in_mm):
    crack = cracks_of(in_mm)[0]
    width = crack.measurement.max_width_mm
    details = measured_page.within(key=f"details-{crack.id}")
    for name, part in width.contributions.items():
        share = f"{(part / width.standard) ** 2:.0%}"
        assert re.search(rf"{re.escape(name)} \S+ mm {share}", details), name


def test_inspection_states_and_design_limits_stand_apart(measured_page, in_mm):
    states = measured_page.within(name="of-inspection-state")
    limits = measured_page.within(name="of-design-limit")
    assert "CS2" in states
    assert "CS2" not in limits
    assert "exceeds 0.30 mm" in limits
    assert "exceeds 0.30 mm" not in states
    assert "not to the measured one. They are not a rating" in limits
    for crack in cracks_of(in_mm):
        details = measured_page.within(key=f"details-{crack.id}")
        for grade in crack.grades:
            assert grade.clause in details
            assert grade.title in details
            for note in (*grade.notes, *grade.basis):
                assert note in details
    secondary = "AASHTO Manual for Bridge Element Inspection (s), defect 1130"
    assert secondary in states
    assert re.search(r"Eurocode 2 ?, Table 7\.1N", limits)
    assert "(s)" not in limits


def test_probabilities_are_those_of_the_record(measured_page, in_mm):
    for crack in cracks_of(in_mm):
        details = measured_page.within(key=f"details-{crack.id}")
        for grade in crack.grades:
            for state, share in grade.states.items():
                said = "> 0.99" if share > 0.995 else f"{share:.2f}"
                assert f"{state} {said}" in details


def test_no_single_state_is_stated_when_the_interval_spans_two(make, render, in_mm):
    first = in_mm.photographs[0]
    crack = first.cracks[0]
    width = make.quantity(0.31, fit=0.04)
    measurement = crack.measurement.model_copy(update={"max_width_mm": width})
    spanning = make.graded(crack.model_copy(update={"measurement": measurement}))
    assert spanning.grades[0].stated is None
    photo = first.model_copy(update={"cracks": [spanning]})
    page = render(make.measured_inspection([photo]))
    details = page.within(key=f"details-{crack.id}")
    assert "no single state is stated" in details
    assert "The whole 95 % interval lies in" not in details
    assert "CS2 0.60, CS1 0.40" in page.within(key="ranking")


def test_a_refusal_says_what_would_help_and_shows_no_state(mixed_page, mixed, make):
    crack = mixed.photographs[4].cracks[0]
    details = mixed_page.within(key=f"details-{crack.id}")
    assert make.TOO_COARSE in details
    assert "refused" in details
    assert not re.search(r"CS\d [>\d]", details)


def test_the_most_urgent_cracks_come_first(measured_page, in_mm):
    ordered = sorted(cracks_of(in_mm), key=lambda crack: -crack.priority.score)
    shown = re.findall(r"P\d+-C\d+", measured_page.within(name="urgent"))
    assert shown == [crack.id for crack in ordered]
    texts = measured_page.having("data-text")
    assert [text.split(" ")[0] for text in texts] == [crack.id for crack in ordered]
    for crack in ordered:
        details = measured_page.within(key=f"details-{crack.id}")
        for term in crack.priority.terms:
            assert f"{term.name} {term.value:.2f} {term.weight:g} {term.text}" in details
        assert crack.priority.note in details


def test_quantities_are_shown_by_class_and_by_state(measured_page, in_mm):
    shown = measured_page.within(name="bars")
    for row in in_mm.quantities.width_classes:
        assert f"{row.name} {row.length_m:,.2f} m {row.cracks}" in shown
    for row in in_mm.quantities.states:
        assert f"{row.state} {row.length_m:,.2f} m" in shown
    assert f"{in_mm.quantities.area_m2:.1f} m²" in measured_page.within(name="figures")
    for note in in_mm.quantities.notes:
        assert note in measured_page.text


def test_metres_that_cannot_be_told_apart_have_no_colour_of_a_class(in_mm):
    classes = in_mm.quantities.width_classes
    rest = classes[0].model_copy(update={"name": "not told apart", "up_to_mm": None})
    found = bars(in_mm.quantities.model_copy(update={"width_classes": [*classes, rest]}))
    assert [bar.rank for bar in found] == [0, 1, 2, 3, None]


def test_the_context_stands_in_the_header(measured_page):
    header = measured_page.within(name="context")
    for word in ("Eurocode 2", "XC4", "reinforced", "wall", "0° from the horizontal"):
        assert word in header


def test_scale_fitness_and_field_of_a_photograph_are_shown(mixed_page, mixed):
    for photo in mixed.photographs:
        shown = mixed_page.within(key=photo.id)
        if photo.scale:
            assert photo.scale.detail in shown
            assert f"{photo.scale.mm_per_px:.3g} mm/px" in shown
            for risk in photo.scale.risks:
                assert risk in shown
        if photo.scale_missing:
            assert photo.scale_missing in shown
        if photo.fitness:
            assert f"Verdict {photo.fitness.verdict}" in shown
            for check in photo.fitness.checks:
                assert check.name in shown
                assert check.advice in shown
        if photo.field and photo.field.density_m_per_m2:
            assert f"Density {photo.field.density_m_per_m2.value:.2f} m/m²" in shown


def test_photographs_to_retake_come_with_their_advice(mixed_page):
    assert "Photographs to retake or to improve" in mixed_page.within(key="overview")
    overview = mixed_page.within(key="overview")
    advice = "P004 south/blurred.jpg retake retake from at most 0.8 m with this lens; hold"
    assert advice in overview
    assert overview.index("P004") < overview.index("detect only")


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("inspection", "Lengths and widths are in pixels.", "Some photographs"),
        ("without_scale", "Lengths and widths are in pixels.", "Some photographs"),
        ("mixed", "Some photographs have no scale.", "Lengths and widths are in pixels."),
        ("in_mm", "this report proposes", "no scale"),
    ],
)
def test_the_banner_says_what_the_figures_are(kind, said, unsaid, request, render):
    banner = render(request.getfixturevalue(kind)).within(name="banner")
    assert said in banner
    assert unsaid not in banner
    assert "Condition states and ratings are the inspector" in banner
    assert ("--marker 50mm" in banner) == (said == "Lengths and widths are in pixels.")


def test_without_a_scale_nothing_is_in_millimetres_or_graded(px_page):
    for part in ("overview", "cracks", "photographs"):
        shown = px_page.within(key=part).replace("--mm-per-px", "").replace("Scale, mm/px", "")
        assert not re.search(r"\d (mm|m|m²)\b(?!/px)", shown), part
        assert "CS" not in shown
        assert "Priority" not in shown
    assert "w2" not in " ".join(px_page.having("class")).replace("swatch w2", "")


def test_without_a_scale_widths_in_pixels_have_their_interval(px_page, without_scale):
    for crack in cracks_of(without_scale):
        found = crack.measurement
        details = px_page.within(key=f"details-{crack.id}")
        assert interval(found.max_width_px, 1, "px") in details


def test_pixels_stand_below_millimetres_when_a_table_is_sorted(mixed_page, mixed):
    rows, row = [], None
    for tag, attrs in mixed_page.elements:
        if tag == "tr":
            row = [attrs.get("data-text")]
            rows.append(row)
        elif tag == "td" and row is not None and "data-v" in attrs:
            row.append(float(attrs["data-v"]))
    ranking = [each for each in rows if each[0]]
    units = {crack.id: crack.priority is not None for crack in cracks_of(mixed)}
    in_mm = [each[3] for each in ranking if units[each[0].split(" ")[0]]]
    in_px = [each[3] for each in ranking if not units[each[0].split(" ")[0]]]
    assert in_mm
    assert in_px
    assert min(in_mm) > max(in_px)


def test_whole_tiles_are_shown_without_measures(mixed_page, mixed):
    tiled = mixed.photographs[1]
    assert not [name for name in mixed_page.having("id") if name.startswith("details-P002")]
    assert f"{tiled.cracks[0].max_width_px:.1f} px" in mixed_page.within(key="P002")


def test_lines_have_the_class_of_their_width(measured_page, in_mm):
    drawn = {
        attrs["class"]
        for tag, attrs in measured_page.elements
        if tag == "path" and re.fullmatch(r"w\d", attrs.get("class", ""))
    }
    rings = [
        attrs["class"].split()[1]
        for tag, attrs in measured_page.elements
        if tag == "i" and attrs.get("class", "").startswith("ring w")
    ]
    widths = [crack.measurement.max_width_mm.value for crack in cracks_of(in_mm)]
    expected = [f"w{WIDTH_CLASSES.index(class_of(width))}" for width in widths]
    assert rings == expected
    assert set(expected) <= drawn
    for crack in cracks_of(in_mm):
        assert f"{crack.measurement.max_width_mm.value:.2f} mm" in measured_page.within(name="tag")
    assert measured_page.within(name="legend")


@pytest.mark.parametrize("kind", ["in_mm", "mixed", "without_scale"])
def test_links_lead_somewhere_and_ids_stand_once(kind, request, render):
    page = render(request.getfixturevalue(kind))
    ids = page.having("id")
    assert len(set(ids)) == len(ids)
    inside = [unquote(target[1:]) for target in page.having("href") if target.startswith("#")]
    assert set(inside) <= set(ids)
    assert set(page.having("data-thumb")) <= {name for name in ids if "-C" in name}
    headings = [attrs for tag, attrs in page.elements if tag == "th"]
    assert all("scope" in attrs for attrs in headings)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert max(after - before for before, after in pairwise(levels)) == 1


def test_it_says_how_to_read_it(measured_page, px_page):
    for page in (measured_page, px_page):
        reading = page.within(key="reading")
        for word in ("95 of 100", "lower bound", "design limit", "3 pixels", "Not assessed", "(s)"):
            assert word in reading
        for each in WIDTH_CLASSES:
            assert f"{each.name} mm" in reading


EVIL = "\"><img src=x onerror=alert(1)>{{ 7 * 191 }}</style><script>y</script>' onload='z"


def test_no_measured_field_can_break_out(make, render, in_mm):
    first = in_mm.photographs[0]
    crack = first.cracks[0]
    found = crack.measurement
    width = found.max_width_mm.model_copy(update={"contributions": {EVIL: 0.1}})
    evil = {"code": EVIL, "title": EVIL, "clause": EVIL, "basis": [EVIL], "notes": [EVIL]}
    grades = [
        crack.grades[0].model_copy(update={**evil, "states": {EVIL: 1.0}, "stated": EVIL}),
        crack.grades[1].model_copy(update={**evil, "refused": EVIL}),
    ]
    terms = [term.model_copy(update={"name": EVIL, "text": EVIL}) for term in crack.priority.terms]
    checks = [
        check.model_copy(update={"name": EVIL, "unit": EVIL, "advice": EVIL})
        for check in first.fitness.checks
    ]
    spoilt = crack.model_copy(
        update={
            "id": EVIL,
            "measurement": found.model_copy(update={"max_width_mm": width}),
            "grades": grades,
            "priority": crack.priority.model_copy(update={"terms": terms, "note": EVIL}),
        }
    )
    photo = first.model_copy(
        update={
            "path": EVIL,
            "cracks": [spoilt],
            "scale": first.scale.model_copy(update={"detail": EVIL, "risks": [EVIL]}),
            "fitness": first.fitness.model_copy(
                update={"verdict": "retake", "advice": [EVIL], "checks": checks}
            ),
            "field": first.field.model_copy(update={"parallel": [[EVIL, EVIL]]}),
        }
    )
    record = make.measured_inspection([photo])
    quantities = record.quantities.model_copy(
        update={
            "notes": [EVIL],
            "width_classes": [
                each.model_copy(update={"name": EVIL}) for each in record.quantities.width_classes
            ],
            "states": [
                each.model_copy(update={"code": EVIL, "state": EVIL})
                for each in record.quantities.states
            ],
        }
    )
    context = ContextRecord(
        codes=[EVIL], exposure=EVIL, reinforcement=None, member=EVIL, axis_deg=None
    )
    page = render(record.model_copy(update={"quantities": quantities, "context": context}))
    tags = [tag for tag, _ in page.elements]
    assert (tags.count("script"), tags.count("style"), tags.count("img")) == (2, 1, 1)
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert "1337" not in page.text
    assert page.text.count("onerror=alert(1)") > 20


def test_details_and_graphs_of_very_many_cracks_are_cut(make, render, in_mm, monkeypatch):
    monkeypatch.setattr(photo_view, "MOST_DETAILED", 30)
    monkeypatch.setattr(photo_view, "MOST_GRAPHS", 20)
    first = in_mm.photographs[0]
    one = first.cracks[0]
    photographs = [
        make.rename(first, f"Q{n}", f"{n}.jpg").model_copy(
            update={"cracks": [one.model_copy(update={"id": f"Q{n}-C{m}"}) for m in range(9)]}
        )
        for n in range(8)
    ]
    page = render(make.measured_inspection(photographs))
    ids = page.having("id")
    assert sum(name.startswith("details-") for name in ids) == 30
    assert sum(attrs.get("class") == "plot" for _, attrs in page.elements) == 20
    assert len(page.having("data-thumb")) == photo_view.MOST_URGENT
    assert len(page.having("data-text")) == 72


def test_with_very_many_photographs_there_are_fewer_rows_and_simpler_lines(make, in_mm):
    assert [photo_view.most_rows(count) for count in (8, 80, 800, 8000)] == [200, 100, 10, 5]
    photo = in_mm.photographs[0]
    assert photo_view.line_tolerance_px([photo]) == 0
    points = sum(len(part.points_px) for crack in photo.cracks for part in crack.branches)
    many = [photo] * (2 * photo_view.MOST_POINTS // points)
    tolerance_px = photo_view.line_tolerance_px(many)
    assert 1 < tolerance_px <= 6
    whole, coarse = (
        photo_view.photo_view(photo, "data:", tolerance_px=px).lines for px in (0, tolerance_px)
    )
    size = [sum(len(path) for line in lines for _, path in line.paths) for lines in (whole, coarse)]
    assert size[1] < 0.7 * size[0]
    assert [line.key for line in coarse] == [line.key for line in whole]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_labels_in_the_colour_of_a_class_can_be_read():
    for each in WIDTH_CLASSES:
        assert contrast(each.colour, letters_on(each.colour)) >= 4.5, each.name


def test_chips_and_verdicts_can_be_read_in_light_and_dark(measured_page, tmp_path, in_mm):
    text = write_report(in_mm, tmp_path, {}).read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[0] + blocks[2]))
    dark = light | dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[1] + blocks[3]))
    for colours in (light, dark):
        for letters, ground in (
            ("ink", "chip"), ("good", "paper"), ("warn", "paper"), ("warn", "ground"),
            ("quiet", "paper"), ("quiet", "ground"),
        ):  # fmt: skip
            assert contrast(colours[letters], colours[ground]) >= 4.5, (letters, ground)
        assert contrast(colours["bar"], colours["paper"]) >= 3


def test_a_photograph_says_what_the_finest_crack_is_that_it_could_have_shown(in_mm, tmp_path):
    known = {"finest_crack": FinestRecord(px=1.2, mm=0.1234)}
    unknown = {"finest_crack_missing": "the photograph has no scale"}
    first, second, *rest = in_mm.photographs
    photographs = [first.model_copy(update=known), second.model_copy(update=unknown), *rest]
    inspection = in_mm.model_copy(update={"photographs": photographs})
    page = write_report(inspection, tmp_path, {}).read_text(encoding="utf-8")
    assert "Cracks narrower than about 0.12 mm may be missed in this photograph." in page
    assert "not known: the photograph has no scale" in page
    write_tables(inspection, tmp_path)
    with (tmp_path / "tables" / "photographs.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["finest_crack_mm"] for row in rows[:2]] == ["0.1234", ""]
