"""`holdfast` in a process that kills itself at a named moment of sending notices."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from holdfast.cli.main import main
from holdfast.journal.sqlite.store import Sqlite


def dying(method: Callable[..., Any], when: str) -> Callable[..., Any]:
    """The method, before or after which the process is gone."""

    @functools.wraps(method)
    async def wrapped(self: Sqlite, *args: object, **given: object) -> object:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await method(self, *args, **given)
        if result or method.__name__ not in {"untold", "claim_notices"}:  # these look often, mostly for nothing
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


if __name__ == "__main__":
    when, name = sys.argv[1].split()
    setattr(Sqlite, name, dying(getattr(Sqlite, name), when))
    sys.exit(main(sys.argv[2:]))
