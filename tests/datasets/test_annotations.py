"""Masks, COCO, YOLO and Pascal VOC as other programs write them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cracklens.datasets import load_dataset
from cracklens.datasets.annotations import find_annotations
from cracklens.errors import DataError, PhotoError, UsageError

HEIGHT, WIDTH = 20, 30
CRACK = np.zeros((HEIGHT, WIDTH), bool)
CRACK[4:8, 6:24] = True
SQUARE = [6, 4, 24, 4, 24, 8, 6, 8]
LINE = [6, 4, 24, 4, 24, 8, 12, 8, 6, 7]


def picture(path: Path, size=(WIDTH, HEIGHT)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (120, 120, 120)).save(path)
    return path


def masks(root: Path, values, name="masks/a.png", mode=None, **options) -> Path:
    picture(root / "images/a.jpg")
    image = Image.fromarray(np.asarray(values), mode) if mode else Image.fromarray(values)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    image.save(root / name, **options)
    return root


def drawn(root: Path, positive=None):
    found = find_annotations(root, positive)
    assert found is not None
    found.require_masks()
    return found.pictures[0].draw(HEIGHT, WIDTH)


def palette(indices, colours) -> Image.Image:
    image = Image.fromarray(indices.astype(np.uint8), "L").convert("P")
    image.putdata(indices.astype(np.uint8).ravel().tolist())
    image.putpalette(colours)
    return image


@pytest.mark.parametrize("value", [1, 255, 128])
def test_one_value_beside_zero_marks_cracks(tmp_path, value):
    assert (drawn(masks(tmp_path, CRACK.astype(np.uint8) * value)) == CRACK).all()


def test_one_bit_16_bit_and_red_masks(tmp_path):
    red = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    red[CRACK] = (128, 0, 0)
    for number, values in enumerate((CRACK, CRACK.astype(np.uint16) * 65535, red)):
        assert (drawn(masks(tmp_path / str(number), values)) == CRACK).all()


def test_a_jpeg_mask_is_cut_at_half(tmp_path):
    root = masks(tmp_path, CRACK.astype(np.uint8) * 255, "masks/a.jpg", quality=90)
    assert (drawn(root) == CRACK).mean() > 0.98


def test_the_void_of_voc_is_no_crack(tmp_path):
    indices = CRACK.astype(np.uint8)
    indices[10:12] = 255
    picture(tmp_path / "JPEGImages/a.jpg")
    picture(tmp_path / "JPEGImages/b.jpg")  # VOC segments a part of its pictures
    (tmp_path / "SegmentationClass").mkdir()
    palette(indices, [0, 0, 0, 128, 0, 0] + [7] * 762).save(tmp_path / "SegmentationClass/a.png")
    assert (drawn(tmp_path) == CRACK).all()
    found = find_annotations(tmp_path)
    assert len(found.pictures) == 1
    assert "1 pictures without a mask are left out" in found.notes[0]


def test_several_values_are_asked_for(tmp_path):
    values = CRACK.astype(np.uint8) * 3
    values[15] = 1
    root = masks(tmp_path, values)
    with pytest.raises(PhotoError, match=r"several values beside 0 \(1, 3\).*--positive 1"):
        drawn(root)
    assert (drawn(root, "3") == CRACK).all()
    with pytest.raises(UsageError, match="masks have numbers"):
        drawn(root, "crack")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((~CRACK).astype(np.uint8) * 255, "inverted"),
        (np.full((HEIGHT, WIDTH), 255, np.uint8), "inverted"),
        (CRACK.T.astype(np.uint8), "before its orientation is applied"),
        (CRACK[:, :20].astype(np.uint8), "aspect ratios differ"),
    ],
)
def test_a_doubtful_mask_is_refused(tmp_path, values, told):
    with pytest.raises(PhotoError, match=told):
        drawn(masks(tmp_path, values))


def test_a_smaller_mask_of_the_same_shape_is_grown(tmp_path):
    assert (drawn(masks(tmp_path, CRACK[::2, ::2].astype(np.uint8))) == CRACK).all()


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("images/a.jpg", "masks/a.png"),
        ("imgs/x/a.jpg", "gt/x/a.bmp"),
        ("train/images/a.jpg", "train/masks/a_mask.png"),
        ("images/train/a.jpg", "ground_truth/train/a.png"),
        ("train_img/a.jpg", "train_lab/a.png"),
        ("a.jpg", "a_mask.png"),
        ("a.jpg", "a.png"),
        ("a.jpg", "masks/a-gt.png"),
    ],
)
def test_pictures_and_masks_pair_by_name(tmp_path, image, mask):
    picture(tmp_path / image)
    (tmp_path / mask).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(CRACK).save(tmp_path / mask)
    assert (drawn(tmp_path) == CRACK).all()
    part = find_annotations(tmp_path).pictures[0].part
    assert part == ("train" if "train" in image else None)


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("images/IMG_1.JPG", "masks/img_1.png"),
        ("IMG_1.JPG", "img_1_mask.png"),
        ("IMG_1.JPG", "img_1.png"),
        ("images/bru\u0308cke.jpg", "masks/br\u00fccke.png"),
    ],
)
def test_pictures_and_masks_pair_whatever_their_case_and_accents(tmp_path, image, mask):
    picture(tmp_path / image)
    (tmp_path / mask).parent.mkdir(exist_ok=True)
    Image.fromarray(CRACK.astype(np.uint8) * 255).save(tmp_path / mask)
    assert (drawn(tmp_path) == CRACK).all()


def test_names_that_differ_in_case_alone_do_not_pair_by_chance(tmp_path):
    for name in ("a", "A"):
        picture(tmp_path / f"images/{name}.jpg")
    masks(tmp_path, CRACK.astype(np.uint8), "masks/a.png")
    masks(tmp_path, CRACK.astype(np.uint8) * 255, "masks/A.png")
    found = find_annotations(tmp_path)
    assert [each.path.stem for each in found.pictures] == ["A", "a"]
    (tmp_path / "masks/A.png").rename(tmp_path / "masks/b.png")
    (tmp_path / "masks/a.png").unlink()
    (tmp_path / "masks/b.png").unlink()
    Image.fromarray(CRACK.astype(np.uint8)).save(tmp_path / "masks/á.png")
    picture(tmp_path / "images/Á.jpg")
    picture(tmp_path / "images/A\u0301.jpg")
    with pytest.raises(DataError, match="differ in case alone"):
        find_annotations(tmp_path)


def test_yolo_labels_pair_whatever_their_case(tmp_path):
    yolo(tmp_path, f"0 {shares(LINE)}", label="labels/train/IMG_1.txt")
    (tmp_path / "images/train/a.jpg").rename(tmp_path / "images/train/img_1.JPG")
    found = find_annotations(tmp_path).pictures
    assert [(each.path.name, each.cracked) for each in found] == [
        ("b.jpg", False),
        ("img_1.JPG", True),
    ]


def test_coco_names_a_picture_in_another_folder_and_case(tmp_path):
    coco(tmp_path, [SQUARE])
    (file,) = tmp_path.rglob("*.json")
    content = json.loads(file.read_text())
    (tmp_path / "images/a.jpg").unlink()
    for folder in ("NORTH", "SOUTH"):
        picture(tmp_path / folder / "IMG_1.JPG")
    content["images"][0]["file_name"] = "south/img_1.jpg"
    file.write_text(json.dumps(content), encoding="utf-8-sig")
    found = [each.path for each in find_annotations(tmp_path).pictures]
    assert found == [tmp_path / "SOUTH/IMG_1.JPG", tmp_path / "images/b.jpg"]


def test_pictures_without_a_mask_and_masks_without_a_picture_are_refused(tmp_path):
    root = masks(tmp_path, CRACK)
    picture(root / "images/b.jpg")
    with pytest.raises(DataError, match=r"1 of 2 pictures have no mask \(first: b.jpg\)"):
        drawn(root)
    (root / "images/b.jpg").rename(root / "masks/c.png")
    with pytest.raises(DataError, match=r"c\.png has no picture"):
        drawn(root)


def test_class_folders_are_no_annotations(tmp_path):
    picture(tmp_path / "Positive/a.jpg")
    picture(tmp_path / "Negative/a.png")
    assert find_annotations(tmp_path) is None


def coco(root: Path, segmentation, *, names=("crack",), size=(HEIGHT, WIDTH), **more) -> Path:
    picture(root / "images/a.jpg")
    picture(root / "images/b.jpg")
    sizes = {"height": size[0], "width": size[1]}
    content = {
        "images": [{"id": 7, "file_name": "a.jpg", **sizes}, {"id": 8, "file_name": "images\\b.jpg"}],
        "categories": [{"id": n, "name": name} for n, name in enumerate(names)],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 0, "segmentation": segmentation,
             "bbox": [6, 4, 18, 4], **more}
        ],
    }  # fmt: skip
    (root / "annotations").mkdir(exist_ok=True)
    (root / "annotations/instances_train.json").write_text(json.dumps(content), encoding="utf-8")
    return root


def runs(mask) -> list[int]:
    flat, counts, value = mask.ravel(order="F"), [0], False
    for each in flat:
        if each != value:
            counts.append(0)
            value = each
        counts[-1] += 1
    return counts


def test_coco_polygons_and_run_lengths(tmp_path):
    from pycocotools import mask as tools

    plain = {"size": [HEIGHT, WIDTH], "counts": runs(CRACK)}
    packed = tools.encode(np.asfortranarray(CRACK.astype(np.uint8)))
    packed["counts"] = packed["counts"].decode()
    for number, each in enumerate((plain, packed)):
        assert (drawn(coco(tmp_path / str(number), each, iscrowd=1)) == CRACK).all()
    with_polygon = drawn(coco(tmp_path / "polygon", [LINE]))
    assert (with_polygon & CRACK).sum() > 0.9 * CRACK.sum()
    assert with_polygon.sum() <= CRACK.sum()


def test_coco_lists_crack_free_pictures_and_parts(tmp_path):
    found = find_annotations(coco(tmp_path, [LINE]))
    assert [each.cracked for each in found.pictures] == [True, False]
    assert not found.pictures[1].draw(HEIGHT, WIDTH).any()
    assert {each.part for each in found.pictures} == {"train"}


@pytest.mark.parametrize("segmentation", [[], None, [SQUARE], [[*SQUARE, *SQUARE[:2]]]])
def test_coco_boxes_are_no_masks_and_label_pictures(tmp_path, segmentation):
    root = coco(tmp_path, segmentation)
    with pytest.raises(DataError, match="A box is no mask"):
        drawn(root)
    dataset = load_dataset(root)
    assert [item.label for item in dataset.items] == ["cracked", "uncracked"]


def test_annotated_classes_that_do_not_mean_a_crack_are_asked_for(tmp_path):
    root = coco(tmp_path, [LINE], names=("object", "rebar"))
    with pytest.raises(DataError, match=r"no class name means a crack \(classes: object\)"):
        find_annotations(root)
    assert drawn(root, "object").any()
    with pytest.raises(DataError, match="--positive 'crack' is no class"):
        find_annotations(root, "crack")


def test_other_classes_are_no_cracks(tmp_path):
    root = coco(tmp_path, [LINE], names=("spalling", "crack"))
    path = root / "annotations/instances_train.json"
    content = json.loads(path.read_text())
    content["annotations"].append(content["annotations"][0] | {"image_id": 8, "category_id": 1})
    path.write_text(json.dumps(content))
    assert [each.cracked for each in find_annotations(root).pictures] == [False, True]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": (WIDTH, HEIGHT)}, "was annotated at 20 x 30 px and is 30 x 20 px"),
        ({"image_id": 9}, "image 9, not listed"),
        ({"category_id": 5}, "is no valid COCO file"),
    ],
)
def test_coco_that_contradicts_itself_is_refused(tmp_path, change, told):
    with pytest.raises(DataError, match=told):
        drawn(coco(tmp_path, [LINE], **change))


@pytest.mark.parametrize("counts", [[1, 2], "\x7f" * 9, None])
def test_coco_runs_that_do_not_fill_the_picture_are_refused(tmp_path, counts):
    with pytest.raises(DataError, match="run-length mask that cannot be read"):
        drawn(coco(tmp_path, {"size": [HEIGHT, WIDTH], "counts": counts}))


def test_a_picture_that_is_not_there_is_named(tmp_path):
    root = coco(tmp_path, [LINE])
    (root / "images/b.jpg").unlink()
    with pytest.raises(DataError, match=r"names the picture 'images\\\\b.jpg', which is not in"):
        find_annotations(root)


def yolo(root: Path, line: str, *, names="names: [crack]", label="labels/train/a.txt") -> Path:
    picture(root / "images/train/a.jpg")
    picture(root / "images/train/b.jpg")
    (root / label).parent.mkdir(parents=True, exist_ok=True)
    (root / label).write_text(line + "\n")
    (root / "data.yaml").write_text(names)
    return root


def shares(polygon) -> str:
    return " ".join(str(v / (WIDTH, HEIGHT)[n % 2]) for n, v in enumerate(polygon))


def test_yolo_segments(tmp_path):
    root = yolo(tmp_path, f"0 {shares(LINE)}")
    mask = drawn(root)
    assert 0.9 * CRACK.sum() < (mask & CRACK).sum() <= mask.sum() <= CRACK.sum()
    found = find_annotations(root)
    assert [each.cracked for each in found.pictures] == [True, False]
    assert found.pictures[0].part == "train"
    assert "1 pictures have no label file" in found.notes[0]


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.2 0.2", f"0 {shares(SQUARE)}"])
def test_yolo_boxes_are_no_masks_and_label_pictures(tmp_path, line):
    root = yolo(tmp_path, line)
    with pytest.raises(DataError, match="A box is no mask"):
        drawn(root)
    assert load_dataset(root).counts() == {"cracked": 1, "uncracked": 1}


def test_yolo_names_as_a_table_and_none(tmp_path):
    assert drawn(yolo(tmp_path / "a", f"3 {shares(LINE)}", names="names: {3: Riss}")).any()
    root = yolo(tmp_path / "b", f"0 {shares(LINE)}", names="train: images")
    with pytest.raises(DataError, match="no class name means a crack"):
        find_annotations(root)
    assert drawn(root, "0").any()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0 0.5 0.5 0.2 0.2 0.9", "confidence of a prediction"),
        ("0 15 10 6 4", "fractions of the picture"),
        ("4 0.5 0.5 0.2 0.2", "line 1: 4 is no class"),
    ],
)
def test_yolo_that_is_none_is_refused(tmp_path, line, told):
    with pytest.raises(DataError, match=told):
        find_annotations(yolo(tmp_path, line))


def test_voc_boxes_label_pictures(tmp_path):
    for name, kind in (("a", "crack"), ("b", "joint")):
        picture(tmp_path / f"JPEGImages/{name}.jpg")
        (tmp_path / "Annotations").mkdir(exist_ok=True)
        (tmp_path / f"Annotations/{name}.xml").write_text(
            f"<annotation><filename>{name}.jpg</filename><object><name>{kind}</name>"
            "<bndbox><xmin>1</xmin></bndbox></object></annotation>"
        )
    assert load_dataset(tmp_path).counts() == {"cracked": 1, "uncracked": 1}
    with pytest.raises(DataError, match="A box is no mask"):
        drawn(tmp_path)


def test_masks_are_no_classes(tmp_path):
    with pytest.raises(DataError, match="not class folders: evaluate a model of --task segment"):
        load_dataset(masks(tmp_path, CRACK))
