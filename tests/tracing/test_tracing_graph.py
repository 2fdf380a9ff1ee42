import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.morphology import skeletonize

from cracklens.synthesis import line_coverage
from cracklens.tracing.graph import Graph, Stretch, edge_distance, skeleton_graph
from cracklens.tracing.mask import Mask, hysteresis_mask
from cracklens.tracing.prune import merge_chains, prune
from cracklens.tracing.thinning import thin


def drawn(*rows):
    """A mask and its skeleton from a drawing that is thin already."""
    image = np.array([[char == "#" for char in row] for row in rows], np.uint8)
    mask = Mask(np.pad(image, 1))
    return skeleton_graph(np.flatnonzero(mask.image), mask)


def pruned(coverage, spur_widths=1.0, spur_px=6.0):
    probability = np.rint(coverage * 255).astype(np.uint8)
    mask = hysteresis_mask(probability, seed_threshold=0.5, grow_threshold=0.3, least_extent_px=8)
    return prune(skeleton_graph(thin(mask), mask), spur_widths=spur_widths, spur_px=spur_px)


def arms(angles_deg, length_px, width_px, size_px=240):
    coverage = np.zeros((size_px, size_px), np.float32)
    middle = np.full(2, size_px / 2)
    for angle in np.radians(angles_deg):
        tip = middle + length_px * np.array([np.cos(angle), np.sin(angle)])
        coverage = np.maximum(
            coverage, line_coverage(np.stack([middle, tip]), np.full(2, width_px), size_px, size_px)
        )
    return coverage


def test_a_line_is_one_stretch_between_two_ends():
    graph = drawn("......", ".####.", "......")
    assert [s.points_px.tolist() for s in graph.stretches] == [[[1, 1], [2, 1], [3, 1], [4, 1]]]
    assert graph.nodes_px.tolist() == [[1, 1], [4, 1]]


def test_a_corner_is_not_a_junction():
    graph = drawn("###.", "..#.", "..#.")
    assert len(graph.stretches) == 1
    assert graph.stretches[0].length_px == 4


def test_three_lines_meet_in_one_node():
    graph = drawn("#...#", ".#.#.", "..#..", "..#..", "..#..")
    assert sorted(graph.degrees().tolist()) == [1, 1, 1, 3]
    assert len(graph.stretches) == 3


def test_a_ring_has_one_node_and_comes_back_to_it():
    graph = drawn(".###.", "#...#", "#...#", ".###.")
    assert len(graph.stretches) == 1
    ring = graph.stretches[0]
    assert ring.start == ring.end
    assert ring.points_px[0].tolist() == ring.points_px[-1].tolist() == [1, 0]
    assert ring.length_px == pytest.approx(6 + 4 * np.sqrt(2))


