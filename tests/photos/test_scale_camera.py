"""Distances of drones, and pictures whose focal length does not hold."""

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from cracklens.errors import UsageError
from cracklens.photos.metadata import Metadata, read_metadata
from cracklens.photos.scale import focal_of, scale_from_camera
from cracklens.photos.scale.sensors import native_aspect
from cracklens.photos.xmp import Xmp, read_xmp

SHAPE = (3000, 4000, 3)


def drone(**xmp):
    return Metadata(4000, 3000, xmp=Xmp(calibrated_focal_px=3000.0, **xmp))


def test_the_laser_of_a_drone_is_a_distance():
    scale = scale_from_camera(drone(laser_distance_m=8.0), SHAPE)
    assert scale.mm_per_px == pytest.approx(8000 / 3000, rel=0.002)
    assert "laser" in scale.detail


@pytest.mark.parametrize("pitch", [-90.0, -89.9, -86.0])
def test_height_is_a_distance_straight_down_and_says_what_it_assumes(pitch):
    scale = scale_from_camera(drone(relative_altitude_m=6.0, gimbal_pitch_deg=pitch), SHAPE)
    assert scale.mm_per_px == pytest.approx(2.0)
    assert "above the place of take-off, taken as the distance" in scale.detail
    assert any("level ground at the height of that place" in risk for risk in scale.risks)


@pytest.mark.parametrize(
    ("pitch", "roll", "told"),
    [
        (90.0, 0.0, "looked up by 90 degrees"),
        (30.0, None, "looked up by 30 degrees"),
        (0.0, 0.0, "looked 0 degrees below the horizon"),
        (-70.0, 0.0, "looked 70 degrees below"),
        (-110.0, 0.0, "beyond straight down"),
        (-90.0, 180.0, "upside down"),
        (-90.0, -180.0, "upside down"),
        (None, None, "does not say where the camera looked"),
    ],
)
def test_height_is_no_distance_to_anything_else(pitch, roll, told):
    metadata = drone(relative_altitude_m=6.0, gimbal_pitch_deg=pitch, gimbal_roll_deg=roll)
    with pytest.raises(UsageError, match=rf"{told}.*6 m above the place of take-off.*--distance"):
        scale_from_camera(metadata, SHAPE)


@pytest.mark.parametrize(
    "packet",
    [
        '<d drone-dji:RelativeAltitude="+6.00" drone-dji:GimbalPitchDegree="+90.00"/>',
        '<drone-skydio:CameraOrientationNED drone-skydio:Pitch="90" drone-skydio:RelativeAltitude="6"/>',
        '<d Camera:AboveGroundAltitude="6.0" drone-parrot:CameraPitchDegree="90.0"/>',
        '<d drone:RelativeAltitude="6.0" drone:GimbalPitchDegree="90.0"/>',
        '<d Camera:AboveGroundAltitude="6.0" Camera:Pitch="0.0"/>',  # Pix4D: 0 is straight down
    ],
)
def test_a_soffit_gets_no_scale_from_the_height_whoever_made_the_drone(packet):
    metadata = Metadata(4000, 3000, focal_length_35mm=24.0, xmp=read_xmp(packet.encode()))
    assert metadata.xmp.relative_altitude_m == 6.0
    with pytest.raises(UsageError, match="above the place of take-off"):
        scale_from_camera(metadata, SHAPE)


@pytest.mark.parametrize(
    ("text", "metres"), [("12,30", None), ("12.3m", None), ("123/10", 12.3), ("1/0", None)]
)
def test_numbers_in_xmp_are_whole_values(text, metres):
    packet = f'<d drone-dji:RelativeAltitude="{text}"/>'.encode()
    assert read_xmp(packet).relative_altitude_m == metres


@pytest.mark.parametrize(("given", "counts"), [(3.0, 0), (3.9, 0), (30.0, 1), (0.3, 1)])
def test_a_distance_far_from_that_of_the_autofocus_is_a_risk(given, counts):
    metadata = Metadata(4000, 3000, focal_length_35mm=26.0, subject_distance_m=3.0)
    scale = scale_from_camera(metadata, SHAPE, distance_m=given)
    assert sum("autofocus measured 3 m" in risk for risk in scale.risks) == counts


