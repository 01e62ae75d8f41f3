"""What can be wrong with a plan's text, one code per kind (7-lint). Numbers stay for ever once released.

`HF001` to `HF099` are about the document, `HF101` on about templates and what they refer to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.diagnostics import Fix, Span

FINDINGS: Final = {
    "unreadable": "HF001",
    "not-utf8": "HF002",
    "empty": "HF003",
    "syntax": "HF004",
    "tab": "HF005",
    "control-character": "HF006",
    "unquoted-template": "HF007",
    "duplicate-key": "HF008",
    "tag": "HF009",
    "anchor": "HF010",
    "merge-key": "HF011",
    "several-documents": "HF012",
    "limit": "HF013",
    "bad-key": "HF014",
    "bad-number": "HF015",
    "version": "HF016",
    "unknown-key": "HF017",
    "missing-key": "HF018",
    "wrong-type": "HF019",
    "wrong-value": "HF020",
    "duration": "HF021",
    "action": "HF022",
    "misplaced-key": "HF023",
    "contradiction": "HF024",
    "duplicate-id": "HF025",
    "capability": "HF026",
    "join": "HF027",
    "switch-case": "HF028",
    "json-schema": "HF029",
    "bad-default": "HF030",
    "no-effect": "HF031",
    "reserved-name": "HF032",
    "no-plan": "HF033",
    "fact-circle": "HF034",
    "child-input": "HF035",
    "unknown-queue": "HF060",
    "unknown-group": "HF061",
    "reserved-queue": "HF062",
    "too-few-members": "HF063",
    "template-syntax": "HF101",
    "undefined-name": "HF102",
    "unknown-step": "HF103",
    "unknown-input": "HF104",
    "unknown-fact": "HF105",
    "unknown-field": "HF106",
    "braces": "HF107",
    "plain-text": "HF108",
    "elapsed": "HF109",
    "secret-mixed": "HF110",
}
"""Code by kind."""

MOST: Final = 50
"""How many findings are reported at once; a reader of more would not know where to begin."""


def finding(kind: str, message: str, span: Span | None, advice: str = "", fix: Fix | None = None) -> Diagnostic:
    """An error of one kind (a key of `FINDINGS`) at a place, with advice on what to do, and what would set it right."""
    return Diagnostic(
        code=FINDINGS[kind], severity="error", message=message, span=span, help=advice, slug=kind, fix=fix
    )


def in_order(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings as they stand in the file, from top to bottom."""
    return sorted(findings, key=lambda found: (found.span.line, found.span.column) if found.span else (0, 0))
