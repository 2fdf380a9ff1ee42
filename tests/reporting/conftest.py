"""Records made by hand over rendered concrete: the reporting needs no model."""

from datetime import UTC, datetime
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from cracklens.record.measured import (
    CheckRecord,
    ContextRecord,
    FieldRecord,
    FitnessRecord,
    GradeRecord,
    MeasurementRecord,
    PriorityRecord,
    ProfileRecord,
    QuantitiesRecord,
    QuantityRecord,
    ScaleRecord,
    StateQuantityRecord,
    TermRecord,
    WidthClassRecord,
)
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
from cracklens.synthesis import render_concrete

HEIGHT_PX, WIDTH_PX = 600, 800
EVIL = "<script>alert(1)</script>.jpg"
FORMULA = '=HYPERLINK("x").jpg'


def branch(points, width_px=4.0, start=0, end=1):
    points = [(float(x), float(y)) for x, y in points]
    return BranchRecord(points_px=points, width_px=[width_px] * len(points), start=start, end=end)


def crack(crack_id, branches, *, confidence=0.9, leaves=False):
    points = np.concatenate([part.points_px for part in branches])
    width_px = np.concatenate([part.width_px for part in branches])
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    across, down = points[-1] - points[0]
    return CrackRecord(
        id=crack_id,
        confidence=confidence,
        length_px=sum(
            float(np.hypot(*np.diff(np.array(part.points_px), axis=0).T).sum()) for part in branches
        ),
        mean_width_px=float(width_px.mean()),
        max_width_px=float(np.quantile(width_px, 0.95)),
        widest_px=tuple(points[int(width_px.argmax())]),
        orientation_deg=float(np.degrees(np.arctan2(-down, across)) % 180),
        box_px=(*map(int, low), *map(int, high - low + 1)),
        touches_border=leaves,
        nodes_px=[branches[0].points_px[0], branches[0].points_px[-1]],
        branches=branches,
    )


def photo(photo_id, path, cracks=(), *, size=(WIDTH_PX, HEIGHT_PX), kind="pixels", **fields):
    given = {
        "sha256": f"{photo_id:0>64}",
        "notes": [],
        "rejected": [],
        "tiles": [],
        "overlay": f"overlays/{photo_id}.png",
        **fields,
    }
    return PhotoRecord(
        id=photo_id, path=path, width_px=size[0], height_px=size[1], map_kind=kind,
        cracks=sorted(cracks, key=lambda item: -item.length_px), **given,
    )  # fmt: skip


def rejected(line, reason="too short", detail="12 px long, at least 40 are needed"):
    low, high = np.min(line, axis=0), np.max(line, axis=0)
    return RejectedRecord(
        reason=reason,
        detail=detail,
        confidence=0.55,
        length_px=float(np.hypot(*np.diff(line, axis=0).T).sum()),
        box_px=(*map(int, low), *map(int, high - low + 1)),
        lines_px=[line],
    )


def grid(width_px, height_px, side_px, rng):
    return [
        TileRecord(box_px=(x, y, side_px, side_px), probability=float(rng.random() ** 3))
        for y in range(0, height_px - side_px + 1, side_px)
        for x in range(0, width_px - side_px + 1, side_px)
    ]


def rough_line(start, end, rng, step_px):
    """Return points from start to end, about a step apart, off the straight by half a step."""
    across, down = end - start
    length_px = float(np.hypot(across, down))
    share = np.linspace(0, 1, max(3, int(length_px / step_px)))
    aside = rng.uniform(-0.5, 0.5, len(share)) * step_px * (share * (1 - share) > 0)
    normal = np.array([-down, across]) / length_px
    return start + share[:, None] * (end - start) + aside[:, None] * normal


def scene(seed, size=(WIDTH_PX, HEIGHT_PX), cracks=3):
    """Return pixels of cracked concrete and its cracks, each a list of (points, widths)."""
    rng = np.random.default_rng(seed)
    width_px, height_px = size
    reach = min(size)
    pixels = np.clip(render_concrete(height_px, width_px, rng), 0, 255).astype(np.uint8)
    found = []
    for _ in range(cracks):
        middle = rng.uniform(0.25, 0.75, 2) * size
        angle = rng.uniform(0, np.pi)
        along = np.array([np.cos(angle), np.sin(angle)])
        away = rng.uniform(0.2, 0.4) * reach * along
        line = rough_line(middle - away, middle + away, rng, reach / 50)
        twig = rough_line(middle, middle + 0.2 * reach * along[::-1] * (1, -1), rng, reach / 50)
        found.append([])
        for course, width in ((line, reach / 110), (twig, reach / 200)):
            points = course.clip(0, np.array(size) - 1)
            profile = width * rng.uniform(0.5, 1.0, len(points))
            for start, end, stroke in zip(points, points[1:], profile, strict=False):
                ends = [np.rint(point).astype(int).tolist() for point in (start, end)]
                cv2.line(pixels, *ends, (45, 42, 40), max(1, round(stroke)), cv2.LINE_AA)
            found[-1].append((points, profile))
    return pixels, found


