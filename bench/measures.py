"""What is measured, one function per goal (docs: bench/README.md). Each gives its figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from compileall import compile_dir
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median

from child import CHILDREN, Cost, Data, cost, interleaved, python, ratio, store
from figures import Figure
from machine import load

import holdfast
import holdfast_tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is done. The defaults are those of the goals; `QUICK` only shows that everything works."""

    rounds: int = 7
    steps: int = 1_000
    runs: int = 100
    short: int = 10
    repeats: int = 3
    starts: int = 11
    long: int = 10_000
    long_rounds: int = 3
    live: int = 500
    resumed: int = 3_000
    planned: int = 1_000
    answers: int = 60
    replayed: int = 10_000
    worlds: int = 20_000
    verified: int = 100
    verified_entries: int = 10_000


QUICK = Sizes(
    rounds=1, steps=20, runs=3, short=4, repeats=1, starts=1, long=60, long_rounds=1, live=20, resumed=20, planned=20,
    answers=3, replayed=60, worlds=60, verified=10, verified_entries=60,
)  # fmt: skip


def contender(script: str, loop: str, *arguments: object) -> Callable[[], Data]:
    """A script that does the common work in a fresh store and tells what it took."""

    def measured() -> Data:
        with store() as folder:
            return python(script, folder, "--loop", loop, *arguments)

    return measured


def sequential(sizes: Sizes, loop: str) -> list[Figure]:
    """One run, one step after the other."""
    found = interleaved(sizes.rounds, {
        name: contender(name, loop, "--runs", 1, "--steps", sizes.steps) for name in ("ours", "floor")
    })  # fmt: skip
    wall = {name: [1e3 * median(one["seconds"]) / sizes.steps for one in found[name]] for name in found}
    cpu = {name: [1e3 * median(one["cpu"]) / sizes.steps for one in found[name]] for name in found}
    title = f"one run, {sizes.steps:,} steps: ms per step"
    return [
        _beside(1, title, wall["ours"], wall["floor"], limit=1.5, digits=3),
        _beside(1, "  of these, ms of processor time", cpu["ours"], cpu["floor"], digits=3),
    ]


def many(sizes: Sizes, loop: str) -> list[Figure]:
    """Many short runs at once; and what else there is for who needs more of them."""
    work = ("--runs", sizes.runs, "--steps", sizes.short, "--rounds", sizes.repeats)
    ours = contender("ours", loop, *work)
    ways = {
        "  the same, durability `process`": contender("ours", loop, *work, "--durability", "process"),
        "  the same, `gc.set_threshold(10_000)` as on the command line": contender(
            "ours", loop, *work, "--collect", 10_000
        ),
        "  two processes at once, each with a store of its own": lambda: twice(ours),
    }
    found = interleaved(sizes.rounds, {"ours": ours, "floor": contender("floor", loop, *work), **ways})
    count = sizes.runs * sizes.short
    rate = {name: [count / median(one["seconds"]) for one in found[name]] for name in found}
    title = f"{sizes.runs} runs x {sizes.short} steps at once: steps per second"
    return [
        Figure(
            item=2, name=title, ours=median(rate["ours"]), floor=median(rate["floor"]),
            ratio=ratio(rate["floor"], rate["ours"]), limit=10_000, least=True, digits=0, load=load(),
        ),
        *(Figure(item=2, name=name, ours=median(rate[name]), digits=0, load=load()) for name in ways),
    ]  # fmt: skip


def twice(measure: Callable[[], Data]) -> Data:
    """Two at the same time, told as one that is as fast as both together."""
    with ThreadPoolExecutor(2) as pool:
        both = [one.result() for one in [pool.submit(measure) for _ in range(2)]]
    return {"seconds": [1 / sum(1 / median(one["seconds"]) for one in both)]}


TOOL = """from pathlib import Path
from holdfast import tool

@tool("bench.put", effect="write", idempotency="key")
async def put() -> None:
    with Path("effects").open("a") as file:
        file.write("x")
"""
PLAN = "holdfast: 1\nplan: one\nsteps: [{id: put, tool: bench.put}]\n"
LEAST = "import anyio, aiosqlite, yaml, jinja2, pydantic\nclass One(pydantic.BaseModel):\n    name: str\n"


