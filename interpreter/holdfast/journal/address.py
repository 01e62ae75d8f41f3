"""What the address of a store says about files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holdfast.plan.shelf import Shelf

SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two letters at least: `C:` is a drive

SHELF: Final = "compiled"
"""The folder of compiled plans beside a store's file."""


def store_file(url: str) -> Path | None:
    """The file of a store that is one."""
    scheme = SCHEME.match(url)
    if scheme is None:
        return Path(url)
    path = url[scheme.end() :]
    if scheme[1].lower() != "sqlite" or path in {"", ":memory:"}:
        return None
    return Path(path).expanduser()


def shelf_beside(url: str) -> Shelf | None:
    """Where the plans of a store are kept compiled; None for a store without a file."""
    file = store_file(url)
    if file is None:
        return None
    from holdfast.plan.shelf import Shelf

    return Shelf(file.parent / SHELF)
