"""The strip along a line shows the line straight; the darkest path follows a drawn crack."""

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.synthesis import line_coverage
from cracklens.web.evidence import ROW_PX, darkest_path, strip_picture


def wall(line, width_px=3.0, shape=(300, 420)):
    """Grey noise with one dark line."""
    rng = np.random.default_rng(4)
    dark = line_coverage(line, np.full(len(line), width_px), *shape)
    grey = 150 + rng.normal(0, 6, shape) - 90 * dark
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def wave():
    x = np.arange(20.0, 400.0, 4.0)
    return np.stack([x, 150 + 40 * np.sin(x / 45)], axis=1)


def test_a_strip_shows_the_line_straight_in_its_middle():
    strip = simplejpeg.decode_jpeg(strip_picture(wall(wave()), [wave()], 3.0), "GRAY")[..., 0]
    assert strip.shape[0] == 33
    darkest = strip[:, 5:-5].astype(int).argmin(axis=0)
    assert np.abs(np.median(darkest) - 16) <= 1
    assert np.mean(np.abs(darkest - 16) <= 3) > 0.95


def test_a_long_line_is_shown_in_rows():
    line = np.array([[10.0, 50.0], [10.0 + 2.5 * ROW_PX, 50.0]])
    pixels = wall(line, shape=(100, 1600))
    picture = simplejpeg.decode_jpeg(strip_picture(pixels, [line[:1].repeat(2, 0), line], 3.0))
    assert picture.shape[1] == ROW_PX
    assert picture.shape[0] == 3 * 33 + 2 * 4


def test_the_darkest_path_follows_the_crack():
    line = wave()
    found = darkest_path(wall(line), line[0], line[-1])
    away = np.min(np.hypot(*(found[:, None] - line[None]).transpose(2, 0, 1)), axis=1)
    assert np.mean(away < 4) > 0.9
    assert away.max() < 12
    assert np.array_equal(found[[0, -1]], line[[0, -1]])
    assert len(found) < 120


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.floats(0, 59) for _ in range(4)]))
def test_any_two_points_are_joined(ends):
    pixels = np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    start, end = ends[:2], ends[2:]
    found = darkest_path(pixels, start, end)
    assert np.allclose(found[0], start)
    assert np.allclose(found[-1], end)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("end", [(-3, 5), (500, 5), (5, float("nan"))])
def test_a_point_beside_the_photograph_is_refused(end):
    with pytest.raises(UsageError, match="on the photograph"):
        darkest_path(np.zeros((60, 80, 3), np.uint8), (5, 5), end)


def test_a_finding_without_a_line_has_no_strip():
    with pytest.raises(UsageError, match="no line"):
        strip_picture(np.zeros((60, 80, 3), np.uint8), [], 3.0)
