"""How sure it is that a line is a crack, and the words that keep that beside its states."""

from collections.abc import Iterable

LIKELY = 0.5
"""From this probability on a line is more likely a crack than anything else."""
SURE = 0.8
"""Below this probability of a crack a line is drawn so that its doubt is seen."""
_NEARLY_ALL, _HARDLY_ANY = 0.995, 0.005


def share_text(share: float) -> str:
    """Return a probability as text; what would round to 1 or 0 is a bound.

    >>> share_text(0.81), share_text(1.0), share_text(0.0)
    ('0.81', '> 0.99', '< 0.01')
    """
    if share >= _NEARLY_ALL:
        return "> 0.99"
    return "< 0.01" if share < _HARDLY_ANY else f"{share:.2f}"


def crack_text(probability: float | None) -> str:
    """Return how sure it is that a line is a crack; no claim where nothing verified it.

    >>> crack_text(0.93), crack_text(None)
    ('a crack 0.93', 'not verified')
    """
    return "not verified" if probability is None else f"a crack {share_text(probability)}"


def given(probability: float | None) -> str:
    """Return the words before what holds only if a line is a crack.

    >>> f"{given(0.93)} CS3 0.97", f"{given(None)} CS3 0.97"
    ('a crack 0.93; if so CS3 0.97', 'if a crack, CS3 0.97')
    """
    return "if a crack," if probability is None else f"{crack_text(probability)}; if so"


def states_text(states: Iterable[tuple[str, float]], *, sort: bool = True) -> str:
    """Return states with their probabilities in a line; print them after `given` only.

    Args:
        states: names and probabilities; those that round to 0 are left out.
        sort: the likeliest first; else in their order.

    >>> states_text([("CS1", 0.19), ("CS2", 0.81), ("CS3", 0.001)])
    'CS2 0.81, CS1 0.19'
    """
    shown = sorted(states, key=lambda pair: -pair[1]) if sort else states
    return ", ".join(f"{name} {share_text(p)}" for name, p in shown if p >= _HARDLY_ANY)


def is_unlikely(probability: float | None) -> bool:
    """Return whether a line is more likely something else; never where nothing verified it.

    >>> is_unlikely(0.49), is_unlikely(0.5), is_unlikely(None)
    (True, False, False)
    """
    return probability is not None and probability < LIKELY


def is_unsure(probability: float | None) -> bool:
    """Return whether the probability of a crack is so low that the line is drawn as unsure.

    >>> is_unsure(0.79), is_unsure(0.8), is_unsure(None)
    (True, False, False)
    """
    return probability is not None and probability < SURE
