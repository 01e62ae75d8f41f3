"""Facts, corrections, tokens and events that are not there, of the wrong type, late or too many."""

from __future__ import annotations

import pytest

from tests.bad_input.conftest import notes, refused, several
from tests.cli.conftest import Project

TRIP = """
holdfast: 1
plan: trip
events: {keep: 2}
facts:
  airport: {ask: {question: "Which?", options: [JFK, LGA], timeout: 15m}}
  count: {ask: {question: "How many?", schema: {type: integer}, timeout: 15m}}
steps:
  - {id: search, tool: hello.greet, with: {name: "{{ facts.airport }}", times: "{{ facts.count }}"}}
  - {id: due, wait: {event: due, timeout: 1h}}
  - {id: other, when: false, wait: {event: noise, timeout: 1h}}
  - {id: keep, tool: note.add, with: {text: "{{ steps.search.output }}"}}
output: "{{ steps.search.output }}"
"""

REPORT = """
from pathlib import Path
from holdfast import Context, Outcome, tool

@tool("report.order", effect="write", idempotency="key")
async def order(ctx: Context) -> Outcome[dict[str, str]]:
    Path("token").write_text(await ctx.callback())
    return Outcome(deferred=True)

@tool("report.peek", effect="read")
async def peek(ctx: Context) -> Outcome[dict[str, str]]:
    Path("token").write_text(await ctx.callback())
    return Outcome(deferred=True)
"""

ORDER = """
holdfast: 1
plan: report
steps:
  - {id: order, tool: report.order, deferred: {timeout: 2d}}
output: "{{ steps.order.output }}"
"""

BRIEF = """
holdfast: 1
plan: brief
steps:
  - {id: order, tool: report.peek, deferred: {timeout: 100ms}, retry: {attempts: 1}}
"""


@pytest.fixture
def trip(project: Project) -> tuple[Project, str]:
    """A run that asks for its first fact."""
    project.write("plans/trip.yaml", TRIP)
    return project, project("run", "trip", "--task", "t", "--json").json["run"]


def test_answers_about_facts_are_of_their_type(trip: tuple[Project, str]) -> None:
    """What was asked for says so; the right one is taken afterwards."""
    project, run = trip
    stray, first, on, many, half, true, last, end = several(
        project,
        ("answer", f"{run}.1", "BOS"),
        ("answer", f"{run}.1", "JFK"),
        ("resume", run, "--json"),
        ("answer", f"{run}.2", "many"),
        ("answer", f"{run}.2", "1.5"),
        ("answer", f"{run}.2", "true"),
        ("answer", f"{run}.2", "2"),
        ("resume", run, "--json"),
    )
    refused(stray, 1, '"BOS" is none of the options', "`JFK`", "`LGA`")
    for said, done in (('"many"', many), ("1.5", half), ("true", true)):
        refused(done, 1, f"the value for review {run}.2 must be integer, not {said}")
    assert (0, 0, 3, 3) == (first.code, last.code, on.code, end.code)
    assert ["due"] == [waits.get("event") for waits in end.json["waiting"]]


def test_a_correction_that_makes_no_sense_changes_nothing(trip: tuple[Project, str]) -> None:
    """Of something unknown, without a value, of the wrong type, by nobody; the run never hears of it."""
    project, run = trip
    unknown, step, bare, kind, nobody, norun = several(
        project,
        ("correct", run, "airprt=LGA"),
        ("correct", run, "steps.search=1"),
        ("correct", run, "airport"),
        ("correct", run, "airport=LGA", "count=many"),
        ("correct", run, "airport=LGA", "--by", " "),
        ("correct", "no-such-run", "airport=LGA"),
    )
    refused(unknown, 2, "plan `trip` has no fact `airprt`: did you mean `airport`?")
    refused(step, 2, "plan `trip` has no fact `steps.search` (facts are airport, count)")
    refused(bare, 2, "`airport` has no value", "`name=value`")
    refused(kind, 2, 'the fact `count` must be integer, not "many"')
    refused(nobody, 2, "--by needs a name")
    refused(norun, 2, "no run `no-such-run`")
    told, known, on = several(
        project, ("events", run, "--json"), ("correct", run, "airport=JFK", "count=2"), ("resume", run, "--json")
    )
    assert (False, 0, 3) == ("SignalReceived" in told.out, known.code, on.code)


