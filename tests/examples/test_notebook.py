"""The notebook runs from top to bottom on a small rendered data set."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "examples" / "published_recipe.ipynb"


def test_it_is_committed_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


# nbclient and zmq warn of their own event loops
@pytest.mark.filterwarnings("ignore")
def test_every_cell_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("CRACKLENS_TILES", "120")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("CRACKLENS_DATA", raising=False)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    shown = [
        kind
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for kind in output.get("data", {})
    ]
    printed = "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert shown.count("image/png") >= 3
    assert "accuracy" in printed
    assert "training_config" in printed
