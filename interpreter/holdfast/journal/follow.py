"""Following a journal while it grows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from holdfast.core.events import Entry, RunFinished
from holdfast.journal.store import LIVE, Store


async def follow(store: Store, run: str, after: int, pause: Callable[[], Awaitable[object]]) -> AsyncIterator[Entry]:
    """Entries from `after + 1` on until the run is over. `pause` returns when it is worth looking again."""
    while True:
        for entry in await store.entries(run, after):
            after = entry.seq
            yield entry
            if isinstance(entry.event, RunFinished):
                return
        row = await store.run(run)
        if row.last_seq <= after and row.status not in LIVE:
            return
        if row.last_seq <= after:
            await pause()
