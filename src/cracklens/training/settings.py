"""PyTorch's settings for this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from cracklens.machine import available_cpus


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
