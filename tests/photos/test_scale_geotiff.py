"""The scale of rectified pictures, against closed forms on the ellipsoid."""

import math

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import UsageError
from cracklens.photos.scale import scale_from_transform

A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)
FOOT, SURVEY_FOOT = 0.3048, 1200 / 3937
ORTHO = 0.002


def geotiff(path, tags, size=(40, 30)):
    Image.new("L", size).save(path, tiffinfo=tags)
    return path


def directory(entries, doubles=(), text=""):
    """GeoKeyDirectory with the numbers and the text that its entries point to."""
    flat, numbers = [], list(doubles)
    for key, value in sorted(entries.items()):
        if isinstance(value, float):
            flat += [key, 34736, 1, len(numbers)]
            numbers.append(value)
        elif isinstance(value, str):
            flat += [key, 34737, len(value) + 1, len(text)]
            text += value + "|"
        else:
            flat += [key, 0, 1, value]
    tags = {34735: (1, 1, 0, len(entries), *flat)}
    if numbers:
        tags[34736] = tuple(numbers)
    if text:
        tags[34737] = text
    return tags


def at(place, step=ORTHO):
    return {33550: (step, step, 0.0), 33922: (0.0, 0.0, 0.0, *place, 0.0)}


def projected(code, place, step=ORTHO, **more):
    keys = {1024: 1, 3072: code} | {int(k[1:]): v for k, v in more.items()}
    return at(place, step) | directory(keys)


def steps_of(scale):
    return np.linalg.norm(scale.jacobian(np.zeros((1, 2)))[0], axis=0)


LOCAL = at((0.0, 0.0))


def web_mercator(lat):
    phi = math.radians(lat)
    return A * math.log(math.tan(math.pi / 4 + phi / 2))


@pytest.mark.parametrize("lat", [0.0, 30.0, 52.0, -52.0, 65.0])
def test_web_mercator_is_not_metres_on_the_ground(tmp_path, lat):
    path = geotiff(tmp_path / "a.tif", projected(3857, (1e6, web_mercator(lat)), k3076=9001))
    scale = scale_from_transform(path)
    phi = math.radians(lat)
    w = 1 - E2 * math.sin(phi) ** 2
    east = math.cos(phi) / math.sqrt(w)  # N cos(phi) / a
    north = math.cos(phi) * (1 - E2) / w**1.5  # M cos(phi) / a
    assert steps_of(scale) == pytest.approx([2.0 * east, 2.0 * north], rel=1e-3)
    assert scale.mm_per_px == pytest.approx(2.0 * math.sqrt(east * north), rel=1e-6)
    assert "EPSG:3857" in scale.detail


@pytest.mark.parametrize(
    ("code", "place", "metres"),
    [
        (25832, (500000.0, 5700000.0), 1 / 0.9996),  # UTM on its central meridian
        (32633, (500000.0, 5700000.0), 1 / 0.9996),
        (32756, (500000.0, 6250000.0), 1 / 0.9996),
        (31467, (3500000.0, 5700000.0), 1.0),  # Gauss-Krueger
        (2263, (984250.0, 200000.0), SURVEY_FOOT),  # New York, no unit key
        (2272, (2693000.0, 236000.0), SURVEY_FOOT),
        (2222, (700000.0, 900000.0), FOOT),  # Arizona, international feet
        (2056, (2600000.0, 1200000.0), 1.0),  # Switzerland, oblique Mercator
        (28992, (155000.0, 463000.0), 1 / 0.9999079),  # Netherlands, oblique stereographic
        (7415, (155000.0, 463000.0), 1 / 0.9999079),  # the same, compound with heights
        (27700, (400000.0, 400000.0), 1 / 0.9996012717),  # Great Britain
    ],
)
def test_the_code_gives_unit_and_factor(tmp_path, code, place, metres):
    scale = scale_from_transform(geotiff(tmp_path / "a.tif", projected(code, place)))
    assert scale.mm_per_px == pytest.approx(2.0 * metres, rel=1.5e-4)
    assert scale.source == "transform"
    assert scale.homography is None


