"""Reports of lines that were verified: the probability of a crack stands beside what depends on it."""

import csv
import html
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.grading.certainty import given as given_that
from cracklens.record.measured import NetworkRecord, QuantityRecord
from cracklens.record.schema import RejectedRecord
from cracklens.reporting import draw_overlay, photo_preview, write_report, write_tables
from cracklens.reporting.crack_view import crack_view
from cracklens.reporting.order import likely_first, ranked, urgency
from cracklens.reporting.overlay import label_of
from cracklens.reporting.palette import CRACK, PALE, rgb
from cracklens.reporting.stretches import stretches
from cracklens.reporting.terminal import summary_text
from cracklens.reporting.verdict import kinds_counted, unlikely

STATE = r"(?:CS\d|exceeds \d\.\d+ mm:?) (?:> 0\.99|< 0\.01|\d\.\d\d)(?! m)"


def judged(crack, probability, kind="joint"):
    """Return a crack as the verification leaves it, in grades, priority and itself."""
    found = {"probability": probability, "kinds": {kind: 1 - probability}}
    priority = crack.priority and crack.priority.model_copy(
        update={
            "if_crack": crack.priority.score,
            "score": crack.priority.score * probability,
            "probability": probability,
        }
    )
    grades = [
        grade.model_copy(
            update={
                "probability": probability,
                "text": f"{given_that(probability)} {grade.text}",
            }
        )
        for grade in crack.grades
    ]
    return crack.model_copy(update=found | {"grades": grades, "priority": priority})


def unlikely_line(make, line, probability, kind, share):
    return RejectedRecord(
        **make.rejected(
            line, "probably not a crack", f"probably a {kind} ({share:.2f})"
        ).model_dump()
        | {"probability": probability, "kinds": {kind: share, "plant": 1 - share - probability}}
    )


@pytest.fixture(scope="module")
def verified(make, in_mm):
    """The measured inspection with probabilities; the most urgent crack is now probably none."""
    shares = iter([0.31, 0.62, 0.999])
    kinds = iter(["joint", "edge of a shadow", "scratch", "cable or its shadow", "plant"])
    order = {crack.id: (next(shares, 0.9), next(kinds, "joint")) for _, crack in ranked(in_mm)}
    photos = []
    for photo in in_mm.photographs:
        cracks = [judged(crack, *order[crack.id]) for crack in photo.cracks]
        photos.append(photo.model_copy(update={"cracks": cracks}))
    joint = unlikely_line(make, [(30.0, 60.0), (700.0, 80.0)], 0.11, "joint", 0.86)
    scratch = unlikely_line(make, [(30.0, 500.0), (600.0, 520.0)], 0.3, "scratch", 0.5)
    first = photos[0]
    photos[0] = first.model_copy(update={"rejected": [*first.rejected, joint, scratch]})
    return make.measured_inspection(photos)


