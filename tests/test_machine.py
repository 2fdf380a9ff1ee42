"""What a container allows, and where caches go."""

import os
import sys
from pathlib import Path

import pytest

from cracklens import machine
from cracklens.machine import available_cpus, cache_folder

HOST = 16


@pytest.fixture
def cgroups(tmp_path, monkeypatch):
    """A machine of 16 processors with a cgroup folder of one's own."""
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(HOST)), raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max 100000\n", HOST),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),  # one and a half: two threads keep both busy
        ("50000 100000\n", 1),
        ("1000 100000\n", 1),
        ("6400000 100000\n", HOST),
        ("300000 50000\n", 6),
    ],
)
def test_the_quota_of_cgroup_v2(cgroups, text, expected):
    (cgroups / "cpu.max").write_text(text, encoding="ascii")
    assert available_cpus() == expected


@pytest.mark.parametrize(("quota", "expected"), [("-1", HOST), ("250000", 3), ("40000", 1)])
def test_the_quota_of_cgroup_v1(cgroups, quota, expected):
    (cgroups / "cpu").mkdir()
    (cgroups / "cpu" / "cpu.cfs_quota_us").write_text(quota + "\n", encoding="ascii")
    (cgroups / "cpu" / "cpu.cfs_period_us").write_text("100000\n", encoding="ascii")
    assert available_cpus() == expected


def test_without_a_quota_the_affinity_counts(cgroups, monkeypatch):
    assert available_cpus() == HOST
    (cgroups / "cpu.max").write_text("nonsense", encoding="ascii")
    assert available_cpus() == HOST
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    assert available_cpus() == 1


def test_without_affinity_the_processors_count(cgroups, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert available_cpus() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_cpus() == 1


def test_the_real_machine_has_at_least_one():
    assert 1 <= available_cpus() <= (os.cpu_count() or 1)


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("CRACKLENS_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".cache/cracklens"),
        ("darwin", "Library/Caches/cracklens"),
        ("win32", "AppData/Local/cracklens"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_caches(home, monkeypatch, platform, expected):
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == home / expected


def test_the_cache_can_be_moved(home, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/xdg")
    assert cache_folder() == Path("/var/xdg/cracklens")
    monkeypatch.setenv("CRACKLENS_CACHE", "~/mine")
    assert cache_folder() == home / "mine"


def test_a_variable_that_is_empty_counts_as_unset(home, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("CRACKLENS_CACHE", "")
    assert cache_folder() == home / ".cache/cracklens"  # never a folder where one happens to stand
