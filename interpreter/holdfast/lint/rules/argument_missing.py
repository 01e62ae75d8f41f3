"""HF121: an argument that the tool requires is not given."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.diagnostics import Span
from holdfast.lint.rule import Rule, Subject
from holdfast.lint.schemas import describe, properties, required


def _check(subject: Subject) -> Iterator[tuple[str, Span, str]]:
    for call in subject.calls:
        schema = subject.schema(call.tool)
        if schema is None or call.arguments is None:
            continue
        known = properties(schema)
        for name in required(schema):
            if name not in call.arguments:
                span = subject.document.span((*call.path, "tool"))
                yield (
                    f"`{call.tool}` needs the argument `{name}` ({describe(known.get(name))})",
                    span,
                    f"add `{name}:` under `with:`",
                )


RULE = Rule("HF121", "error", "missing argument", _check)
