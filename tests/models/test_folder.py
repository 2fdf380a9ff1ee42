"""The model folder: what is wrong with it is named, and writing one loses nothing."""

import json
import shutil

import pytest

from cracklens.errors import ModelError, OutputError
from cracklens.models import read_model_folder, write_model_folder


@pytest.fixture
def copied(model_folder, tmp_path):
    """A model folder of one's own, to spoil."""
    return shutil.copytree(model_folder, tmp_path / "copied")


def edit(folder, change):
    file = folder / "card.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    change(card)
    file.write_text(json.dumps(card), encoding="utf-8")


def test_a_trained_folder_is_read_back(model_folder):
    read = read_model_folder(str(model_folder))
    assert read.path == model_folder
    assert read.network.is_file()
    assert read.card.labels == ["Negative", "Positive"]
    assert set(read.card.files) == {f.name for f in model_folder.iterdir()} - {"card.json"}


def test_a_copied_or_renamed_folder_is_as_good(copied):
    moved = copied.rename(copied.with_name("bridge model ü"))
    assert read_model_folder(moved).card.labels == ["Negative", "Positive"]


def test_what_is_no_model_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for path, said in [
        (tmp_path / "absent", "absent does not exist"),
        (tmp_path / "file", "file is not a folder"),
        (tmp_path / "empty", r"empty holds no card\.json"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ]:
        with pytest.raises(ModelError, match=said):
            read_model_folder(path)


@pytest.mark.parametrize("name", ["model.onnx", "README.md"])
def test_an_altered_file_is_named(copied, name):
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / name).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name} is not the file that the card was written for"):
        read_model_folder(copied)


def test_a_missing_file_is_named(copied):
    (copied / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"lacks model\.onnx, which its card names"):
        read_model_folder(copied)


def test_a_card_of_the_future_says_to_upgrade(copied):
    edit(copied, lambda card: card.update(schema_version=2, invented_later=True))
    with pytest.raises(ModelError, match=r"has schema 2; .* reads up to 1: .*pip install -U"):
        read_model_folder(copied)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"card"', '{"schema_version": "1"}'])
def test_a_card_that_is_no_card_is_refused(copied, text):
    (copied / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"card\.json"):
        read_model_folder(copied)


def test_a_card_that_is_not_utf_8_is_refused(copied):
    (copied / "card.json").write_bytes(b'{"name": "\xe4"}')
    with pytest.raises(ModelError, match=r"card\.json cannot be read"):
        read_model_folder(copied)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda card: card.update(temperature=0), "temperature"),
        (lambda card: card.update(labels=["one"]), "labels"),
        (lambda card: card.update(labels=["a", "a"]), "labels must differ"),
        (lambda card: card.update(positive="Crack"), "'Crack' is not among the labels"),
        (lambda card: card.update(task="detect"), "task"),
        (lambda card: card.pop("created"), "created"),
        (lambda card: card["preprocessing"].update(height_px=5), r"preprocessing\.height_px"),
        (lambda card: card["agreement"].update(engine=None), r"agreement\.engine"),
        (lambda card: card.update(surprise=1), "surprise"),
    ],
)
def test_an_invalid_card_names_the_field(copied, change, named):
    edit(copied, change)
    with pytest.raises(ModelError, match=rf"card\.json is not a valid card: .*{named}"):
        read_model_folder(copied)


@pytest.mark.parametrize("name", ["../outside.onnx", "sub/model.onnx", "/etc/hostname", "./x"])
def test_a_card_cannot_point_outside_its_folder(copied, name):
    (copied.parent / "outside.onnx").touch()
    edit(copied, lambda card: card["files"].update({name: "0" * 64}))
    with pytest.raises(ModelError, match="names a file outside the folder"):
        read_model_folder(copied)


@pytest.mark.parametrize("name", ["weights.bin", ".hidden", "sub"])
def test_what_no_hash_covers_is_refused(copied, name):
    # the weights of a network may lie in a second file, which OpenVINO would read
    (copied / name).mkdir() if name == "sub" else (copied / name).write_bytes(b"x")
    with pytest.raises(ModelError, match=rf"{name} is not part of the model"):
        read_model_folder(copied)


def test_what_desktops_leave_in_folders_is_no_hindrance(copied):
    (copied / ".DS_Store").write_bytes(b"x")
    assert read_model_folder(copied).card.labels == ["Negative", "Positive"]


