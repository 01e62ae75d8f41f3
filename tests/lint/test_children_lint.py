"""Lint of a plan looks at the plans it runs, and at what it gives them."""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.lint.above import Above
from holdfast.lint.children import family_mark, lint_family, lint_steps
from holdfast.lint.linter import lint
from holdfast.lint.rules import rules_of
from holdfast.plan.family import family
from holdfast.plan.load import load_plan
from holdfast.plan.program import Plan
from holdfast.registry import load_registry, tool


@tool("t.read", effect="read")
def look(at: str) -> str:
    """Look."""
    return at


TOOLS = load_registry([look])


@tool("t.pay", effect="write", idempotency="none", reversible=False, amount="n")
def pay(n: int) -> None:
    """Pay."""


PAYING = load_registry([look, pay])
CHILD = """
inputs: {who: {type: string}, count: {type: integer, default: 1}, token: {type: string, secret: true, default: 'env:T'}}
steps: [{id: a, tool: t.read, with: {at: "{{ inputs.who }}"}}]
"""


def write(folder: Path, name: str, text: str) -> Plan:
    """A plan file."""
    file = folder / f"{name}.yaml"
    file.write_text(f"holdfast: 1\nplan: {name}\n{text.strip()}\n", encoding="utf-8")
    return load_plan(file)


def said(plan: Plan) -> list[tuple[str, int, str]]:
    """Code, line and message of every finding about a plan and those below it."""
    found = lint_family(plan, family(plan), TOOLS)
    return [(one.code, one.span.line if one.span else 0, one.message) for one in found]


def test_a_childs_inputs_are_checked_where_they_are_given(tmp_path: Path) -> None:
    """What is missing, unknown, secret or a constant of the wrong type; what is known in the run only is left to it."""
    write(tmp_path, "child", CHILD)
    parent = write(
        tmp_path,
        "parent",
        """
inputs: {x: {}}
steps:
  - {id: good, plan: child, with: {who: "{{ inputs.x }}", count: 2}}
  - id: bad
    plan: child
    with: {count: many, whom: ana, token: abc}
    fallback: [{id: none, plan: child}]
""",
    )
    expected = [
        ("HF035", 8, "plan `child` has no input `whom`: did you mean `who`?"),
        ("HF035", 7, "plan `child` needs the input `who`"),
        ("HF035", 8, "input `count` of plan `child` does not fit: "),
        ("HF035", 8, "input `token` of plan `child` is secret: "),
        ("HF035", 9, "plan `child` needs the input `who`"),
    ]
    found = said(parent)
    assert [one[:2] for one in expected] == [one[:2] for one in found]
    assert [] == [one[2] for one, other in zip(found, expected, strict=True) if not one[2].startswith(other[2])]
    assert found == [(one.code, one.span.line if one.span else 0, one.message) for one in lint_steps(parent)]


def test_a_mistake_two_plans_down_is_found_and_changes_the_mark(tmp_path: Path) -> None:
    """Each finding in its own file; what was clean is asked again when a plan below has another text."""
    write(tmp_path, "deep", "steps: [{id: a, tool: t.read, with: {at: x}}]")
    write(tmp_path, "middle", "steps: [{id: b, plan: deep}]")
    top = write(tmp_path, "top", "steps: [{id: c, plan: middle}]")
    clean = family_mark(top, family(top), TOOLS)
    assert ([], clean) == (said(top), family_mark(top, family(top), TOOLS))
    write(tmp_path, "deep", "steps: [{id: a, tool: t.read, with: {tat: x}}]")
    assert {"HF120", "HF121"} == {code for code, _, _ in said(top)}
    assert clean != family_mark(top, family(top), TOOLS)
    assert [] == lint_steps(top)


def test_a_plan_that_is_not_there_is_found_in_its_place(tmp_path: Path) -> None:
    """And mistakes of a child that cannot be read are that file's own."""
    (tmp_path / "bad.yaml").write_text("holdfast: 1\nplan: bad\nsteps: []\n", encoding="utf-8")
    top = write(tmp_path, "top", "steps: [{id: a, plan: none}, {id: b, plan: bad}]")
    assert [("HF033", 3)] == [(one.code, one.span.line if one.span else 0) for one in lint_steps(top)]


PAYER = "steps: [{id: a, tool: t.pay, with: {n: 5}}]"
GUARD = "human: [{to: ops, reason: money, timeout: 1h, when: amount > 3}]"


