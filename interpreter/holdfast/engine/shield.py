"""Ends that must be reached although somebody around them gave up."""

from __future__ import annotations

import contextlib
import sys


def shielded() -> contextlib.AbstractContextManager[object]:
    """Keeps cancel scopes of anyio out. Where nobody has loaded anyio there are none, and it takes long to load."""
    anyio = sys.modules.get("anyio")
    return contextlib.nullcontext() if anyio is None else anyio.CancelScope(shield=True)
