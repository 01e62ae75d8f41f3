"""HF309: a secret stands in the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.lint.rule import Found, Rule, Subject
from holdfast.lint.rules.secret_undeclared import sounds_secret
from holdfast.plan.source import Path

_LOOKS = re.compile(
    r"(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|xox[abpr]-[A-Za-z0-9-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.)"
)


def _check(subject: Subject) -> Iterator[Found]:
    for call in subject.calls:
        for name, value in (call.arguments or {}).items():
            yield from _within(subject, (*call.path, "with", name), name, value)


def _within(subject: Subject, path: Path, name: str, value: object) -> Iterator[Found]:
    """Texts below an argument; as deep as arguments go."""
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from _within(subject, (*path, inner), str(inner), part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _within(subject, (*path, index), name, part)
    elif isinstance(value, str) and _is_secret(name, value):
        yield f"`{name}` stands here for everybody to read", subject.place(path), 'write `"{{ secrets.NAME }}"`'


def _is_secret(name: str, value: str) -> bool:
    written = "{{" not in value and not value.startswith(("env:", "file:")) and bool(value.strip())
    return bool(_LOOKS.search(value)) or (written and sounds_secret(name.replace("-", "_")))


RULE = Rule(
    code="HF309",
    slug="secret-written-out",
    severity="error",
    title="a secret stands in the plan",
    why="""
Plans are read by many, kept with their history, and stored with every run. What stands in one is no secret any more.
""",
    bad="""
steps:
  - {id: page, tool: http.get, with: {url: 'https://example.com', headers: {x-api-key: 5f2c81e0}}, timeout: 10s}
""",
    good="""
steps:
  - id: page
    tool: http.get
    with: {url: 'https://example.com', headers: {x-api-key: '{{ secrets.key }}'}}
""",
    check=_check,
    confidence="likely",
)
