"""OpenVINO without its telemetry.

`import openvino` alone tells Google Analytics that it was imported, unless a file in the home
folder says no (`openvino/tools/ovc/__init__.py` of 2026.4: `telemetry.send_event("ov", "import",
"general_import")`). Where the package `openvino_telemetry` cannot be imported, OpenVINO takes a
stub that does nothing: so here it cannot, for the time of that one import. Nothing is sent, and no
file is written.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _not_installed(package: str) -> Iterator[None]:
    """Let a package seem to be missing; one that is imported already stays."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment] # what Python takes for "not there"
    try:
        yield
    finally:
        del sys.modules[package]


with _not_installed("openvino_telemetry"):
    import openvino

__all__ = ["openvino"]
