"""Makes a large store to be verified: runs whose journals are those of real ones, written without calling any tool.

The interpreter decides every run, the store writes what it decides; only the calls are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from ours import SHAPES, put
from replaying import PER_STEP
from work import World

from holdfast.core.actions import CallTool
from holdfast.core.events import CallReturned, Observation
from holdfast.core.interpreter import Interpreter
from holdfast.core.summary import Summary
from holdfast.engine.brief import changed_row
from holdfast.engine.live import OPENINGS
from holdfast.engine.request import record
from holdfast.journal.open import open_store
from holdfast.journal.store import Append, Store
from holdfast.plan.program import Plan
from holdfast.registry import Registry, load_registry

NOON = 1_750_000_000.0


async def main(url: str, runs: int, entries: int) -> dict[str, int]:
    """How many entries there are now."""
    plan, registry = SHAPES["literal"](entries // PER_STEP), load_registry([put(World())])
    async with open_store(url, durability="process") as store:
        return {"entries": sum([await write(store, registry, plan, NOON + number) for number in range(runs)])}


async def write(store: Store, registry: Registry, plan: Plan, at: float) -> int:
    """One run from its request to its end; gives its entries."""
    row, requested = await record(store, registry, plan, at)
    assert requested is not None
    observation: Observation | None = requested
    mind, seq, summary = Interpreter(plan), 1, None
    stands: list[asyncio.Future[object]] = []
    while observation is not None:
        append, observation = step(mind, observation, Append(run=row.run, after=seq, at=at, events=()), summary)
        summary = append.summary or summary
        seq += len(append.events)
        stands.append(asyncio.ensure_future(store.append(append)))
    await asyncio.gather(*stands)
    return seq


def step(
    mind: Interpreter, observation: Observation, begun: Append, summary: Summary | None
) -> tuple[Append, Observation | None]:
    """What follows from an observation, and the next one."""
    turn = mind.observe(observation, begun.at)
    calls = [action.call for action in turn.actions if isinstance(action, CallTool)]
    append = Append(
        run=begun.run, after=begun.after, at=begun.at, changes=turn.changes,
        events=[event for event in turn.events if not isinstance(event, OPENINGS)],
        summary=changed_row(mind, summary, [turn]),
    )  # fmt: skip
    return append, CallReturned(call=calls[0]) if calls else None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--entries", type=int, default=10_000)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(main(f"sqlite:{args.folder}/runs.db", args.runs, args.entries))))