def test_a_fact_is_corrected_to_what_it_is_and_after_the_end(trip: tuple[Project, str]) -> None:
    """The same value is said to change nothing and is not walked again; a run that is over is refused."""
    project, run = trip
    *_, same, again, _, end, late = several(
        project,
        ("correct", run, "airport=JFK", "count=2"),
        ("resume", run, "--json"),
        ("correct", run, "airport=JFK"),
        ("resume", run, "--json"),
        ("signal", run, "due"),
        ("resume", run, "--json"),
        ("correct", run, "airport=LGA"),
    )
    assert (0, True) == (same.code, "nothing changes: airport is" in same.out)
    assert (3, 0) == (again.code, end.code)
    refused(late, 2, f"run {run} is over (succeeded): nothing of it can be corrected")
    assert ["Hello, JFK!Hello, JFK!"] == notes(project)


def test_an_event_beyond_those_that_are_kept_is_refused(trip: tuple[Project, str]) -> None:
    """Nothing that was accepted is dropped for it, and the one that is waited for still arrives."""
    project, run = trip
    *kept, over, known, on, due, end, late = several(
        project,
        ("signal", run, "noise"),
        ("signal", run, "noise"),
        ("signal", run, "noise"),
        ("correct", run, "airport=JFK", "count=1"),
        ("resume", run, "--json"),
        ("signal", run, "due"),
        ("resume", run, "--json"),
        ("signal", run, "due"),
    )
    assert [0, 0] == [done.code for done in kept]
    refused(over, 1, "`noise`", "2")
    assert (0, 3, 0, 0) == (known.code, on.code, due.code, end.code)
    refused(late, 2, f"run {run} is over (succeeded): nothing reaches it any more")
    assert ["Hello, JFK!"] == notes(project)


def test_an_event_that_the_plan_never_waits_for_is_refused(trip: tuple[Project, str]) -> None:
    """A slip of the pen is told at once, with what is waited for; a plan without any wait takes none."""
    project, run = trip
    slip, known = several(project, ("signal", run, "du"), ("signal", run, "due"))
    refused(slip, 2, f"run {run} never waits for `du`: did you mean `due`?", "its plan has `due`, `noise`")
    assert 0 == known.code
    project.write("plans/still.yaml", "holdfast: 1\nplan: still\nsteps: [{id: rest, wait: 1h}]\n")
    still = project("run", "still", "--json").json["run"]
    refused(project("signal", still, "due"), 2, f"run {still} waits for no events")


@pytest.fixture
def report(project: Project) -> Project:
    """A project whose tool gives its result later."""
    project.write("plans/report.yaml", ORDER)
    project.write("plans/brief.yaml", BRIEF)
    project.write("tools/report.py", REPORT)
    return project


def test_a_token_takes_what_fits_and_once(report: Project) -> None:
    """No JSON, another type, no error code of ours and a token that is none are refused; then the right one counts."""
    run = report("run", "report", "--task", "t", "--json").json["run"]
    token = report.read("token")
    broken, kind, code, both, nothing, made_up, step, first, again, other, end = several(
        report,
        ("complete", token, "--result", "{id"),
        ("complete", token, "--result", '{"id": 7}'),
        ("complete", token, "--error", "tiemout"),
        ("complete", token, "--result", "{}", "--error", "timeout"),
        ("complete",),
        ("complete", "hf_made_up", "--result", "{}"),
        ("complete", "--run", run, "--step", "oder", "--result", "{}"),
        ("complete", token, "--result", '{"id": "R7"}'),
        ("complete", token, "--result", '{"id": "R7"}'),
        ("complete", token, "--result", '{"id": "R8"}'),
        ("resume", run, "--json"),
    )
    refused(broken, 2, "--result `{id` is no JSON")
    refused(kind, 2, "the result of order at `.id` is wrong", "string")
    refused(code, 2, "there is no error code `tiemout`: did you mean `timeout`?")
    refused(both, 2, "--result", "--error")
    refused(nothing, 2, "a TOKEN, or --run RUN and --step ADDRESS")
    refused(made_up, 2, "no callback token")
    refused(step, 2, "did you mean `order`?")
    assert (0, 0) == (first.code, again.code)
    refused(other, 1, "this token was used", run)
    assert (0, {"id": "R7"}) == (end.code, end.json["output"])


def test_a_token_whose_time_is_up_is_told_so(report: Project) -> None:
    """Also the second time, and the run stays as it ended."""
    ended = report("run", "brief", "--task", "t", "--wait", "10s", "--json")
    assert (1, "timeout") == (ended.code, ended.json["error"]["code"])
    token = report.read("token")
    *late, after = several(
        report,
        ("complete", token, "--result", '{"id": "R7"}'),
        ("complete", token, "--result", '{"id": "R7"}'),
        ("resume", ended.json["run"], "--json"),
    )
    for done in late:
        refused(done, 1, "has expired")
    assert ended.json == after.json
