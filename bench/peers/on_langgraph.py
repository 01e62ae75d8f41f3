"""LangGraph with its SQLite checkpointers and `durability="sync"`: a checkpoint before the next step starts.

One run takes the plain interface, which is the faster one alone; many runs take the async one.
"""

from __future__ import annotations

import argparse
import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from work import Run, World, main


class Counted(TypedDict):
    """How many steps are done, and how many there are."""

    n: int
    steps: int


def graph(put: object, saver: object) -> Any:
    """A graph whose one node follows itself until all steps are done."""

    def after(state: Counted) -> str:
        return END if state["n"] == state["steps"] else "put"

    builder = StateGraph(Counted)
    builder.add_node("put", put)
    builder.add_edge(START, "put")
    builder.add_conditional_edges("put", after, ["put", END])
    return builder.compile(checkpointer=saver)


def thread(steps: int) -> dict[str, object]:
    """The configuration of a new run."""
    return {"configurable": {"thread_id": str(uuid.uuid4())}, "recursion_limit": steps + 10}


@asynccontextmanager
async def contender(folder: Path, world: World, _args: argparse.Namespace) -> AsyncIterator[Run]:
    """Invocations of the graph, each a thread of its own."""

    def put(state: Counted) -> dict[str, int]:
        world.happen()
        return {"n": state["n"] + 1}

    async def put_async(state: Counted) -> dict[str, int]:
        return put(state)

    async def run(runs: int, steps: int) -> None:
        first = {"n": 0, "steps": steps}
        if runs == 1:
            alone.invoke(first, thread(steps), durability="sync")
            return
        await asyncio.gather(*(together.ainvoke(first, thread(steps), durability="sync") for _ in range(runs)))

    path = f"{folder}/langgraph.db"
    with SqliteSaver.from_conn_string(path) as plain:
        async with AsyncSqliteSaver.from_conn_string(path) as shared:
            alone, together = graph(put, plain), graph(put_async, shared)
            yield run


if __name__ == "__main__":
    main(contender)
