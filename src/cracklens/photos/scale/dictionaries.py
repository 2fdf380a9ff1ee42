"""The codes of ArUco and AprilTag markers, as OpenCV lists them.

They are compared here, since OpenCV (5.0) takes 2.0 ms to refuse a pattern against the 1,000 codes
of one dictionary, and NumPy 0.17 ms (docs/results/libraries.md).
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError, did_you_mean

Bits = NDArray[np.bool_]

_FAMILIES = {
    "DICT_4X4": (50, 100, 250, 1000),
    "DICT_5X5": (50, 100, 250, 1000),
    "DICT_6X6": (50, 100, 250, 1000),
    "DICT_7X7": (50, 100, 250, 1000),
    "DICT_APRILTAG_36H11": (),
    "DICT_ARUCO_MIP_36H12": (),
    "DICT_APRILTAG_25H9": (),
    "DICT_APRILTAG_16H5": (),
    "DICT_APRILTAG_36H10": (),
    "DICT_ARUCO_ORIGINAL": (),
}
"""Families in the order in which they are preferred when nothing else decides, with the sizes of
the dictionaries that are the beginnings of each other."""

_TRUSTED = 0.6
"""Share of the correctable bits that is corrected, as OpenCV's `errorCorrectionRate` does."""
_LONG_BITS = 36
"""From this many bits on, one wrong bit is forgiven in a dictionary that nobody named: 8,000 codes
and rotations of 36 bits meet a random pattern once in 200,000, with one bit off."""


@dataclass(frozen=True, slots=True)
class Family:
    """Codes of one size that are told apart from each other.

    Attributes:
        name: such as "DICT_4X4" or "DICT_APRILTAG_36H11".
        bits: (codes, rotations, n * n); rotation k is the code turned by k quarters clockwise.
        modules: on a side, the black border included.
        correctable: wrong bits that can be put right.
    """

    name: str
    bits: Bits
    modules: int
    correctable: int

    def read(self, seen: Bits, *, named: bool) -> tuple[int, int, int] | None:
        """Return the id, the quarters that the marker is turned by, and the wrong bits.

        Args:
            seen: (n, n) white bits within the border.
            named: whether a person said that it is this family.
        """
        wrong = np.count_nonzero(self.bits != seen.ravel(), axis=2)
        best = int(np.argmin(wrong))
        number, turned = divmod(best, self.bits.shape[1])
        errors = int(wrong[number, turned])
        allowed = int(_TRUSTED * self.correctable)
        if not named:
            allowed = min(allowed, int(seen.size >= _LONG_BITS))
        return (number, turned, errors) if errors <= allowed else None

    def dictionary_of(self, numbers: list[int]) -> str:
        """Return the smallest dictionary that holds all these ids."""
        sizes = _FAMILIES[self.name]
        fits = [size for size in sizes if size > max(numbers)]
        return f"{self.name}_{fits[0]}" if fits else self.name


def dictionary_names() -> tuple[str, ...]:
    """Return the names that `family_of` knows, as OpenCV writes them."""
    names: list[str] = []
    for family, sizes in _FAMILIES.items():
        names += [f"{family}_{size}" for size in sizes] or [family]
    return tuple(names)


def families() -> tuple[Family, ...]:
    """Return all families, the preferred first."""
    return tuple(_family(name) for name in _FAMILIES)


def family_of(dictionary: str) -> tuple[Family, int]:
    """Return the family of a dictionary and how many of its codes belong to the dictionary.

    Args:
        dictionary: such as "DICT_4X4_50", "4x4_50" or "apriltag_36h11".

    Raises:
        UsageError: there is none of that name.

    >>> family, codes = family_of("4x4_50")
    >>> family.name, family.modules, codes
    ('DICT_4X4', 6, 50)
    """
    name = dictionary.strip().upper().replace("-", "_")
    name = name if name.startswith("DICT_") else f"DICT_{name}"
    known = dictionary_names()
    if name not in known:
        hint = did_you_mean(name, known)
        raise UsageError(f"no marker dictionary is called {dictionary!r}: {hint}")
    if name in _FAMILIES:
        family = _family(name)
        return family, len(family.bits)
    stem, size = name.rsplit("_", 1)
    return _family(stem), int(size)


@cache
def _family(name: str) -> Family:
    sizes = _FAMILIES[name]
    full = cv2.aruco.getPredefinedDictionary(
        getattr(cv2.aruco, f"{name}_{sizes[-1]}" if sizes else name)
    )
    side = int(full.markerSize)
    codes = np.stack(
        [
            cv2.aruco.Dictionary.getBitsFromByteList(packed[None], side).astype(bool)
            for packed in full.bytesList
        ]
    )
    turned = [np.rot90(codes, -quarters, axes=(1, 2)) for quarters in range(4)]
    bits = np.stack([each.reshape(len(codes), -1) for each in turned], axis=1)
    return Family(name, bits, side + 2, int(full.maxCorrectionBits))
