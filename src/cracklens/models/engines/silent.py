"""OpenVINO without its telemetry.

`import openvino` sends an event to Google Analytics, unless a file in the home folder forbids it
(`openvino/tools/ovc/__init__.py` of 2026.4: `telemetry.send_event("ov", "import",
"general_import")`). If the package `openvino_telemetry` is missing, OpenVINO uses a stub that does
nothing. So this module hides that package during the import. Nothing is sent, and no file is
written.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Make a package look missing; one that is already imported stays available."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment] # Python's mark of a missing module
    try:
        yield
    finally:
        del sys.modules[package]


with _hidden("openvino_telemetry"):
    import openvino

__all__ = ["openvino"]
