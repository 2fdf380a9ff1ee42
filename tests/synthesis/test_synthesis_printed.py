"""A printed page through a homography: areas and places are kept."""

import numpy as np
import pytest

from cracklens.synthesis.pinhole import plane_homography, wall_points
from cracklens.synthesis.printed import INK, PAPER, TABLE, printed_page

MM_PER_DOT = 0.02


def page_with_square():
    """40 x 30 mm of paper with a square of ink from (15, 10) to (25, 20) mm."""
    page = np.full((1500, 2000), 255, np.uint8)
    page[500:1000, 750:1250] = 0
    return page


@pytest.mark.parametrize("tilt_deg", [0.0, 20.0])
def test_the_ink_lies_where_the_homography_says_and_has_its_area(tilt_deg):
    size = (290, 210)  # 29 x 21 mm: paper alone beside the square
    to_mm = plane_homography(size, mm_per_px=0.1, tilt_deg=tilt_deg, tilt_towards_deg=30.0)
    to_page = np.array([[1, 0, 20.0], [0, 1, 15.0], [0, 0, 1]]) @ to_mm
    surface = printed_page(page_with_square(), MM_PER_DOT, to_page, *size)[:, :, 0]
    inked = (PAPER - surface) / (PAPER - INK)
    corners = np.array([(15, 10), (25, 10), (25, 20), (15, 20)], float)
    x, y = wall_points(np.linalg.inv(to_page), corners).T
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    rows, columns = np.nonzero(inked > 0.9)
    window = inked[rows.min() - 3 : rows.max() + 4, columns.min() - 3 : columns.max() + 4]
    assert window.sum() == pytest.approx(area, rel=1e-3)
    assert columns.min() == pytest.approx(x.min(), abs=1.6)
    assert rows.max() == pytest.approx(y.max(), abs=1.6)


def test_beside_the_page_lies_the_table():
    to_page = np.array([[0.1, 0, -5.0], [0, 0.1, -5.0], [0, 0, 1]])
    surface = printed_page(page_with_square(), MM_PER_DOT, to_page, 100, 100)
    assert surface[5, 5, 0] == pytest.approx(TABLE, abs=1)
    assert surface[90, 90, 0] == pytest.approx(PAPER, abs=1)