def test_degrees_are_measured_where_they_are(tmp_path):
    step = ORTHO / 111_200
    tags = at((9.0, 52.0), step) | directory({1024: 2, 2048: 4326})
    steps = steps_of(scale_from_transform(geotiff(tmp_path / "a.tif", tags)))
    phi = math.radians(52.0)
    w = 1 - E2 * math.sin(phi) ** 2
    one = math.radians(step) * 1000
    assert steps == pytest.approx(
        [one * A * math.cos(phi) / math.sqrt(w), one * A * (1 - E2) / w**1.5], rel=1e-6
    )


def test_grads_from_paris_are_measured_too(tmp_path):
    step = 2e-8  # gon
    tags = at((0.5, 54.0), step) | directory({1024: 2, 2048: 4807})
    steps = steps_of(scale_from_transform(geotiff(tmp_path / "a.tif", tags)))
    assert steps[1] == pytest.approx(step * 100_000 * 1000, rel=0.003)  # 1 gon is about 100 km


@pytest.mark.parametrize("unit", [{3076: 9001}, {3076: 9003}, {3076: 32767, 3077: 0.3048}])
def test_a_projection_by_its_parameters(tmp_path, unit):
    metres = {9001: 1.0, 9003: SURVEY_FOOT, 32767: 0.3048}[unit[3076]]
    keys = {1024: 1, 3072: 32767, 2048: 4326, 3074: 32767, 3075: 7, 3080: 0.0, 3081: 0.0, 3092: 1.0}
    phi = math.radians(52.0)  # Mercator of the ellipsoid: conformal, k = sqrt(w) / cos(phi)
    e = math.sqrt(E2)
    iso = math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi))
    tags = at((1e6 / metres, A * iso / metres)) | directory(keys | unit)
    scale = scale_from_transform(geotiff(tmp_path / "a.tif", tags))
    k = math.sqrt(1 - E2 * math.sin(phi) ** 2) / math.cos(phi)
    assert scale.mm_per_px == pytest.approx(2.0 * metres / k, rel=1e-6)


def test_false_origins_count_in_the_unit_of_the_map(tmp_path):
    keys = {
        1024: 1, 3072: 32767, 2048: 4269, 3074: 32767, 3075: 1, 3076: 9003, 3080: -75.0,
        3081: 38.0, 3082: 656166.667, 3083: 0.0, 3092: 0.9,
    }  # fmt: skip
    scale = scale_from_transform(
        geotiff(tmp_path / "a.tif", at((656166.667, 1000.0)) | directory(keys))
    )
    assert scale.mm_per_px == pytest.approx(2.0 * SURVEY_FOOT / 0.9, rel=1e-6)


@pytest.mark.parametrize(
    "keys",
    [
        {3074: 16032},  # UTM zone 32 by its conversion
        {3073: "WGS 84 / UTM zone 32N"},
        {1026: "WGS 84 / UTM zone 32N|WGS 84"},
    ],
)
def test_utm_named_in_other_ways(tmp_path, keys):
    tags = at((5e5, 5.7e6)) | directory({1024: 1, 3072: 32767, 2048: 4326, 3076: 9001} | keys)
    scale = scale_from_transform(geotiff(tmp_path / "a.tif", tags))
    assert scale.mm_per_px == pytest.approx(2.0 / 0.9996, rel=1e-6)


@pytest.mark.parametrize(("unit", "metres"), [(9001, 1.0), (9002, FOOT), (9003, SURVEY_FOOT)])
def test_local_coordinates_are_lengths_in_their_unit(tmp_path, unit, metres):
    tags = at((0.0, 0.0)) | directory({1024: 32767, 1026: "Local Coordinates", 3076: unit})
    scale = scale_from_transform(geotiff(tmp_path / "a.tif", tags))
    assert scale.mm_per_px == pytest.approx(2.0 * metres)
    assert any("true length" in risk for risk in scale.risks)


