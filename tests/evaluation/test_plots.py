"""Pictures: written, of sensible size, the same bytes each time, without global state."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import DataError, OutputError, UsageError
from cracklens.evaluation import plots, style, summarise

NAMES = ["sound", "spalled with $5 of $ in the name", "cracked", "rust", "moss", "salt"]
HISTORY = {
    "loss": [0.9, 0.5, 0.3, 0.2],
    "accuracy": [0.6, 0.8, 0.9, 0.95],
    "val_loss": [0.8, 0.5, 0.4, 0.6],
    "val_accuracy": [0.6, 0.8, 0.85, 0.8],
    "learning_rate": [1e-3, 1e-3, 1e-4, 1e-4],
}


def answers(classes, count=120):
    generator = np.random.default_rng(0)
    true = generator.integers(0, classes, count)
    probabilities = generator.dirichlet(np.ones(classes), count)
    probabilities[np.arange(count), true] += 0.5
    return probabilities / probabilities.sum(axis=1, keepdims=True), true


def tiles(count):
    generator = np.random.default_rng(0)
    sizes = generator.integers(20, 80, (count, 2)).tolist()
    return [
        (
            generator.integers(0, 255, (high, wide, 3), dtype=np.uint8),
            f"{high} by {wide}\n$a$ {high}",
        )
        for high, wide in sizes
    ]


def draw(name, classes, path):
    probabilities, true = answers(classes)
    names = NAMES[:classes]
    match name:
        case "confusion":
            predicted = probabilities.argmax(axis=1)
            confusion = np.bincount(true * classes + predicted, minlength=classes**2)
            plots.plot_confusion(confusion.reshape(classes, classes), names, path)
        case "roc":
            plots.plot_roc(probabilities, true, names, path)
        case "precision_recall":
            plots.plot_precision_recall(probabilities, true, names, path)
        case "reliability":
            plots.plot_reliability(probabilities, true, path)
        case "class_report":
            plots.plot_class_report(summarise(probabilities, true, names, replicates=20), path)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 6])
@pytest.mark.parametrize(
    "name", ["confusion", "roc", "precision_recall", "reliability", "class_report"]
)
def test_evaluation_pictures(name, classes, tmp_path):
    check(tmp_path, lambda path: draw(name, classes, path))


@pytest.mark.slow
def test_training_history(tmp_path):
    check(tmp_path, lambda path: plots.plot_training_history(HISTORY, path))


@pytest.mark.slow
def test_contact_sheet(tmp_path):
    check(tmp_path, lambda path: plots.contact_sheet(tiles(8), path, "Worst mistakes"))


def check(folder, write):
    first, again = folder / "first.png", folder / "again.png"
    write(first)
    write(again)
    assert first.read_bytes() == again.read_bytes()
    with Image.open(first) as picture:
        assert picture.format == "PNG"
        assert 600 <= picture.width <= 2400
        assert 300 <= picture.height <= 2400
        assert round(picture.info["dpi"][0]) == 150
        assert set(picture.info) <= {"dpi", "Software"}  # no time stamp
        pixels = np.asarray(picture.convert("L"), int)
    assert pixels.std() > 5
    # nothing touches the border: no label is cut
    border = np.concatenate(
        [pixels[:2].ravel(), pixels[-2:].ravel(), pixels[:, :2].ravel(), pixels[:, -2:].ravel()]
    )
    assert border.min() == 255


@pytest.mark.slow
def test_one_class_alone_can_still_be_drawn(tmp_path):
    probabilities, _ = answers(2)
    true = np.zeros(len(probabilities), int)
    plots.plot_roc(probabilities, true, NAMES[:2], tmp_path / "roc.png")
    plots.plot_precision_recall(probabilities, true, NAMES[:2], tmp_path / "pr.png")
    plots.plot_confusion([[5, 2], [0, 0]], NAMES[:2], tmp_path / "confusion.png")
    summary = summarise(probabilities, true, NAMES[:2], replicates=20)
    plots.plot_class_report(summary, tmp_path / "report.png")
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.slow
def test_the_positive_class_may_be_named(tmp_path):
    probabilities, true = answers(3)
    paths = [tmp_path / f"{name}.png" for name in ("all", "sound")]
    plots.plot_roc(probabilities, true, NAMES[:3], paths[0])
    plots.plot_roc(probabilities, true, NAMES[:3], paths[1], positive="sound")
    assert paths[0].read_bytes() != paths[1].read_bytes()
    with pytest.raises(UsageError, match="did you mean 'sound'"):
        plots.plot_roc(probabilities, true, NAMES[:3], tmp_path / "x.png", positive="sond")


@pytest.mark.slow
@pytest.mark.parametrize(
    "history",
    [
        {"loss": [0.5]},
        {"loss": [0.5, 0.4], "accuracy": [0.1, 0.2], "val_loss": []},
        {"loss": [0.5, float("nan")], "val_loss": [float("nan")] * 2},
        {key: values * 20 for key, values in HISTORY.items()},
    ],
)
def test_histories_may_be_short_long_or_without_validation(history, tmp_path):
    plots.plot_training_history(history, tmp_path / "history.png")
    assert (tmp_path / "history.png").stat().st_size > 5000


@pytest.mark.parametrize("history", [{}, {"loss": []}, {"loss": [1.0], "val_loss": [1.0, 2.0]}])
def test_histories_that_make_no_sense_are_refused(history, tmp_path):
    with pytest.raises(DataError, match="history"):
        plots.plot_training_history(history, tmp_path / "history.png")


@pytest.mark.slow
def test_contact_sheets_grow_with_their_tiles(tmp_path):
    heights = []
    for count in (1, 6, 7):
        path = tmp_path / f"{count}.png"
        plots.contact_sheet(tiles(count), path, "A title that is long " * 5)
        with Image.open(path) as picture:
            heights.append(picture.height)
    assert heights[2] > heights[1]
    with pytest.raises(DataError, match="no tiles"):
        plots.contact_sheet([], path, "none")
    with pytest.raises(DataError, match=r"tile 0 \('grey'\)"):
        plots.contact_sheet([(np.zeros((4, 4), np.uint8), "grey")], path, "grey")
    with pytest.raises(UsageError, match="columns"):
        plots.contact_sheet(tiles(1), path, "none", columns=0)


@pytest.mark.slow
def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="check that the folder exists"):
        plots.plot_training_history(HISTORY, tmp_path / "missing" / "history.png")


def test_dollar_signs_stay_dollar_signs():
    figure = style.new_figure(2, 2)
    axes = figure.add_subplot()
    style.style_axes(axes, title="$a$ and $b$")
    assert style.escaped("$a$") == r"\$a\$"
    assert axes.get_title(loc="left") == r"\$a\$ and \$b\$"


@pytest.mark.slow
def test_no_global_state_is_touched(tmp_path):
    code = (
        "import sys, matplotlib\n"
        "def settings():\n"
        "    keys = set(matplotlib.rcParams) - {'backend'}  # reading that one loads pyplot\n"
        "    return {key: matplotlib.rcParams[key] for key in keys}\n"
        "before = settings()\n"
        "from cracklens.evaluation import plots\n"
        f"plots.plot_training_history({{'loss': [1.0, 0.5]}}, {str(tmp_path / 'h.png')!r})\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert before == settings()\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
