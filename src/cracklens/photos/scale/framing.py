"""Whether a picture is what a pinhole with the whole sensor behind it saw.

Only then does the focal length of the file say how wide the view is. A crop or a panorama that was
saved with the EXIF of the original looks like a photograph from farther away, by any factor.
"""

import re

from cracklens.photos.metadata import Metadata

_SAME = 0.01
"""Sides that differ by less were cut for whole blocks of the encoder, or rounded."""
_ASPECTS = (4.0 / 3.0, 3.0 / 2.0, 16.0 / 9.0)
_ASPECT_SHARE = 0.015
"""From 4080 x 3072 to 4912 x 3264 px, sensors keep to these within 1 %."""
_LEAST_LONGER_PX = 1600
"""Cameras that write a focal length have had 2 million pixels and more since Exif 2.2 (2002)."""
_EDITORS = re.compile(
    r"acdsee|affinity|canva|capture one|corel|darktable|digikam|dxo|faststone|gimp|imagemagick|"
    r"irfanview|krita|lightroom|luminar|microsoft|nomacs|on1|paint|photofiltre|photopea|photos? (?:"
    r"editor|gallery|viewer)|photoscape|photoshop|picasa|picsart|pixelmator|polarr|rawtherapee|"
    r"shotwell|snapseed|windows|xnview",
    re.IGNORECASE,
)
"""Programs that cut and resize, as they name themselves; cameras write versions of their own."""
_USE = "use the original, put a marker on the wall, or give --mm-per-px"


def why_not_whole(metadata: Metadata, shape: tuple[int, ...]) -> str | None:
    """Return why the focal length does not hold for a picture; None if nothing speaks against it.

    Args:
        metadata: of the file.
        shape: of the photograph, height first; counts where the metadata have no size.
    """
    return _not_one_view(metadata) or _not_all_of_it(metadata, shape)


def editor_of(metadata: Metadata) -> str | None:
    """Return the editor that may have cut a picture; None if none is named, or it says it did not.

    >>> editor_of(Metadata(software="GIMP 2.10.34"))
    'GIMP 2.10.34'
    """
    if metadata.xmp.editor_crop is False:
        return None
    names = (metadata.software, metadata.xmp.editor)
    return next((name for name in names if name and _EDITORS.search(name)), None)


def _not_one_view(metadata: Metadata) -> str | None:
    xmp = metadata.xmp
    if xmp.projection:
        return (
            f"the picture is a panorama or a fisheye ({xmp.projection}), not a photograph: {_USE}"
        )
    if metadata.panorama:
        return f"the camera put the picture together as a panorama: {_USE}"
    if xmp.editor_crop:
        return f"the photograph was cut in an editor, so its focal length says nothing: {_USE}"
    return None


def _not_all_of_it(metadata: Metadata, shape: tuple[int, ...]) -> str | None:
    sides = metadata.width_px or shape[1], metadata.height_px or shape[0]
    shorter, longer = sorted(sides)
    now = f"{sides[0]} x {sides[1]} px"
    for taken in metadata.sizes_as_taken_px:
        least, most = sorted(taken)
        if max(abs(longer / most - 1.0), abs(shorter / least - 1.0)) > _SAME:
            same_shape = abs(longer / shorter / (most / least) - 1.0) <= _SAME
            what = "cut or made smaller, and nothing tells which" if same_shape else "cut"
            return (
                f"the photograph was {what}: it is {now} and was taken with {taken[0]} x "
                f"{taken[1]} px, so its focal length says nothing: {_USE}"
            )
    aspect = longer / max(1, shorter)
    if min(abs(aspect / usual - 1.0) for usual in _ASPECTS) > _ASPECT_SHARE:
        return (
            f"the picture is {now}: no camera has a sensor of that shape ({aspect:.3g}:1; they are "
            f"4:3, 3:2 or 16:9), so it was cut or put together: {_USE}"
        )
    if longer < _LEAST_LONGER_PX:
        return (
            f"the picture is {now}, less than cameras take: it was cut or made smaller, and "
            f"nothing tells which: {_USE}"
        )
    return None
