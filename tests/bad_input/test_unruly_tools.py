"""Tools that do what tools must not do: each fails alone, the run goes on, the answer on standard output is whole."""

from __future__ import annotations

import re

from tests.bad_input.conftest import explained, failures, journaled, notes, several
from tests.cli.conftest import Project

TOOLS = """
import asyncio, os, subprocess, sys, threading
from holdfast import tool

class Odd(BaseException):
    def __str__(self):
        raise SystemExit(9)

@tool("bad.exit", effect="read")
def leave() -> None:
    sys.exit("bye")

@tool("bad.exit_async", effect="read")
async def leave_async() -> None:
    raise SystemExit(7)

@tool("bad.interrupt", effect="read")
async def interrupt() -> None:
    raise KeyboardInterrupt

@tool("bad.odd", effect="read")
def odd() -> None:
    raise Odd

@tool("bad.never", effect="read")
def never() -> None:
    threading.Event().wait()

@tool("bad.stubborn", effect="read")
async def stubborn() -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass

@tool("bad.huge", effect="read")
def huge() -> str:
    return "x" * 100_000_000

@tool("bad.nan", effect="read")
def nan():
    return {"price": [float("nan")]}

@tool("bad.set", effect="read")
def a_set():
    return {1, 2}

@tool("bad.object", effect="read")
def an_object():
    return object()

@tool("bad.noise", effect="read")
def noise() -> None:
    print("python says this")
    os.write(1, b"the descriptor says this\\n")
    subprocess.run([sys.executable, "-c", "print('a child says this')"], check=True)

@tool("bad.greedy", effect="read")
def greedy(items: list) -> int:
    items[0]["deep"] = "changed"
    items.append("more")
    return len(items)

@tool("bad.fork", effect="write", idempotency="none")
def fork() -> str:
    return "parent" if os.fork() else "child"

@tool("bad.exit_write", effect="write", idempotency="none")
def leave_after_writing() -> None:
    open("notes", "a").write("exit\\n")
    sys.exit(0)

@tool("bad.huge_write", effect="write", idempotency="none")
def huge_after_writing() -> str:
    open("notes", "a").write("huge\\n")
    return "x" * 100_000_000

@tool("bad.never_write", effect="write", idempotency="none", timeout="300ms")
def never_after_writing() -> None:
    open("notes", "a").write("never\\n")
    threading.Event().wait()

@tool("bad.million", effect="read")
def million() -> list:
    return list(range(1_000_000))
"""

READS = """
holdfast: 1
plan: unruly
inputs: {given: {type: array, default: [{deep: kept}]}}
steps:
  - {id: exit, optional: true, tool: bad.exit}
  - {id: exit_async, optional: true, tool: bad.exit_async}
  - {id: interrupt, optional: true, tool: bad.interrupt}
  - {id: odd, optional: true, tool: bad.odd}
  - {id: never, optional: true, tool: bad.never, timeout: 200ms}
  - {id: stubborn, optional: true, tool: bad.stubborn, timeout: 200ms}
  - {id: huge, optional: true, tool: bad.huge}
  - {id: nan, optional: true, tool: bad.nan}
  - {id: set, optional: true, tool: bad.set}
  - {id: object, optional: true, tool: bad.object}
  - {id: noise, tool: bad.noise}
  - {id: greedy, tool: bad.greedy, with: {items: "{{ inputs.given }}"}}
  - {id: fork, tool: bad.fork}
  - {id: mark, tool: note.add}
output: {given: "{{ inputs.given }}", seen: "{{ steps.greedy.output }}", after: "{{ steps.mark.output }}"}
"""

FAILED = {
    "exit": ("internal", "SystemExit: bye"),
    "exit_async": ("internal", "SystemExit: 7"),
    "interrupt": ("internal", "KeyboardInterrupt"),
    "odd": ("internal", "Odd"),
    "never": ("timeout", "no answer within 0.2 s"),
    "stubborn": ("timeout", "no answer within 0.2 s"),
    "huge": (
        "bad_output",
        (
            "the output of tool `bad.huge` has 100,000,000 bytes, the limit is 16,777,216 (max_value): "
            "keep it in a file and return its path"
        ),
    ),
    "nan": (
        "bad_output",
        "the output of tool `bad.nan` cannot be used: .price[0] is nan, a number that JSON does not have",
    ),
    "set": (
        "bad_output",
        (
            "the output of tool `bad.set` cannot be used: it is a set, which JSON does not have: "
            "return a list (sorted, so that it is the same every time)"
        ),
    ),
    "object": (
        "bad_output",
        "the output of tool `bad.object` cannot be used: it is an object, which JSON does not have",
    ),
}

