"""Where the event loop's thread spends its time while the common work is done: parts that add up to all of it.

Functions are replaced by ones that keep a clock of the thread's processor time; what runs inside another part counts
for the inner one only. What a look at the clock takes is measured and taken off. What then is still more than the same
work takes without a clock is the machine's weather: it is taken off in proportion.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ours
from work import World, loop_factory, warm_up

from holdfast.api.session import Holdfast
from holdfast.core.interpreter import Interpreter
from holdfast.engine import calls
from holdfast.engine.calls import Call, Calls
from holdfast.engine.engine import Engine
from holdfast.engine.live import LiveRun
from holdfast.engine.watch import Watch
from holdfast.journal.sqlite import lane, turns
from holdfast.journal.sqlite.lane import Lane

REST = "the event loop: its callbacks, tasks and timers, the system"
GARBAGE = "Python's garbage collector"
LOOP = "the run's own loop: what was heard, what is to be done, its end"
LOOKS = "_once"
"""Of the watch."""


@dataclass
class Round:
    """What the parts took, in seconds, and how often the clock was looked at in each."""

    parts: Counter[str] = field(default_factory=Counter[str])
    looks: Counter[str] = field(default_factory=Counter[str])

    def seconds(self) -> float:
        """All together."""
        return sum(self.parts.values())

    def without_the_clock(self, seconds: float) -> dict[str, float]:
        """Seconds of each part, if all of them together take so many without a clock."""
        look = seconds_of_a_look()
        own = {part: max(0.0, took - look * self.looks[part]) for part, took in self.parts.items()}
        return {part: took * seconds / sum(own.values()) for part, took in own.items()}


class Clock:
    """Which part runs, and what each has taken in this round."""

    def __init__(self) -> None:
        self._running = [REST]
        self._calls: dict[str, int] = {}
        self.begin()

    def begin(self) -> None:
        """A round begins."""
        self._round, self._since = Round(), time.thread_time()

    def end(self) -> Round:
        """What the round was."""
        self._book()
        return self._round

    def enter(self, part: str) -> None:
        """This part runs from now on."""
        self._book()
        self._running.append(part)

    def leave(self) -> None:
        """What ran before it runs again."""
        self._book()
        self._running.pop()

    def _book(self) -> None:
        part, now = self._running[-1], time.thread_time()
        self._round.parts[part] += now - self._since
        self._round.looks[part] += 1
        self._since = now

    def silent(self) -> list[str]:
        """Functions that were replaced and never called: something else is called in their place by now."""
        return [name for name, calls in self._calls.items() if not calls]

    def _named(self, owner: object, name: str) -> str:
        named = f"{getattr(owner, '__name__', owner)}.{name}"
        self._calls[named] = 0
        return named

    def around(self, owner: object, name: str, part: str) -> None:
        """Book what a function takes. Raises AttributeError: there is none of this name."""
        inside, named = getattr(owner, name), self._named(owner, name)

        def timed(*args: Any, **keywords: Any) -> Any:
            self.enter(part)
            self._calls[named] += 1
            try:
                return inside(*args, **keywords)
            finally:
                self.leave()

        setattr(owner, name, timed)

    def around_async(self, owner: object, name: str, part: str) -> None:
        """Book what an async function takes while it runs, not while it waits. Raises AttributeError."""
        inside, named = getattr(owner, name), self._named(owner, name)

        async def timed(*args: Any, **keywords: Any) -> Any:
            self._calls[named] += 1
            return await Steps(self, part, inside(*args, **keywords))

        setattr(owner, name, timed)


class Steps(Awaitable[Any]):
    """A coroutine whose every step is timed."""

    def __init__(self, clock: Clock, part: str, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._clock, self._part, self._coroutine = clock, part, coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        go_on: Callable[[Any], Any] = self._coroutine.send
        given: BaseException | None = None
        while True:
            self._clock.enter(self._part)
            try:
                waits = go_on(given)
            except StopIteration as done:
                return done.value
            finally:
                self._clock.leave()
            try:
                yield waits
                go_on, given = self._coroutine.send, None
            except BaseException as error:  # noqa: BLE001 - it is the coroutine's
                go_on, given = self._coroutine.throw, error


def seconds_of_a_look() -> float:
    """At best; a timed function looks twice."""
    clock, nothing = Clock(), Round()
    clock.around(nothing, "seconds", "")
    found: list[float] = []
    for _ in range(20):
        began = time.thread_time()
        for _ in range(1_000):
            nothing.seconds()
        found.append((time.thread_time() - began) / 2_000)
    return min(found)


def watched(clock: Clock) -> None:
    """Put the clock around the parts of Holdfast."""
    clock.around_async(Holdfast, "start", "starting a run, its share")
    clock.around_async(Engine, "_keep", LOOP)
    clock.around(LiveRun, "deliver", LOOP)  # as a call ends, in its task
    clock.around(LiveRun, "_go_on", LOOP)  # as what followed from it stands
    clock.around(Interpreter, "observe", "deciding")
    clock.around(turns, "encoded", "encoding an append")
    clock.around(Lane, "ask", "handing an append to the writing thread")
    clock.around(lane, "_deliver", "hearing that appends stand")
    clock.around(Calls, "call", "making a call ready: its tool, its arguments")
    clock.around(Call, "enter", "beginning a call: limits, timer, task")
    clock.around_async(Call, "_perform", "a call's own task")
    clock.around_async(calls, "call_tool", "around the tool's function: context, output")
    clock.around(Call, "_end", "ending a call: timer, limits, waking the run")
    clock.around_async(Watch, LOOKS, "the look at what other processes wrote")
    clock.around(World, "happen", "the tool itself")

    def collecting(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            clock.enter(GARBAGE)
        else:
            clock.leave()

    gc.callbacks.append(collecting)


async def measured(args: argparse.Namespace) -> dict[str, float]:
    """Microseconds per step: all together in the best of the rounds without a clock, and the parts of that."""
    clock = Clock()
    plain = (await best(args, clock)).seconds()
    watched(clock)
    parts = (await best(args, clock)).without_the_clock(plain)
    count = args.runs * args.steps
    rows = {"in all": plain, **dict(sorted(parts.items(), key=lambda item: -item[1]))}
    return {part: 1e6 * took / count for part, took in rows.items()}


async def best(args: argparse.Namespace, clock: Clock) -> Round:
    """The round that took least."""
    found: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        async with ours.ours(Path(folder), World(), args) as run:
            await run(min(args.runs, 10), warm_up(args))
            for _ in range(args.rounds):
                clock.begin()
                await run(args.runs, args.steps)
                found.append(clock.end())
    if silent := [name for name in clock.silent() if name != f"Watch.{LOOKS}"]:  # that one comes when it is time
        raise RuntimeError(f"never called: {', '.join(silent)}; what is called in its place? See `watched`")
    return min(found, key=Round.seconds)


def main() -> None:
    """Measure where the time goes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=12)
    parser.set_defaults(shape="literal", durability="power", collect=None)
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="asyncio")
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory(args.loop)) as runner:
        print(json.dumps(runner.run(measured(args))))


if __name__ == "__main__":
    main()
