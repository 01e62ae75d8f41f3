"""Tokens for results that come later: what a result may still do, and the tokens of a store in memory."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable

from holdfast.core.actions import CallbackOpened, CallbacksClosed, Change
from holdfast.core.events import CallCompleted, Event
from holdfast.errors import CallbackError, UnknownName
from holdfast.journal import codec
from holdfast.journal.store import CallbackRow


def said(completed: CallCompleted) -> str:
    """What a result says, so that the same one given twice can be told from another."""
    return hashlib.blake2b(codec.encode([completed]).body, digest_size=16).hexdigest()


def is_new(row: CallbackRow, completed: CallCompleted, *, live: bool) -> bool:
    """Whether a result is to be taken; False: it was taken before. Raises CallbackError."""
    if row.state == "used":
        if row.said == said(completed):
            return False
        raise CallbackError(f"this token was used: step {row.address} of run {row.run} has another result already")
    if row.state == "closed" or not live:
        raise CallbackError(f"this token has expired: step {row.address} of run {row.run} waits for no result any more")
    return True


def unknown() -> UnknownName:
    """There is no such token; what was given is not repeated, it may be somebody's secret."""
    return UnknownName("callback token", "...")


class Callbacks:
    """The tokens of a store in memory.

    Args:
        tell: puts an observation into a run's inbox.
        lives: whether a run is not over.
    """

    def __init__(self, tell: Callable[[str, Event], None], lives: Callable[[str], bool]) -> None:
        self._tell, self._lives = tell, lives
        self.rows: dict[str, CallbackRow] = {}

    def get(self, digest: str) -> CallbackRow:
        """See `Store.callback`."""
        if digest not in self.rows:
            raise unknown()
        return self.rows[digest]

    def complete(self, digest: str, completed: CallCompleted) -> CallbackRow:
        """See `Store.complete`."""
        row = self.get(digest)
        if is_new(row, completed, live=self._lives(row.run)):
            row = self.rows[digest] = dataclasses.replace(row, state="used", said=said(completed))
            self._tell(row.run, completed)
        return row

    def follow(self, change: Change, run: str) -> None:
        """Keep the tokens as a change says."""
        if isinstance(change, CallbackOpened):
            self.rows[change.digest] = CallbackRow(
                digest=change.digest, run=run, address=change.address, tool=change.tool, key=change.key
            )
        elif isinstance(change, CallbacksClosed):
            for row in list(self.rows.values()):
                if (row.run, row.address, row.state) == (run, change.address, "open"):
                    self.rows[row.digest] = dataclasses.replace(row, state="closed")
