"""What came for runs from outside and is in no journal yet, as functions of a connection.

Rules of the file:
- With a key each message is sealed over its run, time and text by whoever takes it in: `sealed()` in the statements
  that write one. Without a key the seal is NULL, and whatever lies there is taken.
- A message counts under the key of its run's journal, or under a newer one: what went on under a new key never goes
  back to an old one, as in `digest.Verified`.
- A message that does not count is handed to no run. It is marked with the key of who refused it, so that nobody who has
  that key is woken by it again, and stays for `audit verify`; `rebuild` takes it out.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from holdfast.core.events import Event
from holdfast.errors import StoreError, UnknownName
from holdfast.journal import arrivals, codec
from holdfast.journal.codec import Encoded
from holdfast.journal.digest import MARK, UNKEYED, Chain
from holdfast.journal.sqlite.runs import blobs_of, keep_blobs
from holdfast.journal.store import InboxItem
from holdfast.plan.program import EVENTS_KEPT

LOG: Final = logging.getLogger("holdfast.journal")

SEALED: Final = "sealed"
"""The function of a writing connection by which statements seal what they put into an inbox: run, time, text."""


class Letter(NamedTuple):
    """A row of the inbox. `mark`: of the key under which its run's journal was sealed last."""

    id: int
    run: str
    at: float
    body: bytes
    seal: bytes | None
    mark: bytes


def prepare(db: sqlite3.Connection, chain: Chain) -> sqlite3.Connection:
    """Teach a writing connection to seal messages."""
    db.create_function(SEALED, 3, chain.letter)
    return db


# --- What comes -------------------------------------------------------------------------------------------------------


def signal(db: sqlite3.Connection, chain: Chain, run: str, observation: Event, encoded: Encoded, at: float) -> None:
    """Put an observation into a run's inbox."""
    found = db.execute("SELECT id, status, keep, waiting, result FROM runs WHERE run = ?", (run,)).fetchone()
    if found is None:
        raise UnknownName("run", run)
    number, status, keep, waiting, result = found
    arrivals.refuse_over(run, status)
    name = arrivals.event_name(observation)
    if name is not None:
        untaken = db.execute(_LYING, (number,)).fetchone()[0] + arrivals.kept(json.loads(result) if result else None)
        limit = EVENTS_KEPT if keep is None else keep
        arrivals.refuse_beyond(run, name, untaken, limit, json.loads(waiting) if waiting else ())
    put(db, chain, number, encoded, at, event=name is not None)
    if (priority := arrivals.priority_said(observation)) is not None:
        db.execute("UPDATE runs SET priority = ? WHERE id = ?", (priority, number))


_LYING: Final = "SELECT count(*) FROM inbox WHERE run = ? AND event AND refused IS NULL"


def put(
    db: sqlite3.Connection, chain: Chain, number: int, observation: Encoded, at: float, *, event: bool = False
) -> None:
    """Put an observation into the inbox of the run with this row id. Raises StoreError: nobody would believe it."""
    need_key(db, chain, number)
    keep_blobs(db, observation.blobs)
    db.execute(_PUT, (number, at, observation.body, event))


_PUT: Final = f"""
    INSERT INTO inbox(run, at, body, event, seal)
    SELECT id, ?2, ?3, ?4, {SEALED}(run, ?2, ?3) FROM runs WHERE id = ?1"""


def need_key(db: sqlite3.Connection, chain: Chain, number: int) -> None:
    """Raises StoreError where a run's journal is sealed with a key that this process does not have."""
    run, seal = db.execute("SELECT run, seal FROM runs WHERE id = ?", (number,)).fetchone()
    mark = _mark(seal)
    if mark != UNKEYED and mark not in chain.marks:
        raise StoreError(
            f"the journal of run {run} is sealed with a key that is not configured here, so nobody would believe what "
            "is said from here: configure `[audit] key` as where the run was begun"
        )


# --- What lies there --------------------------------------------------------------------------------------------------


def lying(db: sqlite3.Connection, wanted: Sequence[str], chain: Chain) -> tuple[list[InboxItem], list[Letter]]:
    """What has come for these runs, in order of arrival; and what is not sealed as it should be."""
    found = db.execute(_WANTED, {"runs": json.dumps(list(wanted)), "mine": chain.mark}).fetchall()
    letters = list(map(Letter._make, found))
    blobs = blobs_of(db)
    if not chain.key:
        return [_item(letter, blobs) for letter in letters], []
    kept = [letter for letter in letters if counts(chain, letter)]
    refused = [letter for letter in letters if letter.mark in chain.marks and letter not in kept]
    return [_item(letter, blobs) for letter in kept], refused


_LETTERS: Final = f"""
    SELECT i.id, r.run, i.at, i.body, i.seal, substr(r.seal, 1, {MARK}) FROM runs r JOIN inbox i ON i.run = r.id"""
_WANTED: Final = f"""{_LETTERS}
    WHERE r.run IN (SELECT value FROM json_each(:runs)) AND i.refused IS NOT :mine ORDER BY i.id"""


def _item(letter: Letter, blobs: codec.Blobs) -> InboxItem:
    return InboxItem(id=letter.id, run=letter.run, observation=codec.decode(letter.body, blobs)[0])


def counts(chain: Chain, letter: Letter) -> bool:
    """Whether a message is sealed with the key of its run's journal, or with a newer one."""
    known = chain.each()
    first = next((place for place, one in enumerate(known) if one.mark == letter.mark), None)
    if first is None:  # of this run nothing can be judged here, and its journal not be read
        return False
    try:
        return any(one.letter(letter.run, letter.at, letter.body) == letter.seal for one in known[first:])
    except (TypeError, ValueError, AttributeError):  # a column was given a value of another type
        return False


def refuse(db: sqlite3.Connection, chain: Chain, refused: Sequence[Letter]) -> None:
    """Leave messages where they lie, and wake nobody with them."""
    for letter in refused:
        db.execute("UPDATE inbox SET refused = ? WHERE id = ?", (chain.mark, letter.id))
        LOG.warning(
            "run %s: a message in its inbox is not sealed with the configured key, so it is not taken; it was put "
            "there by somebody without the key (`holdfast audit verify` tells of it, `holdfast rebuild` takes it out)",
            letter.run,
        )


def renew(db: sqlite3.Connection, chain: Chain, run: str) -> None:
    """Seal what has come for a run with the newest key, before its journal goes on under that."""
    for letter in map(Letter._make, db.execute(f"{_LETTERS} WHERE r.run = ?", (run,)).fetchall()):
        if letter.mark != chain.mark and counts(chain, letter):
            seal = chain.letter(letter.run, letter.at, letter.body)
            db.execute("UPDATE inbox SET seal = ?, refused = NULL WHERE id = ?", (seal, letter.id))


# --- What should not lie there ----------------------------------------------------------------------------------------


def forged(db: sqlite3.Connection, chain: Chain) -> Iterator[Letter]:
    """Messages for runs that are not over which were put there without the key."""
    if chain.key:
        for letter in map(Letter._make, db.execute(f"{_LETTERS} {_LIVING} ORDER BY i.id")):
            if letter.mark in chain.marks and not counts(chain, letter):
                yield letter


_LIVING: Final = "WHERE r.status IN ('running', 'waiting', 'paused')"


def kind(letter: Letter) -> str:
    """What a message says it is; whoever wrote it may have written anything."""
    try:
        return str(json.loads(letter.body)[0][0])
    except (ValueError, TypeError, LookupError):
        return "something unreadable"


def _mark(seal: Any) -> bytes:
    return seal[:MARK] if isinstance(seal, bytes) else UNKEYED
