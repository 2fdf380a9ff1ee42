"""Damp concrete: dark, irregular areas with crisp to soft edges and tide lines."""

import numpy as np

from cracklens.synthesis.distractors.canvas import Canvas, Distraction, chance, spread
from cracklens.synthesis.distractors.ribbon import ramp
from cracklens.synthesis.distractors.spalls import ragged_side
from cracklens.synthesis.noise import FloatImage, fractal_noise, value_noise


def add_damp_edge(surface: FloatImage, rng: np.random.Generator) -> Distraction:
    """Return the surface with a damp area, perhaps with older tide lines around it.

    Args:
        surface: (H, W, 3) float32 RGB, 0 to 255.
        rng: Source of place, outline, darkness, softness and tide lines.

    Returns:
        The new surface; the mask is the edge and the tide lines; the damp area is darker.
    """
    canvas = Canvas(surface)
    depth = ragged_side(canvas, rng, patch_share=0.5)
    if chance(0.35, rng):  # dribbles: the edge is drawn down
        columns = value_noise(1, canvas.shape[1], spread(4.0, 25.0, rng), rng)
        depth += np.float32(rng.uniform(4.0, 25.0)) * columns
    # An edge is crisp in one place and soft in another.
    soft = np.float32(spread(1.0, 12.0, rng)) * (
        1.0 + np.float32(0.8) * value_noise(*canvas.shape, 60.0, rng)
    )
    wet = ramp(depth / np.maximum(soft, 1.0) + 0.5)
    patchy = 1.0 + np.float32(0.35) * fractal_noise(*canvas.shape, 50.0, rng, octaves=3)
    loss = np.float32(rng.uniform(0.12, 0.5)) * wet * np.clip(patchy, 0.3, 1.3)
    blue = np.array([0.92, 1.0, 1.1], dtype=np.float32)
    canvas.surface *= 1.0 - loss[:, :, None] * blue
    line_px = np.float32(spread(1.0, 5.0, rng))
    edge = np.clip(1.5 - np.abs(depth) / (0.5 * np.maximum(soft, 1.0) + 1.0), 0.0, 1.0)
    mask = edge
    worn = np.clip(0.7 + 1.3 * fractal_noise(*canvas.shape, 30.0, rng, octaves=3), 0.0, 1.0).astype(
        np.float32
    )
    for rank in range(int(rng.integers(0, 4))):
        place = np.float32(-rank * rng.uniform(4.0, 22.0))
        tide = np.clip(1.0 - np.abs(depth - place) / line_px, 0.0, 1.0) * worn
        tone = -rng.uniform(0.08, 0.35) if chance(0.65, rng) else rng.uniform(0.06, 0.3)
        canvas.surface *= (1.0 + np.float32(tone) * tide)[:, :, None]
        mask = np.maximum(mask, tide)
    canvas.surface = np.clip(canvas.surface, 1.0, 250.0)
    canvas.mask = mask.astype(np.float32)
    return canvas.done()
