"""The stores that the conformance suite is run against."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.journal.open import open_store
from holdfast.journal.store import Store


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    url = "memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'runs.db'}"
    async with open_store(url, durability="process") as opened:
        yield opened
