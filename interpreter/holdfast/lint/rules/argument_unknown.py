"""HF120: an argument that the tool does not take."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.diagnostics import Fix, did_you_mean, only_near
from holdfast.lint.calls import CallSite
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.schemas import closed, properties
from holdfast.plan.source.editing import fix, rename_key


def _check(subject: Subject) -> Iterator[Found]:
    for call in subject.calls:
        schema = subject.schema(call.tool)
        if schema is None or not closed(schema):
            continue
        known = properties(schema)
        for name in call.arguments or {}:
            if name not in known:
                message = f"`{call.tool}` takes no argument `{name}`{did_you_mean(name, known)}"
                place = subject.document.key_span((*call.path, "with", name))
                yield message, place, _advice(list(known)), _meant(subject, call, name, list(known))


def _meant(subject: Subject, call: CallSite, name: str, known: list[str]) -> Fix | None:
    near = only_near(name, known)
    if near is None or near[0] in (call.arguments or {}):
        return None
    return fix(f"write `{near[0]}`", rename_key(subject.document, (*call.path, "with", name), near[0]), safe=near[1])


def _advice(known: list[str]) -> str:
    return f"it takes {', '.join(known)}" if known else "it takes no arguments"


RULE = Rule(
    code="HF120",
    slug="unknown-argument",
    severity="error",
    title="unknown argument",
    why="""
The call would be refused as `invalid` before anything happens, each time.
""",
    bad="""
steps:
  - {id: write, tool: mail.send, with: {to: ana@example.com, txt: Hello}}
""",
    good="""
steps:
  - {id: write, tool: mail.send, with: {to: ana@example.com, text: Hello}}
""",
    check=_check,
    profile="basic",
)
