"""The worst case adds up, for each construct by hand."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from holdfast.explain.page import page
from holdfast.explain.report import report
from holdfast.explain.text import text
from holdfast.lint.analysis.taken import Worst
from holdfast.lint.analysis.worst import worst_of_plan
from holdfast.lint.example_tools import example_tools
from holdfast.lint.kin import with_kin
from holdfast.lint.pages import example
from holdfast.lint.rule import Subject
from holdfast.plan.load import load_plan, load_source
from holdfast.plan.source import read

FIND = "tool: flights.search, with: {to: JFK}"
HOUR = 3600.0


def worst(steps: str, head: str = "") -> Worst:
    """Of a plan with these steps; `flights.search` has a timeout of 5 s."""
    plan = load_source(example(f"{head}\nsteps:\n{steps}"), "p.yaml")
    return worst_of_plan(Subject(plan, read(plan.source, plan.file), example_tools()))


@pytest.mark.parametrize(
    ("steps", "seconds", "calls", "reviews"),
    [
        (f"  - {{id: a, {FIND}}}", 5, 1, 0),
        (f"  - {{id: a, {FIND}, timeout: 2s}}", 2, 1, 0),
        (f"  - {{id: a, {FIND}, retry: {{attempts: 3, delay: 1s, factor: 2}}}}", 15 + 1 + 2, 3, 0),
        (f"  - {{id: a, {FIND}, retry: {{attempts: 4, delay: 4s, factor: 3, max_delay: 10s}}}}", 44, 4, 0),
        (f"  - {{id: a, {FIND}, retry: {{attempts: 9, delay: 1s, max_elapsed: 12s}}}}", 12 + 5, 9, 0),
        (f"  - {{id: a, {FIND}, deadline: 3s}}", 3, 1, 0),
        (f"  - {{id: a, {FIND}}}\n  - {{id: b, {FIND}}}", 10, 2, 0),
        (f"  - {{id: a, {FIND}, fallback: [{{id: b, {FIND}}}]}}", 10, 2, 0),
        (f"  - {{id: a, retry: {{attempts: 2, delay: 1s}}, do: [{{id: b, {FIND}}}]}}", 11, 2, 0),
        (f"  - {{id: a, each: {{in: [1, 2, 3], concurrency: 2}}, do: [{{id: b, {FIND}}}]}}", 10, 3, 0),
        (f"  - {{id: a, each: {{in: \"['a', run.id]\"}}, do: [{{id: b, {FIND}}}]}}", 10, 2, 0),
        (f"  - {{id: a, each: {{in: run.id, max: 4}}, do: [{{id: b, {FIND}}}]}}", 20, 4, 0),
        (f"  - {{id: a, repeat: {{max: 3, every: 1m}}, do: [{{id: b, {FIND}}}]}}", 15 + 120, 3, 0),
        (f"  - {{id: a, parallel: {{x: [{{id: b, {FIND}}}], y: [{{id: c, wait: 8s}}]}}}}", 8, 1, 0),
        (f"  - {{id: a, switch: [{{when: run.id, do: [{{id: b, {FIND}}}]}}, {{do: [{{id: c, wait: 8s}}]}}]}}", 8, 1, 0),
        ("  - {id: a, ask: {to: x, question: q, options: [a], timeout: 1h}}", HOUR, 0, 1),
        (
            "  - {id: a, ask: {question: q, options: [a], timeout: 1h, on_timeout: {escalate: {to: b, timeout: 2h}}}}",
            3 * HOUR, 0, 2,
        ),
        ("  - {id: a, wait: {event: e, timeout: 2h}}", 2 * HOUR, 0, 0),
        ("  - {id: a, set: {x: 1}}", 0, 0, 0),
    ],
)  # fmt: skip
def test_each_construct_adds_up(steps: str, seconds: float, calls: int, reviews: int) -> None:
    """Time, calls and questions of one construct."""
    found = worst(steps)
    assert (seconds, calls, reviews) == (pytest.approx(found.seconds), found.calls, found.reviews)


def test_approvals_count_where_they_guard() -> None:
    """A trigger of a block guards the writing calls inside of it, and no reads."""
    steps = f"""
  - id: both
    human: [{{reason: r, to: x, timeout: 1h}}]
    do:
      - {{id: a, {FIND}}}
      - {{id: b, tool: crm.note, with: {{lead: l, text: t}}}}