def unguarded(folder: Path, *parents: str) -> list[str]:
    """What is said about a paying plan that is linted together with these parents."""
    write(folder, "child", PAYER)
    above = Above([write(folder, f"parent{number}", text) for number, text in enumerate(parents)])
    plan = load_plan(folder / "child.yaml")
    rules = [rule for rule in rules_of("production") if rule.code in {"HF301", "HF302", "HF314"}]
    return [one.code for one in lint(plan, PAYING, rules=rules, above=above.of(plan.file))]


def test_what_its_parents_guard_a_plan_need_not_guard(tmp_path: Path) -> None:
    """Whichever of them runs it: at the step, around it, or further above; as in the run, which asks then."""
    told = ["HF301", "HF302"]
    step = "steps: [{id: sub, plan: child, HERE}]"
    guarded = step.replace("HERE", GUARD)
    assert told == unguarded(tmp_path)
    assert told == unguarded(tmp_path, step.replace(", HERE", ""))
    assert [] == unguarded(tmp_path, guarded)
    assert [] == unguarded(tmp_path, f"{GUARD}\n{step.replace(', HERE', '')}")
    assert told == unguarded(tmp_path, guarded, step.replace(", HERE", ""))
    assert told == unguarded(tmp_path, step.replace("HERE", "human: [{on: failure, to: ops}]"))
    assert ["HF314"] == unguarded(tmp_path, guarded.replace("to: ops", "to: requester"))
    middle = "steps: [{id: sub, plan: child}]", "steps: [{id: up, plan: parent0, HERE}]".replace("HERE", GUARD)
    assert [] == unguarded(tmp_path, *middle)
    assert told == unguarded(tmp_path, "steps: [{id: a, plan: child}, {id: b, plan: parent0}]")


def test_plans_that_run_the_same_one_twice_or_each_other(tmp_path: Path) -> None:
    """Each way from above counts once, however many there are; who is run by those below it has what guards these."""
    write(tmp_path, "child", PAYER)
    twice = "steps: [{id: a, plan: NEXT}, {id: b, plan: NEXT}]"
    plans = [write(tmp_path, f"p{n}", twice.replace("NEXT", f"p{n + 1}" if n < 24 else "child")) for n in range(25)]
    top = write(tmp_path, "top", f"{GUARD}\nsteps: [{{id: a, plan: p0}}]")
    file = str(tmp_path / "child.yaml")
    assert len(Above([*plans, top]).of(file)) == 1
    assert Above(plans).of(file) == ()
    back = write(tmp_path, "p0", f"{GUARD}\nsteps: [{{id: a, plan: p1}}, {{id: b, plan: p0}}]")
    assert len(Above([*plans[1:], back]).of(file)) == 2
    assert len(Above([*plans[1:], back, top]).of(file)) == 2


def test_a_long_chain_of_plans(tmp_path: Path) -> None:
    """Longer than Python's stack is deep: its own depth is a matter of the run."""
    write(tmp_path, "c300", "steps: [{id: a, tool: t.read, with: {at: x}}]")
    plans = [write(tmp_path, f"c{n}", f"steps: [{{id: a, plan: c{n + 1}}}]") for n in range(300)]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(250)
    try:
        assert len(family(plans[0]).plans) == 300
        assert Above(plans).of(str(tmp_path / "c300.yaml")) == ()
    finally:
        sys.setrecursionlimit(limit)


def test_a_family_is_linted_with_its_guards(tmp_path: Path) -> None:
    """The plan at the top is taken as it is: nobody is above it."""
    write(tmp_path, "child", PAYER)
    parent = write(tmp_path, "parent", "steps: [{id: sub, plan: child, HERE}]".replace("HERE", GUARD))
    rules = [rule for rule in rules_of("production") if rule.code == "HF301"]
    assert [] == lint_family(parent, family(parent), PAYING, rules)
    child = load_plan(tmp_path / "child.yaml")
    assert ["HF301"] == [one.code for one in lint_family(child, family(child), PAYING, rules)]


def test_two_plans_that_run_each_other_without_end_are_found(tmp_path: Path) -> None:
    """By way of each other; not where one of them asks first."""

    def found(more: str) -> list[tuple[str, str]]:
        write(tmp_path, "pong", "steps: [{id: a, wait: 1s}]")
        ping = write(tmp_path, "ping", "steps: [{id: b, plan: pong}]")
        pong = write(tmp_path, "pong", f"steps: [{{id: a, {more}plan: ping}}]")
        both = {"ping": ping, "pong": pong}
        return [(one.code, one.message) for one in lint(ping, TOOLS, rules=rules_of("default"), children=both)]

    said = "each run of this plan runs it again, by way of `pong`: it never comes to an end"
    assert [("HF041", said)] == found("")
    assert [] == found("when: run.user == 'x', ")
