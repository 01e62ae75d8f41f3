"""Tables as plain aligned text that fits the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.cli.terminal.output import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GAP = "  "
_NARROWEST = 8


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    width: int,
    paint: Callable[[str, str], str] = lambda text, _colour: text,
) -> str:
    """Rows under a head; columns that are empty throughout are left out, the widest gives way to fit `width`."""
    cells = [[_cell(value) for value in row] for row in rows]
    kept = [i for i in range(len(head)) if any(row[i] for row in cells)]
    sizes = _sizes([len(head[i]) for i in kept], [[len(row[i]) for i in kept] for row in cells], width)
    lines = [paint(_line([head[i] for i in kept], sizes), "bold")]
    lines += [_line([row[i] for i in kept], sizes) for row in cells]
    return "\n".join(lines)


def fields(pairs: Sequence[tuple[str, object]]) -> str:
    """Names and values under one another; empty values are left out."""
    shown = [(name, _cell(value, lines=True)) for name, value in pairs if value not in (None, "")]
    size = max((len(name) for name, _ in shown), default=0)
    return "\n".join(
        f"{name.ljust(size)}  {value.replace(chr(10), chr(10) + ' ' * (size + 2))}" for name, value in shown
    )


def clip(text: str, size: int) -> str:
    """Text cut to a size, with a mark where it was cut."""
    return text if len(text) <= size else text[: max(1, size - 1)] + "…"


def _cell(value: object, *, lines: bool = False) -> str:
    text = "" if value is None else plain(value)
    return text if lines else " ".join(text.split())


def _sizes(head: Sequence[int], rows: Sequence[Sequence[int]], width: int) -> list[int]:
    sizes = [max([head[i], *(row[i] for row in rows)]) for i in range(len(head))]
    while sizes and sum(sizes) + len(_GAP) * (len(sizes) - 1) > width and max(sizes) > _NARROWEST:
        sizes[sizes.index(max(sizes))] -= 1
    return sizes


def _line(cells: Sequence[str], sizes: Sequence[int]) -> str:
    return _GAP.join(clip(cell, size).ljust(size) for cell, size in zip(cells, sizes, strict=True)).rstrip()
