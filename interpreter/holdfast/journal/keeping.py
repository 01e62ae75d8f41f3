"""What keeping a store asks of it, besides running plans: whether its tables are what its journals say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from holdfast.core.events import StoreRestored
from holdfast.errors import StoreError
from holdfast.plan.program import Plan
from holdfast.values import value

Load = Callable[[str, str], Plan]
"""Compiles a plan, given its source and the name of its file."""


@value
class Difference:
    """Something that stands otherwise than its run's journal says.

    Args:
        run: whose journal.
        table: run, effect, review, pending, callback or inbox.
        name: which row of it: tool and key, a review's id, an address, a token's digest, a number; empty for the run's
            own row.
        field: of the row; empty: the whole row is missing, or is too many.
        stands: what is there; None: nothing.
        expected: what the journal says.
    """

    run: str
    table: str
    name: str = ""
    field: str = ""
    stands: object = None
    expected: object = None


@value
class Erasing:
    """Who wants values erased, when, in seconds since 1970, and why."""

    by: str
    at: float
    reason: str = ""


@value
class Erased:
    """A run whose values are gone. `entries`: how many it has. `already`: they were gone before."""

    run: str
    entries: int
    already: bool = False


class Keeping(Protocol):
    """What a store promises about its own upkeep."""

    async def living(self) -> Sequence[str]:
        """The workers that are alive, in any process."""
        ...

    async def restored(self, run: str) -> StoreRestored | None:
        """When and to what copy with this run in it the store was put back last; None: it never was, or has it not."""
        ...

    async def differences(self, load: Load, now: float) -> list[Difference]:
        """Where the tables are not what the journals say; nothing is changed.

        Raises StoreError: a journal is broken. PlanError: a plan cannot be read any more.
        """
        ...

    async def rebuild(self, load: Load, now: float) -> list[Difference]:
        """Set the tables right, all of it or nothing; gives what differed.

        Raises StoreError: a worker is alive, or a journal is broken. PlanError: a plan cannot be read any more.
        """
        ...

    async def erase(self, runs: Sequence[str], erasing: Erasing) -> list[Erased]:
        """Erase the values of runs and of all runs below them, all of it or nothing. What happened stays.

        Raises InputError: a run is not over, is a part of another one, or was forked, or one of its effects is not
        settled. UnknownName; StoreError: a journal is broken.
        """
        ...

    async def sweep(self) -> bool:
        """Leave no trace of what was erased in the store's files; False: somebody uses what is to go.

        Does nothing where nothing was erased since it was done last. Others who write wait meanwhile.
        """
        ...


def refuse_living(what: str, workers: Sequence[str]) -> None:
    """Raises StoreError where a worker is alive: what it holds in memory would be overtaken."""
    if workers:
        raise StoreError(
            f"{what} is refused while {len(workers)} worker{'s' * (len(workers) > 1)} use the store "
            f"({', '.join(workers[:3])}): stop `holdfast run`, `resume` and `worker`, then do it again"
        )
