"""What is no concrete is found, left out of the search and of the area, and makes no crack."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from cracklens.detection import ProbabilityMap
from cracklens.detection.search import search
from cracklens.errors import PhotoError
from cracklens.photos import read_photo
from cracklens.photos.no_concrete import MARGIN_PX, continued, flat_borders

H, W = 240, 320
RNG = np.random.default_rng(11)
WALL = np.clip(cv2.GaussianBlur(RNG.normal(140, 60, (H, W, 3)), (0, 0), 2) + 5, 60, 220).astype(
    np.uint8
)
ROWS, COLUMNS = np.mgrid[0:H, 0:W]
OUTSIDE = (COLUMNS + 2 * ROWS < 200) | (COLUMNS - ROWS > 200)  # corners of a turned orthomosaic


def mosaic(colour):
    return np.where(OUTSIDE[..., None], np.uint8(colour), WALL)


def as_alpha(path):
    rgba = np.dstack([WALL, np.where(OUTSIDE, 0, 255).astype(np.uint8)])
    Image.fromarray(rgba).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def as_alpha_tiff(path):
    rgba = np.dstack([mosaic(255), np.where(OUTSIDE, 0, 255).astype(np.uint8)])
    tifffile.imwrite(path, rgba, photometric="rgb", extrasamples=["unassalpha"], tile=(64, 64))
    return path


def as_alpha_webp(path):
    rgba = np.dstack([WALL, np.where(OUTSIDE, 0, 255).astype(np.uint8)])
    Image.fromarray(rgba).save(path.with_suffix(".webp"), lossless=True)
    return path.with_suffix(".webp")


def as_internal_mask(path):
    with tifffile.TiffWriter(path) as file:
        file.write(WALL, photometric="rgb", compression="zlib")
        file.write(np.where(OUTSIDE, 0, 1).astype(bool), photometric="mask", subfiletype=4)
    return path


def as_cog(path):
    """Overviews and masks of each of them, in the chain of pages, as GDAL writes them."""
    with tifffile.TiffWriter(path) as file:
        file.write(WALL, photometric="rgb", tile=(128, 128))
        file.write(~OUTSIDE, photometric="mask", subfiletype=4)
        for step in (2, 4):
            file.write(WALL[::step, ::step], photometric="rgb", subfiletype=1)
            file.write(~OUTSIDE[::step, ::step], photometric="mask", subfiletype=5)
    return path


def as_nodata(path, values=None, nodata="7"):
    values = mosaic(7) if values is None else values
    kind = "rgb" if values.ndim == 3 else "minisblack"
    extra = [(42113, "s", 0, nodata, True)]
    tifffile.imwrite(path, values, photometric=kind, extratags=extra)
    return path


def as_nodata_16_bit(path):
    return as_nodata(path, np.where(OUTSIDE[..., None], 0, WALL.astype(np.uint16) * 257), "0")


def as_nodata_float(path):
    floats = np.where(OUTSIDE[..., None], -9999, WALL / 255).astype(np.float32)
    return as_nodata(path, floats, "-9999")


def as_nan(path):
    return as_nodata(path, np.where(OUTSIDE, np.nan, WALL[..., 1] / 255).astype(np.float32), "nan")


def as_sidecar(path):
    tifffile.imwrite(path, WALL, photometric="rgb")
    tifffile.imwrite(path.with_name("a.tif.msk"), np.where(OUTSIDE, 0, 255).astype(np.uint8))
    return path


def as_sidecar_of_jpeg(path):
    path = path.with_suffix(".jpg")
    Image.fromarray(WALL).save(path, quality=95)
    tifffile.imwrite(path.with_name("a.jpg.msk"), np.where(OUTSIDE, 0, 255).astype(np.uint8))
    return path


def as_flat(colour, suffix):
    def save(path):
        path = path.with_suffix(suffix)
        Image.fromarray(mosaic(colour)).save(path, **({"quality": 90} if suffix == ".jpg" else {}))
        return path

    return save


WRITERS = {
    "alpha": as_alpha, "alpha of a TIFF": as_alpha_tiff, "alpha of a WebP": as_alpha_webp,
    "mask": as_internal_mask, "COG": as_cog, "nodata": as_nodata, "nodata 16": as_nodata_16_bit,
    "nodata float": as_nodata_float, "NaN": as_nan, "sidecar": as_sidecar,
    "sidecar of a JPEG": as_sidecar_of_jpeg, "white": as_flat((255, 255, 255), ".tif"),
    "black": as_flat((0, 0, 0), ".png"), "magenta": as_flat((255, 0, 255), ".bmp"),
    "grey JPEG": as_flat((20, 20, 20), ".jpg"), "white JPEG": as_flat((255, 255, 255), ".jpg"),
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_outside_is_found_to_its_margin(tmp_path, writer):
    photo = read_photo(WRITERS[writer](tmp_path / "a.tif"))
    found = photo.no_concrete
    assert photo.pixels.shape == (H, W, 3)
    assert found is not None
    assert found.mask[OUTSIDE].mean() > 0.998
    lossy = writer.endswith(("JPEG", "WebP"))
    reach = 2 * (17 if lossy else MARGIN_PX + 1) + 1
    near = cv2.dilate(OUTSIDE.astype(np.uint8), np.ones((reach, reach), np.uint8)).astype(bool)
    assert not found.mask[~near].any()
    assert f"{found.share:.0%} of the picture is no concrete" in found.note


class DarkAndEdges:
    """A network that marks what is dark and every sharp edge."""

    def detect(self, pixels, mm_per_px=None):
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        edge = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        found = np.where((grey < 40) | (edge > 60), 255, 0).astype(np.uint8)
        boxes = np.array([[0, 0, 10, 10], [100, 100, 64, 64]], np.int32)
        return ProbabilityMap(found, boxes, np.array([0.9, 0.8], np.float32))


@pytest.mark.parametrize("writer", WRITERS)
def test_neither_the_outside_nor_its_edge_is_marked(tmp_path, writer):
    photo = read_photo(WRITERS[writer](tmp_path / "a.tif"))
    found = search(DarkAndEdges(), photo)
    assert found.probability.max() == 0
    assert found.tile_boxes_px.tolist() == [[100, 100, 64, 64]]


def test_without_the_mask_the_edge_would_be_marked():
    assert DarkAndEdges().detect(mosaic(0)).probability.any()


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("writer", ["alpha of a TIFF", "mask", "nodata float", "nodata", "sidecar"])
def test_masks_turn_with_the_picture(tmp_path, writer, orientation):
    path = WRITERS[writer](tmp_path / "a.tif")
    plain = read_photo(path)
    with tifffile.TiffFile(path) as file:
        told = file.pages[0].tags.get(274)
    if told is None:
        with tifffile.TiffFile(path) as file:
            page = file.pages[0]
            values, extra = page.asarray(), [(274, "H", 1, orientation, True)]
            if 42113 in page.tags:
                extra.append((42113, "s", 0, page.tags[42113].value, True))
            masks = [one.asarray() for one in file.pages[1:]]
        with tifffile.TiffWriter(path) as file:
            alpha = ["unassalpha"] if values.shape[2] == 4 else None
            file.write(values, photometric="rgb", extratags=extra, extrasamples=alpha)
            for mask in masks:
                file.write(mask, photometric="mask", subfiletype=4)
    turned = read_photo(path)
    image = Image.fromarray(plain.no_concrete.mask)
    image.getexif()[274] = orientation
    exif = Image.Exif()
    exif[274] = orientation
    image.info["exif"] = exif.tobytes()
    from PIL import ImageOps

    expected = np.asarray(ImageOps.exif_transpose(image))
    assert turned.no_concrete.mask.shape == turned.pixels.shape[:2]
    assert np.array_equal(turned.no_concrete.mask, expected)


def overexposed():
    light = (
        cv2.GaussianBlur(WALL, (0, 0), 3).astype(float) + np.linspace(-40, 200, W)[None, :, None]
    )
    return np.clip(light, 0, 255).astype(np.uint8)


def deep_shadow():
    return 255 - overexposed()


def crack_from_the_border():
    wall = WALL.copy()
    cv2.line(wall, (0, 100), (200, 140), (0, 0, 0), 5)
    return wall


def drawing():
    sheet = np.full((H, W, 3), 128, np.uint8)
    cv2.polylines(sheet, [np.array([[20, 60], [150, 90], [300, 200]])], 0, (20, 20, 20), 4)
    return sheet


@pytest.mark.parametrize(
    "wall",
    [lambda: WALL, overexposed, deep_shadow, crack_from_the_border, drawing,
     lambda: np.zeros_like(WALL), lambda: np.full_like(WALL, 255)],
)  # fmt: skip
def test_wall_is_not_taken_for_a_border(tmp_path, wall):
    pixels = wall()
    assert flat_borders(pixels) is None
    assert flat_borders(pixels, lossy=True) is None
    for name, options in (("a.png", {}), ("a.jpg", {"quality": 92})):
        Image.fromarray(pixels).save(tmp_path / name, **options)
        assert read_photo(tmp_path / name).no_concrete is None


def test_overexposed_wall_is_really_flat_at_the_border():
    assert (overexposed()[:, -20:] == 255).all()


@pytest.mark.parametrize("thick", [1, 3, 8, 40])
def test_a_frame_of_any_thickness_is_found(thick):
    framed = cv2.copyMakeBorder(WALL, *[thick] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    expected = np.ones(framed.shape[:2], bool)
    expected[thick:-thick, thick:-thick] = False
    assert np.array_equal(flat_borders(framed), expected)


@pytest.mark.parametrize("thick", [12, 21, 40])
@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0)])
def test_a_frame_in_a_jpeg_is_found_on_all_sides(tmp_path, thick, colour):
    framed = cv2.copyMakeBorder(WALL, *[thick] * 4, cv2.BORDER_CONSTANT, value=colour)
    Image.fromarray(framed).save(tmp_path / "a.jpg", quality=88)
    mask = read_photo(tmp_path / "a.jpg").no_concrete.mask
    inner = np.zeros(mask.shape, bool)
    inner[thick:-thick, thick:-thick] = True
    assert mask[~inner].all()
    assert not mask[thick + 20 : -thick - 20, thick + 20 : -thick - 20].any()


def test_a_black_crack_is_no_nodata(tmp_path):
    wall = mosaic(0)
    cv2.line(wall, (150, 60), (180, 230), (0, 0, 0), 5)
    cv2.line(wall, (150, 60), (40, 100), (0, 0, 0), 5)  # into the nodata region
    photo = read_photo(as_nodata(tmp_path / "a.tif", wall, "0"))
    assert not photo.no_concrete.mask[120:220, 155:185].any()


def test_a_hole_in_a_mosaic_is_found(tmp_path):
    wall = WALL.copy()
    wall[100:140, 150:210] = 0
    photo = read_photo(as_nodata(tmp_path / "a.tif", wall, "0"))
    assert photo.no_concrete.mask[100:140, 150:210].all()
    assert flat_borders(wall) is None  # nothing says so, and it does not reach the border


def test_the_concrete_goes_on_beyond_its_edge():
    line = np.full((60, 200, 3), 150, np.uint8)
    line[28:32] = 30
    mask = np.zeros((60, 200), bool)
    mask[:, 120:] = True
    shown = np.where(mask[..., None], np.uint8(255), line)
    filled = continued(shown, mask)
    assert np.array_equal(filled[:, :184], line[:, :184])  # a crack goes on as well
    assert np.array_equal(filled[~mask], shown[~mask])
    assert filled[:, 190:].std() == 0


def test_a_tall_picture_is_filled_across_its_bands():
    tall = np.tile(WALL, (10, 1, 1))
    mask = np.zeros(tall.shape[:2], bool)
    mask[:, 250:] = True
    filled = continued(tall, mask)
    assert np.array_equal(filled[:, 250:300], tall[:, 248:198:-1])


def test_a_picture_of_nothing_is_refused_by_the_search_and_not_by_the_reader(tmp_path):
    Image.new("RGBA", (50, 40)).save(tmp_path / "a.png")
    with pytest.raises(PhotoError, match="no part of it shows concrete"):
        search(DarkAndEdges(), read_photo(tmp_path / "a.png"))


def test_a_sidecar_of_another_size_is_told_and_a_damaged_one_refused(tmp_path):
    path = as_sidecar(tmp_path / "a.tif")
    tifffile.imwrite(tmp_path / "a.tif.msk", np.zeros((5, 5), np.uint8))
    photo = read_photo(path)
    assert photo.no_concrete is None
    assert any("another size" in note for note in photo.notes)
    (tmp_path / "a.tif.msk").write_bytes(b"II*\0nothing")
    with pytest.raises(PhotoError, match=r"a\.tif\.msk cannot be read"):
        read_photo(path)
