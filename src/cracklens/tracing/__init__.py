"""Tracing of cracks in a probability map, as graphs of centrelines.

`trace` is imported when it is first used: the command line reads the settings for `--help` and does
not load OpenCV for it.
"""

from typing import TYPE_CHECKING, Any

from cracklens.tracing.settings import TraceSettings

if TYPE_CHECKING:
    from cracklens.tracing.candidate import candidates
    from cracklens.tracing.crack import Branch, Crack, Rejected, Tracing
    from cracklens.tracing.pipeline import trace

__all__ = ["Branch", "Crack", "Rejected", "TraceSettings", "Tracing", "candidates", "trace"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type of the name
    if name not in __all__:
        raise AttributeError(f"module 'cracklens.tracing' has no attribute {name!r}")
    if name == "trace":
        from cracklens.tracing.pipeline import trace

        return trace
    if name == "candidates":
        from cracklens.tracing.candidate import candidates

        return candidates
    from cracklens.tracing import crack

    return getattr(crack, name)