def crack_records(photo_id, found):
    return [
        crack(
            f"{photo_id}-C{number:02}",
            [
                BranchRecord(
                    points_px=[tuple(map(float, point)) for point in points],
                    width_px=[float(value) for value in width],
                    start=0,
                    end=1,
                )
                for points, width in stretches
                if len(points) > 1
            ],
            confidence=0.95 - 0.05 * number,
            leaves=number == 1,
        )
        for number, stretches in enumerate(found, 1)
    ]


def model_record():
    return ModelRecord(
        name="cracklens-small",
        embedded=True,
        task="segment",
        network_sha256="ab" * 32,
        engine="openvino",
        precision="bf16",
        card={
            "name": "cracklens-small",
            "task": "segment",
            "labels": ["Negative", "Positive"],
            "architecture": {
                "backbone": "u-net",
                "weights": "from scratch",
                "weights_licence": "none",
                "head": "two",
                "parameters": 1234567,
                "trained_parameters": 1234567,
            },
            "segmentation": {
                "window_px": 512,
                "multiple_px": 32,
                "scales": [1.0, 0.5],
                "seed_threshold": 0.6,
                "grow_threshold": 0.3,
            },
            "data": {
                "name": "METU & rendered <walls>",
                "licence": "CC BY 4.0",
                "citation": "Özgenel, Ç. F. (2019). doi:10.17632/5y9wdsg2zt.2",
                "counts": {"train": {"Negative": 1000, "Positive": 900}},
            },
            "validation": {
                "count": 400,
                "accuracy": {"value": 0.9931, "low": 0.9812, "high": 0.9987},
                "auroc": {"value": 0.9995, "low": 0.999, "high": 1.0},
                "pixels": {"f1": 0.8123},
            },
        },
    )


def inspection_of(photographs, failed=()):
    return Inspection(
        cracklens_version="0.2.0",
        created=datetime(2025, 3, 4, 5, 6, tzinfo=UTC),
        root="/site/bridge 17",
        configuration={
            "photographs": ["site/"],
            "model": None,
            "tracing": {"min_length_px": 40, "seed": 0.6},
            "workers": 2,
        },
        model=model_record(),
        photographs=list(photographs),
        failed=list(failed),
        limits=[
            "No scale was given: lengths and widths are in pixels.",
            "Cracks narrower than about 1 px are not found.",
        ],
    )


def quantity(value, **contributions):
    """Return a value with the uncertainties that its sources add."""
    standard = float(np.hypot.reduce(list(contributions.values()) or [0.0]))
    return QuantityRecord(
        value=value,
        standard=standard,
        low=max(0.0, value - 1.96 * standard),
        high=value + 1.96 * standard,
        contributions={name.replace("_", " "): part for name, part in contributions.items()},
    )


def scale_record(mm_per_px=0.1, *, source="marker", risks=(), homography=None, tilt_deg=6.0):
    return ScaleRecord(
        mm_per_px=mm_per_px,
        relative_standard=0.004,
        source=source,
        detail="ArUco marker 7, 50 mm, 212 px wide, seen at 6 degrees",
        homography=homography,
        tilt_deg=tilt_deg,
        risks=list(risks),
    )


def fitness_record(verdict="measure", advice=()):
    good = {"measure": "good", "detect only": "poor", "retake": "bad"}[verdict]
    return FitnessRecord(
        verdict=verdict,
        advice=list(advice),
        checks=[
            CheckRecord(name="focus", value=0.9, unit="px", verdict="good", advice=""),
            CheckRecord(
                name="scale", value=0.1, unit="mm/px", verdict=good, advice="; ".join(advice)
            ),
            CheckRecord(name="JPEG quality", value=None, unit="", verdict="not known", advice=""),
        ],
    )


