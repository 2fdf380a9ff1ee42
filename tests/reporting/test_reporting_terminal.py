"""What people read at the end: right figures in 80 columns."""

import pytest

from cracklens.record.measured import GradeRecord
from cracklens.record.schema import ContextRecord, CopyRecord
from cracklens.reporting.not_graded import not_graded
from cracklens.reporting.terminal import length_px, ranked, summary_text, timings_text


def lengthened(inspection, count):
    photo = inspection.photographs[0]
    cracks = [
        crack.model_copy(
            update={"id": f"P001-C{i:03}", "length_px": 1e5 + i, "max_width_px": 99 - i}
        )
        for i, crack in enumerate(photo.cracks[:1] * count)
    ]
    long_path = "a very long folder name/" * 5 + "photo.jpg"
    photo = photo.model_copy(update={"cracks": cracks, "path": long_path})
    return inspection.model_copy(update={"photographs": [photo], "failed": []})


def test_the_figures_are_those_of_the_record(small_inspection):
    inspection = small_inspection
    text = summary_text(inspection)
    assert text.splitlines()[:2] == [
        "2 photographs inspected, 1 with cracks; 1 could not be",
        "2 cracks, 20 px in all",
    ]
    assert "pixels" in text
    assert length_px(inspection) == 20


def test_the_greatest_come_first_and_the_rest_is_counted(small_inspection):
    inspection = small_inspection
    many = lengthened(inspection, 40)
    text = summary_text(many)
    longest, widest = text.split("\nwidest ")
    assert (
        longest.index("P001-C039") < longest.index("P001-C038") < longest.index("... and 35 more")
    )
    assert widest.index("P001-C000") < widest.index("P001-C001")
    assert ranked(many)[0][1].id == "P001-C039"
    assert max(map(len, text.splitlines())) <= 80


def test_no_cracks_is_said(small_inspection):
    inspection = small_inspection
    clean = inspection.model_copy(update={"photographs": inspection.photographs[1:], "failed": []})
    assert summary_text(clean) == "1 photograph inspected, 0 with cracks\nno cracks found"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 copy of another photograph is not counted again"),
        (1200, "1,200 copies of others are not counted again"),
    ],
)
def test_copies_are_counted(small_inspection, count, said):
    copies = [CopyRecord(path=f"{index}.jpg", of="b.jpg") for index in range(count)]
    text = summary_text(small_inspection.model_copy(update={"copies": copies}))
    assert text.splitlines()[:2] == ["2 photographs inspected, 1 with cracks; 1 could not be", said]


def test_times_are_listed_by_step():
    seconds = {"decode": 1.0, "network": 20.26, "tracing": 3.0, "writing": 0.0}
    assert timings_text(seconds, 24.0, 12) == (
        "time: 24.0 s, 2.00 s per photograph "
        "(steps run in parallel, in s: decode 1.0, network 20.3, tracing 3.0, writing 0.0)"
    )


def refused(inspection, reasons, codes=("aashto-mbei", "aci-224r")):
    """Return an inspection whose cracks were graded by codes, or refused with a reason."""
    photo = inspection.photographs[0]
    cracks = [
        crack_with_grades(photo.cracks[0], f"P001-C{i:02}", dict(zip(codes, row, strict=True)))
        for i, row in enumerate(reasons)
    ]
    context = ContextRecord(
        codes=list(codes), exposure=None, reinforcement=None, member=None, axis_deg=None
    )
    photo = photo.model_copy(update={"cracks": cracks})
    return inspection.model_copy(update={"photographs": [photo], "context": context})


def crack_with_grades(crack, identifier, reasons):
    grades = [
        GradeRecord(
            code=code, title=code, clause="", kind="inspection state", verified="primary",
            states={} if reason else {"CS3": 1.0}, stated=None if reason else "CS3",
            text="not graded" if reason else "CS3 > 0.99", refused=reason, basis=[], notes=[],
        )
        for code, reason in reasons.items()
    ]  # fmt: skip
    return crack.model_copy(update={"id": identifier, "grades": grades})


def test_it_says_which_cracks_were_not_graded_and_why(small_inspection):
    exposure = "aci-224r differs by exposure: say --exposure with one of dry-air"
    coarse = "the 0.30 mm boundary needs 0.10 mm/px or finer; this photograph has {}: retake closer"
    rows = [(None, exposure)] * 3 + [(coarse.format(0.2), exposure), (coarse.format(0.3), exposure)]
    text = summary_text(refused(small_inspection, rows))
    told = " ".join(text.split())
    assert f"not graded: 5 cracks by aci-224r, because {exposure}" in told
    assert f"not graded: 2 cracks by aashto-mbei, because {coarse.format(0.2)}" in told
    assert max(map(len, text.splitlines())) <= 80


def test_one_reason_of_two_codes_is_said_once(small_inspection):
    reason = "no width in mm: put a marker in the picture"
    told = not_graded(refused(small_inspection, [(reason, reason)]))
    assert told == [f"1 crack by aashto-mbei and aci-224r, because {reason}"]
    assert not_graded(refused(small_inspection, [(None, None)])) == []
    assert not_graded(small_inspection) == []


def test_cracks_that_were_not_measured_are_counted(small_inspection):
    found = refused(small_inspection, [(None, None)])
    bare = found.photographs[0].cracks[0].model_copy(update={"grades": []})
    photo = found.photographs[0].model_copy(update={"cracks": [bare]})
    (told,) = not_graded(found.model_copy(update={"photographs": [photo]}))
    assert "they were not measured" in told