def phone(width=4000, height=3000, **facts):
    """A phone with 26 mm equivalent: 3004 px of 4000 x 3000."""
    return Metadata(width, height, focal_length_mm=4.2, focal_length_35mm=26.0, **facts)


def scale_of(metadata, **more):
    shape = (metadata.height_px, metadata.width_px, 3)
    return scale_from_camera(metadata, shape, distance_m=3.0, **more)


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        (phone(266, 200, original_width_px=4000, original_height_px=3000), "cut or made smaller"),
        (phone(2000, 1500, original_width_px=4000, original_height_px=3000), "cut or made smaller"),
        (phone(4000, 1000, original_width_px=4000, original_height_px=3000), "was cut: it is 4000"),
        (phone(2000, 1500, header_width_px=4000, header_height_px=3000), "cut or made smaller"),
        (
            phone(2000, 1500, original_width_px=2000, original_height_px=1500,
                  header_width_px=4000, header_height_px=3000),
            "was taken with 4000 x 3000",
        ),
        (phone(8000, 6000, original_width_px=4000, original_height_px=3000), "was cut"),
        (phone(266, 200), "less than cameras take"),
        (phone(800, 600, original_width_px=800, original_height_px=600), "less than cameras take"),
        (phone(3000, 3000), "no camera has a sensor of that shape"),
        (phone(4000, 2828), "1.41:1"),
        (phone(12000, 3000), "4:1"),
        (phone(8000, 4000), "2:1"),
        (phone(xmp=Xmp(projection="equirectangular")), "panorama"),
        (phone(panorama=True), "panorama"),
        (phone(xmp=Xmp(editor_crop=True)), "cut in an editor"),
        (phone(software="GIMP 2.10.34"), "saved by GIMP 2.10.34"),
        (phone(xmp=Xmp(editor="Adobe Photoshop 25.1 (Windows)")), "saved by Adobe Photoshop"),
        (phone(digital_zoom=2.0), "zoomed digitally by 2"),
        (phone(digital_zoom=2.0, xmp=Xmp(calibrated_focal_px=3000.0)), "holds without zoom"),
        (phone(xmp=Xmp(calibrated_focal_px=6000.0)), "contradicts itself.*6000 px.*3005 px"),
        # 36 mm of sensor, half of its pixels: cut, and the sizes in the file put right
        (
            Metadata(3000, 2000, focal_length_mm=24.0, focal_length_35mm=24.0,
                     focal_plane_px_per_mm=166.7),
            "contradicts itself",
        ),
        # APS-C mode of a full frame camera
        (
            Metadata(6000, 4000, make="SONY", model="ILCE-7", focal_length_mm=24.0,
                     focal_length_35mm=36.0),
            "contradicts itself",
        ),
        # 4:3 from a 3:2 sensor: the sides were cut off
        (Metadata(4864, 3648, make="DJI", model="FC6310", focal_length_mm=8.8), "longer side was cut"),
    ],
)  # fmt: skip
def test_what_is_no_whole_picture_of_the_sensor_is_refused(metadata, told):
    with pytest.raises(UsageError, match=told) as error:
        scale_of(metadata)
    assert "--mm-per-px" in str(error.value)
    assert focal_of(metadata, (metadata.height_px, metadata.width_px, 3)) is None


def test_a_typed_sensor_width_must_agree_with_the_file():
    with pytest.raises(UsageError, match="contradicts itself"):
        scale_of(phone(), sensor_width_mm=17.3)
    assert scale_of(phone(), sensor_width_mm=5.6).mm_per_px == pytest.approx(1.0, rel=0.003)


@pytest.mark.parametrize(
    "metadata",
    [
        phone(),
        phone(3000, 4000, original_width_px=4000, original_height_px=3000),  # stored upright
        phone(4000, 2992, original_width_px=4000, original_height_px=3000),  # whole blocks
        phone(4080, 3072),
        phone(8000, 6000, header_width_px=6000, header_height_px=8000),
        phone(2000, 1500),  # made smaller, its sizes with it: the equivalent counts what is there
        phone(digital_zoom=1.0),
        phone(software="HDR+ 1.0.585804376zd"),
        phone(software="17.4.1"),
        phone(software="Adobe Lightroom 13.2 (Macintosh)", xmp=Xmp(editor_crop=False)),
    ],
)
def test_whole_pictures_keep_their_scale(metadata):
    expected = 3000 / (26 / 43.267 * np.hypot(metadata.width_px, metadata.height_px))
    assert scale_of(metadata).mm_per_px == pytest.approx(expected, rel=0.001)