def test_a_lone_pixel_becomes_a_stretch():
    graph = drawn("...", ".#.", "...")
    assert graph.stretches[0].points_px.tolist() == [[0.5, 1], [1.5, 1]]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_every_skeleton_pixel_is_on_the_graph(seed):
    rng = np.random.default_rng(seed)
    image = np.zeros((40, 50), np.uint8)
    for _ in range(4):
        start, stop = rng.integers(0, (50, 40), (2, 2)).tolist()
        cv2.line(image, start, stop, 1, int(rng.integers(1, 5)))
    thinned = skeletonize(image > 0)  # another algorithm than ours: the graph must take any
    mask = Mask(np.pad(image, 1))
    graph = skeleton_graph(np.flatnonzero(np.pad(thinned, 1)), mask)
    on_graph = {tuple(p) for s in graph.stretches for p in s.points_px.round().astype(int).tolist()}
    junctions = graph.nodes_px[graph.degrees() > 2]
    for y, x in np.argwhere(thinned).tolist():
        near = np.abs(junctions - [x, y]).max(axis=1).min(initial=9)
        alone = thinned[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].sum() == 1
        assert (x, y) in on_graph or near <= 8 or alone
    for stretch in graph.stretches:
        step = np.hypot(*np.diff(stretch.points_px, axis=0).T)
        assert step.max() <= np.sqrt(2) + 1e-9 or len(step) == 1  # across a lone pixel's region
        assert min(stretch.start, stretch.end) >= 0
        assert max(stretch.start, stretch.end) < len(graph.nodes_px)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_the_edge_distance_is_the_exact_transform_of_opencv(seed):
    rng = np.random.default_rng(seed)
    image = np.zeros((50, 70), np.uint8)
    for _ in range(3):
        start, stop = rng.integers(-10, (80, 60), (2, 2)).tolist()
        cv2.line(image, start, stop, 1, int(rng.integers(1, 14)))
    mask = Mask(np.pad(image, 1))
    inside = np.flatnonzero(mask.image)
    reference = cv2.distanceTransform(image, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    if not (image == 0).any():
        return
    assert edge_distance(inside, mask) == pytest.approx(reference[image > 0], abs=1e-4)


@pytest.mark.parametrize("width_px", [2, 4, 9, 16])
@pytest.mark.parametrize(
    ("angles_deg", "name"),
    [
        ((10, 130, 250), "Y"),
        ((0, 90, 180), "T"),
        ((20, 110, 200, 290), "X"),
        ((0, 60, 180, 240), "x"),
    ],
)
def test_arms_meet_in_one_junction(angles_deg, name, width_px):
    graph = pruned(arms(angles_deg, 90.0, width_px))
    degree = graph.degrees()
    count = len(angles_deg)
    assert sorted(degree[degree > 0].tolist()) == [1] * count + [count]
    assert len(graph.stretches) == count
    junction = graph.nodes_px[int(np.argmax(degree))]
    assert np.hypot(*(junction - 120)) <= 1.5 + width_px / 4


@pytest.mark.parametrize("length_px", [4, 8])
def test_a_spur_is_cut_and_the_line_stays_whole(length_px):
    coverage = np.zeros((60, 200), np.float32)
    coverage[30:35, 20:180] = 1
    with_spur = coverage.copy()
    with_spur[30 - length_px : 30, 99:101] = 1
    degree = pruned(with_spur, spur_widths=2.5, spur_px=12).degrees()
    assert sorted(degree[degree > 0].tolist()) == [1, 1]
    kept = pruned(with_spur, spur_widths=0, spur_px=0).degrees()
    assert kept.max() == 3  # without pruning it is there


def test_a_long_branch_is_no_spur():
    assert pruned(arms((0, 180, 90), 60.0, 4)).degrees().max() == 3


def test_a_small_island_does_not_make_a_ring():
    coverage = np.zeros((60, 200), np.float32)
    coverage[26:35, 20:180] = 1
    coverage[28:33, 100:106] = 0
    graph = pruned(coverage)
    assert len(graph.stretches) == 1
    assert graph.stretches[0].length_px == pytest.approx(155, abs=8)


def test_a_chain_becomes_one_line_and_a_ring_of_pieces_one_loop():
    places = np.array([[0.0, 0], [5, 0], [9, 0], [5, 5]])

    def line(start, end):
        return Stretch(places[[start, end]], np.ones(2), start, end)

    chain = merge_chains(Graph(places, (line(1, 0), line(1, 2), line(3, 2))))
    assert len(chain.stretches) == 1
    assert {chain.stretches[0].start, chain.stretches[0].end} == {0, 3}
    assert len(chain.stretches[0].points_px) == 4
    ring = merge_chains(Graph(places, (line(0, 1), line(2, 1), line(2, 3), line(0, 3))))
    assert len(ring.stretches) == 1
    assert ring.stretches[0].start == ring.stretches[0].end
    assert ring.stretches[0].length_px == pytest.approx(5 + 4 + np.hypot(4, 5) + np.hypot(5, 5))
