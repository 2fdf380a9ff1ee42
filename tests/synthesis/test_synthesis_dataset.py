from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import OutputError, UsageError
from cracklens.progress import Progress, Step
from cracklens.synthesis import render_tile, render_tiles
from cracklens.synthesis.dataset import tile_seed


class Counting(Progress):
    def __init__(self):
        self.done, self.total = 0, None

    @contextmanager
    def step(self, name, total=None, unit="pictures"):
        counting = self
        self.total = total

        class Counter(Step):
            def advance(self, count=1):
                counting.done += count

        yield Counter()


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg"))


def test_the_folder_has_the_layout_and_can_be_decoded(tmp_path):
    folder, progress = tmp_path / "a" / "tiles", Counting()
    render_tiles(folder, 5, seed=3, size_px=64, progress=progress)
    expected = [f"Negative/{i:05d}.jpg" for i in (1, 2)] + [
        f"Positive/{i:05d}.jpg" for i in (1, 2, 3)
    ]
    assert names(folder) == expected
    assert progress.done == progress.total == 5
    for name in expected:
        with Image.open(folder / name) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (64, 64))
            decoded = np.asarray(picture).astype(float)
        tile = render_tile(name.startswith("Positive"), tile_seed(3, int(name[-9:-4])), 64)
        assert np.abs(decoded - tile.pixels).mean() < 4


def test_a_longer_set_begins_with_the_shorter_and_seeds_differ(tmp_path):
    render_tiles(tmp_path / "short", 4, size_px=32)
    render_tiles(tmp_path / "long", 8, size_px=32)
    render_tiles(tmp_path / "other", 4, size_px=32, seed=1)
    for name in names(tmp_path / "short"):
        content = (tmp_path / "short" / name).read_bytes()
        assert (tmp_path / "long" / name).read_bytes() == content
        assert (tmp_path / "other" / name).read_bytes() != content


def test_an_empty_folder_is_used_and_a_full_one_refused(tmp_path):
    render_tiles(str(tmp_path), 2, size_px=32)
    before = names(tmp_path)
    with pytest.raises(OutputError, match="not empty"):
        render_tiles(tmp_path, 4, size_px=32)
    assert names(tmp_path) == before


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "tiles").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        render_tiles(tmp_path / "tiles", 2)
    with pytest.raises(OutputError, match="cannot write"):
        render_tiles(tmp_path / "tiles" / "deeper", 2)


@pytest.mark.parametrize(
    "arguments", [{"count": 1}, {"count": 2, "seed": -1}, {"count": 2, "size_px": 8}]
)
def test_wrong_arguments_write_nothing(tmp_path, arguments):
    with pytest.raises(UsageError):
        render_tiles(tmp_path / "tiles", **arguments)
    assert not (tmp_path / "tiles").exists()
