"""A model folder whose verifier cannot be used ends a run before any photograph is inspected."""

import json
import shutil

import pytest

from cracklens.files import sha256_file
from cracklens.models.folder import read_model_folder
from cracklens.verification.kinds import KINDS

VERIFIER = "verifier.onnx"


@pytest.fixture
def copied(verified_folder, tmp_path):
    return shutil.copytree(verified_folder, tmp_path / "model")


def change_card(folder, change):
    card = json.loads((folder / "card.json").read_text("utf-8"))
    change(card)
    (folder / "card.json").write_text(json.dumps(card), "utf-8")


def with_its_hash(folder):
    change_card(
        folder, lambda card: card["files"].update({VERIFIER: sha256_file(folder / VERIFIER)})
    )


def missing(folder):
    (folder / VERIFIER).unlink()


def unnamed(folder):
    missing(folder)
    change_card(folder, lambda card: card["files"].pop(VERIFIER))


def altered(folder):
    content = (folder / VERIFIER).read_bytes()
    (folder / VERIFIER).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def of_another_version(folder):
    change_card(folder, lambda card: card["verification"].update(version=2))


def with_fewer_kinds(folder):
    change_card(folder, lambda card: card["verification"].update(kinds=KINDS[:5]))


def with_renamed_kinds(folder):
    change_card(folder, lambda card: card["verification"].update(kinds=[*KINDS[:-1], "moss"]))


def no_network(folder):
    (folder / VERIFIER).write_bytes(b"no network at all\n" * 50)
    with_its_hash(folder)


def empty(folder):
    (folder / VERIFIER).write_bytes(b"")
    with_its_hash(folder)


def cut(folder):
    content = (folder / VERIFIER).read_bytes()
    (folder / VERIFIER).write_bytes(content[: len(content) // 2])
    with_its_hash(folder)


def another_network(folder):
    shutil.copy(folder / "surface.onnx", folder / VERIFIER)
    with_its_hash(folder)


def too_few_outputs(folder):
    """The verifier, but for its last kind."""
    import onnx

    network = onnx.load(folder / VERIFIER)
    (output,) = network.graph.output
    for node in network.graph.node:
        node.output[:] = ["all kinds" if name == "logits" else name for name in node.output]
    numbers = {"first": 0, "last": len(KINDS) - 1, "axis": 1}
    network.graph.initializer.extend(
        onnx.helper.make_tensor(name, onnx.TensorProto.INT64, [1], [value])
        for name, value in numbers.items()
    )
    network.graph.node.append(
        onnx.helper.make_node("Slice", ["all kinds", "first", "last", "axis"], ["logits"])
    )
    output.type.tensor_type.shape.dim[1].dim_value = len(KINDS) - 1
    onnx.save(network, folder / VERIFIER)
    with_its_hash(folder)


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize(
    ("damage", "cause", "advice"),
    [
        (missing, "lacks verifier.onnx, which its card names", "copy the whole folder"),
        (unnamed, "the verifier verifier.onnx is not among the files", "copy the whole folder"),
        (altered, "(SHA-256 differs)", "copy the folder again, or train again"),
        (of_another_version, "a verifier of version 2", "train --task verify"),
        (with_fewer_kinds, "with 5 kinds", "train --task verify"),
        (with_renamed_kinds, "other kinds (moss)", "train --task verify"),
        (no_network, "cannot be loaded as a network", "copy the folder again, or train again"),
        (empty, "cannot be loaded as a network", "copy the folder again, or train again"),
        (cut, "cannot be loaded as a network", "copy the folder again, or train again"),
        (another_network, "has the inputs pixels, not", "copy the folder again, or train again"),
        (too_few_outputs, "does not fit its card", "copy the folder again, or train again"),
    ],
)
def test_the_reason_and_what_to_do_stand_on_one_line(
    cracklens, copied, tiles, tmp_path, damage, cause, advice, engine
):
    if engine == "onnxruntime":
        pytest.importorskip("onnxruntime")
    damage(copied)
    result = tmp_path / "result"
    photo = tiles / "Positive" / "00001.jpg"
    done = cracklens(
        "inspect", photo, "-o", result, "--model", copied, "--engine", engine, "--quiet", code=1
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert str(copied) in line
    assert cause in line
    assert advice in line
    assert done.stdout == ""
    assert not result.exists()


def test_an_earlier_result_stays_when_the_verifier_cannot_be_used(
    cracklens, copied, tiles, tmp_path
):
    photo = tiles / "Positive" / "00001.jpg"
    settings = ["inspect", photo, "-o", tmp_path / "result", "--model", copied, "--quiet"]
    cracklens(*settings)
    before = {p.name: sha256_file(p) for p in (tmp_path / "result").iterdir() if p.is_file()}
    no_network(copied)
    cracklens(*settings, "--overwrite", code=1)
    assert before == {
        p.name: sha256_file(p) for p in (tmp_path / "result").iterdir() if p.is_file()
    }
    assert not (tmp_path / "result" / ".unfinished").exists()


def test_an_older_model_folder_without_a_verifier_works(cracklens, copied, tiles, tmp_path):
    missing(copied)

    def older(card):
        del card["verification"], card["files"][VERIFIER]

    change_card(copied, older)
    assert read_model_folder(copied).card.verification is None
    photo = tiles / "Positive" / "00001.jpg"
    cracklens("inspect", photo, "-o", tmp_path / "result", "--model", copied, "--quiet")
    record = json.loads((tmp_path / "result" / "inspection.json").read_text("utf-8"))
    assert record["photographs"][0]["cracks"]
    assert all(crack["probability"] is None for crack in record["photographs"][0]["cracks"])


def test_both_engines_verify_alike(cracklens, verified_folder, tiles, tmp_path):
    pytest.importorskip("onnxruntime")
    photo = tiles / "Positive" / "00001.jpg"
    found = []
    for engine in ("openvino", "onnxruntime"):
        output = tmp_path / engine
        cracklens("inspect", photo, "-o", output, "--model", verified_folder, "--engine", engine)
        record = json.loads((output / "inspection.json").read_text("utf-8"))
        found.append(record["photographs"][0]["cracks"])
    assert found[0]
    for one, other in zip(*found, strict=True):
        assert one["probability"] == pytest.approx(other["probability"], abs=0.01)
