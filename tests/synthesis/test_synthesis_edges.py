"""The edge of a member: another face on its far side, and a mask along the line between them."""

import numpy as np
import pytest

from cracklens.synthesis import render_hard_picture
from cracklens.synthesis.distractors.edges import add_member_edge
from cracklens.synthesis.hard_picture import MEMBER_EDGE
from cracklens.verification.kinds import KINDS, OF_DISTRACTOR

SIDE_PX = 200


@pytest.fixture(scope="module")
def edges():
    flat = np.full((SIDE_PX, SIDE_PX, 3), 130.0, np.float32)
    return [add_member_edge(flat, np.random.default_rng(seed)) for seed in range(20)]


def test_the_mask_is_a_narrow_line_across_the_picture(edges):
    for edge in edges:
        assert 0.3 * SIDE_PX < (edge.mask > 0.5).sum() < 0.35 * SIDE_PX**2
        assert edge.surface.min() >= 1.0
        assert edge.surface.max() <= 250.0


def test_the_faces_differ(edges):
    spread = [np.ptp(edge.surface[:: SIDE_PX - 1, :: SIDE_PX - 1].mean(axis=2)) for edge in edges]
    assert np.median(spread) > 10.0


def test_some_hard_pictures_show_one_and_it_counts_as_a_joint():
    pictures = [render_hard_picture(seed, 96, 96) for seed in range(80)]
    share = np.mean([MEMBER_EDGE in picture.lookalikes for picture in pictures])
    assert 0.05 < share < 0.3
    assert OF_DISTRACTOR[MEMBER_EDGE] in KINDS
