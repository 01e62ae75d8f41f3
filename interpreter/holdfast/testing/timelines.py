"""What the runs of a plan's tests decided and when, kept beside the plan: a change of it is seen, and said yes to.

`hello.yaml` has `hello.timeline`. Each test has a part of its own in it, in the order in which they stand in the plan.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.core.events import CallFailed, CallIntended, CallReturned, Entry, Event
from holdfast.core.explain import explain

if TYPE_CHECKING:
    from holdfast.testing.verdict import Verdict

Timelines = Mapping[str, Sequence[str]]
"""By the name of the test: one line per decision and observation."""

_HEAD: Final = """\
# What the tests of {name} decide, and when. A run that decides otherwise fails its test.
# Made by `holdfast test --update`; read what changed before you keep it.
"""
_MARK: Final = "== "
_MOST: Final = 40
"""Lines of a difference that are shown."""


def file_of(plan: Path) -> Path:
    """Where the timelines of a plan are kept."""
    return plan.with_suffix(".timeline")


def load(plan: Path) -> Timelines | None:
    """The timelines that are kept for a plan; None: none are. Raises OSError, UnicodeDecodeError."""
    path = file_of(plan)
    return dict(_parts(path.read_text(encoding="utf-8"))) if path.exists() else None


def _parts(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    for part in f"\n{text}".split(f"\n{_MARK}")[1:]:
        name, _, lines = part.partition("\n")
        yield name, [line for line in lines.splitlines() if line.strip()]


def save(plan: Path, kept: Timelines) -> bool:
    """Keep these timelines; whether that changed anything. Raises OSError."""
    parts = [f"{_MARK}{name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in kept.items()]
    path, text = file_of(plan), "\n".join([_HEAD.format(name=plan.name), *parts])
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def title(name: str) -> str:
    """The name of a test on one line."""
    return " ".join(name.split())


def timeline(entries: Sequence[Entry]) -> list[str]:
    """What a run decided and saw: seconds since its start, the step, the sentence of its journal."""
    calls = dict[int, str]()
    began = entries[0].at if entries else 0.0
    rows = [(f"{entry.at - began:.3f}s", _place(entry.event, calls), _sentence(entry.event)) for entry in entries]
    width = max((len(place) for _, place, _ in rows), default=0)
    return [f"{at:>12}  {place.ljust(width)}  {said}".rstrip() for at, place, said in rows]


def _sentence(event: Event) -> str:
    return " ".join(explain(event).split())


def _place(event: Event, calls: dict[int, str]) -> str:
    if isinstance(event, CallIntended):
        calls[event.call] = event.address
    if isinstance(event, CallReturned | CallFailed):
        return calls.get(event.call, "")
    review = getattr(event, "review", None)
    return str(getattr(event, "address", "") or getattr(review, "address", ""))


def compared(verdict: Verdict, kept: Timelines | None) -> Verdict:
    """The verdict on a test that passed, failed if its timeline is not the one that is kept."""
    if kept is None or not verdict.passed or verdict.played is None:
        return verdict
    now = timeline(verdict.played.entries)
    if title(verdict.name) not in kept:
        return replace(verdict, faults=("no timeline is kept for this test: `holdfast test --update` keeps it",))
    before = list(kept[title(verdict.name)])
    if before == now:
        return verdict
    return replace(verdict, faults=tuple(_difference(before, now)))


def _difference(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    yield "the run decided otherwise than in the timeline that is kept; if that is right, `holdfast test --update`:"
    lines = [line for line in difflib.unified_diff(before, now, n=2, lineterm="") if line[:3] not in {"---", "+++"}]
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield f"... and {len(lines) - _MOST} lines more"


def updated(kept: Timelines | None, names: Sequence[str], found: Sequence[Verdict]) -> Timelines:
    """The timelines to keep: the new ones of tests that passed, the old ones of those that did not run or failed.

    Args:
        kept: so far.
        names: of all tests of the plan, in their order; what is kept for others goes.
        found: what became of those that ran.
    """
    new = {
        title(one.name): timeline(one.played.entries) for one in found if one.passed and one.played is not None
    }  # fmt: skip
    every = {**(kept or {}), **new}
    return {title(name): every[title(name)] for name in names if title(name) in every}