def profile_record(part, mm_per_px, step_px=5.0):
    """Return widths at stations along a branch, between the widths of its points."""
    points = np.array(part.points_px)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, along[-1], max(2, int(along[-1] / step_px)))
    wobble = 1 + 0.06 * np.sin(at / 9.0)
    width = np.interp(at, along, part.width_px) * wobble
    stations = np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)
    method = ["mask" if number % 17 > 14 else "profile" for number in range(len(at))]
    method = ["none" if number % 41 in (0, 1) else kind for number, kind in enumerate(method)]
    known = [kind != "none" for kind in method]

    def column(values):
        return [round(float(v), 4) if k else None for v, k in zip(values, known, strict=True)]

    in_mm = mm_per_px is not None
    return ProfileRecord(
        points_px=[tuple(map(float, point)) for point in stations],
        width_px=column(width),
        standard_px=column(0.1 + 0.03 * width),
        width_mm=column(width * mm_per_px) if in_mm else None,
        standard_mm=column((0.1 + 0.03 * width) * mm_per_px) if in_mm else None,
        method=method,
    )


def measured(found, mm_per_px=None, axis_deg=None):
    """Return a traced crack with what a measurement adds; without a scale in px alone."""
    width = {"profile_fit": 0.12, "blur": 0.08, "pixel_size": 0.05}
    in_px = quantity(found.max_width_px, **width)
    scaled = {name: part * mm_per_px for name, part in width.items()} if mm_per_px else {}

    def mm(value_px, **more):
        return quantity(value_px * mm_per_px, **scaled, **more) if mm_per_px else None

    to_axis = None
    if axis_deg is not None:
        to_axis = abs((found.orientation_deg - axis_deg + 90) % 180 - 90)
    directions = {True: "longitudinal", False: "transverse"}
    return found.model_copy(
        update={
            "measurement": MeasurementRecord(
                length_px=quantity(found.length_px, centreline=0.006 * found.length_px),
                length_mm=mm(found.length_px, centreline=0.004 * found.length_px * mm_per_px)
                if mm_per_px
                else None,
                is_lower_bound=found.touches_border,
                max_width_px=in_px,
                mean_width_px=quantity(found.mean_width_px, profile_fit=0.05),
                max_width_mm=mm(found.max_width_px, scale=0.004 * found.max_width_px * mm_per_px)
                if mm_per_px
                else None,
                mean_width_mm=mm(found.mean_width_px),
                measured_share=0.87,
                orientation_deg=quantity(found.orientation_deg, course=0.4),
                to_axis_deg=to_axis,
                direction=None
                if to_axis is None
                else "diagonal"
                if 30 < to_axis < 60
                else directions[to_axis <= 30],
                pattern="branched" if len(found.branches) > 1 else "single",
                profiles=[profile_record(part, mm_per_px) for part in found.branches],
            )
        }
    )


def share_below(value, bound):
    """Return the probability that a quantity lies below a bound, if it is normal."""
    from statistics import NormalDist

    return NormalDist(value.value, max(value.standard, 1e-9)).cdf(bound)


def grade_record(width, code, *, refused=None):
    """Return what one of two codes says: an inspection state (MBEI) or a design limit (EN)."""
    state = code == "aashto-mbei"
    bounds = (0.30, 1.27) if state else (0.30,)
    names = ("CS1", "CS2", "CS3") if state else ("within 0.30 mm", "exceeds 0.30 mm")
    below = [0.0, *(share_below(width, bound) for bound in bounds), 1.0]
    states = {
        name: round(high - low, 3)
        for name, low, high in zip(names, below, below[1:], strict=False)
        if high - low > 0.005
    }
    edges = [sum(edge >= bound for bound in bounds) for edge in (width.low, width.high)]
    ordered = sorted(states.items(), key=lambda item: -item[1])
    return GradeRecord(
        code=code,
        title="AASHTO Manual for Bridge Element Inspection" if state else "Eurocode 2",
        clause="defect 1130, cracking in reinforced concrete (2019)"
        if state
        else "Table 7.1N (2004)",
        kind="inspection state" if state else "design limit",
        verified="secondary" if state else "primary",
        states={} if refused else states,
        stated=None if refused or edges[0] != edges[1] else names[edges[0]],
        text="not graded"
        if refused
        else ", ".join(f"{name} {share:.2f}" for name, share in ordered),
        refused=refused,
        basis=[f"width {width.value:.2f} mm ({width.low:.2f} to {width.high:.2f})"],
        notes=["read in a secondary source"] if state else ["w_max is nationally determined"],
    )


