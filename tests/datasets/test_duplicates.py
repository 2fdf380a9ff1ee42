import io

import numpy as np
import pytest
from PIL import Image

from cracklens.datasets import load_dataset, split_dataset
from cracklens.datasets.duplicates import NEAR_BITS, difference_hash, near_duplicate_groups
from cracklens.photos import read_photo
from cracklens.synthesis import render_tile


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Six different tiles; the first two again, encoded badly and resized."""
    folder = tmp_path_factory.mktemp("alike")
    paths = []
    for seed in range(6):
        tile = Image.fromarray(render_tile(cracked=seed % 2 == 0, seed=seed, size_px=160).pixels)
        paths.append(folder / f"{seed}.png")
        tile.save(paths[-1])
        if seed < 2:
            tile.save(folder / f"{seed}-bad.jpg", quality=30)
            tile.resize((120, 120)).save(folder / f"{seed}-small.png")
            paths += [folder / f"{seed}-bad.jpg", folder / f"{seed}-small.png"]
    return paths


def test_copies_share_a_group_and_others_do_not(pictures):
    groups = near_duplicate_groups(pictures)
    assert groups.tolist() == [0, 0, 0, 1, 1, 1, 2, 3, 4, 5]


def test_links_go_by_way_of_a_third_picture(tmp_path):
    rng = np.random.default_rng(0)
    base = rng.integers(0, 256, (64, 64, 3), np.uint8)
    far = base.copy()
    far[:, :12] = rng.integers(0, 256, (64, 12, 3), np.uint8)
    middle = base.copy()
    middle[:, :6] = far[:, :6]
    hashes, paths = [], []
    for name, pixels in (("base", base), ("middle", middle), ("far", far)):
        paths.append(tmp_path / f"{name}.png")
        Image.fromarray(pixels).save(paths[-1])
        hashes.append(np.unpackbits(difference_hash(read_photo(paths[-1]))))
    bits = [int((a != b).sum()) for a, b in ((hashes[0], hashes[1]), (hashes[1], hashes[2]))]
    direct = int((hashes[0] != hashes[2]).sum())
    assert max(bits) < direct
    limit = max(bits)
    assert len(set(near_duplicate_groups([paths[0], paths[2]], near_bits=limit))) == 2
    assert len(set(near_duplicate_groups(paths, near_bits=limit))) == 1


def test_an_unreadable_picture_is_alone(pictures, tmp_path):
    broken = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for path in broken:
        path.write_bytes(b"no picture")
    groups = near_duplicate_groups([broken[0], pictures[0], broken[1]])
    assert groups.tolist() == [0, 1, 2]


@pytest.mark.slow
def test_encoding_again_stays_below_the_limit(tiles):
    for path in sorted((tiles / "Positive").iterdir())[:20]:
        photo = read_photo(path)
        file = io.BytesIO()
        Image.fromarray(photo.pixels).save(file, "JPEG", quality=60)
        again = np.asarray(Image.open(file))
        other = type(photo)(path, again, "", ())
        differ = np.unpackbits(difference_hash(photo) ^ difference_hash(other)).sum()
        assert differ <= NEAR_BITS


@pytest.mark.slow
def test_no_copy_crosses_the_split(tmp_path):
    for label, cracked in (("Positive", True), ("Negative", False)):
        (tmp_path / label).mkdir()
        for seed in range(12):
            tile = Image.fromarray(render_tile(cracked, seed, 160).pixels)
            tile.save(tmp_path / label / f"{seed}.png")
            tile.save(tmp_path / label / f"{seed + 50}.jpg", quality=75)
    dataset = load_dataset(tmp_path)
    split = split_dataset(dataset, "near-duplicates", validation_fraction=0.3, seed=1)

    def tiles_of(part):
        return {
            (dataset.items[i].label, int(dataset.items[i].path.stem) % 50) for i in part.tolist()
        }

    assert len(split.train) + len(split.validation) == 48
    assert not tiles_of(split.train) & tiles_of(split.validation)
