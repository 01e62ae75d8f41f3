"""How long it takes to decide a long run again: its journal read from the store, and every decision made and compared.

The run's steps are no-op writes, three entries each. The plan is compiled and everything imported before the clock
starts; a first, short replay is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

from ours import SHAPES

import holdfast
from holdfast.core.replay import replay
from holdfast.journal.open import open_store

PER_STEP = 3
"""Entries: a call returned, its step succeeded, the next call is intended."""


async def main(folder: Path, entries: int, rounds: int) -> dict[str, object]:
    """Seconds to replay, and to read and replay, once per round; how many entries there were."""

    @holdfast.tool("bench.put", effect="write", idempotency="key")
    async def put(n: int) -> None:
        """Nothing."""

    plan = SHAPES["literal"](entries // PER_STEP)
    url = f"sqlite:{folder}/runs.db"
    async with holdfast.open(url, tools=[put], durability="process") as hf:
        run = await hf.start(plan)
        assert (await run.wait()).ok
    took: dict[str, list[float]] = {"replay": [], "whole": []}
    async with open_store(url) as store:
        replay(plan, (await store.entries(run.id))[:1])
        for _ in range(rounds):
            began = time.perf_counter()
            journal = await store.entries(run.id)
            read = time.perf_counter()
            done = replay(plan, journal)
            took["replay"].append(time.perf_counter() - read)
            took["whole"].append(time.perf_counter() - began)
            assert done.divergence is None, done.divergence
    return {**took, "entries": len(journal)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(main(args.folder, args.entries, args.rounds))))