TOO_COARSE = (
    "the boundary at 0.30 mm is 1.0 px in this photograph, at least 3 px are needed: "
    "take it from at most 0.8 m"
)


def graded(found, refused=None):
    """Return a measured crack with grades by two codes and a priority."""
    width = found.measurement.max_width_mm
    severity = min(1.0, width.value / 2)
    terms = [
        TermRecord(name="severity", value=severity, weight=0.5, text=f"{width.value:.2f} mm"),
        TermRecord(name="extent", value=0.4, weight=0.2, text="0.9 m of crack"),
        TermRecord(name="exposure", value=0.7, weight=0.3, text="XC4"),
    ]
    return found.model_copy(
        update={
            "grades": [
                grade_record(width, "aashto-mbei", refused=refused),
                grade_record(width, "en-1992-1-1", refused=refused),
            ],
            "priority": PriorityRecord(
                score=100 * sum(term.value * term.weight for term in terms),
                terms=terms,
                note="An order in which to look, not a rating.",
            ),
        }
    )


def measured_photo(traced, mm_per_px, *, axis_deg=0.0, refused=None, **fields):
    """Return a photograph with all that a scale gives: widths, grades, fitness, field."""
    scale = scale_record(mm_per_px, **fields)
    cracks = [graded(measured(c, mm_per_px, axis_deg), refused) for c in traced.cracks]
    area_m2 = traced.width_px * traced.height_px * mm_per_px**2 / 1e6
    length_m = sum(c.measurement.length_mm.value for c in cracks) / 1000
    return traced.model_copy(
        update={
            "scale": scale,
            "fitness": fitness_record(),
            "field": FieldRecord(
                pattern="several" if cracks else "none",
                parallel=[],
                spacing_px=None,
                spacing_mm=quantity(412.0, course=9.0) if len(cracks) > 1 else None,
                density_m_per_m2=quantity(length_m / area_m2, scale=0.01),
                area_m2=quantity(area_m2, scale=0.004 * area_m2),
            ),
            "cracks": cracks,
        }
    )


def photo_without_scale(traced, verdict="detect only", advice=("put a marker into the picture",)):
    """Return a photograph that was measured in pixels, with what keeps it from millimetres."""
    return traced.model_copy(
        update={
            "scale_missing": "no marker was found, and the file names no focal length: put a "
            "marker beside the crack, or give --mm-per-px",
            "fitness": fitness_record(verdict, advice),
            "field": FieldRecord(
                pattern="several" if traced.cracks else "none", parallel=[], spacing_px=None,
                spacing_mm=None, density_m_per_m2=None, area_m2=None,
            ),
            "cracks": [measured(c) for c in traced.cracks],
        }
    )  # fmt: skip


CONTEXT = ContextRecord(
    codes=["aashto-mbei", "en-1992-1-1"], exposure="XC4", reinforcement="reinforced", member="wall",
    axis_deg=0.0,
)  # fmt: skip


def quantities_record(photographs):
    """Return metres by class of width and by state, as the record of an inspection sums them."""
    with_scale = [each for each in photographs if each.scale and each.field]
    pairs = [
        (c.measurement.max_width_mm.value, c.measurement.length_mm.value / 1000, c)
        for each in with_scale
        for c in each.cracks
        if c.measurement and c.measurement.max_width_mm
    ]
    classes = [("< 0.10 mm", 0, 0.1), ("0.10 to 0.30 mm", 0.1, 0.3),
               ("0.30 to 1.27 mm", 0.3, 1.27), ("> 1.27 mm", 1.27, None)]  # fmt: skip
    states = {}
    for _, length_m, found in pairs:
        for grade in found.grades:
            for state, share in grade.states.items():
                key = grade.code, state
                states[key] = states.get(key, 0.0) + share * length_m
    return QuantitiesRecord(
        measured_photographs=len(with_scale),
        area_m2=sum(each.field.area_m2.value for each in with_scale),
        width_classes=[
            WidthClassRecord(
                name=name,
                above_mm=low,
                up_to_mm=high,
                length_m=sum(m for w, m, _ in pairs if low <= w < (high or np.inf)),
                cracks=sum(low <= w < (high or np.inf) for w, _, _ in pairs),
            )
            for name, low, high in classes
        ],
        states=[
            StateQuantityRecord(code=code, state=state, length_m=length_m, area_m2=None)
            for (code, state), length_m in sorted(states.items())
        ],
        notes=["Cracks seen in two photographs are counted twice."],
    )


