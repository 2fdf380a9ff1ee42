"""What will not be graded is said before any photograph is searched, and only what is sure."""

import numpy as np
import pytest
from PIL import Image

from cracklens.grading import Context
from cracklens.inspection import foresight
from cracklens.inspection.foresight import not_graded_notes
from cracklens.photos.scale import ScaleRequest
from cracklens.progress import Progress

MBEI = Context(codes=("aashto-mbei",), reinforcement="reinforced")


@pytest.fixture
def paths(tmp_path):
    found = []
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (40, 30), (90, 90, 90)).save(tmp_path / name)
        found.append(tmp_path / name)
    return found


def notes(context, paths, *, table=False, tiles=False, **request):
    return not_graded_notes(context, ScaleRequest(**request), paths, table=table, tiles=tiles)


@pytest.mark.parametrize(
    ("context", "said"),
    [
        (
            Context(codes=("aashto-mbei",)),
            "nothing will be graded by aashto-mbei: differs by reinforcement: say --reinforcement",
        ),
        (Context(codes=("aci-224r",)), "nothing will be graded by aci-224r: differs by exposure"),
        (
            Context(codes=("en-1992-1-1",), exposure=("XD1",), reinforcement="prestressed"),
            "nothing will be graded by en-1992-1-1: en-1992-1-1, Table 7.1N, w_max, asks for",
        ),
        (
            Context(codes=("aashto-mbei",), reinforcement="reinforced", member="beam"),
            "no role 'beam' in --member: did you mean girder?",
        ),
    ],
)
def test_what_is_missing_is_said(paths, context, said):
    (told,) = notes(context, paths, mm_per_px=0.1)
    assert said in told


def test_no_scale_is_said_where_codes_are_asked_for(paths):
    (told,) = notes(MBEI, paths)
    assert told.startswith("nothing will be graded: no scale was given, and no file holds one")
    assert "--marker" in told
    assert notes(Context(), paths) == []


@pytest.mark.parametrize("given", [{"mm_per_px": 0.1}, {"marker_mm": 50.0}, {"distance_m": 2.0}])
def test_nothing_is_said_where_a_scale_may_be_found(paths, given):
    assert notes(MBEI, paths, **given) == []
    assert notes(MBEI, paths, table=True) == []


def test_a_world_file_is_a_scale(paths):
    paths[0].with_suffix(".jgw").write_text("0.001\n0\n0\n-0.001\n0\n0\n", encoding="ascii")
    (told,) = notes(MBEI, paths)
    assert "no scale was given, and 1 of 2 files hold none" in told
    paths[1].with_suffix(".jgw").write_text("0.001\n0\n0\n-0.001\n0\n0\n", encoding="ascii")
    assert notes(MBEI, paths) == []


def test_of_many_photographs_no_header_is_read(paths, monkeypatch):
    monkeypatch.setattr(foresight, "MOST_HEADERS", 1)
    monkeypatch.setattr(foresight, "read_metadata", None)
    (told,) = notes(MBEI, paths)
    assert "what has none in its file is not graded" in told


def test_a_tile_classifier_grades_nothing(paths):
    (told,) = notes(MBEI, paths, tiles=True, mm_per_px=0.1)
    assert "labels whole tiles" in told


class _Heard(Progress):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def test_it_is_said_before_the_network_starts(tmp_path, monkeypatch):
    from cracklens.api import inspecting
    from cracklens.inspection.config import InspectConfig

    Image.fromarray(np.full((80, 80, 3), 120, np.uint8)).save(tmp_path / "wall.png")

    def starts(*_, **__):
        raise RuntimeError("the network starts")

    monkeypatch.setattr(inspecting, "load_detector", starts)
    heard = _Heard()
    config = InspectConfig(codes=("aashto-mbei",), member="beam")
    with pytest.raises(RuntimeError, match="the network starts"):
        inspecting.inspect_all([tmp_path / "wall.png"], None, config, progress=heard)
    assert [line.partition(":")[0] for line in heard.said] == [
        "nothing will be graded by aashto-mbei",
        "nothing will be graded",
        "no role 'beam' in --member",
    ]
