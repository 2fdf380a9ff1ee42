"""What is known of the scale of a photograph, in JSON types."""

from dataclasses import fields
from typing import Any

import numpy as np

from cracklens.photos.scale import Marker, MarkerLook, Scale, Sight, TransformLook

_ARRAYS = ("homography", "variants")


def sight_meta(sight: Sight) -> dict[str, Any]:
    """Return what is known of the scale in JSON types; floats keep all their digits."""
    return {
        "looks": [
            {
                "dictionary": dictionary,
                "markers": None if look.markers is None else [_marker(m) for m in look.markers],
                "failure": look.failure,
                "advice": look.advice,
            }
            for dictionary, look in sight.looks.items()
        ],
        "transform": sight.transform and _transform_meta(sight.transform),
    }


def _marker(marker: Marker) -> dict[str, Any]:
    columns = {"corners_px": marker.corners_px, "covariance_px2": marker.covariance_px2}
    plain = {f.name: getattr(marker, f.name) for f in fields(marker) if f.name not in columns}
    return {**plain, **{name: array.tolist() for name, array in columns.items()}}


def _transform_meta(look: TransformLook) -> dict[str, Any]:
    scale = look.scale and scale_meta(look.scale)
    return {"scale": scale, "refused": look.refused, "failure": look.failure}


def scale_meta(scale: Scale) -> dict[str, Any]:
    """Return a scale in JSON types; floats keep all their digits."""
    plain = {f.name: getattr(scale, f.name) for f in fields(scale)}
    for name in _ARRAYS:
        plain[name] = None if plain[name] is None else plain[name].tolist()
    return plain


def scale_from(meta: dict[str, Any]) -> Scale:
    """Return the scale of `scale_meta`.

    Raises:
        KeyError: a value is missing.
        TypeError: a value is of another kind.
        UsageError: a scale that cannot be.
    """
    arrays = {name: None if meta[name] is None else np.array(meta[name]) for name in _ARRAYS}
    return Scale(**{**meta, **arrays, "risks": tuple(meta["risks"])})


def sight_from(meta: dict[str, Any], shape: tuple[int, ...]) -> Sight:
    """Return what `sight_meta` wrote, without pixels.

    Args:
        meta: in JSON types.
        shape: of the pixels.

    Raises:
        KeyError: a value is missing.
        TypeError: a value is of another kind.
        UsageError: a scale that cannot be.
    """
    looks = {
        look["dictionary"]: MarkerLook(
            None
            if look["markers"] is None
            else tuple(
                Marker(
                    **{
                        **marker,
                        "corners_px": np.array(marker["corners_px"]),
                        "covariance_px2": np.array(marker["covariance_px2"]),
                    }
                )
                for marker in look["markers"]
            ),
            look["failure"],
            look["advice"],
        )
        for look in meta["looks"]
    }
    return Sight(shape, None, looks, meta["transform"] and _transform(meta["transform"]))


def _transform(meta: dict[str, Any]) -> TransformLook:
    scale = meta["scale"] and scale_from(meta["scale"])
    return TransformLook(scale, meta["refused"], meta["failure"])
