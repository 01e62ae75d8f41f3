"""Answers that come late, twice, contradict each other, or are meant for another run."""

from __future__ import annotations

from tests.bad_input.conftest import notes, refused, several
from tests.cli.conftest import Project

PLAN = """
holdfast: 1
plan: ask
steps:
  - {id: pick, ask: {to: requester, question: "Which?", options: [JFK, LGA], timeout: 15m}}
  - {id: keep, tool: note.add, with: {text: "{{ steps.pick.output }} {{ run.task }}"}}
output: "{{ steps.pick.output }}"
"""

SHORT = """
holdfast: 1
plan: short
steps:
  - {id: pick, ask: {to: requester, question: "Which?", options: [JFK, LGA], timeout: 10ms}}
"""


def test_a_late_answer_changes_nothing_and_is_told_so(project: Project) -> None:
    """After its time a question is closed: what became of it and when is said, also the second time."""
    project.write("plan.yaml", SHORT)
    ended = project("run", "plan.yaml", "--wait", "10s", "--json")
    assert (1, "expired", "nobody answered in time") == (
        ended.code, ended.json["error"]["code"], ended.json["error"]["message"],
    )  # fmt: skip
    run = ended.json["run"]
    *late, again = several(
        project, *(("answer", f"{run}.1", value) for value in ("JFK", "LGA")), ("resume", run, "--json")
    )
    for done in late:
        refused(done, 1, f"review {run}.1 is closed: expired at ", "nothing was changed")
    assert ended.json == again.json


def test_answers_reach_their_own_run_once(project: Project) -> None:
    """Twice is once, another one is refused with who was first, and no other run hears of it."""
    project.write("plan.yaml", PLAN)
    runs = several(project, *(("run", "plan.yaml", "--task", task, "--json") for task in ("mine", "other")))
    mine, other = (done.json["run"] for done in runs)
    stray, unknown, first, again, contrary, waits, done, after = several(
        project,
        ("answer", f"{mine}.2", "JFK"),
        ("answer", f"{mine}.1", "BOS"),
        ("answer", f"{mine}.1", "JFK", "--by", "ana"),
        ("answer", f"{mine}.1", "JFK", "--by", "ana"),
        ("answer", f"{mine}.1", "LGA", "--by", "bo"),
        ("resume", other, "--json"),
        ("resume", mine, "--json"),
        ("answer", f"{mine}.1", "LGA"),
    )
    refused(stray, 2, f"no review `{mine}.2`", f"`{mine}.1`")
    refused(unknown, 1, f'"BOS" is none of the options of review {mine}.1', "`JFK`")
    assert (0, 0) == (first.code, again.code)
    for one in (contrary, after):
        refused(one, 1, "was answered before by ana at ", '`choose` "JFK"; nothing was changed')
    assert (3, "waiting") == (waits.code, waits.json["status"])
    assert (0, "JFK", ["JFK mine"]) == (done.code, done.json["output"], notes(project))
