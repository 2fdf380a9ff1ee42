"""The pages about codes and priority say what the files say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cracklens.grading.priority import load_weights

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
def test_the_page_of_the_codes_is_up_to_date():
    done = subprocess.run(
        [sys.executable, DOCS / "make_codes.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_page_of_the_priority_shows_the_values_of_the_file():
    page = (DOCS / "priority.md").read_text(encoding="utf-8")
    weights = load_weights()
    pairs = dict(re.findall(r"\| ([\w-]+) \| ([\d.]+) (?=\|)", page))
    shown = {name: float(value) for name, value in pairs.items()}
    expected = {**weights.exposure, **weights.role, **weights.weights.model_dump()}
    assert shown == expected
    edges = [
        f"{edge:g}" if edge > 1.5 else f"{edge:.2f}" for edge in weights.severity.reinforced_mm
    ]
    assert f"{', '.join(edges)} mm for reinforced" in page
    edges = [f"{edge:.2f}" for edge in weights.severity.prestressed_mm]
    assert f"{', '.join(edges)} mm for prestressed" in page
    assert f"{weights.extent.full_length_m:g} m counts as 1" in page
    assert f"{weights.extent.full_density_m_per_m2:g} m per m² counts as 1" in page
    assert f"{weights.growth.full_mm_per_year:g} mm per year counts as 1" in page