def measured_inspection(photographs, failed=()):
    return inspection_of(photographs, failed).model_copy(
        update={
            "context": CONTEXT,
            "quantities": quantities_record(photographs)
            if any(each.scale for each in photographs)
            else None,
        }
    )


@pytest.fixture(scope="session")
def scenes():
    """Pixels and records of three photographs: with cracks, judged by tiles, without cracks."""
    rng = np.random.default_rng(5)
    pixels, found = scene(1)
    first = photo(
        "P001",
        "north/pier 3, Ü.jpg",
        crack_records("P001", found),
        notes=["EXIF orientation 6 was applied."],
        rejected=[
            rejected([(40.0, 500.0), (300.0, 510.0)], "straight and regular", "0.3 px off a line"),
            rejected([(700.0, 40.0), (712.0, 44.0)]),
        ],
        tiles=grid(WIDTH_PX, HEIGHT_PX, 100, rng),
    )
    tiled, found_too = scene(2, cracks=2)
    second = photo(
        "P002", EVIL, crack_records("P002", found_too), kind="tiles",
        tiles=grid(WIDTH_PX, HEIGHT_PX, 100, rng),
    )  # fmt: skip
    bare, _ = scene(3, cracks=0)
    third = photo("P003", FORMULA)
    return [(pixels, first), (tiled, second), (bare, third)]


@pytest.fixture(scope="session")
def inspection(scenes):
    failed = [FailedRecord(path="north/broken <b>.jpg", reason="the file is empty (0 bytes)")]
    return inspection_of([record for _, record in scenes], failed)


@pytest.fixture(scope="session")
def in_mm(scenes):
    """An inspection in which every photograph of pixels has a scale."""
    (_, first), _, (_, bare) = scenes
    return measured_inspection([measured_photo(first, 0.1), measured_photo(bare, 0.1)])


@pytest.fixture(scope="session")
def without_scale(scenes):
    """An inspection that was measured in pixels alone."""
    (_, first), _, (_, bare) = scenes
    return measured_inspection([photo_without_scale(first), photo_without_scale(bare)])


@pytest.fixture(scope="session")
def mixed(scenes):
    """One photograph with a scale, one too coarse, one without a scale, one to retake; tiles."""
    (_, first), (_, tiled), (_, bare) = scenes
    fine = measured_photo(first, 0.1, risks=["the marker may lie in front of the crack"])
    again = rename(first, "P004", "south/blurred.jpg")
    retake = ["retake from at most 0.8 m with this lens", "hold the camera still: it moved"]
    coarse = rename(first, "P005", "south/far.jpg")
    return measured_inspection(
        [
            fine,
            tiled.model_copy(update={"scale": scale_record(0.2, source="typed", tilt_deg=None)}),
            photo_without_scale(bare),
            photo_without_scale(again, "retake", retake),
            measured_photo(coarse, 0.3, refused=TOO_COARSE),
        ],
        [FailedRecord(path="north/broken <b>.jpg", reason="the file is empty (0 bytes)")],
    )


def rename(traced, photo_id, path):
    """Return a photograph under another id and name."""
    return traced.model_copy(
        update={
            "id": photo_id,
            "path": path,
            "sha256": f"{photo_id:0>64}",
            "overlay": f"overlays/{photo_id}.png",
            "cracks": [
                found.model_copy(update={"id": found.id.replace(traced.id, photo_id)})
                for found in traced.cracks
            ],
        }
    )


@pytest.fixture(scope="session")
def make():
    """The makers of this file, since test modules cannot import it."""
    return SimpleNamespace(
        branch=branch,
        crack=crack,
        photo=photo,
        rejected=rejected,
        grid=grid,
        inspection_of=inspection_of,
        model_record=model_record,
        measured=measured,
        graded=graded,
        measured_photo=measured_photo,
        photo_without_scale=photo_without_scale,
        measured_inspection=measured_inspection,
        scale_record=scale_record,
        fitness_record=fitness_record,
        quantity=quantity,
        rename=rename,
        TOO_COARSE=TOO_COARSE,
        EVIL=EVIL,
        FORMULA=FORMULA,
    )
