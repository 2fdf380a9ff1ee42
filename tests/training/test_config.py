from pathlib import Path

import pytest
import typer
from pydantic_core import PydanticUndefined

from cracklens.cli import train as verb
from cracklens.cli.main import app
from cracklens.errors import UsageError
from cracklens.training.config import TrainConfig
from cracklens.training.resolve import recipes, resolve_config

CHANGED = {
    "split": ("random", "random"),
    "validation_fraction": ("0.35", 0.35),
    "group": ("<photo>-<tile>", "<photo>-<tile>"),
    "positive": ("Riss", "Riss"),
    "seed": ("7", 7),
    "max_pixels": ("1234567", 1234567),
    "strict": (None, True),
    "backbone": ("resnet18", "resnet18"),
    "weights": ("random", "random"),
    "input_size": ("96", 96),
    "precision": ("f32", "f32"),
    "hidden": ("32,16", (32, 16)),
    "dropout": ("0.1,0.2", (0.1, 0.2)),
    "epochs": ("3", 3),
    "batch_size": ("8", 8),
    "learning_rate": ("0.01", 0.01),
    "stop_patience": ("4", 4),
    "lr_patience": ("2", 2),
    "lr_factor": ("0.1", 0.1),
    "lr_min": ("1e-5", 1e-5),
    "fine_tune": ("2", 2),
    "augment": ("no", False),
    "backbone_lr": ("1e-3", 1e-3),
    "device": ("cpu", "cpu"),
}
FIELDS = sorted(set(TrainConfig.model_fields) - {"recipe", "task"})


