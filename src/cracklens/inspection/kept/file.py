"""The file with what is kept of one photograph: `lines/P003.npz`, without pickles."""

import json
import zipfile
import zlib
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from cracklens.detection.surface import SurfaceMap
from cracklens.errors import DataError, DataNotFoundError, UsageError
from cracklens.files import LINES, open_regular, writing
from cracklens.inspection.kept.arrays import Array, packed, unpacked
from cracklens.inspection.kept.lines import arrays_of, cracks_from, judged_arrays, judged_from
from cracklens.inspection.kept.photograph import KeptPhoto
from cracklens.inspection.kept.sight import scale_from, scale_meta, sight_from, sight_meta
from cracklens.inspection.looked import Looked
from cracklens.measurement.seen import SeenWidths
from cracklens.models.card import Surface
from cracklens.photos.fitness import Check
from cracklens.photos.metadata import Metadata
from cracklens.photos.xmp import Xmp
from cracklens.record.facts import PhotoFacts
from cracklens.tracing.crack import Crack, Rejected, Tracing, Verdict
from cracklens.verification.judged import Decision, JudgedLines

VERSION = 1
_META = "meta"
_FAULTS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, zipfile.BadZipFile,
    UsageError,
)  # fmt: skip
AGAIN = "inspect the photographs again to be able to regrade"


def kept_path(folder: Path, identifier: str) -> Path:
    """Return the file of a photograph in the folder of an inspection."""
    return folder / LINES / f"{identifier}.npz"


