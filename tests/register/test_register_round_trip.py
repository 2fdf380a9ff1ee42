"""Whatever the schema of the record allows comes out of a register as it went in."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cracklens
from cracklens.record.schema import (
    BranchRecord,
    CopyRecord,
    CrackRecord,
    FailedRecord,
    Inspection,
    PhotoRecord,
    RejectedRecord,
    TileRecord,
)
from cracklens.register.database import Register, create
from cracklens.register.export_inspection import export_inspection, read_inspection
from cracklens.register.import_inspection import import_inspection
from cracklens.synthesis import render_scene
from register_records import graded

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
FLOAT = st.floats(allow_nan=False, allow_infinity=False, width=64)
POSITIVE = st.floats(0, 1e12)
SHARE = st.floats(0, 1)
MAYBE_SHARE = st.none() | SHARE
POINT = st.tuples(FLOAT, FLOAT)
BOX = st.tuples(*[st.integers(0, 10**6)] * 4)
KINDS = st.dictionaries(TEXT, SHARE, max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | FLOAT | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
BRANCH = st.builds(
    BranchRecord,
    points_px=st.lists(POINT, min_size=2, max_size=3),
    width_px=st.lists(FLOAT, max_size=2),
    start=st.integers(0, 5),
    end=st.integers(0, 5),
    inferred=st.lists(st.tuples(st.integers(), st.integers()), max_size=1),
)
CRACK = st.builds(
    CrackRecord,
    id=TEXT,
    probability=MAYBE_SHARE,
    kinds=KINDS,
    confidence=SHARE,
    length_px=POSITIVE,
    mean_width_px=POSITIVE,
    max_width_px=POSITIVE,
    widest_px=POINT,
    orientation_deg=st.floats(0, 180, exclude_max=True),
    box_px=BOX,
    touches_border=st.booleans(),
    nodes_px=st.lists(POINT, max_size=2),
    branches=st.lists(BRANCH, min_size=1, max_size=2),
    continues=st.lists(TEXT, max_size=1),
    measurement=st.none(),
    grades=st.just([]),
    priority=st.none(),
    network=st.none(),
)
REJECTED = st.builds(
    RejectedRecord,
    reason=TEXT,
    detail=TEXT,
    probability=MAYBE_SHARE,
    kinds=KINDS,
    confidence=SHARE,
    length_px=POSITIVE,
    box_px=BOX,
    lines_px=st.lists(st.lists(POINT, max_size=2), max_size=2),
)
TILE = st.builds(TileRecord, box_px=BOX, probability=SHARE)
PHOTO = st.builds(
    PhotoRecord,
    id=TEXT,
    path=TEXT,
    sha256=st.sampled_from(["a" * 64, "b" * 64, "c" * 64]),
    width_px=st.integers(1, 10**6),
    height_px=st.integers(1, 10**6),
    notes=st.lists(TEXT, max_size=2),
    no_concrete_share=SHARE,
    map_kind=st.sampled_from(["pixels", "tiles"]),
    scale=st.none(),
    scale_missing=st.none() | TEXT,
    fitness=st.none(),
    field=st.none(),
    finest_crack=st.none(),
    finest_crack_missing=st.none() | TEXT,
    cracks=st.lists(CRACK, max_size=2),
    rejected=st.lists(REJECTED, max_size=2),
    tiles=st.lists(TILE, max_size=2),
    overlay=st.none(),
)


@st.composite
def inspections(draw, small):
    base = graded(small)
    first = base.photographs[0]
    photos = draw(st.lists(PHOTO, max_size=3))
    if draw(st.booleans()):
        photos.append(first)
    return base.model_copy(
        update={
            "root": draw(TEXT),
            "created": draw(st.datetimes(timezones=st.just(base.created.tzinfo))),
            "configuration": draw(st.dictionaries(TEXT, JSON, max_size=3)),
            "photographs": photos,
            "failed": draw(st.lists(st.builds(FailedRecord, path=TEXT, reason=TEXT), max_size=2)),
            "copies": draw(st.lists(st.builds(CopyRecord, path=TEXT, of=TEXT), max_size=2)),
            "limits": draw(st.lists(TEXT, max_size=2)),
        }
    )


@pytest.fixture
def small(small_inspection):
    return small_inspection


def round_trip(register: Register, given: Inspection) -> Inspection:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given.save(folder / "in")
        done = import_inspection(register, folder / "in", "Bridge")
        again = import_inspection(register, folder / "in", "Bridge")
        assert again.known
        assert (again.visit_id, again.version) == (done.visit_id, done.version)
        out = export_inspection(register, done.visit_id, folder / "out", done.version).folder
        assert (out / "inspection.json").read_bytes() == (
            folder / "in" / "inspection.json"
        ).read_bytes()
        return Inspection.load(out)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_record_survives(register, small, data):
    inspection = data.draw(inspections(small))
    assert round_trip(register, inspection) == inspection


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_records_one_after_another_stay_what_they_were(sqlite, small, data):
    given = data.draw(st.lists(inspections(small), min_size=2, max_size=4))
    seen = {}
    with tempfile.TemporaryDirectory() as name:
        for number, inspection in enumerate(given):
            inspection.save(Path(name, str(number)))
            done = import_inspection(sqlite, Path(name, str(number)), "Bridge")
            seen[done.visit_id, done.version] = inspection
    with sqlite.reading() as session:
        for (visit_id, version), inspection in seen.items():
            assert read_inspection(session, visit_id, version) == inspection


@pytest.mark.slow
def test_a_real_inspection_survives(tmp_path, segmenter_folder):
    from PIL import Image

    scene = render_scene(3, width_px=900, height_px=700)
    (tmp_path / "bridge").mkdir()
    Image.fromarray(scene.pixels).save(tmp_path / "bridge" / "wall.png")
    found = cracklens.inspect(
        tmp_path / "bridge", mm_per_px=0.2, codes=["aashto-mbei"], reinforcement="reinforced"
    )
    assert sum(len(photo.cracks) for photo in found.photographs)
    with create(tmp_path / "register.db") as register:
        assert round_trip(register, found) == found