def cold_folder(folder: Path) -> list[str]:
    """Prepare a folder as an author has it; the command that runs its one-step plan."""
    (folder / "tools").mkdir()
    (folder / "tools" / "bench.py").write_text(TOOL, encoding="utf-8")
    (folder / "one.yaml").write_text(PLAN, encoding="utf-8")
    return [str(Path(sys.executable).parent / "holdfast"), "run", "one.yaml"]


def cold(sizes: Sizes, _loop: str) -> list[Figure]:
    """`holdfast run` of a one-step plan, from nothing to the end of the process."""
    edits = count()
    with store() as folder:
        command = cold_folder(folder)

        def known() -> Cost:
            return cost(command, folder)

        def edited() -> Cost:
            (folder / "one.yaml").write_text(f"{PLAN}# {next(edits)}\n", encoding="utf-8")
            return cost(command, folder)

        def empty() -> Cost:
            with store() as other:
                return cost(cold_folder(other), other)

        def least() -> Cost:
            return cost([sys.executable, "-c", LEAST], folder)

        compiled = [Path(module.__path__[0]) for module in (holdfast, holdfast_tools)]
        assert all(compile_dir(place, quiet=1) for place in compiled)  # the environment may forbid it to the children
        edited(), least()  # the disk's cache is warm
        found = interleaved(sizes.starts, {"known": known, "floor": least, "edited": edited, "empty": empty})
        done = len((folder / "effects").read_text())
        assert done == 2 * sizes.starts + 1, f"{done} effects in {2 * sizes.starts + 1} runs"
    wall, cpu, memory = (_columns(found, key) for key in ("seconds", "cpu", "memory"))
    mib = {name: [value / 2**20 for value in values] for name, values in memory.items()}
    title, floor = "cold `holdfast run`, one step", wall["floor"]
    return [
        _beside(3, f"{title}, a plan that ran before: seconds", wall["known"], floor, limit=1.4, digits=3),
        _beside(3, "  a new or edited plan: seconds", wall["edited"], floor, limit=1.4, digits=3),
        _beside(3, "  the first run in an empty folder: seconds", wall["empty"], floor, digits=3),
        _beside(3, "  processor time, a plan that ran before: seconds", cpu["known"], cpu["floor"], digits=3),
        _beside(3, "  processor time, a new or edited plan: seconds", cpu["edited"], cpu["floor"], digits=3),
        _beside(3, "  resident memory, a plan that ran before: MiB", mib["known"], mib["floor"], limit=1.4, digits=1),
        _beside(3, "  resident memory, a new or edited plan: MiB", mib["edited"], mib["floor"], limit=1.4, digits=1),
    ]


def _columns(found: dict[str, list[Cost]], key: str) -> dict[str, list[float]]:
    return {name: [getattr(one, key) for one in costs] for name, costs in found.items()}


def growth(sizes: Sizes, loop: str) -> list[Figure]:
    """A long run: whether its steps get dearer, what they take in the store, what live runs take in memory."""
    work = ("--runs", 1, "--steps", sizes.long)
    found = interleaved(sizes.long_rounds, {
        "literal": contender("ours", loop, *work),
        "each": contender("ours", loop, *work, "--shape", "each"),
        "floor": contender("floor", loop, *work),
    })  # fmt: skip
    figures: list[Figure] = []
    for shape, told in (("literal", "written out"), ("each", "in an `each`")):
        for key, unit in (("", "ms"), ("_cpu", "ms of processor time")):
            early, late = ([1e3 * one[f"{when}{key}"] for one in found[shape]] for when in ("early", "late"))
            named = f"step {sizes.long:,} against step 10 (as floor), {told}: {unit}"
            figures.append(_beside(4, named, late, early, limit=1.1, digits=3))
        first, second = ([1e3 * one[f"{half}_cpu"] for one in found[shape]] for half in ("first", "second"))
        named = "  the second half of the run against the first, on average: ms of processor time"
        figures.append(_beside(4, named, second, first, limit=1.1, digits=3))
    figures += _memory(sizes, loop)
    floor = median(one["bytes"] / one["effects"] for one in found["floor"])
    source = {"literal": _source(sizes.long), "each": 0}
    for shape, told in (("literal", "written out, without the plan"), ("each", "in an `each`")):
        size = median((one["bytes"] - source[shape]) / one["effects"] for one in found[shape])
        figures.append(
            Figure(
                item=5, name=f"bytes per step in the store, {told}", ours=size, floor=floor, ratio=size / floor,
                limit=500, digits=0, load=load(),
            )
        )  # fmt: skip
    return figures


