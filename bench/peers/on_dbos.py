"""DBOS on SQLite, as its guide sets it up: plain functions as workflow and step, each step checkpointed.

Its async interface looked no faster for one run and slower for many (two tries each, on a loaded machine).
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dbos import DBOS
from work import Run, World, main


@asynccontextmanager
async def contender(folder: Path, world: World, _args: argparse.Namespace) -> AsyncIterator[Run]:
    """A workflow that takes its steps one after the other; many are started in the background."""
    url = f"sqlite:///{folder}/dbos.db"
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "run_admin_server": False})

    @DBOS.step()
    def put(n: int) -> None:  # noqa: ARG001 - what a call is about
        world.happen()

    @DBOS.workflow()
    def workflow(steps: int) -> None:
        for n in range(steps):
            put(n)

    def all_of(runs: int, steps: int) -> None:
        if runs == 1:
            workflow(steps)
            return
        for handle in [DBOS.start_workflow(workflow, steps) for _ in range(runs)]:
            handle.get_result(polling_interval_sec=0.01)

    async def run(runs: int, steps: int) -> None:
        await asyncio.to_thread(all_of, runs, steps)

    DBOS.launch()
    try:
        yield run
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    main(contender)