@pytest.mark.parametrize(("unit", "metres"), [('"metre",1', 1.0), ('"foot",0.3048', FOOT)])
def test_an_engineering_crs(tmp_path, unit, metres):
    Image.new("L", (40, 30)).save(tmp_path / "a.tif")
    (tmp_path / "a.tfw").write_text(WORLD)
    (tmp_path / "a.prj").write_text(f'LOCAL_CS["Pier 3",UNIT[{unit}]]')
    scale = scale_from_transform(tmp_path / "a.tif")
    assert scale.mm_per_px == pytest.approx(2.0 * metres)
    assert any("true length" in risk for risk in scale.risks)


@pytest.mark.parametrize("raster", [1, 2])
def test_turned_stretched_and_sheared_pixels(tmp_path, raster):
    turn = math.radians(30.0)
    spin = np.array([[math.cos(turn), math.sin(turn)], [math.sin(turn), -math.cos(turn)]])
    axes = spin @ np.array([[0.003, 0.0005], [0.0, 0.001]])
    matrix = (*axes[0], 0.0, 5e5, *axes[1], 0.0, 5.7e6) + (0.0,) * 8
    tags = {34264: matrix} | directory({1024: 1, 1025: raster, 3072: 25832})
    scale = scale_from_transform(geotiff(tmp_path / "a.tif", tags))
    expected = np.array([3.0, math.hypot(0.5, 1.0)]) / 0.9996
    assert steps_of(scale) == pytest.approx(expected, rel=1e-6)
    assert scale.mm_per_px == pytest.approx(math.sqrt(3.0) / 0.9996, rel=1e-6)


def test_the_orientation_swaps_the_steps(tmp_path):
    matrix = (0.003, 0.0, 0.0, 5e5, 0.0, -0.001, 0.0, 5.7e6) + (0.0,) * 8
    tags = {34264: matrix, 274: 6} | directory({1024: 1, 3072: 25832})
    steps = steps_of(scale_from_transform(geotiff(tmp_path / "a.tif", tags)))
    assert steps == pytest.approx([1.0 / 0.9996, 3.0 / 0.9996], rel=1e-6)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (projected(1, (0.0, 0.0)), "code 1, which PROJ does not know"),
        (projected(5800, (0.0, 0.0)), "5800, which PROJ does not know"),
        (projected(5773, (0.0, 0.0)), "no map"),  # heights
        (projected(4978, (0.0, 0.0)), "no map"),  # geocentric
        (projected(2263, (984250.0, 200000.0), k3076=9001), "contradicts itself"),
        (projected(25832, (5e5, 5.7e6), k3076=9002), "contradicts itself"),
        (projected(2154, (0.0, 0.0)), "far outside the area"),  # local coordinates in Lambert 93
        (projected(25832, (5e5, 5.7e7)), "coordinates"),
        (at((0.0, 0.0)) | directory({1024: 3, 2048: 4978}), "geocentric"),
        (at((0.0, 0.0)) | directory({1024: 1, 3076: 9001}), "does not name its projected CRS"),
        (at((0.0, 0.0)) | directory({1024: 1, 3072: 32767, 3075: 12, 3076: 9001}), "method 12"),
        (at((0.0, 0.0)) | directory({1024: 32767}), "neither its CRS nor its unit"),
        (at((0.0, 0.0)) | directory({1024: 32767, 3076: 9102}), "EPSG 9102"),
        (at((0.0, 0.0)), "--mm-per-px 2$"),
        ({33550: (0.002, 0.002, 0.0)} | directory({1024: 1, 3072: 3857}), "where it lies"),
        ({33922: (0.0,) * 24} | directory({1024: 1, 3072: 25832}), "control points only"),
        (at((0.0, 0.0), 0.0) | directory({1024: 32767, 3076: 9001}), "without a size"),
        (at((0.0, 0.0)) | {34735: (1, 1, 0, 1, 1024, 34736, 1, 7)}, "keys.*damaged"),
        (LOCAL | {34735: (1, 1, 0, 2, 1024, 0, 1, 32767, 3076, 50999, 1, 0)}, "keys.*damaged"),
        (
            projected(2263, (984250.0, 200000.0)) | {34735: (1, 1, 0, 2, 1024, 0, 1, 1)},
            "keys.*damaged",
        ),
    ],
)
def test_what_is_no_length_on_the_ground_is_refused(tmp_path, tags, told):
    with pytest.raises(UsageError, match=told):
        scale_from_transform(geotiff(tmp_path / "a.tif", tags))


