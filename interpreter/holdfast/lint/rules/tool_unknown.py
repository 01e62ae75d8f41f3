"""HF040: a step calls a tool that is not registered."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.diagnostics import Fix, did_you_mean, only_near
from holdfast.lint.calls import CallSite
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.source.editing import fix, set_value

_LISTED = 8


def _check(subject: Subject) -> Iterator[Found]:
    for call in subject.calls:
        if call.tool not in subject.tools and "{{" not in call.tool:
            span = subject.document.span((*call.path, "tool"))
            yield (
                f"there is no tool `{call.tool}`{did_you_mean(call.tool, subject.tools.names())}",
                span,
                _advice(subject),
                _meant(subject, call),
            )


def _meant(subject: Subject, call: CallSite) -> Fix | None:
    near = only_near(call.tool, subject.tools.names())
    if near is None:
        return None
    return fix(f"write `{near[0]}`", set_value(subject.document, (*call.path, "tool"), near[0]), safe=near[1])


def _advice(subject: Subject) -> str:
    names = subject.tools.names()
    if not names:
        return "no tools are loaded: name their module or folder with --tools, or under `tools` in holdfast.toml"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"there are {', '.join(names[:_LISTED])}{more} (`holdfast tools list`); --tools loads others"


RULE = Rule(
    code="HF040",
    slug="unknown-tool",
    severity="error",
    title="unknown tool",
    why="""
A tool that is not registered cannot be called: the run would fail at this step. Either its name is misspelled, or the
module that defines it is not loaded (`--tools`, or `tools` in the configuration).
""",
    bad="""
steps:
  - {id: write, tool: mail.sent, with: {to: ana@example.com}}
""",
    good="""
steps:
  - {id: write, tool: mail.send, with: {to: ana@example.com}}
""",
    check=_check,
    profile="basic",
)
