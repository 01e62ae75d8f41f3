"""HF151: null, or a value of another kind, may reach what fails on it."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.analysis.comparisons import name_of
from holdfast.lint.analysis.types.relate import describe, doubt, kinds_of_shape
from holdfast.lint.analysis.types.schema import of_schema
from holdfast.lint.analysis.types.shape import ARRAY, Shape, Type
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import Expression
from holdfast.plan.program import Ask, Each, SubPlan
from holdfast.plan.source import Path
from holdfast.plan.template import pieces


def _check(subject: Subject) -> Iterator[Found]:
    for wrong, (message, span, advice, *_) in subject.faults("null"):
        name = wrong.fault.name
        ask = f", or ask first: `when: {name} is not none`" if name else ""
        yield message, span, advice + ask
    for path, what, wanted in (*_arguments(subject), *_inputs(subject), *_lists(subject)):
        found = doubt(subject.typing.text(path), wanted)
        if found is not None:
            yield _message(subject, path, what, wanted, *found), subject.place(path), _advice(subject, path, *found)


def _arguments(subject: Subject) -> Iterator[tuple[Path, str, Type]]:
    seen = {use.name for use in subject.uses if use.key in {"human", "defaults"}}  # people may edit what they see
    for call in subject.calls:
        wanted = subject.typing.wanted(call.tool)
        for name in call.arguments or {}:
            if name in wanted and f"args.{name}" not in seen:
                yield (*call.path, "with", name), f"`{call.tool}`", wanted[name]


def _inputs(subject: Subject) -> Iterator[tuple[Path, str, Type]]:
    for site in subject.sites:
        action = site.step.action
        child = subject.children.get(action.plan) if isinstance(action, SubPlan) else None
        given = subject.document.get((*site.path, "with"))
        for name in given if child is not None and isinstance(given, dict) else ():
            declared = child.inputs.get(name) if child is not None else None
            if declared is not None and not declared.secret:
                yield (*site.path, "with", name), f"plan `{child.name if child else name}`", of_schema(declared.schema)


def _lists(subject: Subject) -> Iterator[tuple[Path, str, Type]]:
    for site in subject.sites:
        action = site.step.action
        if isinstance(action, Each):
            yield (*site.path, "each", "in"), "`each`", ARRAY
        elif isinstance(action, Ask) and action.options is not None:
            yield (*site.path, "ask", "options"), "a question", ARRAY


def _message(subject: Subject, path: Path, what: str, wanted: Type, part: str, bad: Shape) -> str:
    name = _name(subject, path)
    inside = f" at `{part}`" if part else ""
    only = describe(wanted) if not inside else "others"
    return (
        f"{f'`{name}`' if name else 'this'} may be {kinds_of_shape(bad)}{inside} ({bad.why}), "
        f"and {what} takes only {only}: the run fails there"
    )


def _advice(subject: Subject, path: Path, part: str, bad: Shape) -> str:
    name = _name(subject, path)
    if bad.kind == "null" and part == "[]":
        return "`| select` leaves null out"
    if bad.kind == "null" and not part and not name and "default(" in str(subject.document.get(path)):
        return "`default` leaves null as it is; with `true` as its second argument it does not"
    if bad.kind != "null" or part or not name:
        return ""
    return f"write `{name} or ...` with what to take then, or ask first: `when: {name} is not none`"


def _name(subject: Subject, path: Path) -> str | None:
    """The name that is all of what stands at a place."""
    written = subject.document.get(path)
    parts = pieces(written) if isinstance(written, str) else []
    if isinstance(written, str) and "{{" not in written:
        return written.strip()
    held = parts[0][1] if len(parts) == 1 else None
    if not isinstance(held, Expression):
        return None
    return held.references[0][0] if held.tree is None else name_of(held.tree)


RULE = Rule(
    code="HF151",
    slug="may-be-null",
    severity="warning",
    title="null, or a value of another kind, may come where the run fails on it",
    why="""
A tool may return null, a step whose `when` does not hold has no output, no case of a switch may hold, an alternative
may give something else than the step it stands in for. On that day the argument is refused as `invalid`, or the
expression fails, and other steps have had their effects by then. Say what to take instead, or ask first.
""",
    bad="""
steps:
  - {id: owner, tool: crm.owner, with: {lead: l1}}
  - {id: tell, tool: mail.send, with: {to: '{{ steps.owner.output }}', text: A lead of yours has called}}
""",
    good="""
steps:
  - {id: owner, tool: crm.owner, with: {lead: l1}}
  - id: tell
    tool: mail.send
    with: {to: "{{ steps.owner.output or 'sales@example.com' }}", text: A lead of yours has called}
""",
    check=_check,
    confidence="likely",
)
