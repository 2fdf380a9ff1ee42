import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.reporting import labels
from cracklens.reporting.labels import LETTER_SHARE, place_labels
from cracklens.reporting.photo_view import photo_view

anchors = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.7)), min_size=1, max_size=40)


def boxes_of(places, texts):
    return [
        (x, y, (0.62 * len(text) + 0.9) * LETTER_SHARE, 1.5 * LETTER_SHARE)
        for (x, y), text in zip(places, texts, strict=True)
    ]


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(anchors, st.sampled_from(["C1", "C12 12.34 mm"]))
def test_no_label_lies_on_another_or_leaves_the_picture(points, text):
    places = place_labels(points, [text] * len(points), 0.7)
    found = [place for place in places if place]
    boxes = boxes_of(found, [text] * len(found))
    assert len(places) == len(points)
    for x, y, width, height in boxes:
        assert -1e-4 <= x <= 1 - width + 1e-4
        assert -1e-4 <= y <= 0.7 - height + 1e-4
    for one, other in combinations(boxes, 2):
        apart = max(
            max(one[axis], other[axis])
            - min(one[axis] + one[axis + 2], other[axis] + other[axis + 2])
            for axis in (0, 1)
        )
        assert apart > -2e-4


def test_labels_of_one_place_are_spread_until_there_is_no_room():
    places = place_labels([(0.5, 0.35)] * 60, ["C01 0.42 mm"] * 60, 0.7)
    assert 8 <= sum(place is not None for place in places) < 60
    assert places[0] is not None


def test_a_label_keeps_off_the_scale_bar():
    assert place_labels([(0.1, 0.65)], ["C01"], 0.7, [(0.0, 0.6, 0.2, 0.1)])[0][1] < 0.6
    assert place_labels([(0.1, 0.65)], ["C01"], 0.7, [(0.0, 0.4, 0.4, 0.3)]) == [None]


def test_crowded_labels_are_left_out_and_counted(make):
    cracks = [
        make.crack(f"P001-C{n:02}", [make.branch([(400, 300), (401 + n / 100, 300)])])
        for n in range(60)
    ]
    shown = photo_view(make.photo("P001", "a.jpg", cracks), "data:")
    assert shown.crowded
    assert 0 < len(shown.tags) < 40
    assert shown.unlabelled == 60 - len(shown.tags)


def test_the_letters_grow_no_faster_than_the_places_allow():
    # labels are placed for letters of this share of the width; the style must keep to it
    style = (Path(labels.__file__).parent / "templates" / "report.css").read_text()
    shares = re.findall(r"clamp\([\d.]+px, ([\d.]+)cqw", style)
    assert [float(share) / 100 for share in shares] == [LETTER_SHARE]
