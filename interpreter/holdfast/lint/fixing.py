"""Fixes put into a text: round by round, until nothing is left to fix or nothing can be done any more.

Rules of the file:
- A round takes every fix that touches nothing another one of the round touches; what is left comes in the next round,
  found anew in the new text.
- A text only ever gets better: one that could be read, or was a plan, still can and is, and has no more errors. What
  would break that is left, and the rest is done.
- Two fixes that undo each other are left as they were: who fixes twice gets what he got the first time.
- Only the stretches that the edits name change. Line ends are those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
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

_LINE_END: Final = re.compile(r"\r\n|\n|\r")

MOST_ROUNDS: Final = 200
"""After so many a text is left as it is."""


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
    here = _Stand(source, work.look(source), ())
    way = {source: here}
    for _ in range(MOST_ROUNDS):
        offers = [one for one in here.found if one.fix and (unsafe or one.fix.safe) and one not in here.refused]
        if not offers:
            break
        here.taken = work.most(here, [], _apart(offers))
        there = apply(here.source, here.taken)
        if there not in way:
            way[there] = _Stand(there, work.look(there), (*here.applied, *here.taken))
        elif here.taken:  # in a circle: back to where it began, and not that way again
            way[there].refused.update(way[there].taken)
        here = way[there]
    return Fixed(source=here.source, applied=here.applied, left=here.found)


class _Stand:
    """A text on the way.

    Args:
        source: the text.
        found: in it.
        applied: what was dealt with before.
    """

    def __init__(self, source: str, found: Sequence[Diagnostic], applied: Sequence[Diagnostic]) -> None:
        self.source, self.found, self.applied = source, found, applied
        self.taken: Sequence[Diagnostic] = ()
        """What was dealt with here, which led to the next."""
        self.refused: set[Diagnostic] = set()
        """What makes things worse here, or leads in a circle."""


_FEW: Final = 8


class _Work:
    """What is known of a file's texts while they are worked on."""

    def __init__(self, file: str, check: Check) -> None:
        self.look = lru_cache(_FEW)(check)
        self._stage = lru_cache(_FEW)(lambda source: stage(source, file))

    def most(self, here: _Stand, kept: Sequence[Diagnostic], more: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
        """What was kept and as many more as can be dealt with together; who is to blame is found by halves."""
        candidate = apply(here.source, [*kept, *more])
        if candidate != here.source and self._no_worse(here, candidate):
            return [*kept, *more]
        if len(more) == 1:
            here.refused.update(more)
            return kept
        half = len(more) // 2
        return self.most(here, self.most(here, kept, more[:half]), more[half:])

    def _no_worse(self, here: _Stand, candidate: str) -> bool:
        before, now = self._stage(here.source), self._stage(candidate)
        if now != before or now == IS_YAML:
            return now >= before
        after = self.look(candidate)
        if now == RUNS:
            return _errors(after) <= _errors(here.found)
        return len(after) < len(here.found) or _end(after) > _end(here.found)  # reading got further


IS_YAML: Final = 1
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
    return IS_YAML


def apply(source: str, findings: Iterable[Diagnostic]) -> str:
    """A text with the fixes of findings, which do not overlap; their line ends become those of the text."""
    text, end = Text(source, ""), _line_end(source)
    places = (_place(text, edit) for one in findings for edit in _fix(one).edits)
    for start, stop, new in sorted(places, reverse=True):
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
    first = _LINE_END.search(source)
    return first[0] if first else "\n"


def _fix(finding: Diagnostic) -> Fix:
    assert finding.fix is not None  # noqa: S101 - those without were left out
    return finding.fix


def _errors(found: Sequence[Diagnostic]) -> int:
    return sum(one.severity == "error" for one in found)


def _end(found: Sequence[Diagnostic]) -> tuple[int, int]:
    """The last place at which something was found: where reading gave up."""
    return max(((one.span.line, one.span.column) for one in found if one.span is not None), default=(0, 0))
