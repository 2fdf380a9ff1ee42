"""A small record, in memory and on disk, that several rooms share."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cracklens.models.catalog import find_model
from cracklens.record.schema import (
    BranchRecord,
    CrackRecord,
    FailedRecord,
    Inspection,
    ModelRecord,
    PhotoRecord,
    RejectedRecord,
    TileRecord,
)
from wall_specimens import inspect_walls


def crack(identifier: str, x: float = 0.0) -> CrackRecord:
    return CrackRecord(
        id=identifier,
        confidence=0.9,
        length_px=10.0,
        mean_width_px=2.0,
        max_width_px=3.0,
        widest_px=(x + 5, 5),
        orientation_deg=0.0,
        box_px=(int(x), 4, 11, 3),
        touches_border=False,
        nodes_px=[(x, 5), (x + 10, 5)],
        branches=[
            BranchRecord(points_px=[(x, 5), (x + 10, 5)], width_px=[2.0, 2.0], start=0, end=1)
        ],
    )


@pytest.fixture
def small_inspection() -> Inspection:
    """Two photographs, of which one has two cracks, and one that failed."""
    common = {"sha256": "0" * 64, "width_px": 100, "height_px": 50, "map_kind": "pixels"}
    rejected = RejectedRecord(
        reason="too short",
        detail="8 px long, at least 30 are needed",
        confidence=0.5,
        length_px=8.0,
        box_px=(1, 1, 9, 3),
        lines_px=[[(1, 2), (9, 2)]],
    )
    return Inspection(
        cracklens_version="0.1.0",
        created=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
        root="/site/Brücke 7",
        configuration={"least_length_px": 30.0, "scales": [1.0]},
        model=ModelRecord(
            name="concrete",
            embedded=True,
            task="segment",
            network_sha256="f" * 64,
            engine="OpenVINO 2026.4.1",
            precision="f32",
            card={"name": "concrete"},
        ),
        photographs=[
            PhotoRecord(
                id="P001",
                path="north/a.jpg",
                notes=["PNG named '.jpg'"],
                cracks=[crack("P001-C01"), crack("P001-C02", 40)],
                rejected=[rejected],
                tiles=[TileRecord(box_px=(0, 0, 50, 50), probability=0.75)],
                overlay="overlays/P001-a.png",
                **common,
            ),
            PhotoRecord(
                id="P002", path="b.jpg", notes=[], cracks=[], rejected=[], tiles=[], overlay=None,
                **{**common, "sha256": "1" * 64},
            ),
        ],
        failed=[FailedRecord(path="c.jpg", reason="the file is empty (0 bytes)")],
        limits=["In pixels."],
    )  # fmt: skip


@pytest.fixture
def saved(small_inspection: Inspection, tmp_path: Path) -> Path:
    """The record and its overlay in a folder."""
    folder = tmp_path / "result"
    small_inspection.save(folder)
    (folder / "overlays").mkdir()
    (folder / "overlays" / "P001-a.png").touch()
    return folder


@pytest.fixture(scope="session")
def verified_folder(made_once: Callable[..., Path]) -> Path:
    """The embedded segmenter with a verifier of random weights. Read only."""

    def fill(folder: Path) -> None:
        import torch

        from cracklens.training.verify.calibrate import Calibration
        from cracklens.training.verify.config import VerifyConfig
        from cracklens.training.verify.network import VerifierNetwork
        from cracklens.training.verify.write import write_verifier

        torch.manual_seed(0)
        calibration = Calibration((0.0, 1.0, 0.0), 0.0, 0.05, 1.0, 1.0)
        network = VerifierNetwork()
        write_verifier(find_model("concrete"), folder, network, VerifyConfig(), calibration, {})

    return made_once("verified", fill)


@pytest.fixture(scope="session")
def measured_walls(made_once: Callable[..., Path]) -> Path:
    """What `inspect_walls` makes. Read only."""
    return made_once("measured-walls", inspect_walls)
