"""HF040: a step calls a tool that is not registered."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.diagnostics import Span, did_you_mean
from holdfast.lint.rule import Rule, Subject

_LISTED = 8


def _check(subject: Subject) -> Iterator[tuple[str, Span, str]]:
    for call in subject.calls:
        if call.tool not in subject.tools and "{{" not in call.tool:
            span = subject.document.span((*call.path, "tool"))
            yield (
                f"there is no tool `{call.tool}`{did_you_mean(call.tool, subject.tools.names())}",
                span,
                _advice(subject),
            )


def _advice(subject: Subject) -> str:
    names = subject.tools.names()
    if not names:
        return "no tools are loaded: name their module or folder with --tools, or under `tools` in holdfast.toml"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"there are {', '.join(names[:_LISTED])}{more} (`holdfast tools list`); --tools loads others"


RULE = Rule("HF040", "error", "unknown tool", _check)
