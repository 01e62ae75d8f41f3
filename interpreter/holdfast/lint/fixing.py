"""Fixes put into a text: round by round, until nothing is left to fix or nothing can be done any more.

Rules of the file:
- A round takes every fix that touches nothing another one of the round touches; what is left comes in the next round,
  found anew in the new text.
- A text only ever gets better: one that could be read, or was a plan, still can and is, and has no more errors. What
  would break that is tried alone, and left if it is to blame.
- Only the stretches that the edits name change. Line ends are those of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import Diagnostic, Edit
from holdfast.errors import PlanError
from holdfast.plan.load import load_source
from holdfast.plan.source import read
from holdfast.plan.source.text import Text
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.diagnostics import Fix

Check = Callable[[str], Sequence[Diagnostic]]
"""All that is found in a text."""

MOST_ROUNDS: Final = 200
"""After so many a text is left as it is: two fixes that undo each other would go on for ever."""


@value
class Fixed:
    """What became of a text.

    Args:
        source: the text, with the fixes.
        applied: the findings that are gone, in the order in which they were dealt with.
        left: what is found in it now.
    """

    source: str
    applied: Sequence[Diagnostic]
    left: Sequence[Diagnostic]


def fixed(source: str, file: str, check: Check, *, unsafe: bool = False) -> Fixed:
    """A text with all fixes that can be made in it.

    Args:
        source: without a byte order mark.
        file: its name.
        check: finds what is wrong with a text.
        unsafe: whether fixes that the author should look at are made, too.
    """
    work = _Work(file, check)
    applied: list[Diagnostic] = []
    found = check(source)
    for _ in range(MOST_ROUNDS):
        offers = [one for one in found if one.fix and (unsafe or one.fix.safe) and _mark(one) not in work.refused]
        taken = _apart(offers)
        if not taken:
            break
        better = work.attempt(source, found, taken)
        if better is None:
            continue
        source, found, done = better
        applied += done
    return Fixed(source=source, applied=applied, left=found)


class _Work:
    """What is known of one text while it is worked on."""

    def __init__(self, file: str, check: Check) -> None:
        self._file, self._check = file, check
        self.refused: set[tuple[str, str]] = set()
        """Findings whose fix makes things worse."""
        self._seen: set[str] = set()

    def attempt(
        self, source: str, found: Sequence[Diagnostic], taken: Sequence[Diagnostic]
    ) -> tuple[str, Sequence[Diagnostic], Sequence[Diagnostic]] | None:
        """The text with fixes in it, all of them or the first that can be; None: none can, and they are refused."""
        for choice in [taken, *([one] for one in taken)] if len(taken) > 1 else [taken]:
            candidate = apply(source, [edit for one in choice for edit in _fix(one).edits])
            after = self._better(source, found, candidate)
            if after is not None:
                self._seen.add(source)
                return candidate, after, choice
        self.refused.update(map(_mark, taken))
        return None

    def _better(self, source: str, found: Sequence[Diagnostic], candidate: str) -> Sequence[Diagnostic] | None:
        if candidate == source or candidate in self._seen:
            return None
        before, now = stage(source, self._file), stage(candidate, self._file)
        if now < before:
            return None
        after = self._check(candidate)
        return None if now == before == RUNS and _errors(after) > _errors(found) else after


RUNS: Final = 2


def stage(source: str, file: str) -> int:
    """How far one gets with a text: 0 it is not YAML, 1 it is no plan, 2 it is one."""
    try:
        load_source(source, file)
    except PlanError:
        pass
    else:
        return RUNS
    try:
        read(source, file)
    except PlanError:
        return 0
    return 1


def apply(source: str, edits: Iterable[Edit]) -> str:
    """A text with edits that do not overlap; their line ends become those of the text."""
    text, end = Text(source, ""), _line_end(source)
    for start, stop, new in sorted((_place(text, edit) for edit in edits), reverse=True):
        source = source[:start] + new.replace("\n", end) + source[stop:]
    return source


def _apart(offers: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The offers that touch nothing an earlier one touches."""
    taken: list[Diagnostic] = []
    used: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for offer in offers:
        places = [_stretch(edit) for edit in _fix(offer).edits]
        if not any(start <= stop_ and start_ <= stop for start, stop in places for start_, stop_ in used):
            taken.append(offer)
            used += places
    return taken


def _stretch(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    return (edit.span.line, edit.span.column), (edit.span.end_line, edit.span.end_column)


def _place(text: Text, edit: Edit) -> tuple[int, int, str]:
    span = edit.span
    return text.index(span.line, span.column), text.index(span.end_line, span.end_column), edit.text


def _line_end(source: str) -> str:
    at = source.find("\n")
    return "\r\n" if at > 0 and source[at - 1] == "\r" else "\n"


def _mark(finding: Diagnostic) -> tuple[str, str]:
    return finding.code, finding.message


def _fix(finding: Diagnostic) -> Fix:
    assert finding.fix is not None  # noqa: S101 - those without were left out
    return finding.fix


def _errors(found: Sequence[Diagnostic]) -> int:
    return sum(one.severity == "error" for one in found)
