"""PyTorch's settings for this process."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch

from cracklens.machine import available_cpus

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_LARGE = 1 << 30


@contextmanager
def settled() -> Iterator[None]:
    """Use the processors that this process really has; flush denormals, which cost a factor of 10.

    Flushing changes all arithmetic of the thread, that of the caller's program too, so it ends with
    the block.
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
    """Let the C library keep large blocks that are freed, for the next step of the training.

    It gives each back to the system otherwise, and getting it again page by page took two thirds of
    the system time of a training step. Only glibc knows the setting; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.mallopt(_MMAP_THRESHOLD, _LARGE)
            library.mallopt(_TRIM_THRESHOLD, _LARGE)