def _source(steps: int) -> int:
    """Bytes of the plan that `ours.literal` makes; the store keeps it once."""
    return sum(len(f"  - {{id: s{n}, tool: bench.put, with: {{n: {n}}}}}\n") for n in range(1, steps + 1))


def _memory(sizes: Sizes, loop: str) -> list[Figure]:
    found: list[float] = []
    for how in (["--traced"], []):
        with store() as folder:
            found.append(python("live", folder, "--runs", sizes.live, "--loop", loop, *how)["per_run"] / 1000)
    name = f"memory per live run, {sizes.live} of them: KB"
    return [
        Figure(item=4, name=f"{name} allocated", ours=found[0], limit=20, digits=1, load=load()),
        Figure(item=4, name=f"{name} resident", ours=found[1], digits=1, load=load()),
    ]


def resume(sizes: Sizes, loop: str) -> list[Figure]:
    """A run that was killed: from opening the store to its next call."""
    figures: list[Figure] = []
    for shape, told in (("literal", "written out"), ("each", "in an `each`")):
        with store() as folder:
            killed(folder, sizes.resumed, shape)
            found = [_resumed(folder, sizes.resumed, shape, loop) for _ in range(sizes.rounds)]
        wall, cpu = (1e3 * median(one[key] for one in found) for key in ("seconds", "cpu"))
        name = f"resume after {sizes.resumed:,} steps {told}: ms to the next call"
        figures.append(Figure(item=6, name=name, ours=wall, limit=140, digits=0, load=load()))
        figures.append(Figure(item=6, name="  of these, ms of processor time", ours=cpu, digits=0, load=load()))
    return figures


def killed(folder: Path, steps: int, shape: str) -> None:
    """Leave a run behind whose process died in the call after so many steps."""
    what = ["make", str(folder), "--steps", str(steps), "--shape", shape]
    command = [sys.executable, str(CHILDREN / "resume.py"), *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


def _resumed(folder: Path, steps: int, shape: str, loop: str) -> Data:
    with store() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        for file in copy.rglob("*"):
            _on_disk(file)
        found = python("resume", "go", copy, "--steps", steps, "--shape", shape, "--loop", loop)
        assert found["effects"] == 1, found
        return found


def _on_disk(file: Path) -> None:
    """As the file was after its process died: with 16 MB of a copy in memory, the resumed run's first commit waits."""
    if file.is_file():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())


def loading(sizes: Sizes, _loop: str) -> list[Figure]:
    """A long plan, from its file to a compiled plan."""
    with store() as folder:
        found = python("loading", folder, "--steps", sizes.planned, "--rounds", sizes.rounds)
    name = f"a plan of {sizes.planned:,} tool steps:"
    return [
        Figure(item=7, name=f"{name} ms to load", ours=1e3 * median(found["load"]), limit=500, digits=0, load=load()),
        Figure(item=7, name="  of these, ms of processor time", ours=1e3 * median(found["cpu"]), digits=0, load=load()),
        Figure(item=7, name=f"{name} ms to load and lint", ours=1e3 * median(found["lint"]), digits=0, load=load()),
    ]


