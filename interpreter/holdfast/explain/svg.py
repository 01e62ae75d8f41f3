"""A plan as one SVG picture: nested boxes, sized by their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from textwrap import wrap
from typing import Final

from holdfast.diagnostics import printable
from holdfast.explain.outline import Box
from holdfast.values import pair

_CHARACTER, _LINE, _PAD, _GAP = 7.3, 18, 10, 8
_LONGEST: Final = 56
"""Characters of a line; what is longer goes on below."""
_STYLE: Final = """
svg { color-scheme: light dark; } text { fill: #111; } .dim { fill: #666; } .id { font-weight: bold; }
rect { fill: white; stroke: #888; } .page { stroke: none; } .group { fill: #f6f6f6; stroke-dasharray: 4 3; }
.write { fill: #fde8cf; } .ask { fill: #dbe7ff; } .wait { fill: #eee; } .stop { fill: #f8d7da; }
@media (prefers-color-scheme: dark) {
  text { fill: #eee; } .dim { fill: #aaa; } rect { fill: #181818; } .group { fill: #222; }
  .write { fill: #4a3010; } .ask { fill: #1c2f55; } .wait { fill: #2a2a2a; } .stop { fill: #4d1f24; }
}
"""
_KINDS: Final = frozenset({"write", "ask", "wait", "stop", "group"})
"""The kinds of boxes that look different from a plain one."""


@pair
class _Drawn:
    """A box with its size; `parts` are placed relative to its corner."""

    box: Box
    lines: tuple[tuple[str, str], ...]
    width: float
    height: float
    parts: tuple[tuple[float, float, _Drawn], ...]


def svg(plan: Box) -> str:
    """The text of the picture."""
    drawn = _draw(plan)
    width, height = drawn.width + 2 * _PAD, drawn.height + 2 * _PAD
    body = "".join(_shapes(drawn, _PAD, _PAD))
    return printable(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="ui-monospace, monospace" font-size="12">\n'
        f'<style>{_STYLE}</style>\n<rect class="page" width="100%" height="100%"/>\n{body}</svg>\n'
    )


def _draw(box: Box) -> _Drawn:
    lines = _lines(box)
    inner = [_draw(one) for one in box.boxes]
    others = [_draw(one) for one in box.fallback]
    top = _PAD + _LINE * len(lines)
    parts, width, height = _beside(inner, top) if box.beside else _below(inner, top)
    for other in others:
        more, wide, height = _below([other], height + _LINE)
        parts, width = parts + more, max(width, wide)
    text = max((len(line) for line, _ in lines), default=0) * _CHARACTER
    return _Drawn(box, lines, max(width, text + 2 * _PAD), height + _PAD, tuple(parts))


def _lines(box: Box) -> tuple[tuple[str, str], ...]:
    """The texts of a box, each with how it is set."""
    texts = [(box.id, "bold"), (box.title, ""), *((note, "dim") for note in box.notes)]
    return tuple((line, style) for text, style in texts for line in _set(text))


def _set(text: str) -> list[str]:
    return wrap(" ".join(text.split()), _LONGEST, subsequent_indent="  ")


Placed = tuple[list[tuple[float, float, _Drawn]], float, float]
"""Parts with their corners; the width they take, and where they end."""


def _below(inner: Sequence[_Drawn], top: float) -> Placed:
    parts: list[tuple[float, float, _Drawn]] = []
    y, width = top, 0.0
    for one in inner:
        parts.append((_PAD, y + _GAP, one))
        y, width = y + _GAP + one.height, max(width, one.width)
    wide = [(left, top, replace(one, width=width)) for left, top, one in parts]
    return wide, width + 2 * _PAD, y


def _beside(inner: Sequence[_Drawn], top: float) -> Placed:
    parts: list[tuple[float, float, _Drawn]] = []
    x, height = float(_PAD), 0.0
    for one in inner:
        parts.append((x, top + _GAP, one))
        x, height = x + one.width + _GAP, max(height, one.height)
    return parts, x - _GAP + _PAD, top + _GAP + height


def _shapes(drawn: _Drawn, x: float, y: float) -> list[str]:
    kind = f' class="{drawn.box.kind}"' if drawn.box.kind in _KINDS else ""
    size = f'x="{x:g}" y="{y:g}" width="{drawn.width:g}" height="{drawn.height:g}"'
    found = [f'<rect {size} rx="5"{kind}/>\n']
    for number, (line, style) in enumerate(drawn.lines, start=1):
        found.append(_text(line, x + _PAD, y + number * _LINE, style))
    first_other = len(drawn.parts) - len(drawn.box.fallback)
    for number, (left, top, one) in enumerate(drawn.parts):
        if number >= first_other:
            found.append(_text("or, if that fails", x + left, y + top - 4, "dim"))
        found += _shapes(one, x + left, y + top)
    return found


def _text(line: str, x: float, y: float, style: str) -> str:
    look = {"bold": ' class="id"', "dim": ' class="dim"'}.get(style, "")
    return f'<text x="{x:g}" y="{y:g}"{look}>{escape(line, quote=False)}</text>\n'
