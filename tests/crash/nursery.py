"""Makes victims quickly: a process that has imported everything and forks for each job.

    python -m tests.crash.nursery < jobs

Reads a job per line and writes `[exit status, what it said]` per line; the status is as in `subprocess`. Each victim is
a real process with a life and a death of its own. Nothing is shared but what was imported: there is no thread, event
loop or open file in the parent when it forks.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import tempfile
import threading
import traceback
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import anyio

import holdfast
from holdfast.journal import codec
from tests.crash import victim

PLANS = Path(__file__).parents[2] / "plans"
EARLY = (
    "httpx",
    "uvloop",
    *(name for _, name, _ in walk_packages(holdfast.__path__, "holdfast.") if "__main__" not in name),
)
"""What some victim imports late."""


def warm_up() -> None:
    """Do once what every victim would do again in its short life: import, compile, and work out what events are."""
    for name in EARLY:
        import_module(name)
    for kind in codec.KINDS.values():
        codec._SHAPES[kind]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LEDGER_DB"] = f"{folder}/ledger.db"
        anyio.run(rehearse)
    gc.collect()
    gc.freeze()  # so that a child's first collection does not touch, and so copy, every page it was born with


async def rehearse() -> None:
    """A run in memory: neither threads nor files are left of it."""
    async with holdfast.open("memory:", tools=[PLANS / "tools"]) as hf:
        run = await hf.start(PLANS / "saga.yaml")
        await run.result()
        written = codec.encode([entry.event async for entry in run.entries()])
        codec.decode(written.body, {}.__getitem__)


def born(line: str) -> tuple[int, str]:
    """Fork a victim for the job and wait until it is gone: how it ended, what it said."""
    assert threading.active_count() == 1, "a process with threads must not fork"
    heard, says = os.pipe()
    child = os.fork()
    if child == 0:
        live(line, says)
    os.close(says)
    kill_after = json.loads(line)["kill_after"]
    if kill_after is not None and not select.select([heard], [], [], kill_after)[0]:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(heard) as ear:
        text = ear.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def live(line: str, says: int) -> None:
    """The child: never returns."""
    code = 1
    try:
        os.dup2(says, 1)
        victim.main(line)
        code = 0
    except BaseException:  # noqa: BLE001 - it must not go on as a second parent
        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    """Serve jobs until stdin ends."""
    warm_up()
    for line in sys.stdin:
        answer = born(line)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
