"""Rendered concrete and cracks of exactly known geometry, for training and as ground truth."""

from cracklens.synthesis.camera import Camera, photograph
from cracklens.synthesis.concrete import ConcreteLook, render_concrete
from cracklens.synthesis.coverage import line_coverage
from cracklens.synthesis.crack import (
    RenderedCrack,
    branch_line,
    fractal_line,
    render_crack,
)
from cracklens.synthesis.dataset import render_tiles
from cracklens.synthesis.distractors import CASTS_SHADOW, DISTRACTORS, IN_FRONT
from cracklens.synthesis.drawing import LAYOUTS, crack_coverage, draw_cracks
from cracklens.synthesis.hard_picture import RenderedSurface, render_hard_picture
from cracklens.synthesis.marker import Marker
from cracklens.synthesis.masonry_picture import render_masonry_picture
from cracklens.synthesis.opening import width_profile
from cracklens.synthesis.paint import CrackLook, paint_cracks
from cracklens.synthesis.perspective import Perspective, warp, warp_points
from cracklens.synthesis.pinhole import plane_homography, wall_points
from cracklens.synthesis.scene import RenderedScene, render_scene
from cracklens.synthesis.scene_kinds import SCENES
from cracklens.synthesis.specimen import Specimen, SpecimenCrack, render_specimen
from cracklens.synthesis.tile import RenderedTile, render_tile
from cracklens.synthesis.weathered import weathered_surface

__all__ = [
    "CASTS_SHADOW",
    "DISTRACTORS",
    "IN_FRONT",
    "LAYOUTS",
    "SCENES",
    "Camera",
    "ConcreteLook",
    "CrackLook",
    "Marker",
    "Perspective",
    "RenderedCrack",
    "RenderedScene",
    "RenderedSurface",
    "RenderedTile",
    "Specimen",
    "SpecimenCrack",
    "branch_line",
    "crack_coverage",
    "draw_cracks",
    "fractal_line",
    "line_coverage",
    "paint_cracks",
    "photograph",
    "plane_homography",
    "render_concrete",
    "render_crack",
    "render_hard_picture",
    "render_masonry_picture",
    "render_scene",
    "render_specimen",
    "render_tile",
    "render_tiles",
    "wall_points",
    "warp",
    "warp_points",
    "weathered_surface",
    "width_profile",
]
