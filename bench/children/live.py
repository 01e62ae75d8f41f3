"""How much memory a live run takes: many runs, each in the middle of its plan, in a call."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import tracemalloc
from pathlib import Path

from ours import literal
from work import loop_factory

import holdfast
from holdfast.engine.settings import Settings

STEPS = 10
HELD = 5
"""The step in which every run is kept."""


async def measured(folder: Path, runs: int, *, traced: bool) -> dict[str, object]:
    """Bytes per run while all of them are live."""
    release, full = asyncio.Event(), asyncio.Event()
    calls = wanted = 0

    @holdfast.tool("bench.put", effect="write", idempotency="key")
    async def put(n: int) -> None:
        nonlocal calls
        if n == HELD:
            calls += 1
            if calls == wanted:
                full.set()
            await release.wait()

    limits = Settings(max_calls=runs + 1, max_live=runs + 1)
    async with holdfast.open(f"sqlite:{folder}/live.db", tools=[put], settings=limits) as hf:

        async def held(count: int) -> list[holdfast.Run]:
            nonlocal calls, wanted
            calls, wanted = 0, count
            full.clear()
            started = [await hf.start(literal(STEPS)) for _ in range(count)]
            await full.wait()
            gc.collect()
            return started

        some = await held(10)  # imports and caches
        if traced:
            tracemalloc.start()
        before = _size(traced=traced)
        more = await held(runs - len(some))
        after = _size(traced=traced)
        tracemalloc.stop()
        release.set()
        await asyncio.gather(*(run.wait() for run in [*some, *more]))
        return {"per_run": (after - before) / len(more), "runs": len(more)}


def _size(*, traced: bool) -> int:
    if traced:
        return tracemalloc.get_traced_memory()[0]
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="asyncio")
    parser.add_argument("--traced", action="store_true", help="what Python allocates, instead of resident memory")
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory(args.loop)) as runner:
        print(json.dumps(runner.run(measured(args.folder, args.runs, traced=args.traced))))
