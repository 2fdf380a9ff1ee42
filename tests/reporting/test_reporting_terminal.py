"""What people read at the end: right figures in 80 columns."""

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


def test_times_are_listed_by_step():
    seconds = {"decode": 1.0, "network": 20.26, "tracing": 3.0, "writing": 0.0}
    assert timings_text(seconds, 24.0, 12) == (
        "time: 24.0 s, 2.00 s per photograph "
        "(steps run in parallel, in s: decode 1.0, network 20.3, tracing 3.0, writing 0.0)"
    )