def yaml_file(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_published_recipe_is_the_default():
    config = resolve_config()
    assert config == resolve_config("resnet101")
    assert config.recipe == "resnet101"
    assert (config.backbone, config.input_size, config.split) == ("resnet101", 227, "published")
    assert (config.hidden, config.dropout) == ((256, 128), (0.5, 0.3))
    assert (config.learning_rate, config.batch_size, config.epochs) == (1e-4, 64, 25)
    assert (config.stop_patience, config.lr_patience) == (10, 5)
    assert (config.lr_factor, config.lr_min, config.seed) == (0.5, 1e-7, 42)
    assert config.fine_tune == 0


@pytest.mark.parametrize("name", recipes())
def test_every_recipe_is_valid_and_keeps_its_name(name):
    assert resolve_config(name).recipe == name


def test_a_flag_beats_the_file_beats_the_recipe(tmp_path):
    settings = yaml_file(tmp_path, "recipe: small\nepochs: 7\nbatch_size: 9\nlearning_rate: 1e-5\n")
    config = resolve_config(None, settings, {"epochs": 5, "seed": None})
    assert config.recipe == "small"
    assert config.input_size == resolve_config("small").input_size == 128
    assert (config.batch_size, config.learning_rate) == (9, 1e-5)
    assert config.epochs == 5
    assert config.seed == 42


def test_a_named_recipe_beats_that_of_the_file(tmp_path):
    settings = yaml_file(tmp_path, "recipe: small\nepochs: 7\n")
    config = resolve_config("resnet101", settings)
    assert (config.recipe, config.backbone, config.epochs) == ("resnet101", "resnet101", 7)


def test_a_recipe_of_ones_own(tmp_path):
    recipe = tmp_path / "mine.toml"
    recipe.write_text('backbone = "resnet18"\nepochs = 2\n', encoding="utf-8")
    config = resolve_config(str(recipe))
    assert (config.recipe, config.backbone, config.epochs) == ("mine", "resnet18", 2)


def test_a_resolved_configuration_survives_being_stored():
    config = resolve_config("small", None, {name: value for name, (_, value) in CHANGED.items()})
    stored = TrainConfig.model_validate_json(config.model_dump_json())
    assert stored == config
    assert type(stored.hidden) is tuple


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"epoch": 3}, "unknown setting 'epoch': did you mean 'epochs'?"),
        ({"epochs": 0}, r"^epochs \(--epochs\): .*greater than or equal to 1"),
        ({"epochs": "many"}, r"^epochs \(--epochs\): .*valid integer"),
        (
            {"validation_fraction": 1.0},
            r"^validation_fraction \(--validation-fraction\): .*less than 1",
        ),
        (
            {"split": "half"},
            r"^split \(--split\): .*'published', 'random', 'grouped', 'folders' or 'near-duplicates'",
        ),
        ({"hidden": (8,)}, "--hidden and --dropout need the same number of values"),
        ({"hidden": (8, 0)}, "hidden widths must be positive"),
        ({"dropout": (0.5, 1.0)}, "dropout at least 0 and below 1"),
        ({"split": "grouped"}, "split 'grouped' needs group"),
        ({"fine_tune": -1}, "fine_tune is a number of stages, or 'all'"),
        ({"precision": "int8"}, r"^precision \(--precision\): .*'auto', 'f32' or 'bf16'"),
        ({"input_size": 16}, r"^input_size \(--input-size\): .*greater than or equal to 32"),
    ],
)
def test_values_that_make_no_sense_are_named(values, told):
    with pytest.raises(UsageError, match=told):
        resolve_config(None, None, values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("epoch: 3", "unknown setting 'epoch': did you mean 'epochs'"),
        ("1: 3", "unknown setting 1"),
        ("", "must hold settings like 'epochs: 10'"),
        ("- epochs", "must hold settings like 'epochs: 10'"),
        ("epochs: [", "is not valid YAML"),
        ("recipe: smal", "no recipe 'smal': did you mean 'small'"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, text, told):
    with pytest.raises(UsageError, match=told):
        resolve_config(None, yaml_file(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read: No such file"):
        resolve_config(None, tmp_path / "none.yaml")
    with pytest.raises(UsageError, match=r"no recipe file \S+none\.toml"):
        resolve_config(str(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_text("epochs =", encoding="utf-8")
    with pytest.raises(UsageError, match=r"bad\.toml is not valid TOML"):
        resolve_config(str(tmp_path / "bad.toml"))


@pytest.mark.parametrize("name", ["latin.yaml", "latin.toml"])
def test_files_that_are_not_utf8(tmp_path, name):
    (tmp_path / name).write_bytes("# Stra\xdfe\nepochs: 3\n".encode("latin-1"))
    given = (str(tmp_path / name), None) if name.endswith("toml") else (None, tmp_path / name)
    with pytest.raises(UsageError, match=f"{name} is not valid"):
        resolve_config(*given)


def test_the_test_changes_every_field():
    assert sorted(CHANGED) == FIELDS


def test_every_field_has_a_flag_in_the_help(cracklens):
    shown = cracklens("train", "--help", code=0).stdout
    for name in TrainConfig.model_fields:
        assert f"--{name.replace('_', '-')}" in shown, name
        assert TrainConfig.model_fields[name].default is not PydanticUndefined


@pytest.mark.parametrize("name", FIELDS)
def test_each_flag_reaches_the_configuration(name, monkeypatch):
    """Through the parser of the real command; what `train` would be called with is caught."""
    caught = []

    class Caught(Exception):  # noqa: N818 - ends the verb, no error
        pass

    def resolve(*given):
        caught.append(resolve_config(*given))
        raise Caught

    monkeypatch.setattr(verb, "resolve_config", resolve)
    text, value = CHANGED[name]
    dashed = name.replace("_", "-")
    flag = [f"--no-{dashed}"] if text == "no" else [f"--{dashed}", *([text] if text else [])]
    with pytest.raises(Caught):
        typer.main.get_command(app).main(
            ["train", "data", "-o", "model", *flag], standalone_mode=False
        )
    base = resolve_config()
    assert getattr(base, name) != value
    assert getattr(caught[0], name) == value
    assert caught[0] == base.model_copy(update={name: value})


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        (["--hidden", "big"], "--hidden 'big': expected numbers such as 256,128"),
        (["--fine-tune", "most"], "--fine-tune 'most': expected a number or 'all'"),
        (["--hidden", "8"], "--hidden and --dropout need the same number of values"),
        (["--epochs", "0"], "epochs (--epochs): "),
        (["--split", "grouped"], "needs group"),
    ],
)
def test_wrong_flags_are_usage(cracklens, tmp_path, flag, told):
    done = cracklens("train", tmp_path, "-o", tmp_path / "model", *flag, code=2)
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_head_of_one_layer_needs_no_tuple():
    found = resolve_config("small", None, {"hidden": 64, "dropout": 0.5})
    assert (found.hidden, found.dropout) == ((64,), (0.5,))