WRITES = """
holdfast: 1
plan: writes
steps:
  - id: all
    parallel:
      one: [{id: exit, tool: bad.exit_write}]
      two: [{id: huge, tool: bad.huge_write}]
      three: [{id: never, tool: bad.never_write}]
  - {id: mark, tool: note.add}
output: "{{ steps.all.output }}"
"""

EACH = """
holdfast: 1
plan: each
inputs: {items: {type: array}}
steps:
  - {id: list, tool: bad.million}
  - {id: listed, optional: true, each: {in: steps.list.output, as: n}, do: [{id: a, tool: note.add}]}
  - {id: counted, optional: true, each: {in: range(1000000), as: n}, do: [{id: b, tool: note.add}]}
  - {id: given, optional: true, each: {in: inputs.items, as: n}, do: [{id: c, tool: note.add}]}
  - {id: mark, tool: note.add}
"""


def unruly(project: Project, plan: str) -> Project:
    """The project with the tools above."""
    project.write("tools/bad.py", TOOLS)
    project.write(f"{plan.split()[3]}.yaml", plan)
    return project


def test_no_tool_ends_the_run_or_spoils_the_answer(project: Project) -> None:
    """Every way of failing has its code and sentence; what is printed goes to stderr; the fork's child ends alone."""
    done, journal = journaled(unruly(project, READS), "run", "unruly.yaml")
    explained(done.err, "python says this", "the descriptor says this", "a child says this")
    assert (0, "succeeded", {"given": [{"deep": "kept"}], "seen": 2, "after": "mark"}) == (
        done.code, done.json["status"], done.json["output"],
    )  # fmt: skip
    without_place = {
        step: (code, re.sub(r" \(tools/bad\.py:\d+ in \w+\)$", "", message))
        for step, (code, message) in failures(journal).items()
    }
    assert FAILED == without_place
    assert ["mark"] == notes(project)


def test_a_write_that_ends_badly_becomes_a_question(project: Project) -> None:
    """Nothing is written twice: what is known is told, a person settles it, and the run goes on."""
    parked = unruly(project, WRITES)("run", "writes.yaml", "--json")
    run, asked = parked.json["run"], {one["address"]: one for one in parked.json["waiting"]}
    assert (3, ["exit", "huge", "never"]) == (parked.code, sorted(address[-5:].strip("/") for address in asked))
    questions = {address.rpartition("/")[2]: one["question"] for address, one in asked.items()}
    assert "Did bad.exit_write take place? Nobody knows" in questions["exit"]
    assert "bad.huge_write took place, but: the output of tool `bad.huge_write` has 100,000,000" in questions["huge"]
    assert "no answer within 0.3 s" in questions["never"]
    explained(parked.err, f"holdfast resume {run}")
    settled = [
        ("decide", one["id"], *(("output", "--value", '"seen"') if address.endswith("huge") else ("happened",)))
        for address, one in asked.items()
    ]
    *decided, done = several(project, *settled, ("resume", run, "--json"))
    assert [0, 0, 0] == [one.code for one in decided]
    assert (0, {"one": None, "two": "seen", "three": None}) == (done.code, done.json["output"]), done.err
    assert ["exit", "huge", "never", "mark"] == sorted(notes(project)[:3]) + notes(project)[3:]


def test_a_million_items_are_refused_before_the_first(project: Project) -> None:
    """Too long a list fails its `each` at once, with the place and the limit; the journal stays small."""
    project.write("in.yaml", f"items: [{', '.join(map(str, range(10_001)))}]\n")
    done, journal = journaled(unruly(project, EACH), "run", "each.yaml", "--inputs", "in.yaml")
    said = failures(journal)
    assert ["counted", "given", "listed"] == sorted(said)
    assert {"invalid"} == {code for code, _ in said.values()}
    assert re.search(r"each\.yaml:7:\d+: .*the result is larger than 1048576 characters", said["listed"][1])
    assert re.search(r"each\.yaml:8:\d+: .*`range` gives at most 10000 integers", said["counted"][1])
    assert "10001 items are more than `max: 10000` allows" == said["given"][1]
    assert (0, ["mark"], True) == (done.code, notes(project), len(journal) < 20), done.err
    assert (project.path / ".holdfast" / "runs.db").stat().st_size < 20_000_000
