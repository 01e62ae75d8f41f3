"""A plan that a run has made: compiled, linted and narrowed before anything of it runs (2-plan-language 3).

Rules of the file:
- What does not hold is said with its place in the text, so that whoever wrote the text can be told to mend it.
- Nothing in the text can switch a check off: suppressions are for authors, and are not heeded here.
- It touches no tool that the plan above may not touch, runs by name only plans that the plan above names, and is given
  no secret but as an input that was handed on.
- All of it may be done again after a crash: the text stands in the parent's journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.core.failure import Failure
from holdfast.diagnostics import Diagnostic, did_you_mean
from holdfast.errors import ConfigError, HoldfastError, PlanError
from holdfast.plan.findings import finding, in_order
from holdfast.plan.grants import MADE, allows
from holdfast.plan.program import Call

if TYPE_CHECKING:
    from holdfast.core.actions import StartChild
    from holdfast.diagnostics import Span
    from holdfast.lint.calls import CallSite
    from holdfast.plan.program import Plan
    from holdfast.plan.shelf import Shelf
    from holdfast.plan.source import Document, Path
    from holdfast.registry import Registry

TOLD: Final = 20
"""How many findings are told: they go into a journal, and to whoever is to mend the text."""


class Refused(HoldfastError):
    """A plan that was made in a run does not hold.

    Args:
        findings: what is wrong with it; at least one.
    """

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        super().__init__(tuple(findings))
        self.findings = tuple(findings)

    @property
    def failure(self) -> Failure:
        """What the step fails with."""
        return Failure(code="lint", message=str(self), happened=False, details=[_data(one) for one in self._told])

    @property
    def _told(self) -> Sequence[Diagnostic]:
        return self.findings[:TOLD]

    def __str__(self) -> str:
        head = "the plan that was made is refused: "
        lines = [_line(one) for one in self._told]
        if len(self.findings) == 1:
            return head + lines[0]
        more = [f"and {len(self.findings) - TOLD} more"] if len(self.findings) > TOLD else []
        return head + f"{len(self.findings)} findings\n  " + "\n  ".join(lines + more)


def _line(one: Diagnostic) -> str:
    place = f"line {one.span.line}, column {one.span.column}: " if one.span else ""
    return f"{place}{one.message} [{one.code}]{f'; {one.help}' if one.help else ''}"


def _data(one: Diagnostic) -> dict[str, object]:
    place = {"line": one.span.line, "column": one.span.column} if one.span else {}
    return {"code": one.code, "message": one.message, **place, **({"help": one.help} if one.help else {})}


def compiled(source: str, shelf: Shelf | None) -> Plan:
    """The plan that a text says, compiled once. Raises Refused."""
    from holdfast.plan.load import load_source

    try:
        return load_source(source, MADE, shelf)
    except PlanError as wrong:
        raise Refused(wrong.diagnostics) from None


def examine(
    plan: Plan, action: StartChild, registry: Registry, named: Mapping[str, Plan], below: frozenset[str]
) -> None:
    """See to it that nothing keeps a plan from running, and that it keeps within its bounds.

    Args:
        plan: compiled.
        action: what its parent's journal says.
        registry: the tools there are.
        named: the plans that it runs by name, where it may.
        below: the tools of all these, and of those below them.

    Raises Refused.
    """
    from holdfast.lint.children import misfits
    from holdfast.lint.rule import Subject
    from holdfast.lint.rules import rules_of
    from holdfast.plan.source import read

    text = read(plan.source, plan.file)
    subject = Subject(plan, text, registry)
    found = [*_beyond(plan, subject.calls, text, action, registry), *_plans(plan, text, action, named, below)]
    found += _secrets(subject.calls, text, plan)
    if not found:
        found = [one for rule in rules_of("basic") for one in rule.findings(subject) if one.severity == "error"]
        found += misfits(plan, text, named)
    if found:
        raise Refused(in_order(found))


def _beyond(
    plan: Plan, calls: Sequence[CallSite], text: Document, action: StartChild, registry: Registry
) -> Iterator[Diagnostic]:
    """Tools that the plan above may not touch, or that nobody may use here: all that are named, wherever they stand."""
    places = {call.tool: text.span((*call.path, "tool")) for call in reversed(calls)}
    for tool in sorted(plan.tools):
        if said := _not_granted(action, tool):
            yield finding("capability", f"`{tool}` {said}", places.get(tool))
        elif tool in registry:  # one that is not there is another rule's finding
            try:
                registry.get(tool)
            except ConfigError as fault:
                yield finding("capability", str(fault), places.get(tool))


def _not_granted(action: StartChild, tool: str) -> str:
    """Why a plan made in a run may not touch a tool; empty: it may."""
    narrow = next((patterns for patterns in reversed(action.lineage.grants) if not allows(patterns, tool)), None)
    if narrow is None:
        return ""
    allowed = ", ".join(f"`{name}`" for name in narrow) or "none"
    return f"is not among the tools that this plan may touch, which are {allowed}{did_you_mean(tool, narrow)}"


def _plans(
    plan: Plan, text: Document, action: StartChild, named: Mapping[str, Plan], below: frozenset[str]
) -> Iterator[Diagnostic]:
    """Plans that it may not run: those that the plan above does not name, and those that touch too much."""
    for name, path in plan.plans.items():
        if name not in named:
            may = ", ".join(f"`{one}`" for one in action.names)
            message = (
                f"there is no plan `{name}` that a plan made in this run may run{did_you_mean(name, action.names)}"
            )
            yield finding(
                "no-plan", message, text.span(path), f"it may run {may}" if may else "it may run none by name"
            )
    for tool in sorted(below):
        if said := _not_granted(action, tool):
            yield finding("capability", f"`{tool}`, which a plan that it runs calls, {said}", _first_place(plan, text))


def _first_place(plan: Plan, text: Document) -> Span:
    return text.span(next(iter(plan.plans.values())))


def _secrets(calls: Sequence[CallSite], text: Document, plan: Plan) -> Iterator[Diagnostic]:
    """Secrets of the installation, which its arguments would carry wherever it likes."""
    places = {name: text.span(path) for path, name in _places(calls)}
    for name in sorted(_secrets_of(plan)):
        declared = plan.inputs.get(name)
        if declared is None or not declared.secret:
            message = f"a plan made in a run has no secret `{name}`"
            advice = "declare a secret input; the plan above has to hand it on"
            yield finding("capability", message, places.get(name), advice)


def _secrets_of(plan: Plan) -> set[str]:
    """The names of all secrets that a plan fills in anywhere."""
    found: set[str] = set()
    for step in (*plan.steps.values(), *(fact.infer for fact in plan.facts.values() if fact.infer is not None)):
        look = step.pending.until if step.pending is not None else None
        for holder in (step.action if isinstance(step.action, Call) else None, step.compensate, look):
            found.update(name for _, name in (holder.secrets if holder is not None else ()))
    return found


def _places(calls: Sequence[CallSite]) -> Iterator[tuple[Path, str]]:
    from holdfast.plan.template import compile_template

    for call in reversed(calls):
        for inner, name, _ in compile_template(call.arguments).references:
            if name.startswith("secrets."):
                yield (*call.path, "with", *inner), name.removeprefix("secrets.")
