"""Tracing of cracks in a probability map, as graphs of centrelines."""

from cracklens.tracing.crack import Branch, Crack, Rejected, Tracing
from cracklens.tracing.pipeline import trace
from cracklens.tracing.settings import TraceSettings

__all__ = ["Branch", "Crack", "Rejected", "TraceSettings", "Tracing", "trace"]
