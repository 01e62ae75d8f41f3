"""A run as a picture: its steps as bars over time, with attempts, people, waits, deaths and long stretches left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.audit.scale import Scale
from holdfast.audit.stretches import Interruption, StepTime, Stretch, Times
from holdfast.audit.text import clock, lasted, moment, text
from holdfast.core.keys import step_id

LABELS: Final = 210
WIDTH: Final = 760
ROW: Final = 24
TOP: Final = 60
MOST: Final = 80
"""Steps that are drawn; a loop over thousands of items is read in the lines."""

_BAR: Final = 14
_LEAST: Final = 3.0
"""A call that took no time is seen all the same."""

_LETTER: Final = 6.4
_TICKS: Final = 5


def timeline(times: Times) -> str:
    """The picture as one SVG element; its colours are those of the page."""
    steps = list(times.steps.values())[:MOST]
    scale = Scale(_moments(times), WIDTH)
    height = TOP + ROW * max(1, len(steps)) + 8
    shapes = [
        *_breaks(scale, height),
        *_ticks(times, scale, height),
        *(shape for number, step in enumerate(steps) for shape in _row(step, scale, TOP + ROW * number, times.last)),
        *(shape for one in times.interruptions for shape in _interruption(one, scale, height)),
    ]
    said = f"{len(times.steps)} steps over {lasted(times.last - times.began)}"
    return (
        f'<svg viewBox="0 0 {LABELS + WIDTH + 10} {height}" role="img" aria-label="Timeline: {said}">'
        f"{_HATCH}{''.join(shapes)}</svg>"
    )


_HATCH: Final = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="person-ground"/><path d="M0 0V6" class="person-line"/></pattern></defs>'
)


def _moments(times: Times) -> Iterator[float]:
    yield times.began
    yield times.last
    for step in times.steps.values():
        for one in (step.whole, *step.parts):
            yield one.began
            if one.ended is not None:
                yield one.ended
    for gone in times.interruptions:
        yield gone.left
        yield gone.back


def _ticks(times: Times, scale: Scale, height: float) -> Iterator[str]:
    yield f'<text x="{LABELS}" y="12" class="tick">{text(moment(times.began))}</text>'
    for number in range(_TICKS + 1):
        place = WIDTH * number / _TICKS
        if any(one.at < place < one.at + one.width for one in scale.breaks):
            continue
        anchor = "end" if number == _TICKS else "middle" if number else "start"
        since = lasted(scale.moment(place) - times.began)
        yield f'<path d="M{LABELS + place:.1f} {TOP - 6}V{height - 4:.1f}" class="grid"/>'
        yield f'<text x="{LABELS + place:.1f}" y="{TOP - 12}" class="tick" text-anchor="{anchor}">+{since}</text>'


def _breaks(scale: Scale, height: float) -> Iterator[str]:
    for number, one in enumerate(scale.breaks):
        x, middle = LABELS + one.at, LABELS + one.at + one.width / 2
        size = f'width="{one.width:.1f}" height="{height - TOP:.1f}"'
        stretch = lasted(one.seconds)
        yield f'<rect x="{x:.1f}" y="{TOP - 6}" {size} class="break"><title>{stretch}</title></rect>'
        high = TOP - 25 - 11 * (number % 2)
        yield f'<text x="{middle:.1f}" y="{high}" class="cut-out" text-anchor="middle">⌁ {stretch}</text>'


def _row(step: StepTime, scale: Scale, y: float, last: float) -> Iterator[str]:
    depth = step.address.count("/") + step.address.count("[")
    name = step_id(step.address)
    room = int((LABELS - 14 - 10 * depth) / _LETTER)
    shown = name if len(name) <= room else f"{name[: max(1, room - 1)]}…"
    x = min(6 + 10 * depth, LABELS / 2)
    yield (
        f'<text x="{x:g}" y="{y + 12:g}" class="step">{text(shown, MOST)}'
        f"<title>{text(step.address, 200)}</title></text>"
    )
    yield _bar(step.whole, scale, y, last, "whole", f"step {step.address}: {step.whole.outcome or 'not over'}")
    for part in step.parts:
        yield _bar(part, scale, y, last, _class(part), _said(part))
        if part.kind == "review":
            yield from _who(part, scale, y, last)


def _bar(one: Stretch, scale: Scale, y: float, last: float, kind: str, said: str) -> str:
    begin, end = scale(one.began), scale(last if one.ended is None else one.ended)
    width = max(_LEAST, end - begin)
    begin = min(begin, WIDTH - width)
    took = lasted((last if one.ended is None else one.ended) - one.began)
    outcome = f"is-{one.outcome.replace(' ', '-')}" if one.outcome.replace(" ", "").isalpha() else ""
    still = "" if one.ended is not None else " open"
    title = text(f"{said}, {took}, from {clock(one.began)}", 300)
    low, high = (y + 6, 2) if kind == "wait" else (y, _BAR)
    return (
        f'<rect x="{LABELS + begin:.1f}" y="{low:.1f}" width="{width:.1f}" height="{high}" rx="2" '
        f'class="{kind} {outcome}{still}"><title>{title}</title></rect>'
    )


def _class(part: Stretch) -> str:
    return {"review": "person", "wait": "wait", "child": "child"}.get(part.kind, "call")


def _said(part: Stretch) -> str:
    again = f", attempt {part.attempt}" if part.attempt > 1 else ""
    what = {"review": "a person was asked: ", "wait": "it waited ", "child": "child run "}.get(part.kind, "")
    by = f" by {part.by}" if part.by else ""
    return f"{what}{part.name}{again}: {part.outcome or 'not over'}{by}"


def _who(part: Stretch, scale: Scale, y: float, last: float) -> Iterator[str]:
    """Who decided, where there is room for it."""
    begin, end = scale(part.began), scale(last if part.ended is None else part.ended)
    name = part.by or part.name
    if len(name) * _LETTER + 6 < end - begin:
        middle = LABELS + (begin + end) / 2
        yield f'<text x="{middle:.1f}" y="{y + 11:g}" class="who" text-anchor="middle">{text(name)}</text>'


def _interruption(one: Interruption, scale: Scale, height: float) -> Iterator[str]:
    begin, end = scale(one.left), scale(one.back)
    kind, said = ("crash", "its process died") if one.crash else ("rest", "its process stopped")
    size = f'width="{max(1.5, end - begin):.1f}" height="{height - TOP + 2:.1f}"'
    title = f"{said}; another one went on after {lasted(one.back - one.left)}"
    yield f'<rect x="{LABELS + begin:.1f}" y="{TOP - 6}" {size} class="{kind}"><title>{title}</title></rect>'
    yield f'<text x="{LABELS + end:.1f}" y="{height - 1:g}" class="{kind}-said" text-anchor="middle">✝ {said}</text>'
