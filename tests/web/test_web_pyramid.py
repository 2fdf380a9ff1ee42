"""Tiles for deep zoom: their pixels are those of the photograph."""

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from cracklens.errors import PhotoError, UsageError
from cracklens.web.pyramid import TILE_PX, Pyramids, level_sizes


@pytest.fixture
def photo(tmp_path):
    rng = np.random.default_rng(1)
    small = rng.integers(0, 255, (13, 17, 3), dtype=np.uint8)
    file = tmp_path / "wall.png"
    Image.fromarray(small).resize((1100, 700), Image.Resampling.BICUBIC).save(file)
    return file


def decoded(data):
    return simplejpeg.decode_jpeg(data, "RGB").astype(int)


def test_the_tiles_of_the_last_level_are_the_photograph(photo):
    pyramids = Pyramids()
    whole = np.asarray(Image.open(photo)).astype(int)
    last = len(level_sizes(1100, 700)) - 1
    for row in range(2):
        for column in range(3):
            tile = decoded(pyramids.tile("a", photo, last, column, row))
            top, left = row * TILE_PX, column * TILE_PX
            part = whole[top : top + TILE_PX, left : left + TILE_PX]
            assert tile.shape == part.shape
            assert np.abs(tile - part).mean() < 4
    assert np.array_equal(pyramids.pixels("a", photo), whole)


def test_each_level_is_half_of_the_next(photo):
    pyramids = Pyramids()
    sizes = level_sizes(1100, 700)
    assert sizes[0] == (1, 1)
    assert sizes[-1] == (1100, 700)
    small = decoded(pyramids.tile("a", photo, len(sizes) - 3, 0, 0))
    assert small.shape == (175, 275, 3)
    whole = np.asarray(Image.open(photo).resize((275, 175), Image.Resampling.BOX)).astype(int)
    assert np.abs(small - whole).mean() < 5
    assert decoded(pyramids.tile("a", photo, 0, 0, 0)).shape == (1, 1, 3)


@pytest.mark.parametrize("place", [(11, 3, 0), (11, 0, 2), (12, 0, 0), (-1, 0, 0), (11, -1, 0)])
def test_a_tile_that_is_not_there_is_refused(photo, place):
    with pytest.raises(UsageError, match=r"no tile|levels"):
        Pyramids().tile("a", photo, *place)


def test_old_photographs_leave_memory_and_come_back(photo, tmp_path):
    other = tmp_path / "other.png"
    Image.new("RGB", (800, 600), (200, 10, 10)).save(other)
    pyramids = Pyramids(most_bytes=3_200_000)
    first = pyramids.tile("a", photo, 9, 0, 0)
    pyramids.tile("b", other, 9, 0, 0)
    assert list(pyramids._kept) == ["b"]
    assert pyramids.tile("a", photo, 9, 0, 0) == first


def test_a_photograph_that_is_gone_is_said(tmp_path):
    with pytest.raises(PhotoError):
        Pyramids().tile("a", tmp_path / "none.jpg", 0, 0, 0)
