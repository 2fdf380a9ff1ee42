import numpy as np
import pytest

from cracklens.measurement.pattern import crack_pattern, field_pattern
from cracklens.tracing.crack import Branch, Crack


def crack_of(lines, nodes) -> Crack:
    nodes = np.array(nodes, dtype=float)
    branches = tuple(
        Branch(nodes[[start, end]], np.full(2, 3.0), start, end) for start, end in lines
    )
    return Crack(branches, nodes, 0.9, 3.0, 3.0, (0.0, 0.0), touches_border=False)


def honeycomb(rows: int) -> Crack:
    """A brick pattern: knots of three arms, cells of 60 x 60 px."""
    nodes, lines = {}, []
    for row in range(rows + 1):
        for column in range(2 * rows + 1):
            nodes[row, column] = len(nodes)
            if column:
                lines.append((nodes[row, column - 1], nodes[row, column]))
            if row and (row + column) % 2:
                lines.append((nodes[row - 1, column], nodes[row, column]))
    return crack_of(lines, [(30 * column, 60 * row) for row, column in nodes])


def test_a_line_and_a_loop_are_single():
    assert crack_pattern(crack_of([(0, 1)], [(0, 0), (100, 0)])) == "single"
    ring = np.array([[0, 0], [50, 0], [50, 50], [0, 0]], dtype=float)
    loop = Crack(
        (Branch(ring, np.full(4, 2.0), 0, 0),), ring[:1], 0.9, 2, 2, (0, 0), touches_border=False
    )
    assert crack_pattern(loop) == "single"


def test_a_fork_is_branched():
    nodes = [(0, 0), (200, 0), (400, 20), (330, 120)]
    assert crack_pattern(crack_of([(0, 1), (1, 2), (1, 3)], nodes)) == "branched"


def test_a_branch_that_comes_back_makes_no_network():
    nodes = [(0, 0), (150, 0), (300, 40), (450, 10), (220, -20)]
    lines = [(0, 1), (1, 2), (1, 4), (4, 2), (2, 3)]
    assert crack_pattern(crack_of(lines, nodes)) == "branched"


@pytest.mark.parametrize("rows", [3, 5])
def test_a_network_is_a_map(rows):
    assert crack_pattern(honeycomb(rows)) == "map"


def test_a_ladder_is_no_map():
    """Cells, but one direction."""
    nodes = [(60 * i, 0) for i in range(9)] + [(60 * i, 15) for i in range(9)]
    lines = [(i, i + 1) for i in range(8)] + [(9 + i, 10 + i) for i in range(8)]
    lines += [(i, 9 + i) for i in range(9)]
    assert crack_pattern(crack_of(lines, nodes)) == "branched"


@pytest.mark.parametrize(
    ("patterns", "lengths", "parallel", "expected"),
    [
        ([], [], [], "none"),
        (["single"], [100], [], "single"),
        (["branched"], [100], [], "branched"),
        (["single"] * 3, [100, 90, 80], [(0, 1, 2)], "parallel"),
        (["single"] * 3, [100, 90, 80], [], "several"),
        (["map", "single", "single"], [900, 80, 60], [], "map"),
        (["single", "single", "single", "map"], [90, 90, 90, 900], [(0, 1, 2)], "map"),
        (["branched", "map"], [100, 100], [], "several"),
    ],
)
def test_what_holds_most_of_the_length_names_the_field(patterns, lengths, parallel, expected):
    assert field_pattern(patterns, lengths, parallel) == expected
