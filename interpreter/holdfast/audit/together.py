"""A large store verified by several processes at once, each with its part of the runs."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.audit.anchors import Anchor
from holdfast.audit.verify import Said, Verification, Verified
from holdfast.errors import StoreError
from holdfast.journal.digest import Chain
from holdfast.journal.sqlite.raw import Raw

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LARGE: Final = 60_000
"""Entries from which on it is worth while to start other processes."""

MOST: Final = 8

_OFTEN: Final = 10_000
"""Entries between two words from another process."""

_COLLECTED: Final = 10_000
"""Objects after which such a process looks for garbage: little of what it makes is any."""


def verify(path: str, chain: Chain, anchors: Mapping[str, Sequence[Anchor]], said: Said, now: float) -> Verified:
    """All of a store. Raises StoreError.

    Args:
        path: of its file.
        chain: the keys.
        anchors: of an earlier moment, by run.
        said: told how far it has come.
        now: seconds since 1970.
    """
    with Raw(path) as raw:
        parts = min(MOST, os.cpu_count() or 1)
        if parts == 1 or raw.count() < LARGE:
            return Verification(chain, anchors, said, now).store(raw)
        others = [_Other(path, chain, anchors, now, number, parts) for number in range(1, parts)]
        try:
            own = Verification(chain, anchors, _Together(said, others), now)
            found = own.store(raw, parts)
            for other in others:
                found.add(other.found())
        finally:
            for other in others:
                other.stop()
        return found


class _Other:
    """A process that has one part."""

    def __init__(
        self, path: str, chain: Chain, anchors: Mapping[str, Sequence[Anchor]], now: float, number: int, parts: int
    ) -> None:
        from multiprocessing import get_context

        context = get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        keys = (chain.key, chain.older, chain.mark)
        self._process = context.Process(
            target=_part, args=(theirs, path, keys, anchors, now, number, parts), daemon=True
        )
        self._process.start()
        theirs.close()
        self.entries = 0
        self._found: Verified | None = None

    def look(self) -> None:
        """Take in what it has said."""
        while self._found is None and self._pipe.poll():
            self._take()

    def found(self) -> Verified:
        """What it found, once it is through. Raises StoreError."""
        while self._found is None:
            self._take()
        return self._found

    def _take(self) -> None:
        try:
            told = self._pipe.recv()
        except EOFError:
            raise StoreError("a process that verified a part of the store ended before it was through") from None
        if isinstance(told, Verified):
            self._found = told
        elif isinstance(told, StoreError):
            raise told
        else:
            self.entries = told

    def stop(self) -> None:
        """End it, through or not."""
        self._process.terminate()
        self._process.join()


class _Together:
    """Adds up how far all have come."""

    def __init__(self, said: Said, others: Sequence[_Other]) -> None:
        self._said, self._others = said, others

    def __call__(self, entries: int, of: int) -> None:
        for other in self._others:
            other.look()
        self._said(entries + sum(other.entries for other in self._others), of)


def _part(
    pipe: Connection, path: str, keys: tuple[bytes, tuple[bytes, ...], bytes], anchors: Mapping[str, Sequence[Anchor]],
    now: float, number: int, parts: int,
) -> None:  # fmt: skip
    """What another process does."""
    gc.set_threshold(_COLLECTED)
    last = 0

    def said(entries: int, _of: int) -> None:
        nonlocal last
        if entries - last > _OFTEN:
            last = entries
            pipe.send(entries)

    try:
        with Raw(path) as raw:
            pipe.send(Verification(Chain(*keys), anchors, said, now).part(raw, number, parts))
    except StoreError as error:
        pipe.send(error)
