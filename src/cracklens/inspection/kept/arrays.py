"""Many small arrays in a few large ones, which are read much faster."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_POOLS: dict[str, type[np.generic]] = {
    "f8": np.float64, "f4": np.float32, "i8": np.int64, "i4": np.int32, "u1": np.uint8,
}  # fmt: skip
_RESTORED = {"float64", "float32", "int64", "int32", "uint8", "bool"}


def packed(arrays: Mapping[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return an index in JSON types and one array of bytes for each kind of number.

    Nothing is rounded: what fits exactly into fewer bytes is stored in fewer, and is restored as
    it was. The bytes of numbers are sorted by their place, since the first ones are much alike;
    that saves a sixth of the compressed file.

    Args:
        arrays: of float64, float32, int64, int32, uint8 or bool, of any shape.

    >>> index, pools = packed({"width": np.array([1.5, 0.1]), "seen": np.array([True])})
    >>> found = unpacked(index, pools)
    >>> found["width"].tolist(), found["seen"].tolist()
    ([1.5, 0.1], [True])
    """
    index: dict[str, Any] = {}
    parts: dict[str, list[Array]] = {}
    for name, array in arrays.items():
        pool, flat = _narrow(array)
        place = sum(part.size for part in parts.setdefault(pool, []))
        parts[pool].append(flat)
        index[name] = [pool, str(array.dtype), list(array.shape), place, flat.size]
    return index, {pool: _planes(np.concatenate(flat)) for pool, flat in parts.items()}


def unpacked(index: Mapping[str, Any], pools: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays that `packed` took.

    Raises:
        ValueError: index and pools do not fit together.
        KeyError: a pool is missing.
        TypeError: the index is none.
    """
    numbers = {pool: _numbers(planes, pool) for pool, planes in pools.items()}
    found = {}
    for name, (pool, kind, shape, place, size) in index.items():
        if kind not in _RESTORED:
            raise ValueError(f"{name} holds {kind}")
        flat = numbers[pool][place : place + size]
        if flat.size != size:
            raise ValueError(f"{name} is cut off")
        if kind == "bool":
            flat = np.unpackbits(flat, count=int(np.prod(shape)))
        found[name] = flat.astype(kind).reshape(shape)
    return found


def _narrow(array: Array) -> tuple[str, Array]:
    """Return the pool and the values in the fewest bytes that hold them exactly."""
    flat = array.reshape(-1)
    if flat.dtype == np.float64:
        with np.errstate(over="ignore"):
            small = flat.astype(np.float32)
        return ("f4", small) if np.array_equal(small, flat, equal_nan=True) else ("f8", flat)
    if flat.dtype == np.int64:
        fits = not flat.size or -(2**31) <= int(flat.min()) <= int(flat.max()) < 2**31
        return ("i4", flat.astype(np.int32)) if fits else ("i8", flat)
    if flat.dtype == bool:
        return "u1", np.packbits(flat)
    kinds = {np.dtype(kind): pool for pool, kind in _POOLS.items()}
    return kinds[flat.dtype], flat


def _planes(flat: Array) -> Array:
    size = flat.dtype.itemsize
    little = flat.astype(flat.dtype.newbyteorder("<"))
    return np.ascontiguousarray(little.view(np.uint8).reshape(-1, size).T)


def _numbers(planes: Array, pool: str) -> Array:
    kind = np.dtype(_POOLS[pool])
    if planes.dtype != np.uint8 or planes.ndim != 2 or planes.shape[0] != kind.itemsize:  # noqa: PLR2004
        raise ValueError(f"{pool} has another shape")
    flat = np.ascontiguousarray(planes.T).reshape(-1).view(kind.newbyteorder("<"))
    return flat.astype(kind, copy=False)
