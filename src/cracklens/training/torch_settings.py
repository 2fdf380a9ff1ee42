"""Settings of PyTorch and of the C library for this process."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch

from cracklens.machine import available_cpus

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_LARGE = 1 << 30


@contextmanager
def training_settings() -> Iterator[None]:
    """Use the available processors and flush denormals, which are ten times slower.

    Flushing changes all arithmetic of the thread, also in the caller's program. So it ends with the
    block.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(available_cpus())
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)


def keep_freed_memory() -> None:
    """Keep freed large blocks in the process, for the next training step.

    By default the C library returns them to the system. Allocating them again, page by page, took
    two thirds of the system time of a training step. Without glibc this function does nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.mallopt(_MMAP_THRESHOLD, _LARGE)
            library.mallopt(_TRIM_THRESHOLD, _LARGE)
