"""What this process may really use: processors, memory, folders for caches."""

import os
import sys
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")

DEFAULT_MAX_PIXELS = 250_000_000
"""Budget of one picture. A 200-megapixel phone fits; 250 million pixels are 750 MB of RGB."""


def available_cpus() -> int:
    """Return the processors this process may use, at least 1.

    The least of the affinity mask and the quota of the container (cgroup v2 `cpu.max`, cgroup v1
    `cpu.cfs_quota_us`), which `os.cpu_count` does not know.
    """
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cgroup_quota()
    return max(1, min(cpus, quota)) if quota else cpus


def _cgroup_quota() -> int | None:
    try:
        limit, period = (_CGROUPS / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            limit = (_CGROUPS / "cpu/cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (_CGROUPS / "cpu/cpu.cfs_period_us").read_text(encoding="ascii").strip()
        except OSError:
            return None
    if limit in {"max", "-1"}:
        return None
    return max(1, -(-int(limit) // int(period)))


def cache_folder() -> Path:
    """Return where cracklens keeps what it can compute again.

    `CRACKLENS_CACHE` if set, else the platform's cache folder.
    """
    if chosen := os.environ.get("CRACKLENS_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "cracklens"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/cracklens"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cracklens"
