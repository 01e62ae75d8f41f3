"""Carries out commands in processes that are killed: between two statements, or after so many seconds.

    python -m tests.crash.upkeep < jobs

A job is a line `[words, statement, seconds]`: the command, the statement of its connections before which it dies, the
time after which it is killed from outside; null for neither. For each a line comes back, `[exit status, statements]`.
Every victim is a process of its own that was forked, so that nothing has to be imported again.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sqlite3
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from holdfast.cli.main import main as holdfast
from tests.crash.nursery import EARLY

CONNECT = sqlite3.connect


class Dying(sqlite3.Connection):
    """Kills its process before a statement, and tells of each that was begun."""

    said, left = 1, -1

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Also what only reads: any moment will do."""
        self._moment()
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """The same."""
        self._moment()
        return super().executemany(sql, parameters)

    def backup(self, target: sqlite3.Connection, **more: Any) -> None:
        """The same."""
        self._moment()
        super().backup(target, **more)

    def close(self) -> None:
        """Behind the last statement there is a moment, too."""
        self._moment()
        super().close()

    def _moment(self) -> None:
        if Dying.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        Dying.left -= 1
        os.write(Dying.said, b".")


def live(words: list[str], statement: int | None, says: int) -> int:
    """The victim."""
    Dying.said, Dying.left = says, -1 if statement is None else statement
    sqlite3.connect = lambda *args, **more: CONNECT(*args, **{**more, "factory": Dying})  # type: ignore[assignment]
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    return holdfast(words)


def born(words: list[str], statement: int | None, seconds: float | None) -> tuple[int, int]:
    """Fork one and wait until it is gone: how it ended, how many statements it had begun."""
    heard, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        code = 99
        try:
            code = live(words, statement, says)
        finally:
            os._exit(code)
    os.close(says)
    count = 0
    with os.fdopen(heard, "rb", buffering=0) as ear:
        if seconds is not None:
            finished = os.pidfd_open(child)
            if not select.select([finished], [], [], seconds)[0]:
                os.kill(child, signal.SIGKILL)
            os.close(finished)
        while said := ear.read(4096):
            count += len(said)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), count


def main() -> None:
    """Serve jobs until there are no more."""
    for name in EARLY:
        import_module(name)
    gc.collect()
    gc.freeze()  # so that a child's first collection does not copy every page it was born with
    for line in sys.stdin:
        sys.stdout.write(json.dumps(born(*json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
