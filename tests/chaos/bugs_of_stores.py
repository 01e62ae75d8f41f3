"""Bugs of stores, put in on purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.core.actions import ParentTold, SubjectReserved
from holdfast.journal import ledger, memory
from holdfast.journal.memory import Memory
from holdfast.journal.operations import Operations
from holdfast.journal.sqlite import connection, pending, runs, schema, turns, writer
from holdfast.journal.sqlite import store as sqlite_store
from holdfast.journal.sqlite.lane import Lane
from holdfast.journal.sqlite.liveness import FileLocks
from holdfast.journal.sqlite.store import Sqlite
from holdfast.journal.sqlite.turns import Turn
from holdfast.journal.sqlite.writer import Writer
from holdfast.journal.store import LIVE

Patch = pytest.MonkeyPatch


def acknowledged_before_commit(patch: Patch) -> None:
    """Who appends is told that it stands before it does."""
    own = Lane._do

    def do(self: Any, db: Any, batch: Any) -> None:
        if all(isinstance(request.work, Turn) for request in batch):
            self._acknowledge(batch)
        own(self, db, batch)

    patch.setattr(Lane, "_do", do)


def fence_not_checked(patch: Patch) -> None:
    """An append goes behind whatever is there."""
    rows, append = turns.rows, Memory.append

    def anywhere(turn: Any, head: Any, chain: Any) -> Any:
        return rows(turn._replace(append=replace(turn.append, after=head.seq)), head, chain)

    async def behind(self: Any, one: Any) -> None:
        await append(self, replace(one, after=self._run(one.run).row.last_seq))

    patch.setattr(turns, "rows", anywhere)
    patch.setattr(Writer, "_heads", property(lambda _self: {}, lambda _self, _heads: None), raising=False)
    patch.setattr(Memory, "append", behind)


def ledger_in_a_transaction_of_its_own(patch: Patch) -> None:
    """The ledger is written after the journal."""

    def append(self: Any, one: Any) -> Any:
        turn = turns.encoded(one)
        bare = turn._replace(ledger=[(turns._NO_MARK, turns._NO_CLAIM)])

        def later(db: Any) -> None:
            number = turns.find(db, one.run).id
            rows = [
                (number, *turns._GOES_ON, one.at, *turns._EMPTY[4:12], *mark, *claim) for mark, claim in turn.ledger
            ]
            for statement, parameters in turns.statements(rows):
                db.execute(statement, parameters)

        async def both() -> None:
            await self._writer.ask(bare)
            await self._writer.call(later)

        return both()

    patch.setattr(Sqlite, "append", append)


def owner_not_compared(patch: Patch) -> None:
    """Whoever wants a run gets it."""
    own = runs.acquire
    patch.setattr(runs, "acquire", lambda db, run, worker, _alive: own(db, run, worker, lambda *_: False))
    patch.setattr(runs, "ready", _ready_to_all(runs.ready))
    patch.setattr(Memory, "_alive", lambda *_: False)


def _ready_to_all(own: Any) -> Any:
    return lambda db, now, worker, limit, _alive, mark: own(db, now, worker, limit, lambda *_: False, mark)


def due_runs_unseen(patch: Patch) -> None:
    """A parked run whose time has come is not ready."""
    sqlite, mem = Sqlite.ready, Memory.ready
    patch.setattr(Sqlite, "ready", lambda self, _now, worker, limit: sqlite(self, 0.0, worker, limit))
    patch.setattr(Memory, "ready", lambda self, _now, worker, limit: mem(self, 0.0, worker, limit))


def refused_and_acknowledged(patch: Patch) -> None:
    """What is refused in a batch is acknowledged with the others."""
    patch.setattr(Writer, "_reason", lambda *_: None)


def answers_consumed_when_read(patch: Patch) -> None:
    """What came for a run is gone once somebody has looked at it."""
    sqlite, mem = Sqlite.inbox, Memory.inbox

    async def read(self: Any, names: Any) -> Any:
        found = await sqlite(self, names)
        if found:
            await self._writer.call(
                lambda db: [db.execute("DELETE FROM inbox WHERE id = ?", (item.id,)) for item in found]
            )
        return found

    async def look(self: Any, names: Any) -> Any:
        found = await mem(self, names)
        for item in found:
            del self._inbox[item.id]
        return found

    patch.setattr(Sqlite, "inbox", read)
    patch.setattr(Memory, "inbox", look)


def consumed_and_kept(patch: Patch) -> None:
    """What a run has taken up stays in its inbox."""
    own = Memory.append

    async def append(self: Any, one: Any) -> None:
        await own(self, replace(one, consumed=()))

    patch.setattr(turns, "_CONSUME", "SELECT ?, ?")
    patch.setattr(Memory, "append", append)


def power_is_not_waited_for(patch: Patch) -> None:
    """A commit does not wait for the disk."""
    patch.setitem(connection._SYNCHRONOUS, "power", "NORMAL")


def heads_of_what_was_rolled_back(patch: Patch) -> None:
    """The writer remembers where journals would end if the last commit had not failed."""

    class Stubborn(dict[str, Any]):
        def clear(self) -> None:
            """Forget nothing."""

    own, rows = Writer.__init__, Writer._rows

    def made(self: Any, *args: Any) -> None:
        own(self, *args)
        self._heads = Stubborn()

    def remembered(self: Any, db: Any, some: Any, heads: Any) -> Any:
        found = rows(self, db, some, heads)
        self._heads.update(heads)
        return found

    patch.setattr(Writer, "__init__", made)
    patch.setattr(Writer, "_rows", remembered)


def claims_not_refused(patch: Patch) -> None:
    """A key is taken although another effect has it."""
    refusal = "SELECT RAISE(ABORT, 'claim') WHERE NEW.claim_key <> '' AND changes() = 0;"
    assert any(refusal in one for some in schema.MIGRATIONS for one in some)
    migrations = tuple(tuple(one.replace(refusal, "") for one in some) for some in schema.MIGRATIONS)
    patch.setattr(schema, "MIGRATIONS", migrations)
    patch.setattr(memory.ledger, "standing_against", lambda *_: None)
    assert ledger.standing_against is memory.ledger.standing_against


def subjects_not_reserved(patch: Patch) -> None:
    """An effect does not hold its subject."""
    own, follow = pending.statements, Operations.follow
    patch.setattr(
        pending, "statements", lambda change, one: () if isinstance(change, SubjectReserved) else own(change, one)
    )
    patch.setattr(
        Operations, "follow",
        lambda self, change, one: None if isinstance(change, SubjectReserved) else follow(self, change, one),
    )  # fmt: skip


def the_dead_live_on(patch: Patch) -> None:
    """A worker that is gone keeps its runs."""
    patch.setattr(FileLocks, "alive", lambda *_: True)
    patch.setattr(Memory, "_alive", lambda _self, worker: worker != "")


def parents_not_told(patch: Patch) -> None:
    """The end of a child does not reach its parent."""
    own, append = turns._rare, Memory.append

    def rare(change: Any, one: Any, blobs: Any) -> Any:
        return () if isinstance(change, ParentTold) else own(change, one, blobs)

    async def untold(self: Any, one: Any) -> None:
        await append(self, replace(one, changes=[each for each in one.changes if not isinstance(each, ParentTold)]))

    patch.setattr(turns, "_rare", rare)
    patch.setattr(Memory, "append", untold)


def readers_left_in_the_past(patch: Patch) -> None:
    """A reader that failed stays in its transaction."""
    patch.setattr(sqlite_store, "roll_back", lambda _db: None)


def owners_of_what_is_over(patch: Patch) -> None:
    """A worker that comes too late has a run that is over."""
    patch.setattr(runs, "LIVE", frozenset({*LIVE, "succeeded", "failed", "aborted", "cancelled"}))
    patch.setattr(memory, "LIVE", runs.LIVE)


def writers_left_in_the_middle(patch: Patch) -> None:
    """A transaction that failed is left open, and the next one goes on with it."""

    def together(self: Any, db: Any, batch: Any) -> None:
        if not db.in_transaction:
            own(self, db, batch)
            return
        heads: dict[str, Any] = {}
        for request in batch:
            self._do(db, request, heads)
        db.execute("COMMIT")

    own = Writer._together
    patch.setattr(writer, "roll_back", lambda _db: None)
    patch.setattr(Writer, "_together", together)


def copies_pass_for_the_present(patch: Patch) -> None:
    """A store that was put back does not say so."""

    async def restored(_self: Any, _run: str) -> None:
        """Nothing."""

    patch.setattr(Sqlite, "restored", restored)


STORE = {
    "acknowledged before commit": acknowledged_before_commit,
    "fence not checked": fence_not_checked,
    "ledger in a transaction of its own": ledger_in_a_transaction_of_its_own,
    "owner not compared": owner_not_compared,
    "due runs unseen": due_runs_unseen,
    "refused and acknowledged": refused_and_acknowledged,
    "answers consumed when read": answers_consumed_when_read,
    "consumed and kept": consumed_and_kept,
    "power is not waited for": power_is_not_waited_for,
    "heads of what was rolled back": heads_of_what_was_rolled_back,
    "claims not refused": claims_not_refused,
    "subjects not reserved": subjects_not_reserved,
    "the dead live on": the_dead_live_on,
    "parents not told": parents_not_told,
    "readers left in the past": readers_left_in_the_past,
    "owners of what is over": owners_of_what_is_over,
    "writers left in the middle": writers_left_in_the_middle,
    "copies pass for the present": copies_pass_for_the_present,
}
