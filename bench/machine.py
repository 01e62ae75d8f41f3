"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("holdfast", "uvloop", "pydantic", "jinja2", "anyio", "aiosqlite")


def described(folder: Path) -> list[str]:
    """The machine, the versions and the load, one line each. `folder`: where stores are put."""
    return [
        f"machine: {os.cpu_count()} cores, {_cpu()}, {_memory()} GiB, {platform.system()} {platform.release()}",
        f"disk: {_disk(folder)}; SQLite {sqlite3.sqlite_version}, durability `power` (synchronous=FULL)",
        f"Python {platform.python_version()} ({sys.implementation.name}); "
        + ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name))),
        f"load at the start: {load()}",
    ]


def load() -> str:
    """Processes that want a core: over 1 and 5 minutes."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg()[:2])


def _cpu() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (ValueError, OSError):
        return 0


def _disk(folder: Path) -> str:
    """The file system of the folder, by the longest mount point above it."""
    best, kind = "", "unknown"
    for line in _lines("/proc/mounts"):
        _, mount, what, *_ = line.split()
        if folder.resolve().is_relative_to(mount) and len(mount) >= len(best):
            best, kind = mount, what
    return kind


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