def write_kept(kept: KeptPhoto, path: Path) -> None:
    """Write what is kept of a photograph, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    arrays, meta = _content(kept)
    index, pools = packed(arrays)
    text = json.dumps({"version": VERSION, **meta, "arrays": index}, ensure_ascii=True)
    with writing(path) as partial, partial.open("wb") as file:
        np.savez_compressed(
            file, allow_pickle=False, **{_META: np.frombuffer(text.encode(), np.uint8), **pools}
        )


def read_kept(path: Path, sha256: str | None = None) -> KeptPhoto:
    """Read what is kept of a photograph.

    Args:
        path: the file.
        sha256: of the photograph; None for any.

    Raises:
        DataNotFoundError: there is no such file.
        DataError: it is damaged, of another version, or of another photograph.
    """
    try:
        with open_regular(path) as file, np.load(file, allow_pickle=False) as members:
            found = {name: members[name] for name in members.files}
        meta = json.loads(found.pop(_META).tobytes())
        version = meta["version"]
    except FileNotFoundError as error:
        raise DataNotFoundError(f"{path} is missing: {AGAIN}") from error
    except (OSError, zlib.error, *_FAULTS) as error:
        raise DataError(f"{path} is damaged ({_said(error)}): {AGAIN}") from error
    if version != VERSION:
        raise DataError(
            f"{path} has version {version}; this cracklens reads {VERSION}: {AGAIN}, or use the "
            "cracklens that wrote it"
        )
    try:
        kept = _photo(meta, unpacked(meta["arrays"], found))
    except _FAULTS as error:
        raise DataError(f"{path} is damaged ({_said(error)}): {AGAIN}") from error
    if sha256 is not None and kept.facts.sha256 != sha256:
        raise DataError(f"{path} is that of another photograph: {AGAIN}")
    return kept


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _content(kept: KeptPhoto) -> tuple[dict[str, Array], dict[str, Any]]:
    facts, looked = kept.facts, kept.looked
    arrays: dict[str, Array] = {
        "tile_boxes_px": facts.tile_boxes_px.astype(np.int32),
        "tile_probability": facts.tile_probability.astype(np.float32),
    }
    names = {"tile_boxes_px", "tile_probability"}
    meta: dict[str, Any] = {
        "facts": {f.name: getattr(facts, f.name) for f in fields(facts) if f.name not in names},
        "metadata": asdict(kept.metadata),
        "checks": looked.checks
        if isinstance(looked.checks, str)
        else [asdict(check) for check in looked.checks],
        "shape": list(looked.shape),
        "sight": sight_meta(kept.sight),
        "scale": kept.scale and scale_meta(kept.scale),
        "scale_missing": kept.scale_missing,
        "scale_said": kept.scale_said,
    }
    if looked.hidden is not None:
        arrays["hidden"] = looked.hidden
    if isinstance(looked.widths, SeenWidths):
        arrays |= {f"seen.{f.name}": getattr(looked.widths, f.name) for f in fields(SeenWidths)}
    else:
        meta["widths"] = looked.widths
    if isinstance(kept.lines, JudgedLines) and kept.decision:
        arrays |= judged_arrays(kept.lines)
        meta["decision"] = asdict(kept.decision)
        meta["line_notes"] = kept.lines.notes
    else:
        assert isinstance(kept.lines, Tracing)
        arrays |= arrays_of([*kept.lines.cracks, *(one.crack for one in kept.lines.rejected)])
        meta["traced"] = _traced_meta(kept.lines)
    if kept.surface is not None:
        arrays["surface.known"] = kept.surface.known.astype(np.float32)
        if kept.surface.concrete is not None:
            arrays["surface.concrete"] = kept.surface.concrete
        meta["surface"] = {
            "distance": kept.surface.distance,
            "settings": kept.surface.settings.model_dump(mode="json"),
        }
    return arrays, meta


def _photo(meta: dict[str, Any], arrays: dict[str, Array]) -> KeptPhoto:
    given = {**meta["facts"], "notes": tuple(meta["facts"]["notes"])}
    given["sizes"] = tuple(given.get("sizes", ()))
    facts = PhotoFacts(
        **given,
        tile_boxes_px=arrays["tile_boxes_px"],
        tile_probability=arrays["tile_probability"],
    )
    lines, decision = _lines(meta, arrays, facts.shape)
    checks = meta["checks"]
    columns: dict[str, Any] = {f.name: arrays.get(f"seen.{f.name}") for f in fields(SeenWidths)}
    if columns["spread"] is None:  # files of earlier versions
        columns |= {"spread": np.full(2, np.nan), "spread_covariance": np.full((2, 2), np.nan)}
    widths: SeenWidths | str | None = meta.get("widths")
    if "widths" not in meta:
        if any(column is None for column in columns.values()):
            raise ValueError("a column of the widths is missing")
        widths = SeenWidths(**columns)
    looked = Looked(
        tuple(meta["shape"]),
        checks if isinstance(checks, str) else tuple(Check(**check) for check in checks),
        widths,
        arrays.get("hidden"),
    )
    metadata = Metadata(**{**meta["metadata"], "xmp": Xmp(**meta["metadata"]["xmp"])})
    return KeptPhoto(
        facts,
        lines,
        decision,
        _surface(meta, arrays, facts.shape),
        looked,
        metadata,
        sight_from(meta["sight"], looked.shape),
        meta["scale"] and scale_from(meta["scale"]),
        meta["scale_missing"],
        meta["scale_said"],
    )


def _lines(
    meta: dict[str, Any], arrays: dict[str, Array], size_px: tuple[int, int]
) -> tuple[JudgedLines | Tracing, Decision | None]:
    if "decision" in meta:
        threshold, (a, b, c), rules = (
            meta["decision"][name] for name in ("threshold", "calibration", "rules")
        )
        judged = judged_from(arrays, size_px, tuple(meta["line_notes"]))
        return judged, Decision(threshold, (a, b, c), rules)
    traced = meta["traced"]
    cracks = [
        _with_verdict(crack, verdict)
        for crack, verdict in zip(cracks_from(arrays), traced["verdicts"], strict=True)
    ]
    count = len(cracks) - len(traced["rejected"])
    rejected = tuple(
        Rejected(crack, reason, detail)
        for crack, (reason, detail) in zip(cracks[count:], traced["rejected"], strict=True)
    )
    return Tracing(tuple(cracks[:count]), rejected, tuple(traced["notes"])), None


def _traced_meta(tracing: Tracing) -> dict[str, Any]:
    lines = [*tracing.cracks, *(one.crack for one in tracing.rejected)]
    return {
        "rejected": [(one.reason, one.detail) for one in tracing.rejected],
        "notes": tracing.notes,
        "verdicts": [
            line.verdict and [line.verdict.crack, dict(line.verdict.kinds)] for line in lines
        ],
    }


def _with_verdict(crack: Crack, verdict: list[Any] | None) -> Crack:
    return crack if verdict is None else replace(crack, verdict=Verdict(verdict[0], verdict[1]))


def _surface(
    meta: dict[str, Any], arrays: dict[str, Array], size_px: tuple[int, int]
) -> SurfaceMap | None:
    found = meta.get("surface")
    if found is None:
        return None
    return SurfaceMap(
        arrays["surface.known"],
        size_px,
        found["distance"],
        Surface.model_validate(found["settings"]),
        arrays.get("surface.concrete"),
    )