def test_an_edited_picture_counts_where_the_pixels_of_the_sensor_agree():
    facts = {"focal_length_mm": 24.0, "focal_length_35mm": 24.0, "software": "darktable 4.6"}
    whole = Metadata(6000, 4000, focal_plane_px_per_mm=6000 / 36, **facts)
    assert scale_of(whole).mm_per_px == pytest.approx(3000 / (24 / 36 * 6000), rel=0.006)
    with pytest.raises(UsageError, match="contradicts itself"):
        scale_of(Metadata(3000, 2000, focal_plane_px_per_mm=6000 / 36, **facts))


def test_a_file_without_the_size_as_taken_says_so():
    risk = "does not say how large it was taken"
    assert any(risk in text for text in scale_of(phone()).risks)
    known = phone(original_width_px=4000, original_height_px=3000)
    assert not any(risk in text for text in scale_of(known).risks)


def test_digital_zoom_counts_where_lens_and_sensor_are_known():
    zoomed = Metadata(
        5472, 3648, make="DJI", model="FC6310", focal_length_mm=8.8, focal_length_35mm=48.0,
        digital_zoom=2.0,
    )  # fmt: skip
    assert scale_of(zoomed).mm_per_px == pytest.approx(3000 / (8.8 / 13.2 * 5472 * 2), rel=0.002)


def test_wide_pictures_are_less_sure_by_the_equivalent_alone():
    wide, _ = focal_of(phone(4000, 2250), (2250, 4000, 3))
    full, _ = focal_of(phone(), SHAPE)
    before, after = 26 / 43.267 * 5000, 26 / 43.267 * np.hypot(4000, 2250)
    assert after < wide.px < before
    assert wide.relative_standard > full.relative_standard


@pytest.mark.parametrize(
    ("width_mm", "aspect"), [(36.0, 1.5), (23.5, 1.5), (13.2, 1.5), (43.8, 4 / 3), (17.3, 4 / 3), (13.1, 4 / 3), (6.17, 4 / 3)]
)  # fmt: skip
def test_the_shape_of_sensors(width_mm, aspect):
    assert native_aspect(width_mm) == aspect


@pytest.mark.parametrize(
    ("packet", "projection"),
    [
        ('<d GPano:ProjectionType="equirectangular"/>', "equirectangular"),
        ("<GPano:ProjectionType>cylindrical</GPano:ProjectionType>", "cylindrical"),
        ('<d GPano:FullPanoWidthPixels="8192"/>', "tags of Google Photo Sphere"),
        ('<d Camera:ModelType="fisheye"/>', "fisheye"),
        ('<d Camera:ModelType="perspective"/>', None),
        ('<d xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"/>', None),
    ],
)
def test_projections_in_xmp(packet, projection):
    assert read_xmp(packet.encode()).projection == projection


@pytest.mark.parametrize(("value", "cut"), [("True", True), ("False", False)])
def test_a_crop_in_an_editor(value, cut):
    assert read_xmp(f'<d crs:HasCrop="{value}"/>'.encode()).editor_crop is cut
    assert read_xmp(f"<crs:HasCrop>{value}</crs:HasCrop>".encode()).editor_crop is cut


def test_files_as_programs_write_them(tmp_path):
    """A crop that keeps the EXIF of the original, a panorama of a phone, a header left behind."""
    exif = Image.Exif()
    exif[0x0100], exif[0x0101] = 4000, 3000
    exif[0x8769] = {0x920A: IFDRational(42, 10), 0xA405: 26, 0xA401: 6}
    whole = Image.new("L", (1600, 1200))
    whole.crop((0, 0, 400, 300)).save(tmp_path / "crop.jpg", exif=exif)
    found = read_metadata(tmp_path / "crop.jpg")
    assert found.panorama
    assert found.sizes_as_taken_px == ((4000, 3000),)
    whole.save(tmp_path / "whole.tif")
    assert read_metadata(tmp_path / "whole.tif").sizes_as_taken_px == ()
