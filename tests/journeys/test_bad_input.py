"""Bad input gets a clear error and loses nothing, through the installed command."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).with_name("cracklens")
BROKEN = ["Bild äöü.jpg", "[draft] note.jpg", "empty.jpg", "cut.jpg", "film.gif", "phone.heic"]


@pytest.fixture(scope="module")
def mixed(tiles, tmp_path_factory):
    """Twelve good pictures of many kinds and six that cannot be read."""
    folder = tmp_path_factory.mktemp("site") / "Brücke 7, Süd"
    folder.mkdir()
    good = sorted(tiles.rglob("*.jpg"))[:12]
    for i, path in enumerate(good[:8]):
        shutil.copy(path, folder / f"good {i}.jpg")
    with Image.open(good[8]) as image:
        image.save(folder / "PNG inside.jpg", "PNG")
        image.convert("CMYK").save(folder / "print.jpg")
        image.convert("L").save(folder / "grey.png")
        image.convert("P").save(folder / "palette.png")
        frames = [image.rotate(angle) for angle in (0, 90, 180)]
        frames[0].save(folder / "film.gif", save_all=True, append_images=frames[1:])
    (folder / "Bild äöü.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing follows")
    (folder / "[draft] note.jpg").write_text("see the other folder", encoding="utf-8")
    (folder / "empty.jpg").touch()
    whole = good[9].read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "phone.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    return folder


def no_traceback(done):
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def only_json(done):
    """Standard output is one JSON object and nothing else; NaN would be none."""

    def refuse(name):
        pytest.fail(f"{name} is no JSON")

    return json.loads(done.stdout, parse_constant=refuse)


def test_broken_pictures_are_listed_and_the_rest_is_labelled(cracklens, model_folder, mixed):
    done = no_traceback(cracklens("predict", model_folder, mixed, code=3))
    assert "12 pictures: " in done.stdout.splitlines()[-1]
    assert len(done.stdout.splitlines()) == 13
    assert "6 pictures could not be read and were left out" in done.stderr
    for name in BROKEN:
        assert f"{mixed / name}: " in done.stderr
        assert name not in done.stdout
    assert f"{mixed / 'PNG inside.jpg'}  (PNG named '.jpg')" in done.stdout
    assert "CMYK converted to RGB" in done.stdout


def test_json_is_one_object_on_standard_output(cracklens, model_folder, mixed):
    done = no_traceback(cracklens("predict", model_folder, mixed, "--json", code=3))
    found = only_json(done)
    assert found["labels"] == ["Negative", "Positive"]
    assert len(found["predictions"]) == 12
    assert len(found["unreadable"]) == 6
    for said in found["predictions"]:
        assert Path(said["path"]).is_file()
        assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert said["probabilities"][said["label"]] == said["probability"]
    assert "Brücke 7, Süd" in done.stdout


def test_csv_can_be_read_back(cracklens, model_folder, mixed, tmp_path):
    output = tmp_path / "neu" / "Ergebnis 1.csv"
    done = no_traceback(
        cracklens("predict", model_folder, mixed, "--format", "csv", "-o", output, code=3)
    )
    assert done.stdout == ""
    rows = list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8"))))
    assert len(rows) == 12
    assert all(Path(row["path"]).is_file() for row in rows)
    assert list(output.parent.iterdir()) == [output]


def test_strict_stops_at_the_first_and_names_it(cracklens, model_folder, mixed):
    done = no_traceback(cracklens("predict", model_folder, mixed, "--strict", code=1))
    assert done.stdout == ""
    assert f"error: {mixed / BROKEN[0]}: " in done.stderr or any(
        f"error: {mixed / name}: " in done.stderr for name in BROKEN
    )


def test_strict_with_good_pictures_is_no_error(cracklens, model_folder, tiles):
    done = no_traceback(cracklens("predict", model_folder, tiles / "Positive", "--strict"))
    assert "60 pictures" in done.stdout


def test_a_photo_over_the_budget_is_listed(cracklens, model_folder, tiles):
    picture = tiles / "Positive" / "00001.jpg"
    done = no_traceback(cracklens("predict", model_folder, picture, "--max-pixels", 100, code=3))
    assert "128 x 128" in done.stderr
    assert "--max-pixels" in done.stderr


def test_photos_of_any_size_are_labelled_with_a_note(cracklens, model_folder, tmp_path):
    Image.new("RGB", (900, 300), "grey").save(tmp_path / "wide.jpg")
    Image.new("RGB", (1, 1), "grey").save(tmp_path / "dot.png")
    done = no_traceback(cracklens("predict", model_folder, tmp_path))
    assert "shape changed by a factor of 3.0" in done.stdout
    assert "shrunk 7 times" in done.stdout
    assert "2 pictures" in done.stdout


@pytest.mark.parametrize("what", ["absent.jpg", "*.bmp", "empty", "x" * 300])
def test_nothing_found_is_wrong_usage(cracklens, model_folder, tmp_path, what):
    (tmp_path / "empty").mkdir()
    done = no_traceback(cracklens("predict", model_folder, what, code=2, cwd=tmp_path))
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert what in done.stderr


def test_links_in_a_circle_end(cracklens, model_folder, tiles, tmp_path):
    shutil.copy(tiles / "Positive" / "00001.jpg", tmp_path / "a.jpg")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    done = no_traceback(cracklens("predict", model_folder, tmp_path, code=3))
    assert "1 picture: " in done.stdout
    assert "self.jpg: cannot be read" in done.stderr


def test_a_file_name_that_is_not_utf_8(cracklens, model_folder, tiles, tmp_path):
    folder, output = tmp_path / "old", tmp_path / "out.csv"
    folder.mkdir()
    try:
        shutil.copy(tiles / "Positive" / "00001.jpg", os.fsencode(folder) + b"/br\xfccke.jpg")
    except OSError:
        pytest.skip("this file system keeps to UTF-8")
    (name,) = [path.name for path in folder.iterdir()]
    assert "1 picture: " in no_traceback(cracklens("predict", model_folder, folder)).stdout
    found = only_json(no_traceback(cracklens("predict", model_folder, folder, "--json")))
    assert Path(found["predictions"][0]["path"]).name == name
    no_traceback(cracklens("predict", model_folder, folder, "-f", "csv", "-o", output))
    assert "br\\udcfccke.jpg" in output.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "POSIX"])
def test_letters_of_the_world_in_any_locale(model_folder, mixed, locale):
    done = no_traceback(
        subprocess.run(
            [PROGRAM, "predict", model_folder, mixed, "--json"],
            capture_output=True,
            check=False,
            encoding="utf-8",
            env={k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
            | {"LC_ALL": locale},
        )
    )
    assert done.returncode == 3
    assert "Brücke 7, Süd" in only_json(done)["predictions"][0]["path"]


@pytest.fixture
def copied(model_folder, tmp_path):
    return shutil.copytree(model_folder, tmp_path / "copied")


def test_a_tampered_model_is_named(cracklens, copied, tiles):
    with (copied / "model.onnx").open("ab") as file:
        file.write(b"\0")
    done = no_traceback(cracklens("predict", copied, tiles, code=1))
    assert done.stdout == ""
    assert f"error: {copied / 'model.onnx'} is not the file" in done.stderr


def test_a_model_without_its_network_is_named(cracklens, copied, tiles):
    (copied / "model.onnx").unlink()
    done = no_traceback(cracklens("evaluate", copied, tiles, code=1))
    assert "lacks model.onnx" in done.stderr


def test_a_model_of_the_future_says_to_upgrade(cracklens, copied, tiles):
    card = json.loads((copied / "card.json").read_text(encoding="utf-8"))
    (copied / "card.json").write_text(json.dumps(card | {"schema_version": 9}), encoding="utf-8")
    done = no_traceback(cracklens("predict", copied, tiles, code=1))
    assert "schema 9" in done.stderr
    assert "upgrade" in done.stderr


@pytest.mark.parametrize("what", ["absent", "file", "folder"])
def test_what_is_no_model_is_named(cracklens, tiles, tmp_path, what):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    done = no_traceback(cracklens("predict", tmp_path / what, tiles, code=2))
    assert f"error: {tmp_path / what} " in done.stderr


def test_an_existing_output_is_kept_without_overwrite(cracklens, model_folder, tiles, tmp_path):
    output, picture = tmp_path / "out.csv", tiles / "Positive" / "00001.jpg"
    output.write_text("mine", encoding="utf-8")
    arguments = ("predict", model_folder, picture, "-f", "csv", "-o", output)
    done = no_traceback(cracklens(*arguments, code=1))
    assert f"error: {output} exists" in done.stderr
    assert "--overwrite" in done.stderr
    assert output.read_text(encoding="utf-8") == "mine"
    no_traceback(cracklens(*arguments, "--overwrite"))
    assert output.read_text(encoding="utf-8").startswith("path,label")


def test_an_existing_model_or_report_is_kept_without_overwrite(cracklens, copied, tiles):
    before = {p.name: p.read_bytes() for p in copied.iterdir()}
    done = no_traceback(cracklens("train", tiles, "-o", copied, "--recipe", "small", code=1))
    assert f"error: {copied} exists" in done.stderr
    done = no_traceback(cracklens("evaluate", copied, tiles, "-o", copied, code=1))
    assert f"error: {copied} exists" in done.stderr
    assert {p.name: p.read_bytes() for p in copied.iterdir()} == before


@pytest.mark.parametrize("verb", ["predict", "evaluate", "train"])
def test_an_output_that_cannot_be_written_is_refused_before_any_work(
    cracklens, model_folder, tiles, tmp_path, verb
):
    (tmp_path / "file").touch()
    first = [tiles] if verb == "train" else [model_folder, tiles]
    for output in (tmp_path / "file" / "below", Path(), tmp_path / ("x" * 300)):
        done = no_traceback(cracklens(verb, *first, "-o", output, code=1, cwd=tmp_path))
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert len(done.stderr.splitlines()) == 1  # no progress: nothing was computed
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


# The limit on the size of a file stands in for a full disk; it survives the exec.
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_a_full_disk_is_named_and_the_old_result_stays(model_folder, tiles, tmp_path, verb):
    output = tmp_path / "result"
    options = ["-o", output, "--overwrite"]
    if verb == "predict":
        output.write_text("old", encoding="utf-8")
    else:
        output.mkdir()
        (output / "metrics.json").write_text('{"class_mapping": {}}', encoding="utf-8")
        options += ["--replicates", "10"]
    before = output.read_bytes() if output.is_file() else (output / "metrics.json").read_bytes()
    command = [PROGRAM, verb, model_folder, tiles, *options]
    done = no_traceback(
        subprocess.run(
            [sys.executable, "-c", LIMITED, *map(str, command)],
            capture_output=True,
            text=True,
            check=False,
        )
    )
    assert done.returncode == 1, done.stderr
    assert f"error: no space left while writing {tmp_path}" in done.stderr
    assert "free some space" in done.stderr
    assert list(tmp_path.iterdir()) == [output]
    after = output.read_bytes() if output.is_file() else (output / "metrics.json").read_bytes()
    assert after == before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["predict", "model", "a.jpg", "--colour"], "--colour"),
        (["predict"], "model"),
        (["predict", "model", "a.jpg", "--format", "xml"], "xml"),
        (["predict", "model", "a.jpg", "--max-pixels", "many"], "--max-pixels"),
        (["inspect"], "inspect"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_names_the_word(cracklens, arguments, named):
    done = no_traceback(cracklens(*arguments, code=2))
    assert done.stdout == ""
    assert named in done.stderr.lower()


def test_a_reader_that_leaves_early_is_no_error_to_read(model_folder, tiles):
    # 120 pictures are some 60 kB of JSON; every part of it meets a closed pipe
    with subprocess.Popen(
        [PROGRAM, "predict", model_folder, tiles, "--json", "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()  # as `| head` does, but surely before anything is written
        said = running.stderr.read()
        code = running.wait()
    assert said == ""
    assert code == 1


def test_a_reader_that_leaves_before_a_short_answer(model_folder, tiles):
    with subprocess.Popen(
        [PROGRAM, "predict", model_folder, tiles / "Positive" / "00001.jpg", "-q"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
        code = running.wait()
    assert said == ""  # the answer fits the buffer and fails at the very end
    assert code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_standard_output_on_a_full_disk_is_named(model_folder, tiles):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [PROGRAM, "predict", model_folder, tiles / "Positive" / "00001.jpg", "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in no_traceback(done).stderr


def test_nothing_is_written_into_a_model(cracklens, model_folder, tiles, tmp_path):
    model = shutil.copytree(model_folder, tmp_path / "model")
    before = sorted(model.iterdir())
    for arguments in (
        ("predict", model, tiles / "Positive", "-o", model / "labels.csv"),
        ("evaluate", model, tiles, "-o", model / "result"),
        ("train", tiles, "--recipe", "small", "-o", model / "other"),
    ):
        done = no_traceback(cracklens(*arguments, code=1))
        assert "lies inside the model" in done.stderr
    assert sorted(model.iterdir()) == before


def test_overwrite_spares_what_was_put_beside_the_results(cracklens, model_folder, tiles, tmp_path):
    out = tmp_path / "result"
    evaluate = ("evaluate", model_folder, tiles, "-o", out, "--quiet")
    cracklens(*evaluate)
    cracklens(*evaluate, "--overwrite")
    (out / "my notes.txt").write_text("kept", encoding="utf-8")
    done = no_traceback(cracklens(*evaluate, "--overwrite", code=1))
    assert "my notes.txt" in done.stderr
    assert (out / "my notes.txt").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": ["Negative", "Positive", "Third"]}, "3 labels, the network gives (1, 2)"),
        ({"preprocessing": {"height_px": 5, "width_px": 7}}, None),
        ({"preprocessing": {"height_px": 64, "width_px": 64}}, "does not fit its card"),
    ],
)
def test_a_card_that_is_not_that_of_its_network(
    cracklens, model_folder, tiles, tmp_path, change, said
):
    model = shutil.copytree(model_folder, tmp_path / "model")
    card = json.loads((model / "card.json").read_text(encoding="utf-8"))
    for key, value in change.items():
        card[key] = card[key] | value if isinstance(value, dict) else value
    (model / "card.json").write_text(json.dumps(card), encoding="utf-8")
    done = no_traceback(cracklens("predict", model, tiles / "Positive", code=1))
    assert (said or "preprocessing.height_px") in done.stderr