"""
    found = worst(steps)
    assert (10 + HOUR, 2, 1) == (found.seconds, found.calls, found.reviews)


def test_a_question_without_a_bound_has_none_but_the_deadline() -> None:
    """Infinite inside, cut by the deadline of the plan."""
    steps = "  - {id: a, ask: {to: x, question: q, options: [a]}}"
    assert 7 * 24 * HOUR == worst(steps).seconds
    assert 60 == worst(steps, "deadline: 1m").seconds


def test_a_child_is_bounded_by_deadlines_alone() -> None:
    """What another plan takes is not known before the run begins, and is said so."""
    found = worst("  - {id: a, plan: other}\n  - {id: b, plan: other, deadline: 1m}", "deadline: 1h")
    assert (HOUR, 0, "a what other takes + b what other takes") == (found.seconds, found.calls, found.sum)


def test_a_budget_caps_calls_and_cleanup_has_its_own_time() -> None:
    """Calls are capped exactly; the cleanup runs after the deadline."""
    steps = f"  - {{id: a, {FIND}}}\n  - {{id: b, {FIND}}}\ncleanup: [{{id: c, wait: 1h}}]"
    found = worst(steps, "budget: {calls: 1}\ndeadline: 6s")
    assert (6 + 600, 1, "the plan's budget") == (found.seconds, found.calls, found.sum)


def test_the_sum_is_told() -> None:
    """Calls add up in words."""
    loop = f"  - {{id: all, each: {{in: [1, 2]}}, do: [{{id: b, {FIND}, retry: 3}}]}}"
    assert "a 1 + all 2 x (b 3)" == worst(f"  - {{id: a, {FIND}}}\n{loop}").sum
    assert inf > worst(loop).seconds


# --- plans that plans run ---------------------------------------------------------------------------------------------


def kin(folder: Path, plans: dict[str, str]) -> Subject:
    """The first of some plans, with the others below it."""
    for name, body in plans.items():
        (folder / f"{name}.yaml").write_text(f"holdfast: 1\nplan: {name}\n{body}\n", encoding="utf-8")
    return with_kin(load_plan(folder / f"{next(iter(plans))}.yaml"), example_tools())


NOTE = "tool: crm.note, with: {lead: l, text: t}, timeout: 5s"


def test_what_children_take_and_do_is_added(tmp_path: Path) -> None:
    """Their calls, effects, people and time; whoever guards the step is asked before each of their writes."""
    plans = {
        "top": f"""deadline: 10h
steps:
  - {{id: one, plan: kid, timeout: 2h, human: [{{to: chief, reason: r, timeout: 10m}}]}}
  - {{id: two, {NOTE}}}""",
        "kid": f"""deadline: 1h
steps:
  - {{id: pay, {NOTE}, human: [{{to: finance, reason: r, timeout: 30m}}]}}
  - {{id: again, {NOTE}}}""",
    }
    top = kin(tmp_path, plans)
    found, data = worst_of_plan(top), report(top)
    assert (30 * 60 + 2 * 5 + 2 * 600 + 5, 3, 3) == (found.seconds, found.calls, found.reviews)
    assert "one 2 + two 1" == found.sum
    assert (("finance", 1.0, "one 1"), ("chief", 2.0, "2 x (one 1)")) == found.asked
    effects = [(one["plan"], one["step"], [ask["to"] for ask in one["asks"]]) for one in data["effects"]]
    assert [("top", "two", []), ("kid", "pay", ["finance", "chief"]), ("kid", "again", ["chief"])] == effects
    told = text(top)
    assert "  kid: again  crm.note  a repeat leaves the same state; stays; asks chief" in told
    assert "  finance  an approval at kid: pay, within 30 m" in told
    assert "kid: pay" in page(top)


def test_a_child_runs_no_longer_than_its_step_says(tmp_path: Path) -> None:
    """Also one of which nothing else is known."""
    steps = "steps:\n  - {id: one, plan: kid, timeout: 2h}\n  - {id: made, plan: {source: run.task}, timeout: 1h}"
    top = kin(tmp_path, {"top": steps, "kid": "steps: [{id: q, ask: {question: q, options: [a, b]}}]"})
    found = worst_of_plan(top)
    assert (3 * HOUR, "made what the plan made there takes") == (found.seconds, found.sum)


def test_children_by_many_ways_take_no_longer_to_look_at(tmp_path: Path) -> None:
    """Each plan is looked at once, and told in one term."""
    plans = {
        f"p{n}": f"steps: [{{id: a, plan: p{n + 1}}}, {{id: b, plan: p{n + 1}}}]" for n in range(40)
    } | {"p40": f"steps: [{{id: a, {NOTE}}}]"}  # fmt: skip
    top = kin(tmp_path, plans)
    assert (2**40, 1) == (worst_of_plan(top).calls, len(report(top)["effects"]))
    assert len(worst_of_plan(top).sum) < 50


def test_a_plan_that_runs_itself_is_bounded_by_deadlines(tmp_path: Path) -> None:
    """How often nobody knows."""
    again = {"kid": f"steps: [{{id: a, {NOTE}}}, {{id: b, when: run.user == 'x', plan: kid}}]"}
    found = worst_of_plan(kin(tmp_path, again))
    assert (7 * 24 * HOUR, "a 1 + b what kid takes") == (found.seconds, found.sum)
    assert "one what kid takes" == worst_of_plan(kin(tmp_path, {"top": "steps: [{id: one, plan: kid}]", **again})).sum


def test_what_undoing_adds_is_told_beside(tmp_path: Path) -> None:
    """Calls and time, in loops and in children too; it is no part of the way there."""
    undo = "compensate: {tool: crm.remove, with: {lead: l}}"
    plans = {
        "top": f"""on_failure: compensate
steps:
  - {{id: all, each: {{in: [1, 2]}}, do: [{{id: a, {NOTE}, {undo}}}]}}
  - {{id: one, plan: kid}}""",
        "kid": f"steps: [{{id: b, {NOTE}, {undo}}}]",
    }
    top = kin(tmp_path, plans)
    found = worst_of_plan(top)
    assert (3, 3, 3 * 5) == (found.calls, found.undoing, found.undoing_seconds)
    assert "  undoing  3 more calls, within 15 s\n" in text(top) + "\n"
    assert "undoing, on top" in page(top)
    assert {"calls": 3, "seconds": 15} == report(top)["worst"]["undoing"]
