"""HF121: an argument that the tool requires is not given."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.schemas import describe, properties, required


def _check(subject: Subject) -> Iterator[Found]:
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


RULE = Rule(
    code="HF121",
    slug="missing-argument",
    severity="error",
    title="missing argument",
    why="""
The call would be refused as `invalid` before anything happens, each time.
""",
    bad="""
steps:
  - {id: write, tool: mail.send, with: {text: Hello}}
""",
    good="""
steps:
  - {id: write, tool: mail.send, with: {to: ana@example.com, text: Hello}}
""",
    check=_check,
    profile="basic",
)
