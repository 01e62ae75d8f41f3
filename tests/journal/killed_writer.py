"""A process that appends and says what was acknowledged, until it is killed. Arguments: file, number of runs."""

from __future__ import annotations

import asyncio
import os
import sys

from holdfast.core.events import CallReturned, StepSucceeded
from holdfast.journal.open import open_store
from holdfast.journal.store import Store
from tests.journal.making import begin, claim, mark, turn


async def write(store: Store, run: str) -> None:
    """Turns of two entries, a claim and a mark each; a line `run seq` for each that is acknowledged."""
    await begin(store, run)
    for number in range(1_000_000):
        after = 1 + 2 * number
        events = (CallReturned(call=number, value="v" * (number % 50)), StepSucceeded(address=f"s{number}"))
        changes = [claim(f"{run}:{number}")]
        if number:
            changes.insert(0, mark("succeeded", number, f"{run}:{number - 1}"))  # type: ignore[arg-type]
        await store.append(turn(*events, run=run, after=after, changes=changes))
        os.write(1, f"{run} {after + 2}\n".encode())


async def main(path: str, runs: int) -> None:
    """All runs at once, so that batches hold several of them."""
    async with open_store(path, durability="process") as store:
        await asyncio.gather(*[write(store, f"run{number}") for number in range(runs)])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
