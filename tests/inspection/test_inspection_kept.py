"""What is kept of a photograph: nothing is rounded, and nothing damaged is used."""

import json
import shutil
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import DataError, DataNotFoundError
from cracklens.grading import Context
from cracklens.grading.priority import load_weights
from cracklens.inspection.assess import Assessor
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.kept.arrays import packed, unpacked
from cracklens.inspection.kept.file import kept_path, read_kept, write_kept
from cracklens.inspection.kept.validate import kept_problems
from cracklens.inspection.regrade import CARD_SEARCHED, regrade
from cracklens.inspection.run import run_inspection
from cracklens.inspection.store import open_store
from cracklens.measurement.seen import SeenWidths
from cracklens.photos import read_photo
from cracklens.photos.scale import ScaleRequest
from cracklens.synthesis import render_specimen
from cracklens.verification.find import Finder

RUN = {"cracklens_version": "0.1.0", "settings": {}, "root": "/x", "photographs": ["wall.png"]}
WEIGHTS = load_weights()


class Known:
    """Finds the crack that was rendered."""

    def __init__(self, coverage):
        self.map = (coverage * 255).astype(np.uint8)

    def detect(self, pixels, mm_per_px=None):
        none = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
        return ProbabilityMap(self.map.copy(), *none)


@pytest.fixture(scope="module")
def kept_folder(tmp_path_factory):
    """A rendered wall with one crack, inspected with a typed scale; the folder of the work."""
    place = tmp_path_factory.mktemp("kept")
    specimen = render_specimen(5, width_px=5, angle_deg=20, variation=0.2)
    Image.fromarray(specimen.pixels).save(place / "wall.png")
    assess = Assessor(ScaleRequest(mm_per_px=0.1), Context(codes=("bre-251",)), WEIGHTS)
    store = open_store(place / "out", RUN, resume=False, overwrite=False)
    inputs = find_inputs([place / "wall.png"], None)
    outcome = run_inspection(inputs, Known(specimen.coverage), Finder(), assess, store=store)
    return place, store.result, outcome.records[0], assess, specimen


def again(kept, assess, path, load=None, threshold=None):
    def refuse():
        raise AssertionError("pixels were read")

    return regrade(
        kept, assess, load or refuse, path=path, identifier="P001", name="wall.png", overlay=None,
        threshold=threshold,
    )  # fmt: skip


def test_the_record_is_made_again_to_the_last_digit(kept_folder):
    place, folder, record, assess, _ = kept_folder
    kept = read_kept(kept_path(folder, "P001"), record.sha256)
    found = again(kept, assess, place / "wall.png")
    assert found.record.model_dump_json() == record.model_dump_json()
    assert found.kept is None
    assert record.cracks[0].measurement is not None


def test_a_finer_scale_that_comes_later_says_what_was_not_searched(kept_folder):
    place, folder, record, assess, _ = kept_folder
    kept = read_kept(kept_path(folder, "P001"), record.sha256)
    kept = replace(kept, facts=replace(kept.facts, sizes=(1.0, 0.5)))
    for mm_per_px, said in ((0.2, False), (0.05, True)):
        fine = replace(assess, request=ScaleRequest(mm_per_px=mm_per_px))
        notes = again(kept, fine, place / "wall.png").record.notes
        assert any(note.startswith("not searched at 0.25") for note in notes) == said


