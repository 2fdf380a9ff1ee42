"""Every verb answers alike where what was named is not there: one sentence, exit code 2."""

import sys

import pytest

from cracklens.cli.main import app, main

NAMED = {
    "decide": [
        ["gone", "P001-C01", "accept", "--by", "A"],
        ["empty", "P001-C01", "undo", "--by", "A"],
    ],
    "decisions": [["gone"], ["empty"]],
    "approve": [
        ["gone", "--by", "A", "--role", "engineer"],
        ["empty", "--by", "A", "--role", "engineer"],
        ["a.png", "--by", "A", "--role", "engineer", "--key", "gone.pem"],
    ],
    "inspect": [
        ["gone", "-o", "out"],
        ["gone.jpg", "-o", "out"],
        ["gone/*.jpg", "-o", "out"],
        ["empty", "-o", "out"],
        ["a.png", "-o", "out", "--model", "gone"],
        ["a.png", "-o", "out", "--model", "./gone"],
        ["a.png", "-o", "out", "--model", "a.png"],
        ["a.png", "-o", "out", "--config", "gone.yaml"],
        ["a.png", "-o", "out", "--scale-table", "gone.csv"],
        ["a.png", "-o", "out", "--camera", "gone.json"],
        ["a.png", "-o", "out", "--priority-weights", "gone.toml"],
    ],
    "validate": [["gone"], ["gone.json"], ["empty"]],
    "regrade": [["gone"], ["empty"]],
    "report": [["gone"], ["empty"]],
    "serve": [["gone", "--no-browser"], ["empty", "--no-browser"]],
    "register": [],  # its own tests name what is not there
    "target": [],  # names nothing but its output
    "check-camera": [["gone.jpg"], ["gone"], ["empty"], ["a.png", "--true-widths", "gone.csv"]],
    "predict": [
        ["concrete", "gone"],
        ["concrete", "empty"],
        ["gone", "a.png"],
        ["./empty", "a.png"],
    ],
    "train": [
        ["gone", "-o", "out", "--recipe", "small"],
        ["a.png", "-o", "out", "--recipe", "small"],
        ["empty", "-o", "out", "--recipe", "small"],
        ["gone", "-o", "out", "--task", "segment", "--weights", "random"],
        ["gone", "-o", "out", "--recipe", "gone.toml"],
        ["gone", "-o", "out", "--config", "gone.yaml"],
        ["gone", "-o", "out", "--weights", "gone.safetensors"],
    ],
    "evaluate": [
        ["concrete", "gone"],
        ["concrete", "empty"],
        ["gone", "empty"],
        ["./gone", "gone"],
    ],
    "audit": [["gone"], ["a.png"], ["empty"], ["gone", "--split", "random"]],
    "doctor": [],
}
CASES = [(verb, *arguments) for verb, many in NAMED.items() for arguments in many]


def test_no_verb_is_left_out():
    import typer

    assert set(NAMED) == set(typer.main.get_command(app).commands)


@pytest.mark.slow
@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_what_is_not_there_is_wrong_usage(words, tmp_path, monkeypatch, capsys):
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (40, 30), "grey").save("a.png")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(sys, "argv", ["cracklens", *words])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert end.value.code == 2, said.err
    assert said.out == ""
    (line,) = said.err.strip().splitlines()  # one sentence
    assert line.startswith("error: ")
    named = [word for word in words if word.startswith(("gone", "./gone", "empty", "./empty"))]
    assert any(word.removeprefix("./") in line for word in [*named, "a.png"])
    assert not (tmp_path / "out").exists()
