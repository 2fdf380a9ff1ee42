"""From labelled tiles to labels for new pictures, through the installed command."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

STATISTICS = {
    "model_info", "training_config", "dataset_info", "final_metrics", "training_history", "timestamp",
}  # fmt: skip
ARTEFACTS = {
    "model.onnx", "card.json", "README.md", "training_statistics.json", "training_history.png",
    "confusion_matrix.png", "classification_report.png", "sample_pictures.png",
}  # fmt: skip
FROZEN = ["--backbone", "test_resnet", "--weights", "random", "--input-size", "64",
          "--epochs", "2", "--split", "random"]  # fmt: skip


def one_line(text: str) -> str:
    return " ".join(text.split())


def figures(done: "subprocess.CompletedProcess[str]") -> dict:
    """The one JSON object on standard output."""
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def small(cracklens, tiles, tmp_path_factory):
    """`cracklens train --recipe small`: the finished process and the model folder."""
    model = tmp_path_factory.mktemp("small") / "my model"
    return cracklens("train", tiles, "-o", model, "--recipe", "small", "--epochs", 2), model


@pytest.fixture(scope="module")
def frozen(cracklens, tiles, tmp_path_factory):
    """A head on a frozen network of timm: the finished process and the model folder."""
    model = tmp_path_factory.mktemp("frozen") / "model"
    return cracklens("train", tiles, "-o", model, *FROZEN), model


@pytest.fixture
def copy(tiles, tmp_path) -> Path:
    """Ten tiles of each class that a test may change."""
    for label in ("Negative", "Positive"):
        (tmp_path / "data" / label).mkdir(parents=True)
        for path in sorted((tiles / label).glob("*.jpg"))[:10]:
            shutil.copy(path, tmp_path / "data" / label)
    return tmp_path / "data"


def test_training_says_what_it_does_and_what_is_next(small):
    done, model = small
    assert "no pretrained weights: training 'small'" in done.stderr
    assert re.search(r"epoch 2 of \d+, loss \d.*, val loss \d", done.stderr)
    assert "exported model against PyTorch" in done.stderr
    assert "Confusion matrix" in done.stdout
    assert f"next: cracklens evaluate {model}" in done.stdout


def test_the_model_folder_is_complete(small):
    _, model = small
    assert {file.name for file in model.iterdir()} == ARTEFACTS
    for name in ARTEFACTS:
        if name.endswith(".png"):
            with Image.open(model / name) as image:
                assert min(image.size) > 200


def test_the_statistics_have_the_published_keys(small):
    _, model = small
    statistics = json.loads((model / "training_statistics.json").read_text(encoding="utf-8"))
    assert set(statistics) >= STATISTICS
    history = statistics["training_history"]
    assert {len(series) for series in history.values()} == {2}
    assert set(history) >= {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert statistics["training_config"]["epochs"] == 2
    assert statistics["dataset_info"]["train"] == {"Negative": 48, "Positive": 48}
    best = statistics["final_metrics"]["best_epoch"]
    assert statistics["final_metrics"]["val_loss"] == history["val_loss"][best - 1]


def test_the_readme_is_the_card_for_people(small):
    _, model = small
    text = (model / "README.md").read_text(encoding="utf-8")
    card = json.loads((model / "card.json").read_text(encoding="utf-8"))
    assert text.startswith(f"# {model.name}\n")
    assert "cracklens predict THIS-FOLDER PICTURES" in text
    for heading in ("## Trained on", "## Made of", "## How good", "## How exact"):
        assert heading in text
    assert f"{card['validation']['accuracy']['value']:.4f}" in text
    assert card["configuration"]["recipe"] == "small"
    assert str(model.parent) not in text + json.dumps(card)


def test_evaluate_the_part_that_did_not_train(cracklens, small, tiles, tmp_path):
    _, model = small
    flags = ["--part", "validation", "--precision", "f32", "--replicates", 100]
    done = cracklens("evaluate", model, tiles, *flags, "-o", tmp_path / "result", code=0)
    assert "accuracy" in done.stdout
    metrics = json.loads((tmp_path / "result/metrics.json").read_text(encoding="utf-8"))
    card = json.loads((model / "card.json").read_text(encoding="utf-8"))
    assert metrics["count"] == 24
    assert metrics["confusion"] == card["validation"]["confusion"]
    said = metrics["accuracy"]["value"], metrics["log_loss"]["value"]
    kept = card["validation"]["accuracy"]["value"], card["validation"]["log_loss"]["value"]
    assert said == pytest.approx(kept, rel=1e-3)
    with (tmp_path / "result/predictions.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    wrong = [row for row in rows if row["truth"] != row["label"]]
    assert (len(rows), len(wrong)) == (24, metrics["mistakes"])
    names = {file.name for file in (tmp_path / "result").iterdir()}
    assert names >= {
        "report.txt",
        "mistakes.csv",
        "roc.png",
        "reliability.png",
        "precision_recall.png",
    }


def test_a_part_of_other_data_is_refused(cracklens, small, copy):
    done = cracklens("evaluate", small[1], copy, "--part", "validation", code=1)
    assert "in the training of my model (other or more pictures)" in one_line(done.stderr)


def test_predict_as_csv_and_json(cracklens, small, tiles, tmp_path):
    _, model = small
    pictures = sorted((tiles / "Positive").glob("0000*.jpg"))
    table = tmp_path / "labels.csv"
    cracklens("predict", model, *pictures, "--format", "csv", "-o", table, code=0)
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = figures(cracklens("predict", model, tiles / "Positive" / "0000*.jpg", "--json", code=0))
    assert [row["path"] for row in rows] == [str(path) for path in pictures]
    assert found["labels"] == ["Negative", "Positive"]
    assert found["unreadable"] == []
    for row, said in zip(rows, found["predictions"], strict=True):
        assert row["label"] == said["label"]
        assert float(row["probability"]) == pytest.approx(said["probability"], abs=1e-6)
        assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_audit_with_and_without_copies(cracklens, tiles, copy):
    assert "distinct files: 120 (0 exact copies)" in cracklens("audit", tiles, code=0).stdout
    shutil.copy(copy / "Positive/00001.jpg", copy / "Negative/99999.jpg")
    found = figures(cracklens("audit", copy, "--split", "published", "--json", code=0))
    assert found["counts"] == {"Negative": 11, "Positive": 10}
    assert found["contradictions"] == [["Negative/99999.jpg", "Positive/00001.jpg"]]
    assert found["leaked_validation"] == 1


def test_audit_of_something_else_than_expected(cracklens, tiles):
    done = cracklens("audit", tiles, "--expect", "nothing-of-the-kind", code=2)
    assert "no published data set 'nothing-of-the-kind'" in done.stderr


def test_a_frozen_backbone_says_how_exact_its_engine_is(frozen):
    done, model = frozen
    assert re.search(
        r"in f32 against PyTorch on 32 pictures: relative error \d\.\de-\d\d", done.stderr
    )
    assert "120 computed now, 0 from the cache" in done.stderr
    agreement = json.loads((model / "card.json").read_text(encoding="utf-8"))["agreement"]
    assert agreement["f32_relative_error"] <= 1e-4
    assert agreement["precision"] in {"f32", "bf16"}
    if agreement["sample_bf16"]:
        assert f"bf16 against f32 on {agreement['sample_bf16']} pictures" in done.stderr
        assert agreement["bf16_decisions_equal"] <= 1


def test_again_in_f32_gives_the_same_model_bit_for_bit(cracklens, frozen, tiles, tmp_path):
    """The second run replaces the first; features are known by then."""
    model = tmp_path / "model"
    command = ["train", tiles, "-o", model, *FROZEN, "--precision", "f32"]
    cracklens(*command, code=0)
    first = json.loads((model / "card.json").read_text(encoding="utf-8"))
    refused = cracklens(*command, code=1)
    assert f"{model} exists: choose another output, or add --overwrite" in one_line(refused.stderr)
    done = cracklens(*command, "--overwrite", code=0)
    assert "0 computed now, 120 from the cache" in done.stderr
    second = json.loads((model / "card.json").read_text(encoding="utf-8"))
    assert second["files"]["model.onnx"] == first["files"]["model.onnx"]
    assert second["agreement"]["precision"] == "f32"
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_overwrite_never_touches_a_foreign_folder(cracklens, small, tiles, tmp_path, verb):
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter1.txt").write_text("years of work")
    inputs = [tiles] if verb == "train" else [small[1], tiles]
    done = cracklens(verb, *inputs, "-o", precious, "--overwrite", code=1)
    assert "was not written by cracklens: --overwrite does not touch it" in one_line(done.stderr)
    assert [file.read_text() for file in precious.iterdir()] == ["years of work"]


def test_broken_pictures_are_listed_and_the_rest_is_trained_on(cracklens, copy, tmp_path):
    (copy / "Positive/broken.jpg").write_bytes((copy / "Positive/00001.jpg").read_bytes()[:700])
    (copy / "Negative/empty.jpg").touch()
    (copy / "Negative/notes.png").write_text("not a picture")
    Image.new("RGB", (40, 40), "grey").save(copy / "Negative/really a png.jpg", "PNG")
    command = ["train", copy, "-o", tmp_path / "model", *FROZEN, "--precision", "f32"]
    refused = cracklens(*command, "--strict", code=1)
    assert "3 pictures cannot be read, and --strict is set" in one_line(refused.stderr)
    assert not (tmp_path / "model").exists()
    done = cracklens(*command, code=3)
    assert "3 pictures could not be read" in done.stderr
    for name in ("broken.jpg", "empty.jpg", "notes.png"):
        assert name in done.stderr
    data = json.loads((tmp_path / "model/card.json").read_text(encoding="utf-8"))["data"]
    assert data["unreadable"] == 3
    assert sum(sum(part.values()) for part in data["counts"].values()) == 21
    model = tmp_path / "model"
    assert "3 pictures could not be read" in cracklens("evaluate", model, copy, code=3).stderr
    listed = figures(cracklens("evaluate", model, copy, "--json", code=3))["unreadable"]
    assert len(listed) == 3
    cracklens("evaluate", model, copy, "--strict", code=1)
    assert "3 pictures could not be read" in cracklens("predict", model, copy, code=3).stderr
    cracklens("predict", model, copy, "--strict", code=1)
    assert "3 pictures could not be read" in cracklens("audit", copy, code=3).stderr


def test_one_class_only(cracklens, copy, tmp_path):
    shutil.rmtree(copy / "Negative")
    done = cracklens("train", copy, "-o", tmp_path / "model", "--recipe", "small", code=1)
    assert "has only the class 'Positive': training needs at least two" in one_line(done.stderr)


def test_an_empty_class(cracklens, copy, tmp_path):
    shutil.rmtree(copy / "Negative")
    (copy / "Negative").mkdir()
    done = cracklens("train", copy, "-o", tmp_path / "model", "--recipe", "small", code=1)
    assert re.search(r"class folder .*Negative holds no pictures", one_line(done.stderr))


def test_a_data_folder_that_is_not_one(cracklens, tmp_path):
    done = cracklens("train", tmp_path, "-o", tmp_path / "model", "--recipe", "small", code=2)
    assert "holds no labelled pictures (it is empty); expected: one folder" in one_line(done.stderr)
    done = cracklens("train", tmp_path / "metu", "-o", tmp_path / "model", code=2)
    assert "metu does not exist; expected:" in one_line(done.stderr)


def test_class_names_of_sdnet_are_matched(cracklens, small, copy):
    (copy / "Positive").rename(copy / "CD")
    (copy / "Negative").rename(copy / "UD")
    done = cracklens("evaluate", small[1], copy, "--replicates", 50, code=0)
    assert "classes matched: CD as Positive, UD as Negative" in done.stdout


def test_unknown_class_names_need_a_map(cracklens, small, copy):
    (copy / "Positive").rename(copy / "rough")
    (copy / "Negative").rename(copy / "smooth")
    refused = cracklens("evaluate", small[1], copy, code=1)
    assert "class 'rough'" in one_line(refused.stderr)
    assert "add --map rough=CLASS" in one_line(refused.stderr)
    flags = ["--map", "rough=Positive", "--map", "smooth=Negative", "--replicates", 50, "--json"]
    found = figures(cracklens("evaluate", small[1], copy, *flags, code=0))
    assert found["class_mapping"] == {"rough": "Positive", "smooth": "Negative"}
    assert found["per_class"]["Positive"]["support"] == 10
    wrong = cracklens("evaluate", small[1], copy, "--map", "rough", code=2)
    assert "write it as THEIRS=OURS" in one_line(wrong.stderr)


def test_split_folders_and_their_test_part(cracklens, small, tiles, tmp_path):
    data, model = tmp_path / "data", tmp_path / "model"
    parts = {"train": range(40), "Val": range(40, 52), "test": range(52, 60)}
    for part, numbers in parts.items():
        for label in ("Negative", "Positive"):
            (data / part / label).mkdir(parents=True)
            names = sorted((tiles / label).glob("*.jpg"))
            for number in numbers:
                shutil.copy(names[number], data / part / label)
    # whatever --split says: the test part must not train
    done = cracklens("train", data, "-o", model, *FROZEN, "--precision", "f32", "--json")
    assert "the data has its own split" in done.stderr
    found = figures(done)
    assert found["validation"]["count"] == 24
    tested = figures(cracklens("evaluate", model, data, "--part", "test", "--json", code=0))
    assert tested["count"] == 16
    none = cracklens("evaluate", small[1], tiles, "--part", "test", code=1)
    assert "has no test part" in one_line(none.stderr)


def test_whole_photographs_are_held_out(cracklens, copy, tiles, tmp_path):
    """One photograph validates; other data need not have its names."""
    for label in ("Negative", "Positive"):
        for number, path in enumerate(sorted((copy / label).iterdir())):
            path.rename(path.with_name(f"{7001 + number // 5}-{label}{number}.jpg"))
    model = tmp_path / "model"
    flags = [*FROZEN[:-1], "grouped", "--group", "<photo>-<tile>", "--precision", "f32"]
    cracklens("train", copy, "-o", model, *flags, "--validation-fraction", "0.4", code=0)
    card = json.loads((model / "card.json").read_text(encoding="utf-8"))
    assert card["data"]["counts"]["validation"] == {"Negative": 5, "Positive": 5}
    assert card["validation"]["resampled"] == "groups"
    assert card["validation"]["accuracy"]["low"] is None, "one photograph tells no interval"
    both = figures(
        cracklens("evaluate", model, copy, "--group", "<photo>-<tile>", "--json", code=0)
    )
    assert both["resampled"] == "groups"
    part = figures(cracklens("evaluate", model, copy, "--part", "validation", "--json", code=0))
    assert part["count"] == 10
    other = figures(cracklens("evaluate", model, tiles, "--replicates", 50, "--json", code=0))
    assert other["count"] == 120


def test_a_test_on_the_training_pictures_is_called_none(cracklens, small, tiles):
    _, model = small
    assert "NOT A TEST" in cracklens("evaluate", model, tiles).stdout
    assert "NOT A TEST" in cracklens("evaluate", model, tiles, "--part", "train").stdout
    assert "NOT A TEST" not in cracklens("evaluate", model, tiles, "--part", "validation").stdout


def test_a_class_that_is_not_there_cannot_be_mapped(cracklens, small, copy):
    _, model = small
    done = cracklens("evaluate", model, copy, "--map", "Riss=Positive", code=1)
    assert "has no class 'Riss'" in done.stderr


def test_the_positive_class_can_be_chosen(cracklens, copy, tmp_path):
    (copy / "Positive").rename(copy / "rough")
    (copy / "Negative").rename(copy / "smooth")
    train = ["train", copy, "--recipe", "small", "--epochs", "1", "--json", "-o"]
    refused = cracklens(*train, tmp_path / "refused", code=2)
    assert "which of the classes 'rough' and 'smooth' means a crack?" in one_line(refused.stderr)
    assert "--positive smooth" in one_line(refused.stderr)
    chosen = cracklens(*train, tmp_path / "chosen", "--positive", "rough")
    assert "class that means a crack" not in chosen.stderr
    assert figures(chosen)["validation"]["positive"] == "rough"
    wrong = cracklens(*train, tmp_path / "wrong", "--positive", "rouh", code=1)
    assert "did you mean 'rough'?" in wrong.stderr


def test_a_strict_audit_fails_on_what_spoils_a_test(cracklens, copy):
    cracklens("audit", copy, "--strict")
    shutil.copy(next((copy / "Positive").iterdir()), copy / "Negative" / "copy.jpg")
    cracklens("audit", copy)
    assert "same picture in two classes: 1" in cracklens("audit", copy, "--strict", code=1).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_keeps_finished_features_and_the_same_command_goes_on(tiles, tmp_path):
    program = Path(sys.executable).with_name("cracklens")
    large = [*FROZEN, "--input-size", "512", "--precision", "f32"]  # slow enough to be stopped
    command = [program, "train", tiles, "-o", tmp_path / "model", *large]
    environment = os.environ | {"CRACKLENS_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        until = time.monotonic() + 120
        while not list(tmp_path.glob("cache/features/*/key.json")):  # written before the first one
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.2)  # a fast machine needs less than a second for all of them
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "interrupted; features that were computed are kept" in one_line(told)
    assert "Traceback" not in told
    assert not (tmp_path / "model").exists()
    shards = [np.load(shard) for shard in tmp_path.glob("cache/features/*/*.npz")]
    known = sum(len(shard["sha256"]) for shard in shards)
    for shard in shards:
        shard.close()
    assert known < 120
    again = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=120
    )
    assert again.returncode == 0, again.stderr
    assert f"{120 - known} computed now, {known} from the cache" in again.stderr
    assert "exporting" not in again.stderr