def answers(sizes: Sizes, loop: str) -> list[Figure]:
    """An answer given in another process: until the waiting run makes its next call."""
    with store() as folder:
        more = [str(folder), "--runs", str(sizes.answers), "--loop", loop]
        command = [sys.executable, str(CHILDREN / "answer.py"), "wait", *more]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
            try:
                assert waiting.stdout is not None
                assert waiting.stdout.readline() == "ready\n"
                given = python("answer", "give", *more)
                called = json.loads(waiting.stdout.readline())["at"]
            finally:
                waiting.kill()
    took = [1e3 * (later - earlier) for earlier, later in zip(given["began"], called, strict=True)]
    name = f"an answer from another process to the next call, {sizes.answers} times:"
    return [
        Figure(item=8, name=f"{name} ms, median", ours=median(took), limit=100, digits=0, load=load()),
        Figure(item=8, name=f"{name} ms, worst", ours=max(took), limit=100, digits=0, load=load()),
    ]


def replaying(sizes: Sizes, _loop: str) -> list[Figure]:
    """A run decided again from its journal."""
    with store() as folder:
        found = python("replaying", folder, "--entries", sizes.replayed, "--rounds", sizes.rounds)
    name = f"a run of {found['entries']:,} entries:"
    whole, again = 1e3 * median(found["whole"]), 1e3 * median(found["replay"])
    return [
        Figure(item=9, name=f"{name} ms to read and replay it", ours=whole, limit=1_000, digits=0, load=load()),
        Figure(item=9, name="  of these, ms to decide again", ours=again, digits=0, load=load()),
    ]


def simulating(sizes: Sizes, _loop: str) -> list[Figure]:
    """A plan of five steps against what may happen to it, on all cores."""
    found = python("simulating", "--worlds", sizes.worlds, "--rounds", sizes.long_rounds)
    rate = median(found["rate"])
    name = f"a plan of five steps, {sizes.worlds:,} worlds: worlds per second"
    return [Figure(item=10, name=name, ours=rate, limit=2_000, least=True, digits=0, load=load())]


def verifying(sizes: Sizes, _loop: str) -> list[Figure]:
    """`holdfast audit verify` of a large store, as a process of its own, beside one with a tenth of the runs."""
    with store() as folder, store() as less:
        made = [
            python("verifying", place, "--runs", runs, "--entries", sizes.verified_entries)
            for place, runs in ((folder, sizes.verified), (less, max(1, sizes.verified // 10)))
        ]
        whole, tenth = ([_verified(place) for _ in range(sizes.long_rounds)] for place in (folder, less))
    seconds, cpu, memory = (
        [[getattr(one, key) for one in some] for some in (whole, tenth)] for key in ("seconds", "cpu", "memory")
    )
    mib = [[value / 2**20 for value in values] for values in memory]
    title = f"`audit verify` of {made[0]['entries']:,} entries ({made[1]['entries']:,} as floor): seconds"
    return [
        replace(_beside(11, title, *seconds, digits=1), limit=20, by="ours"),
        _beside(11, "  of these, of processor time", *cpu, digits=1),
        _beside(11, "  resident memory, of the largest of its processes: MiB", *mib, limit=1.1, digits=1),
    ]


def _verified(folder: Path) -> Cost:
    command = [str(Path(sys.executable).parent / "holdfast"), "audit", "verify", "--store", f"sqlite:{folder}/runs.db"]
    return cost(command, folder)


MEASURES: dict[int, Callable[[Sizes, str], list[Figure]]] = {
    1: sequential,
    2: many,
    3: cold,
    4: growth,
    6: resume,
    7: loading,
    8: answers,
    9: replaying,
    10: simulating,
    11: verifying,
}
"""By goal; 5 is measured with 4."""


def _beside(
    item: int, name: str, ours: Sequence[float], floor: Sequence[float], *, limit: float | None = None, digits: int
) -> Figure:
    """Times of both sides, round by round; the goal is about their ratio."""
    return Figure(
        item=item, name=name, ours=median(ours), floor=median(floor), ratio=ratio(ours, floor), limit=limit,
        by="ratio", digits=digits, load=load(),
    )  # fmt: skip
