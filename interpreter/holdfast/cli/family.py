"""A run with the child runs below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.journal.store import LIVE, RunFilter, RunRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.api.session import Holdfast
    from holdfast.journal.store import ReviewRow, Store

_MANY = 10_000


async def live_below(where: Store | Holdfast, run: str) -> list[RunRow]:
    """The child runs below a run that are not over, and theirs."""
    found: list[RunRow] = []
    above = [run]
    while above:
        parent = above.pop(0)
        rows = await _children(where, parent)
        found += rows
        above += [row.run for row in rows]
    return found


async def _children(where: Store | Holdfast, parent: str) -> list[RunRow]:
    from holdfast.api.session import Holdfast

    states = sorted(LIVE)
    if isinstance(where, Holdfast):
        return await where.runs(parent=parent, status=states, limit=_MANY)
    return await where.runs(RunFilter(parent=parent, status=states, limit=_MANY))


async def open_reviews(where: Store | Holdfast, run: str, below: Sequence[RunRow]) -> list[ReviewRow]:
    """What people are asked by a run and by those below it, its own questions first."""
    return [review for one in (run, *(row.run for row in below)) for review in await where.reviews(run=one)]


def as_tree(rows: Sequence[RunRow]) -> list[tuple[int, RunRow]]:
    """Runs with their depth, each child below its parent if that is among them, the oldest child first."""
    there = {row.run for row in rows}
    below: dict[str, list[RunRow]] = {}
    for row in reversed(rows):
        below.setdefault(row.parent if row.parent in there else "", []).append(row)
    return [line for row in reversed(below.get("", [])) for line in _lines(row, 0, below)]


def _lines(row: RunRow, depth: int, below: Mapping[str, list[RunRow]]) -> list[tuple[int, RunRow]]:
    return [(depth, row), *(line for child in below.get(row.run, ()) for line in _lines(child, depth + 1, below))]
