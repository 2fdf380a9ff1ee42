"""Rendered concrete and cracks whose geometry is known exactly: training data, truth for tests."""

from cracklens.synthesis.concrete import ConcreteLook, render_concrete
from cracklens.synthesis.coverage import line_coverage
from cracklens.synthesis.crack import (
    RenderedCrack,
    branch_line,
    fractal_line,
    render_crack,
    width_profile,
)
from cracklens.synthesis.dataset import render_tiles
from cracklens.synthesis.distractors import DISTRACTORS
from cracklens.synthesis.tile import RenderedTile, render_tile

__all__ = [
    "DISTRACTORS",
    "ConcreteLook",
    "RenderedCrack",
    "RenderedTile",
    "branch_line",
    "fractal_line",
    "line_coverage",
    "render_concrete",
    "render_crack",
    "render_tile",
    "render_tiles",
    "width_profile",
]
