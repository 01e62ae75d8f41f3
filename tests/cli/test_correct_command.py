"""`holdfast correct`: a fact was wrong, said from another process."""

from __future__ import annotations

import time

import pytest

from tests.cli.conftest import Project

TOOLS = """
import asyncio
from holdfast import tool

@tool("trip.look", effect="read")
async def look(at: str, slow: bool = False) -> str:
    await asyncio.sleep(40 if slow and at == "JFK" else 0)
    return f"flights to {at}"
"""

PLAN = """
holdfast: 1
plan: trip
facts: {airport: {given: JFK}, rooms: {given: "{{ [1] }}"}}
steps:
  - {id: look, tool: trip.look, with: {at: "{{ facts.airport }}", slow: SLOW}}
  - {id: pick, ask: {question: "to {{ facts.airport }}, {{ facts.rooms }} rooms?", options: ["yes", "no"]}}
output: "{{ steps.look.output }}, {{ facts.rooms }}"
"""


def _write(project: Project, slow: str = "false") -> None:
    (project.path / "tools.py").write_text(TOOLS)
    (project.path / "plan.yaml").write_text(PLAN.replace("SLOW", slow))


@pytest.fixture
def parked(project: Project) -> str:
    """A run that waits for an answer: its id."""
    _write(project)
    done = project("run", "plan.yaml", "--tools", "tools.py", "--json")
    assert 3 == done.code
    return str(done.json["run"])


def _events(project: Project, run: str, kind: str) -> list[dict[str, object]]:
    entries = project("show", run, "--json").json["entries"]
    return [entry for entry in entries if entry["kind"] == kind]


def test_a_parked_run_takes_several_corrections_with_its_next_life(project: Project, parked: str) -> None:
    """Text and JSON, with who says so; the journal says it all, and the question is asked anew."""
    done = project("correct", parked, "airport=LGA", "rooms=[2, 3]", "--by", "kim")
    assert (0, f"{parked}: the correction is recorded\n") == (done.code, done.out)
    assert 3 == project("resume", parked, "--tools", "tools.py").code
    (corrected,) = _events(project, parked, "FactsCorrected")
    assert ({"airport": "LGA", "rooms": [2, 3]}, "kim") == (corrected["values"], corrected["by"])
    (review,) = project("inbox", "--json").json
    assert "to LGA, [2, 3] rooms?" == review["question"]
    assert 0 == project("answer", review["id"], "yes").code
    over = project("resume", parked, "--tools", "tools.py", "--json").json
    assert ("succeeded", "flights to LGA, [2, 3]") == (over["status"], over["output"])


def test_a_review_that_a_correction_withdraws_says_so(project: Project, parked: str) -> None:
    """In the inbox, in the run, and to whoever decides it too late."""
    old = project("inbox", "--json").json[0]["id"]
    assert 0 == project("correct", parked, "airport=LGA", "--by", "kim").code
    assert 3 == project("resume", parked, "--tools", "tools.py").code
    said = "the fact `airport` was corrected to LGA by kim"
    assert f"withdrawn: {said}" in project("inbox", old).out
    assert ("withdrawn", said) == tuple(project("inbox", old, "--json").json[name] for name in ("outcome", "why"))
    assert f"review {old} is settled: withdrawn, because {said}" in project("show", parked, COLUMNS="200").out
    for words in (("answer", old, "yes"), ("decide", old, "choose", "--value", "yes")):
        late = project(*words)
        assert (1, True) == (late.code, f"review {old} is closed: withdrawn" in late.err and said in late.err)


def test_the_same_value_changes_nothing_and_is_no_error(project: Project, parked: str) -> None:
    """It is said, in words and in data; of several facts those that change are told from the others."""
    done = project("correct", parked, "airport=JFK", "--by", "kim")
    assert (0, f"{parked}: nothing changes: airport is JFK already\n", "") == (done.code, done.out, done.err)
    both = project("correct", parked, "airport=JFK", "rooms=[2]", "--json").json
    assert {"run": parked, "corrected": {"airport": "JFK", "rooms": [2]}, "changed": ["rooms"]} == both


def test_a_live_run_takes_a_correction_while_it_works(project: Project) -> None:
    """The call that is under way is made again with the right value, by the process that sits with the run."""
    _write(project, slow="true")
    living = project.start("run", "plan.yaml", "--tools", "tools.py", "--task", "one", "--json")
    deadline = time.monotonic() + 20
    rows: list[dict[str, str]] = []
    while not rows and time.monotonic() < deadline:
        rows = project("runs", "--json").json if (project.path / ".holdfast/runs.db").exists() else []
    run = rows[0]["run"]
    while not _events(project, run, "CallIntended") and time.monotonic() < deadline:
        pass
    assert 0 == project("correct", run, "airport=LGA").code
    assert 3 == living.wait(timeout=30)
    living.communicate()
    assert [{"at": "JFK", "slow": True}, {"at": "LGA", "slow": True}] == [
        event["args"] for event in _events(project, run, "CallIntended")
    ]


def test_an_unknown_fact_is_refused_with_a_guess(project: Project, parked: str) -> None:
    """Before anything is recorded; so is a word without a value, and a fact given twice."""
    wrong = project("correct", parked, "airprt=LGA", "rooms=[2]")
    assert (2, True) == (wrong.code, "has no fact `airprt`: did you mean `airport`?" in wrong.err)
    assert 2 == project("correct", parked, "airport").code
    assert 2 == project("correct", parked, "airport=LGA", "airport=EWR").code
    assert 2 == project("correct", parked).code
    assert 3 == project("resume", parked, "--tools", "tools.py").code
    assert [] == _events(project, parked, "FactsCorrected")


def test_an_unknown_run_and_one_that_is_over_are_refused(project: Project, parked: str) -> None:
    """Each says why, and nothing is recorded."""
    unknown = project("correct", "trop-1234", "airport=LGA")
    assert (2, True) == (unknown.code, "trop-1234" in unknown.err)
    assert 0 == project("answer", project("inbox", "--json").json[0]["id"], "yes").code
    assert 0 == project("resume", parked, "--tools", "tools.py").code
    over = project("correct", parked, "airport=LGA")
    assert (2, True) == (over.code, "is over (succeeded): nothing of it can be corrected" in over.err)
    assert [] == _events(project, parked, "FactsCorrected")
