"""What files say: XMP, JPEG with faults, GeoTIFF keys; own reading beside that of libraries."""

import io
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import simplejpeg
import tifffile
from library_markers import cpu_seconds
from PIL import Image

from cracklens.photos.jpeg import decode_jpeg
from cracklens.photos.scale.geokeys import read_keys
from cracklens.photos.xmp import read_xmp

SEED = 10_000_000
_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"'
)
_FACT = 'drone-dji:RelativeAltitude="+12.30"'


def _packet(attributes: str, spaces: str = _SPACES, end: str = "") -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}><rdf:Description {attributes}/>'
        f"</rdf:RDF></x:xmpmeta>{end}"
    ).encode()


PACKETS = {
    "valid": _packet(_FACT),
    "prefix not declared": _packet(_FACT, _SPACES.split(" xmlns:drone", maxsplit=1)[0]),
    "attribute twice": _packet(f"{_FACT} {_FACT}"),
    "bare ampersand": _packet(f'{_FACT} drone-dji:Note="A & B"'),
    "zero bytes behind": _packet(_FACT, end="\0\0\0"),
    "cut off": _packet(_FACT)[:-30],
    "not UTF-8": _packet(_FACT).replace(b"rdf:Description", b'rdf:Description a="\xb0"', 1),
    "valid, 1 MB": _packet(_FACT, end=" " * 1_000_000),
}


def packets() -> dict[str, Any]:
    """Which packets each way gets the height from, and CPU milliseconds for 1 MB."""
    rows = {
        name: {"own": _own_height(packet), "parser": _parsed_height(packet)}
        for name, packet in PACKETS.items()
    }
    big = PACKETS["valid, 1 MB"]
    return {
        "rows": rows,
        "own_ms": 1e3 * cpu_seconds(lambda: read_xmp(big), 3),
        "parser_ms": 1e3 * cpu_seconds(lambda: _parsed_height(big), 3),
    }


def _own_height(packet: bytes) -> bool:
    return read_xmp(packet).relative_altitude_m == 12.3


def _parsed_height(packet: bytes) -> bool:
    """Read a packet as Pillow's getxmp does, with the parser that defusedxml wraps."""
    try:
        tree = ET.fromstring(packet.rstrip(b"\x00 "))  # noqa: S314
    except ET.ParseError:
        return False
    name = "{http://www.dji.com/drone-dji/1.0/}RelativeAltitude"
    return any(name in each.attrib for each in tree.iter())


def faults() -> list[dict[str, Any]]:
    """Of files with a harmless fault, how many are read; of files that lack picture, how many."""
    rng = np.random.default_rng(SEED)
    pixels = np.clip(rng.normal(130, 25, (120, 160, 3)), 0, 255).astype(np.uint8)
    harmless, damaged = [], []
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 5}):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=90, **options)
        whole = buffer.getvalue()
        harmless += [whole + b"\0" * 5000, whole[:-2], whole[:-2] + b"\0" * 700 + whole[-2:]]
        harmless += [whole[:20] + b"abc" + whole[20:], whole[:-2] + b"0123456789" + whole[-2:]]
        damaged += [whole[:-lost] for lost in (12, 40, 400, 4000)]
        for place in range(len(whole) // 3, len(whole) - 200, len(whole) // 12):
            broken = bytearray(whole)
            broken[place : place + 2] = b"\xff\xd5"
            damaged.append(bytes(broken))
    ways: dict[str, Callable[[bytes], object]] = {
        "own": decode_jpeg,
        "simplejpeg, strict": lambda data: simplejpeg.decode_jpeg(data, "RGB", strict=True),
        "simplejpeg": lambda data: simplejpeg.decode_jpeg(data, "RGB", strict=False),
        "Pillow": lambda data: Image.open(io.BytesIO(data)).load(),
        "OpenCV": _by_opencv,
    }
    return [
        {
            "way": way,
            "harmless read": sum(_reads(read, data) for data in harmless),
            "harmless": len(harmless),
            "damaged read": sum(_reads(read, data) for data in damaged),
            "damaged": len(damaged),
        }
        for way, read in ways.items()
    ]


def _by_opencv(data: bytes) -> None:
    if cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is None:
        raise ValueError


def _reads(read: Callable[[bytes], object], data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read(data)
        except Exception:  # noqa: BLE001 - decoders raise whatever they stumble over
            return False
    return True


def keys() -> dict[str, int]:
    """Of damaged lists of GeoTIFF keys, how many lose a key without an error."""
    entries = [(1024, 0, 1, 1), (3072, 0, 1, 32767), (3076, 34736, 1, 0), (3082, 34736, 1, 1)]
    doubles = (9001.0, 5e5)
    count = {"files": 0, "own silent": 0, "tifffile silent": 0}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.tif"
        for index, entry in enumerate(entries):
            for bad in ((entry[0], 34736, 1, 7), (entry[0], 50999, 1, 0), (entry[0], 34737, 1, 0)):
                flat = [*entries[:index], bad, *entries[index + 1 :]]
                tags = {34735: (1, 1, 0, 4, *sum(flat, ())), 34736: doubles}
                Image.new("L", (8, 8)).save(path, tiffinfo=tags)
                count["files"] += 1
                with tifffile.TiffFile(path) as file:
                    page: Any = file.pages.first
                    held = {tag.code: tag.value for tag in page.tags}
                    count["own silent"] += _reads(lambda _, held=held: read_keys(held), b"")
                    count["tifffile silent"] += _reads(lambda _, page=page: page.geotiff_tags, b"")
    return count
