"""Two codecs of TIFF. For these tifffile requires imagecodecs, a package of 30 MB.

GDAL and OpenCV often write LZW, and with it the predictor of floating point values. Pillow reads
both, but not with the numbers of bands and bit depths for which tifffile is used.
"""

import io
import struct
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

_LZW, _FLOATING_POINT = 5, 3
_HEAD_BYTES = 134


def add_codecs() -> None:
    """Register the two codecs in tifffile if they are missing and its table is accessible."""
    for table, number, codec in (
        (tifffile.TIFF.DECOMPRESSORS, _LZW, decode_lzw),
        (tifffile.TIFF.UNPREDICTORS, _FLOATING_POINT, decode_floating_point),
    ):
        codecs = getattr(table, "_codecs", None)
        if isinstance(codecs, dict):
            codecs.setdefault(number, codec)


def decode_lzw(encoded: bytes, /, *, out: Any = None) -> bytes:  # noqa: ANN401 - as tifffile calls
    """Decode one strip or tile with libtiff in Pillow, as a grey picture of one row.

    Args:
        encoded: LZW after TIFF 6.0.
        out: number of bytes, or a buffer of that length.
    """
    size = int(out) if isinstance(out, int | np.integer) else len(out)
    fields = ((256, size), (257, 1), (258, 8), (259, _LZW), (262, 1), (273, _HEAD_BYTES),
              (277, 1), (278, 1), (279, len(encoded)))  # fmt: skip
    head = b"II*\0" + struct.pack("<IH", 8, len(fields))
    head += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields)
    file = io.BytesIO(head.ljust(_HEAD_BYTES, b"\0") + bytes(encoded))
    with Image.open(file, formats=("TIFF",)) as strip:
        return strip.tobytes()


def decode_floating_point(
    data: NDArray[Any], /, *, axis: int = -2, out: NDArray[Any] | None = None
) -> NDArray[Any]:
    """Undo predictor 3 (Adobe Photoshop TIFF Technical Note 3).

    In each row the bytes are sorted by their significance, the highest first, and each byte is the
    difference to the previous one.

    Args:
        data: (..., width, samples).
        axis: of the width.
        out: not used.
    """
    assert axis in {-2, data.ndim - 2}
    del out
    width, samples = data.shape[-2:]
    each = data.dtype.itemsize
    coded = np.frombuffer(data.tobytes(), np.uint8).reshape(-1, width * each, samples)
    summed = np.cumsum(coded, axis=1, dtype=np.uint8).reshape(-1, each, width * samples)
    values = np.ascontiguousarray(summed.transpose(0, 2, 1)).view(f">f{each}")
    found: NDArray[Any] = values.reshape(data.shape).astype(data.dtype)
    return found
