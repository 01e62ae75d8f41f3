"""What went wrong below without changing how a run ended stands in the result of the run at the top too."""

from __future__ import annotations

from holdfast.core.events import RunFinished
from tests.core.family import Family

LEAF = """
inputs: {x: {}}
steps:
  - {id: mail, tool: t.write, subject: lead, pending: {event: seen, timeout: 60s, on_timeout: continue}}
cleanup: [{id: tidy, tool: t.read}]
"""
MIDDLE = "inputs: {x: {}}\nsteps: [{id: leaf, plan: leaf, with: {x: '{{ inputs.x }}'}}]"
TOP = "steps: [{id: all, each: {in: '[1, 2]', concurrency: 2}, do: [{id: sub, plan: middle, with: {x: '{{ item }}'}}]}]"


def test_notes_of_a_child_reach_the_result_of_the_run_at_the_top() -> None:
    """What nothing confirmed, and a cleanup that failed: each with the address of the step that ran the child."""
    family = Family(TOP, {"middle": MIDDLE, "leaf": LEAF})
    first, second = family.of("leaf")
    family.do(first.returns, "mail", 1)
    family.do(first.tick)
    family.do(first.fails, "~cleanup/tidy", "denied")
    family.do(second.returns, "mail", 2)
    family.do(second.signals, "event", "seen")
    family.do(second.returns, "~cleanup/tidy")
    notes = ("not confirmed: mail", "cleanup failed: denied: ")
    assert notes == first.last(RunFinished).notes
    assert () == second.last(RunFinished).notes
    assert tuple(f"all[0]/sub: leaf: {note}" for note in notes) == family.top.last(RunFinished).notes
    assert "succeeded" == family.top.status


def test_what_a_child_left_standing_is_told_above_however_the_child_ended() -> None:
    """A compensation that failed and was left: the child's failure, and its parent's, say what still stands."""
    text = "on_failure: compensate\nsteps:\n  - {id: pay, tool: t.write, compensate: {tool: t.undo, with: {x: 1}}}\n  - {id: no, tool: t.read}"
    family = Family("steps: [{id: sub, plan: part}]", {"part": text})
    child = family.child("part")
    family.do(child.returns, "pay", 1)
    family.do(child.fails, "no", "denied")
    family.do(child.fails, "pay~undo", "denied", message="too late")
    family.do(child.answers, "leave")
    assert ("failed", ("sub: not undone: pay: too late",)) == (family.top.status, family.top.last(RunFinished).notes)