@pytest.mark.parametrize("name", ["..", ".", ""])
def test_nor_at_a_folder(copied, name):
    edit(copied, lambda card: card["files"].update({name: "0" * 64}))
    with pytest.raises(ModelError):
        read_model_folder(copied)


def test_a_card_must_name_its_network(copied):
    edit(copied, lambda card: card["files"].pop("model.onnx"))
    with pytest.raises(ModelError, match=r"names no model\.onnx"):
        read_model_folder(copied)


@pytest.fixture
def make(model_folder):
    """Fill a folder as training does; `make(b"...")` sets the bytes of the network."""
    card = read_model_folder(model_folder).card

    def with_network(data=b"network"):
        def fill(folder):
            (folder / "model.onnx").write_bytes(data)
            return card.model_copy(update={"files": {}})

        return fill

    return with_network


def tree(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_what_is_written_is_sealed_and_can_be_read(tmp_path, make):
    target = tmp_path / "deep" / "new"
    written = write_model_folder(target, make())
    assert read_model_folder(target) == written
    assert set(tree(target)) == {"model.onnx", "README.md", "card.json"}
    assert list(target.parent.iterdir()) == [target]


def test_an_empty_folder_may_be_filled(tmp_path, make):
    target = tmp_path / "new"
    target.mkdir()
    write_model_folder(target, make())
    assert read_model_folder(target).card


def test_an_existing_model_is_refused_without_overwrite(tmp_path, make):
    target = tmp_path / "model"
    write_model_folder(target, make())
    before = tree(tmp_path)
    with pytest.raises(OutputError, match=r"model exists: .*--overwrite"):
        write_model_folder(target, lambda folder: pytest.fail("nothing may be made"))
    assert tree(tmp_path) == before


def test_overwrite_replaces_in_one_step_and_leaves_nothing_behind(tmp_path, make):
    target = tmp_path / "model"
    write_model_folder(target, make(b"old"))
    before = tree(target)

    def watching(folder):
        card = make(b"new")(folder)
        assert tree(target) == before  # whoever reads meanwhile meets the whole old model
        return card

    write_model_folder(target, watching, overwrite=True)
    assert (target / "model.onnx").read_bytes() == b"new"
    assert read_model_folder(target).card
    assert set(tree(tmp_path)) == {"model/model.onnx", "model/README.md", "model/card.json"}
    assert list(tmp_path.iterdir()) == [target]


def test_overwrite_spares_a_model_that_holds_something_else(tmp_path, make):
    target = tmp_path / "model"
    write_model_folder(target, make(b"old"))
    (target / "only copy.jpg").write_bytes(b"precious")
    before = tree(target)
    with pytest.raises(OutputError, match=r"holds only copy\.jpg, which was not written"):
        write_model_folder(target, make(b"new"), overwrite=True)
    assert tree(target) == before


def theirs(folder):
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "only copy.jpg").write_bytes(b"precious")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (None, None),
        ("card.json", '{"title": "a playing card"}'),
        ("card.json", "no json"),
        ("metrics.json", '{"loss": 0.1}'),
        ("metrics.json", "[]"),
    ],
)
def test_overwrite_never_touches_a_folder_of_somebody_else(tmp_path, make, name, text):
    target = tmp_path / "holiday"
    theirs(target)
    if name:
        (target / name).write_text(text, encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="was not written by cracklens"):
        write_model_folder(target, make(), overwrite=True)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_or_a_link_is_never_replaced_by_a_folder(tmp_path, make, overwrite):
    (tmp_path / "file").write_bytes(b"kept")
    write_model_folder(tmp_path / "model", make())
    (tmp_path / "link").symlink_to(tmp_path / "model", target_is_directory=True)
    before = tree(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(OutputError, match=f"{name} is a file or a link"):
            write_model_folder(tmp_path / name, make(), overwrite=overwrite)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("error", [RuntimeError("crash"), KeyboardInterrupt()])
@pytest.mark.parametrize("existing", [False, True])
def test_a_crash_while_making_leaves_no_trace(tmp_path, make, existing, error):
    target = tmp_path / "model"
    if existing:
        write_model_folder(target, make(b"old"))
    before = tree(tmp_path)

    def crash(folder):
        make(b"half")(folder)
        raise error

    with pytest.raises(type(error)):
        write_model_folder(target, crash, overwrite=True)
    assert tree(tmp_path) == before
    assert list(tmp_path.iterdir()) == ([target] if existing else [])
