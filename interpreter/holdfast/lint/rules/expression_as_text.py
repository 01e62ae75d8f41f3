"""HF125: an expression that is sent as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from holdfast.diagnostics import Fix
from holdfast.lint.rule import Found, Rule, Subject
from holdfast.plan.expressions import Expression
from holdfast.plan.source import Path
from holdfast.plan.source.editing import fix, set_value

_KEYS: Final = frozenset({"with", "set", "output", "compensate"})
_PATH: Final = re.compile(
    r"(?P<open>\$\.|\$\{|\$|\{|)(?P<name>(inputs|steps|facts)(\.[A-Za-z_]\w*)(\.\w+|\[\d+\])*)(?P<end>\}?)"
)
_ENDS: Final = {"${": "}", "{": "}"}
_GIVEN: Final = frozenset({"output", "status", "error", "via"})
"""What is read of a step."""


def _check(subject: Subject) -> Iterator[Found]:
    for path, scalar, name in sent_as_text(subject):
        yield (
            f"this is sent as it stands, as the text `{scalar}`",
            subject.place(path),
            f"write `{{{{ {name} }}}}` for its value",
            _fix(subject, path, name),
        )


def sent_as_text(subject: Subject) -> Iterator[tuple[Path, str, str]]:
    """Every text that is but a name of this plan: its place, what is written there, and the name."""
    for text in subject.texts:
        if text.key in _KEYS and not isinstance(text.held, Expression):
            for path, scalar in _scalars(text.held.tree, text.path):
                name = _meant(subject, scalar)
                if name:
                    yield path, scalar, name


def _scalars(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from _scalars(inner, (*path, name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(cast("list[object]", value)):
            yield from _scalars(inner, (*path, number))


def _meant(subject: Subject, scalar: str) -> str:
    """The name that is written there and that this plan has; empty: it is text."""
    found = _PATH.fullmatch(scalar)
    if found is None or found["end"] != _ENDS.get(found["open"], ""):
        return ""
    root, name, *more = re.split(r"[.\[]", found["name"])
    plan = subject.plan
    known = {
        "inputs": name in plan.inputs,
        "facts": name in plan.facts,
        "steps": name in subject.by_id and (not more or more[0] in _GIVEN),
    }
    return found["name"] if known[root] and (root != "steps" or more or found["open"]) else ""


def _fix(subject: Subject, path: Path, name: str) -> Fix | None:
    return fix(f"write `{{{{ {name} }}}}`", set_value(subject.document, path, f"{{{{ {name} }}}}"), safe=False)


RULE = Rule(
    code="HF125",
    slug="expression-as-text",
    severity="warning",
    title="an expression that is sent as text",
    why="""
Only what stands in `{{ }}` is worked out. `$.inputs.n`, `${inputs.n}` and `inputs.n` are what other systems write; here
they are text, and that text is what the tool is given.
""",
    bad="""
inputs:
  flight: {type: string}
steps:
  - {id: book, tool: flights.book, with: {flight: $.inputs.flight}}
""",
    good="""
inputs:
  flight: {type: string}
steps:
  - {id: book, tool: flights.book, with: {flight: '{{ inputs.flight }}'}}
""",
    check=_check,
    confidence="likely",
)
