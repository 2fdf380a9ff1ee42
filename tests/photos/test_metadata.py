"""What picture files say: EXIF, XMP, quantisation tables; and damaged ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from cracklens.photos.metadata import Metadata, read_metadata
from cracklens.photos.xmp import Xmp, read_xmp

DJI = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description
 drone-dji:RelativeAltitude="+12.30" drone-dji:GimbalPitchDegree="-89.90"
 drone-dji:CalibratedFocalLength="3666.666504" drone-dji:LRFStatus="Normal"
 drone-dji:LRFTargetDistance="8.250"/></rdf:RDF></x:xmpmeta>"""


def picture(width=80, height=60):
    grey = np.random.default_rng(0).integers(0, 255, (height, width), dtype=np.uint8)
    return Image.fromarray(grey)


def exif(**facts):
    block = Image.Exif()
    block[0x010F], block[0x0110], block[0x0112] = "DJI\0", "FC6310", 6
    block[0x8769] = {
        0x9003: "2024:05:01 12:30:00",
        0x9011: "+02:00",
        0x920A: IFDRational(88, 10),
        0xA405: 24,
        0xA404: IFDRational(1, 1),
        0xA002: 80,
        0xA003: 60,
        0xA20E: IFDRational(4000, 1),
        0xA210: 3,
        0x9206: IFDRational(32, 10),
    } | facts.get("exif", {})
    block[0x8825] = {
        1: "S", 2: (IFDRational(48), IFDRational(30), IFDRational(0)),
        3: "E", 4: (IFDRational(9), IFDRational(0), IFDRational(36)),
        5: b"\1", 6: IFDRational(5),
    }  # fmt: skip
    return block


def test_exif_gives_camera_lens_time_and_place(tmp_path):
    picture().save(tmp_path / "a.jpg", exif=exif())
    found = read_metadata(tmp_path / "a.jpg")
    assert (found.make, found.model, found.orientation) == ("DJI", "FC6310", 6)
    assert (found.focal_length_mm, found.focal_length_35mm) == (8.8, 24.0)
    assert found.taken == "2024-05-01T12:30:00+02:00"
    assert found.focal_plane_px_per_mm == 400.0
    assert found.subject_distance_m == pytest.approx(3.2)
    assert found.latitude_deg == -48.5
    assert found.longitude_deg == pytest.approx(9.01)
    assert found.altitude_m == -5.0
    assert (found.width_px, found.height_px) == (80, 60)
    assert found.resized == 1.0
    assert not found.cropped


@pytest.mark.parametrize(
    ("now", "resized", "cropped"),
    [((80, 60), 1.0, False), ((40, 30), 0.5, False), ((80, 40), 1.0, True)],
)
def test_a_picture_that_was_changed_is_seen(tmp_path, now, resized, cropped):
    picture(*now).save(tmp_path / "a.jpg", exif=exif())
    found = read_metadata(tmp_path / "a.jpg")
    assert found.resized == resized
    assert found.cropped is cropped


@pytest.mark.parametrize("quality", [5, 30, 49, 50, 75, 76, 90, 95, 100])
def test_the_quality_is_that_of_libjpeg(tmp_path, quality):
    picture().save(tmp_path / "a.jpg", quality=quality)
    assert read_metadata(tmp_path / "a.jpg").jpeg_quality == quality


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_xmp_is_read_from_each_format(tmp_path, suffix):
    image = picture()
    path = tmp_path / f"a.{suffix}"
    if suffix == "tif":
        image.save(path, tiffinfo={700: DJI})
    elif suffix == "png":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", DJI.decode())
        image.save(path, pnginfo=info)
    else:
        image.convert("RGB").save(path, xmp=DJI)
    assert read_metadata(path).xmp == Xmp(12.3, 8.25, -89.9, 3666.666504)


@pytest.mark.parametrize(
    ("packet", "fact", "value"),
    [
        (b"<drone-dji:RelativeAltitude>+3.5</drone-dji:RelativeAltitude>", "relative_altitude_m", 3.5),
        (b"<d Camera:AboveGroundAltitude='7.25'/>", "relative_altitude_m", 7.25),
        (b'<d drone:GimbalPitchDegree="-45.0"/>', "gimbal_pitch_deg", -45.0),
        (b"<drone-parrot:CameraPitchDegree>-80.5</drone-parrot:CameraPitchDegree>", "gimbal_pitch_deg", -80.5),
        (
            b"<drone-skydio:CameraOrientationNED><drone-skydio:Pitch>-7.5</drone-skydio:Pitch>",
            "gimbal_pitch_deg",
            -7.5,
        ),
        (b'<d drone-dji:LRFStatus="TooFar" drone-dji:LRFTargetDistance="3.0"/>', "laser_distance_m", None),
        (b'<d drone-dji:LRFTargetDistance="0.000"/>', "laser_distance_m", None),
        (b'<d drone-dji:RelativeAltitude="-2.0"/>', "relative_altitude_m", None),
        (b'<d drone-dji:RelativeAltitude="abc"/>', "relative_altitude_m", None),
        (b"\xff\xfe<", "relative_altitude_m", None),
    ],
)  # fmt: skip
def test_xmp_of_several_makers(packet, fact, value):
    assert getattr(read_xmp(packet), fact) == value


def test_nonsense_in_exif_is_nothing(tmp_path):
    bad = exif(
        exif={
            0x920A: IFDRational(0, 0),
            0xA405: 0,
            0x9003: "yesterday",
            0x9206: IFDRational(0xFFFFFFFF, 1),
        }
    )
    picture().save(tmp_path / "a.jpg", exif=bad)
    found = read_metadata(tmp_path / "a.jpg")
    assert found.focal_length_mm is found.focal_length_35mm is found.taken is None
    assert found.subject_distance_m is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"no picture", b"II*\0\x08\0\0\0\xff\xff"]
)
def test_what_is_no_picture_says_nothing(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    assert read_metadata(tmp_path / "a.jpg") == Metadata()
    assert read_metadata(tmp_path / "missing.jpg") == Metadata()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12))
def test_damage_never_raises(tmp_path_factory, flips):
    folder = tmp_path_factory.mktemp("damaged")
    picture().save(folder / "a.jpg", exif=exif(), xmp=DJI)
    data = bytearray((folder / "a.jpg").read_bytes())
    for at, value in flips:
        data[20 + at] = value
    (folder / "b.jpg").write_bytes(data)
    assert isinstance(read_metadata(folder / "b.jpg"), Metadata)
