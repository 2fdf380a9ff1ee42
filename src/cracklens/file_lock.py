"""Locks on open files. The system lets go of them however the process ends."""


def hold(handle: int, *, wait: bool) -> bool:
    """Lock an open file or folder for this process, until it is closed.

    Args:
        handle: its file descriptor.
        wait: until whoever holds it lets go.

    Raises:
        BlockingIOError: another process holds it, and `wait` is false.

    Returns:
        Whether it is held: Windows and some network drives know no such locks.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return False
    return True
