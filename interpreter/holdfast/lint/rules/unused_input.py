"""HF140: an input that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.diagnostics import Fix
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.expression_as_text import sent_as_text
from holdfast.plan.source import Document, Path
from holdfast.plan.source.editing import cut_or_parent


def _check(subject: Subject) -> Iterator[Found]:
    read = {use.parts[1] for use in subject.uses if use.parts[0] == "inputs" and len(use.parts) > 1}
    read |= {name.split(".")[1] for _, _, name in sent_as_text(subject) if name.startswith("inputs.")}  # HF125 says it
    whole = any(use.name == "inputs" for use in subject.uses)
    for name, given in subject.plan.inputs.items():
        if not whole and name not in read and not given.secret:
            yield (
                f"nothing reads the input `{name}`",
                subject.key(("inputs", name)),
                "read it where it is meant, or remove it",
                _removal(subject.document, name),
            )


def _removal(document: Document, name: str) -> Fix | None:
    """Take it out, and what the plan's tests give for it."""
    tests = document.get(("tests",))
    paths: list[Path] = [("tests", number, "inputs") for number in range(len(tests) if isinstance(tests, list) else 0)]
    given = [(*path, name) for path in paths if _gives(document.get(path), name)]
    cuts = [cut_or_parent(document, path) for path in [("inputs", name), *given]]
    edits = [cut.edit for cut in cuts if cut is not None]
    if len(edits) < len(cuts):
        return None
    edits.sort(key=lambda edit: (edit.span.line, edit.span.column))
    return Fix(title="remove it, and from the tests" if given else "remove it", edits=tuple(edits), safe=False)


def _gives(inputs: object, name: str) -> bool:
    return isinstance(inputs, dict) and name in inputs


RULE = Rule(
    code="HF140",
    slug="unused-input",
    severity="warning",
    title="an input that nothing reads",
    why="""
Whoever starts the plan has to think of a value that changes nothing. Either a place that should read it does not, or
it is a remainder.
""",
    bad="""
inputs:
  to: {type: string}
steps:
  - {id: find, tool: flights.search, with: {to: JFK}}
""",
    good="""
inputs:
  to: {type: string}
steps:
  - {id: find, tool: flights.search, with: {to: '{{ inputs.to }}'}}
""",
    check=_check,
    confidence="likely",
)
