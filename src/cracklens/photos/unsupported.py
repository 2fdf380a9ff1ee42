"""File formats that cracklens does not read, with advice for each."""

from importlib.util import find_spec
from pathlib import Path

VIDEOS = frozenset(
    {".mp4", ".mov", ".avi", ".mkv", ".m4v", ".webm", ".mts", ".m2ts", ".3gp", ".mpg", ".mpeg",
     ".wmv", ".lrv", ".lrf", ".insv", ".360"}
)  # fmt: skip
"""Suffixes of videos, which phones and drones store beside the pictures."""

RAWS = frozenset(
    {".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".raf", ".orf", ".rw2",
     ".rwl", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".x3f", ".erf", ".gpr"}
)  # fmt: skip
"""Suffixes of raw files. None is read: the development of a raw file depends on settings of the
photographer."""

RAW = "raw file: export as JPEG or TIFF first"
VIDEO = "a video, not a picture: save stills from it first"
JPEG_XL = "JPEG XL is not read: convert it to JPEG or PNG, such as with djxl"
LAYERS = "a file of layers, not a picture: export it as TIFF or PNG first"
DOCUMENT = "a document, not a picture: save the pictures in it as files, such as with pdfimages"
ARCHIVE = "an archive: unpack it and name the folder"
AROUND = "a picture of a 360° camera: export flat views from it first"
HEIC = "HEIC that cannot be decoded, damaged or of a kind that is not read: convert it to JPEG"
NO_HEIC = "HEIC needs the package pi-heif: pip install pi-heif, or convert it to JPEG"
MAP = "a format of maps that is not read: convert it to GeoTIFF, such as with gdal_translate"

ADVICE: dict[str, str] = {
    **dict.fromkeys(VIDEOS, VIDEO),
    **dict.fromkeys(RAWS, RAW),
    ".jxl": JPEG_XL,
    ".insp": AROUND,
    **dict.fromkeys((".psd", ".psb", ".xcf", ".ai", ".svg", ".eps", ".kra", ".afphoto"), LAYERS),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".odt", ".ppt", ".pptx", ".odp"), DOCUMENT),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".xz", ".bz2"), ARCHIVE),
    **dict.fromkeys((".ecw", ".sid", ".vrt", ".img", ".exr", ".hdr"), MAP),
}
"""Kind of file and advice, by suffix."""

_ISO_RAW = b"crx "
_VIDEO_STARTS = (
    b"\x1aE\xdf\xa3",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"0&\xb2u\x8ef\xcf\x11",
)
"""Matroska, MPEG program and video streams, ASF."""
_TRANSPORT = ((0, 188), (4, 192))
"""Position of the first "G" in MPEG transport streams, and distance in bytes to the next (ISO/IEC
13818-1; camcorders put a time code of 4 bytes before each packet)."""
_STARTS = (
    (b"\xff\x0a", JPEG_XL),
    (b"\x00\x00\x00\x0cJXL ", JPEG_XL),
    (b"8BPS", LAYERS),
    (b"gimp xcf", LAYERS),
    (b"%PDF", DOCUMENT),
    (b"PK\x03\x04", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}


def left_out_advice(path: Path) -> str | None:
    """Return the advice for a file of a suffix that is never read; None for others.

    >>> left_out_advice(Path("IMG_1.CR3"))
    'raw file: export as JPEG or TIFF first'
    """
    return ADVICE.get(path.suffix.lower())


def what_it_is(data: bytes) -> str:
    """Return kind and advice of a file that no decoder knows, from its first bytes."""
    for start, advice in _STARTS:
        if data.startswith(start):
            return advice
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _HEIF_BRANDS:
            return HEIC if find_spec("pi_heif") else NO_HEIC
        return RAW if brand == _ISO_RAW else VIDEO
    if (data[:4] == b"RIFF" and data[8:12] == b"AVI ") or data.startswith(_VIDEO_STARTS):
        return VIDEO
    if any(data[first : first + 2 * step : step] == b"GG" for first, step in _TRANSPORT):
        return VIDEO
    return f"not a picture that can be read (it starts with {data[:8]!r})"