def test_what_is_written_is_read_as_it_was(kept_folder, tmp_path):
    _, folder, record, _, _ = kept_folder
    kept = read_kept(kept_path(folder, "P001"))
    write_kept(kept, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == kept_path(folder, "P001").read_bytes()
    assert isinstance(kept.looked.widths, SeenWidths)
    for column in fields(SeenWidths):
        assert getattr(kept.looked.widths, column.name).dtype.kind in "fiu"
    assert record.cracks[0].length_px == round(kept.tracing().cracks[0].length_px, 2)


@pytest.mark.parametrize(
    "request_",
    [
        ScaleRequest(),
        ScaleRequest(mm_per_px=0.333),
        ScaleRequest(distance_m=2.0, sensor_width_mm=13.2),
    ],
)
def test_another_scale_gives_what_the_photograph_gives(kept_folder, request_):
    place, folder, _, assess, specimen = kept_folder
    other = replace(assess, request=request_)
    inputs = find_inputs([place / "wall.png"], None)
    (fresh,) = run_inspection(inputs, Known(specimen.coverage), Finder(), other).records
    kept = read_kept(kept_path(folder, "P001"))
    load = lambda: read_photo(place / "wall.png")  # noqa: E731 - without a scale markers are sought
    found = again(kept, other, place / "wall.png", load)
    assert found.record == fresh
    if request_ == ScaleRequest():
        assert found.kept is not None
        assert again(found.kept, other, place / "wall.png").record == fresh


def test_a_marker_that_nobody_looked_for_is_looked_for_once(kept_folder):
    place, folder, _, assess, _ = kept_folder
    other = replace(assess, request=ScaleRequest(marker_mm=50))
    kept = read_kept(kept_path(folder, "P001"))
    read = []

    def load():
        read.append(1)
        return read_photo(place / "wall.png")

    found = again(kept, other, place / "wall.png", load)
    assert read
    assert "no marker was found" in found.record.scale_missing
    assert CARD_SEARCHED not in found.record.notes
    assert again(found.kept, other, place / "wall.png").record == found.record
    wider = replace(assess, request=ScaleRequest(marker_mm=60))
    again(found.kept, wider, place / "wall.png")


def changed_meta(file, **values):
    with np.load(file) as members:
        arrays = {name: members[name] for name in members.files}
    meta = {**json.loads(arrays["meta"].tobytes()), **values}
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez_compressed(file, **arrays)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.write_bytes(b""), "is damaged"),
        (lambda file: file.write_bytes(b"no zip at all"), "is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]), "damaged"),
        (lambda file: changed_meta(file, version=99), "has version 99"),
        (lambda file: changed_meta(file, shape=None), "is damaged"),
        (lambda file: changed_meta(file, arrays={}), "is damaged"),
        (lambda file: changed_meta(file, sight={"looks": 3}), "is damaged"),
        (lambda file: np.savez(file, meta=np.array([{}], object)), "is damaged"),
    ],
)
def test_a_damaged_file_is_refused_with_the_way_on(kept_folder, tmp_path, damage, said):
    file = tmp_path / "P001.npz"
    shutil.copy(kept_path(kept_folder[1], "P001"), file)
    damage(file)
    with pytest.raises(DataError, match=said) as refused:
        read_kept(file)
    assert "inspect the photographs again" in str(refused.value)


def test_a_flipped_bit_is_noticed(kept_folder, tmp_path):
    whole = bytearray(kept_path(kept_folder[1], "P001").read_bytes())
    for place in range(200, len(whole) - 600, max(1, len(whole) // 20)):
        broken = bytearray(whole)
        broken[place] ^= 16
        (tmp_path / "P001.npz").write_bytes(broken)
        try:
            kept = read_kept(tmp_path / "P001.npz")
        except DataError:
            continue
        write_kept(kept, tmp_path / "same.npz")  # only a byte that means nothing may differ
        assert (tmp_path / "same.npz").read_bytes() == bytes(whole)


def test_the_file_of_another_photograph_or_none_is_refused(kept_folder, tmp_path):
    with pytest.raises(DataError, match="another photograph"):
        read_kept(kept_path(kept_folder[1], "P001"), "0" * 64)
    with pytest.raises(DataNotFoundError, match="is missing"):
        read_kept(tmp_path / "P009.npz")


def test_validate_compares_the_lines_with_the_record(kept_folder, small_inspection, tmp_path):
    _, folder, record, _, _ = kept_folder
    found = small_inspection.model_copy(update={"photographs": [record]})
    assert list(kept_problems(found, folder)) == []
    assert list(kept_problems(found, tmp_path)) == []
    other = record.model_copy(update={"cracks": []})
    (problem,) = kept_problems(found.model_copy(update={"photographs": [other]}), folder)
    assert "other cracks than the record" in problem
    (problem,) = kept_problems(
        found.model_copy(update={"photographs": [record.model_copy(update={"id": "P002"})]}), folder
    )
    assert "P002.npz is missing" in problem


KINDS = st.sampled_from([np.float64, np.float32, np.int64, np.int32, np.uint8, np.bool_])


@given(
    st.dictionaries(
        st.text(min_size=1),
        KINDS.flatmap(lambda kind: npst.arrays(kind, npst.array_shapes(min_side=0, max_dims=3))),
        max_size=5,
    )
)
def test_arrays_survive_to_the_last_bit(arrays):
    index, pools = packed(arrays)
    found = unpacked(json.loads(json.dumps(index)), pools)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        np.testing.assert_array_equal(found[name], array)
