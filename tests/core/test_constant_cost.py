"""The cost of one `observe` does not grow, neither with the history nor with the plan (3-interpreter-and-journal 1).

Time is not what is compared but lines of Python and bytes of memory: these are the same whatever else the machine does.
What scans something that grows takes more lines, what copies it takes more bytes.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from holdfast.core.events import CallReturned, Observation, ReviewAnswered, SignalReceived, TimerFired
from tests.core.world import World

WINDOW = 10
"""Observations that are looked at, early and late."""

BEGINNING = 20
"""So many come before the early ones."""

WRITE = "tool: t.write, with: {n: %s}"


def listed(line: str, length: int) -> str:
    """A plan of so many steps; `N` in the line is the number of the step, `M` that of the one before it."""
    return "steps:\n" + "".join(
        f"  - {{id: s{n}, {line.replace('N', str(n)).replace('M', str(max(0, n - 1)))}}}\n" for n in range(length)
    )


def looped(modifier: str, body: str) -> Callable[[int], str]:
    """A loop over so many items or rounds."""
    return lambda length: (
        "inputs: {items: {type: array}}\nfacts: {f: {given: 1}}\n"
        f"steps: [{{id: loop, {modifier.replace('LENGTH', str(length))}, do: [{body}]}}]"
    )


def branches(body: str) -> Callable[[int], str]:
    """So many branches at the same time."""
    return lambda length: (
        "steps:\n- id: p\n  parallel:\n"
        + "".join(f"    b{n}: [{{id: s{n}, {body.replace('N', str(n))}}}]\n" for n in range(length))
    )


SHAPES: dict[str, Callable[[int], str]] = {
    "steps": lambda length: listed(WRITE % "N", length),
    "steps that read each other and facts": lambda length: (
        "facts: {f: {given: 1}}\n"
        + listed(WRITE % "'{{ steps.sM.output if N else facts.f }}'", length).replace("steps.s0.output if 0", "0 if 0")
    ),
    "compensable steps": lambda length: listed((WRITE % "N") + ", compensate: {tool: t.undo}", length),
    "guarded steps": lambda length: listed(
        (WRITE % "N") + ", human: [{when: args.n < 0, to: x, timeout: 1h, on_timeout: reject}]", length
    ),
    "subjects": lambda length: listed((WRITE % "N") + ", subject: sN", length),
    "abort conditions": lambda length: (
        "facts: {f: {given: 1}}\nabort: [{when: \"'untrusted' in labels or spent.failures > 3\", reason: x}]\n"
        + listed(WRITE % "N", length)
    ),
    "items": looped(
        "each: {in: inputs.items, as: i}", "{id: a, tool: t.write, with: {n: '{{ i }}', f: '{{ facts.f }}'}}"
    ),
    "rounds": looped(
        "repeat: {until: facts.f > LENGTH, max: 9000}",
        "{id: a, tool: t.write, with: {n: '{{ facts.f }}'}}, {id: b, set: {f: '{{ facts.f + 1 }}'}}",
    ),
    "branches": branches("tool: t.write, with: {n: N}"),
    "waits": branches("wait: 1h"),
    "questions": branches("ask: {question: q, schema: {type: integer}}"),
    "events": branches("wait: {event: goN, match: event.n == N, timeout: 1h}"),
}


def coming(world: World) -> Iterator[Observation]:
    """What happens next, until the run is over."""
    number = 0
    while not world.state.finished:
        if world.state.calls:
            yield CallReturned(call=next(iter(world.state.calls)), value=1)
        elif world.state.reviews:
            yield ReviewAnswered(review=next(iter(world.state.reviews)), decision="answer", value=1, by="ana")
        elif world.state.waiting:
            yield SignalReceived(signal="event", name=f"go{number}", payload={"n": number})
            number += 1
        else:
            due = world.mind.next_due()
            assert due is not None
            world.now = max(world.now, due)
            yield TimerFired(timer=world.mind.due(world.now) or "")


def lines_of(world: World, observation: Observation) -> int:
    """How many lines of Python one observation takes."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        world.mind.observe(observation, world.now)
    finally:
        sys.settrace(before)
    return count


def bytes_of(world: World, observation: Observation) -> int:
    """The most memory that one observation takes at a time beyond what it found."""
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    world.mind.observe(observation, world.now)
    _, peak = tracemalloc.get_traced_memory()
    return peak - before


def medians(world: World, cost: Callable[[World, Observation], int], late: int) -> tuple[int, int]:
    """What an observation usually costs early in a run, and late."""
    found: dict[bool, list[int]] = {False: [], True: []}
    for number, observation in enumerate(coming(world)):
        if BEGINNING <= number < BEGINNING + WINDOW or late <= number < late + WINDOW:
            found[number >= late].append(cost(world, observation))
        elif number >= late + WINDOW:
            break
        else:
            world.mind.observe(observation, world.now)
    early, after = (sorted(some)[len(some) // 2] for some in found.values())
    return early, after


@pytest.mark.parametrize("shape", SHAPES)
def test_one_observation_costs_the_same_at_any_time_and_in_any_plan(shape: str) -> None:
    """Early and late in a plan of 60 parts and in one of 600: as many lines, and no more memory."""
    lines: list[int] = []
    sizes: list[int] = []
    for length in (60, 600):
        late = length - 2 * WINDOW
        inputs = {"items": list(range(length))} if "inputs:" in SHAPES[shape](1) else {}
        lines += medians(World(SHAPES[shape](length), inputs, law=False), lines_of, late)
        tracemalloc.start()
        try:
            sizes += medians(World(SHAPES[shape](length), inputs, law=False), bytes_of, late)
        finally:
            tracemalloc.stop()
    assert max(lines) <= 1.3 * min(lines) + 20, lines
    assert max(sizes) <= 2 * min(sizes) + 2_000, sizes