@pytest.fixture(scope="module")
def report(verified, scenes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("verified")
    previews = {record.id: photo_preview(pixels) for pixels, record in scenes}
    return write_report(
        verified, folder, previews.get and (lambda p: previews.get(p.id))
    ).read_text("utf-8")


def plain(page):
    return html.unescape(
        re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
    )


def test_a_line_that_is_probably_none_stands_below_each_crack(verified, report):
    order = ranked(verified)
    assert order[-1][1].probability == 0.31
    rest = [crack.priority.score for _, crack in order[:-1]]
    assert rest == sorted(rest, reverse=True)
    first = re.findall(r'scope="row"><a href="#(P\d+-C\d+)"', report)
    assert first[: len(order)] == [crack.id for _, crack in order]
    values = [float(v) for v in re.findall(r'<td class="n" data-v="(-?[\d.]+)">\d+</td>', report)]
    assert min(values) < -900  # sorted by the priority, it stays below


@given(st.lists(st.tuples(st.floats(0, 1) | st.none(), st.floats(0, 100)), max_size=12))
def test_no_unlikely_line_stands_above_a_crack(make_graded, drawn):
    cracks = [make_graded(probability, score) for probability, score in drawn]
    for order in (sorted(cracks, key=urgency), likely_first(cracks)):
        doubtful = [c.probability is not None and c.probability < 0.5 for c in order]
        assert doubtful == sorted(doubtful)


@pytest.fixture(scope="module")
def make_graded(in_mm):
    crack = ranked(in_mm)[0][1]

    def make(probability, score):
        priority = crack.priority.model_copy(update={"score": score})
        return crack.model_copy(update={"probability": probability, "priority": priority})

    return make


def test_no_state_stands_without_the_probability_of_a_crack(report):
    words = plain(report)
    details = re.findall(r"(?:a crack (?:\S+ )?\d\.\d\d; )?if so ", words)
    assert details
    for found in re.finditer(STATE, words):
        before = words[max(0, found.start() - 220) : found.start()]
        assert "if so" in before, words[found.start() - 60 : found.end()]


def test_the_first_page_shows_the_probability_beside_the_name(verified, report):
    top = plain(report[report.index('id="first"') : report.index('id="quantities"')])
    for _, crack in ranked(verified):
        share = "> 0.99" if crack.probability > 0.995 else f"{crack.probability:.2f}"
        assert f"{crack.id} a crack {share} " in top
        if crack.probability < 0.99:
            (kind,) = crack.kinds
            assert re.search(rf"{crack.id} a crack {share} else an? {kind}", top)
    assert "Expected length" in plain(report)


def test_what_is_probably_no_crack_is_listed_and_can_be_shown(verified, report):
    assert [each.record.probability for each in unlikely(verified)] == [0.3, 0.11]
    assert kinds_counted(unlikely(verified)) == "a scratch (1), a joint (1)"
    words = plain(report)
    assert words.count("probably a joint (0.86)") >= 3  # first page, photograph, title of the line
    assert "2 lines are probably no cracks: probably a scratch (1), a joint (1)" in words
    assert 'data-layer="unlikely" aria-pressed="false"' in report
    assert len(re.findall(r'<g class="unlikely"', report)) == 2
    told = summary_text(verified)
    assert "2 lines are probably no cracks, see tables/rejected.csv" in told


def test_the_terminal_keeps_to_80_columns_and_to_the_condition(verified):
    text = summary_text(verified)
    assert max(map(len, text.splitlines())) <= 80
    assert "by priority crack  width mm (95 %)" in text
    assert re.search(r"lines, \d+\.\d of them expected to be cracks; expected length", text)
    for line in text.splitlines():
        if re.search(STATE, line):
            assert re.match(r"P\d+-C\d+\s+(> 0\.99|\d\.\d\d) ", line)
            assert "if so" in line
    order = re.findall(r"^P\d+-C\d+", text, re.MULTILINE)
    assert order == [crack.id for _, crack in ranked(verified)][: len(order)]


def test_without_a_verification_no_probability_is_claimed(in_mm):
    text = summary_text(in_mm)
    assert "if a crack, aashto-mbei" in text
    assert "expected" not in text
    assert "probab" not in text
    for line in text.splitlines():
        assert not re.search(STATE, line) or "if a crack" in line


def test_the_tables_hold_the_probability_and_the_likeliest_look_alike(verified, tmp_path):
    files = {path.stem: path for path in write_tables(verified, tmp_path)}

    def rows(name):
        text = files[name].read_text(encoding="utf-8-sig")
        return list(csv.DictReader(text.splitlines()))

    cracks = rows("cracks")
    for row, (_, crack) in zip(cracks, ranked(verified), strict=True):
        assert row["crack_id"] == crack.id
        assert float(row["probability"]) == crack.probability
        assert row["likeliest_look_alike"] in crack.kinds
        assert float(row["priority"]) == pytest.approx(
            float(row["priority_if_crack"]) * crack.probability, abs=0.11
        )
    for row in rows("grades"):
        assert not row["states"] or row["states"].startswith(
            f"a crack {float(row['probability']):.3f}; if so "
        )
    joint = rows("rejected")[-2]
    assert (joint["probability"], joint["likeliest_look_alike"]) == ("0.11", "joint")


LINE = [(100.0, 300.0), (400.0, 300.0), (700.0, 300.0)]


def one_line(make, probability=None, inferred=()):
    crack = make.crack("P001-C01", [make.branch(LINE)])
    branch = crack.branches[0].model_copy(update={"inferred": list(inferred)})
    crack = crack.model_copy(update={"branches": [branch], "probability": probability})
    return make.photo("P001", "a.jpg", [crack])


def row_of(record, y=300):
    picture = draw_overlay(np.full((600, 800, 3), 120, np.uint8), record)
    return (np.abs(picture.astype(int) - rgb(CRACK)) <= 12).all(axis=2)[y, 100:700]


def test_what_was_not_seen_is_dashed_and_the_rest_is_not(make):
    drawn = row_of(one_line(make, inferred=[(1, 2)]))
    assert drawn[100:295].all()
    assert 0.3 < drawn[310:590].mean() < 0.8
    assert np.count_nonzero(np.diff(drawn[310:590].astype(int)) == 1) > 20
    parts = stretches(one_line(make, inferred=[(1, 2)]).cracks[0])
    assert [(part.inferred, part.points_px[0].tolist()) for part in parts] == [
        (False, [100, 300]),
        (True, [400, 300]),
    ]


@pytest.mark.parametrize(("probability", "thin"), [(None, False), (0.8, False), (0.79, True)])
def test_an_unsure_line_is_thin(make, probability, thin):
    record = one_line(make, probability)
    grey = np.full((600, 800, 3), 120, np.uint8)
    picture = draw_overlay(grey, record)
    assert row_of(record)[100:290].all()
    across = [np.count_nonzero((p != grey)[290:311, 250].any(axis=1)) for p in (picture,)]
    assert (across[0] < 4) == thin
    label = {None: "C01", 0.8: "C01 P 0.80", 0.79: "C01 P 0.79"}[probability]
    assert label_of(record.cracks[0], record) == label
    legend = (np.abs(picture.astype(int) - rgb(PALE)) <= 2).all(axis=2).sum()
    assert (legend > 1500) == (probability is not None)


def test_measured_stretches_are_cut_where_the_crack_was_not_seen(make):
    traced = one_line(make, 0.9, inferred=[(1, 2)])
    (crack,) = make.measured_photo(traced, 0.1).cracks
    parts = stretches(crack)
    whole = sum(np.hypot(*np.diff(part.points_px, axis=0).T).sum() for part in parts)
    assert whole == pytest.approx(600)
    unseen = [part for part in parts if part.inferred]
    assert all(part.rank is None for part in unseen)
    assert sum(np.hypot(*np.diff(p.points_px, axis=0).T).sum() for p in unseen) == pytest.approx(
        300
    )
    assert {part.rank for part in parts if not part.inferred} == {2}


def test_a_crack_beyond_a_marker_and_a_network_are_said_in_its_facts(in_mm, tmp_path):
    photo = next(photo for photo in in_mm.photographs if photo.scale and len(photo.cracks) > 1)
    one, other = photo.cracks[:2]
    value = QuantityRecord(value=120, standard=0, low=120, high=120, contributions={})
    network = NetworkRecord(
        spacing_mm=value,
        density_m_per_m2=value.model_copy(update={"value": 9.04}),
        max_width_mm=value.model_copy(update={"value": 0.4}),
    )
    one = one.model_copy(update={"continues": [other.id], "network": network})
    for source, beyond in (("marker", "a marker"), ("typed", "a hidden area")):
        scale = photo.scale.model_copy(update={"source": source})
        shown = crack_view(photo.model_copy(update={"scale": scale}), one, [], graph=False)
        facts = dict(shown.facts)
        assert facts["Continues"] == f"as {other.id} beyond {beyond}"
        told = "spacing 0.12 m, density 9 m per m², greatest width 0.40 mm"
        assert facts["Network"] == f"map cracking, one finding: {told}"
    assert shown.finding == "map cracking"
    half = one.model_copy(update={"network": None})
    half = crack_view(photo, half, [], graph=False)
    assert half.finding == f"continues as {other.id}"
    cracks = [half.record, other.model_copy(update={"continues": [one.id]}), *photo.cracks[2:]]
    halves = in_mm.model_copy(
        update={"photographs": [photo.model_copy(update={"cracks": cracks})], "copies": []}
    )
    page = write_report(halves, tmp_path, {}).read_text(encoding="utf-8")
    for each, far in ((one, other), (other, one)):
        row = re.search(rf'<tr id="{each.id}".*?</tr>', page, re.DOTALL)[0]
        assert f"continues as {far.id}" in row
    plain = dict(crack_view(photo, other, [], graph=False).facts)
    assert "Network" not in plain
    assert "Continues" not in plain
