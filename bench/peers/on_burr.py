"""Burr with its SQLite persisters: the state is saved after each action, nothing is written before it.

One run takes the plain interface, which is the faster one alone; many runs take the async one and share a connection.
"""

from __future__ import annotations

import argparse
import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from burr.core import Application, ApplicationBuilder, State, action
from burr.core.persistence import SQLitePersister
from burr.integrations.persisters.b_aiosqlite import AsyncSQLitePersister
from work import Run, World, main


@asynccontextmanager
async def contender(folder: Path, world: World, _args: argparse.Namespace) -> AsyncIterator[Run]:
    """An application whose one action follows itself, stepped as often as asked."""

    @action(reads=["n"], writes=["n"])
    def put(state: State) -> State:
        world.happen()
        return state.update(n=state["n"] + 1)

    @action(reads=["n"], writes=["n"])
    async def put_async(state: State) -> State:
        world.happen()
        return state.update(n=state["n"] + 1)

    def built(step: object, persister: object) -> ApplicationBuilder[object]:
        return (
            ApplicationBuilder()
            .with_actions(put=step)
            .with_transitions(("put", "put"))
            .with_identifiers(app_id=str(uuid.uuid4()))
            .with_state_persister(persister)
            .with_entrypoint("put")
            .with_state(n=0)
        )

    async def one(steps: int) -> None:
        application: Application[object] = await built(put_async, shared).abuild()
        for _ in range(steps):
            await application.astep()

    async def run(runs: int, steps: int) -> None:
        if runs > 1:
            await asyncio.gather(*(one(steps) for _ in range(runs)))
            return
        application: Application[object] = built(put, plain).build()
        for _ in range(steps):
            application.step()

    path = f"{folder}/burr.db"
    with SQLitePersister.from_values(db_path=path) as plain:
        plain.initialize()
        async with AsyncSQLitePersister.from_values(db_path=path) as shared:
            await shared.initialize()
            yield run


if __name__ == "__main__":
    main(contender)