def test_a_key_whose_value_is_in_the_directory_itself(tmp_path):
    tags = LOCAL | {34735: (1, 1, 0, 2, 1024, 0, 1, 32767, 3076, 34735, 1, 12, 9002)}
    scale = scale_from_transform(geotiff(tmp_path / "a.tif", tags))
    assert scale.mm_per_px == pytest.approx(2.0 * FOOT)


def test_a_broken_installation_of_proj_is_refused(tmp_path, monkeypatch):
    import pyproj

    def broken(_code):
        raise pyproj.exceptions.DataDirError("Valid PROJ data directory not found.")

    monkeypatch.setattr(pyproj.CRS, "from_epsg", broken)
    with pytest.raises(UsageError, match=r"data directory not found.*PROJ_DATA"):
        scale_from_transform(geotiff(tmp_path / "a.tif", projected(25832, (5e5, 5.7e6))))


WORLD = "0.002\n0.0\n0.0\n-0.002\n1000000.0\n6800000.0\n"


def crs_text(code):
    import pyproj

    return pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize(
    ("name", "world"),
    [("a.jpg", "a.jgw"), ("a.tif", "a.tfw"), ("a.png", "a.wld"), ("a.png", "a.pngw")],
)
def test_a_world_file_needs_to_be_told_its_unit(tmp_path, name, world):
    Image.new("L", (40, 30)).save(tmp_path / name)
    assert scale_from_transform(tmp_path / name) is None
    (tmp_path / world).write_text(WORLD)
    with pytest.raises(UsageError, match=r"not what a unit is.*\.prj.*--mm-per-px 2$"):
        scale_from_transform(tmp_path / name)
    (tmp_path / "a.prj").write_text(crs_text(3857))
    scale = scale_from_transform(tmp_path / name)
    assert 1.2 < scale.mm_per_px < 1.4  # 52 degrees north


def test_a_world_file_with_the_keys_of_the_picture(tmp_path):
    path = geotiff(tmp_path / "a.tif", directory({1024: 1, 3072: 2263}))
    (tmp_path / "a.tfw").write_text("0.002\n0.0\n0.0\n-0.002\n984250.0\n200000.0\n")
    assert scale_from_transform(path).mm_per_px == pytest.approx(2 * SURVEY_FOOT, rel=1e-4)


def test_the_side_car_of_gdal(tmp_path):
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    wkt = crs_text(25832).replace('"', "&quot;")
    (tmp_path / "a.png.aux.xml").write_text(
        f'<PAMDataset><SRS dataAxisToSRSAxisMapping="1,2">{wkt}</SRS>'
        "<GeoTransform> 5.0e+05, 2.0e-03, 0, 5.7e+06, 0, -2.0e-03</GeoTransform></PAMDataset>"
    )
    scale = scale_from_transform(tmp_path / "a.png")
    assert scale.mm_per_px == pytest.approx(2.0 / 0.9996, rel=1e-6)
    assert "a.png.aux.xml" in scale.detail


@pytest.mark.parametrize("content", ["1 2 3", "a b c d e f", "0 0 0 0 0 0", "nan 0 0 1 0 0"])
def test_a_world_file_that_is_none(tmp_path, content):
    Image.new("L", (40, 30)).save(tmp_path / "a.tif")
    (tmp_path / "a.tfw").write_text(content)
    (tmp_path / "a.prj").write_text(crs_text(25832))
    with pytest.raises(UsageError):
        scale_from_transform(tmp_path / "a.tif")
