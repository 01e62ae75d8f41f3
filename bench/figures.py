"""Numbers beside their floor and their goal, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number.

    Args:
        item: which of the goals it belongs to.
        name: what was measured, with its unit.
        ours: Holdfast's.
        floor: of the least that can be had, where there is one.
        ratio: ours to the floor, in rounds that were measured side by side.
        limit: the goal, for `by`; None: told for information.
        by: what the goal is about, `ours` or `ratio`.
        least: the goal is to reach the limit, not to stay below it.
        digits: after the point.
        load: of the machine meanwhile.
    """

    item: int
    name: str
    ours: float
    floor: float | None = None
    ratio: float | None = None
    limit: float | None = None
    by: str = "ours"
    least: bool = False
    digits: int = 2
    load: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        value = self.ours if self.by == "ours" else self.ratio
        if self.limit is None or value is None:
            return None
        return value >= self.limit if self.least else value <= self.limit

    def row(self) -> list[str]:
        """As columns: item, name, ours, floor, ratio, goal, whether it is met, load."""
        sign = ">=" if self.least else "<="
        goal = "" if self.limit is None else f"{sign} {self.limit:,g}{' x' if self.by == 'ratio' else ''}"
        return [
            str(self.item),
            self.name,
            f"{self.ours:,.{self.digits}f}",
            "" if self.floor is None else f"{self.floor:,.{self.digits}f}",
            "" if self.ratio is None else f"{self.ratio:.2f} x",
            goal,
            {None: "", True: "yes", False: "no"}[self.met],
            self.load,
        ]


HEAD = ["", "measured", "Holdfast", "floor", "ratio", "goal", "met", "load"]


def table(rows: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Rows under each other; the first is the head. Numbers stand to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [_line(row, widths, markdown=markdown) for row in rows]
    rule = _rule(widths) if markdown else "-" * len(lines[0])
    return "\n".join([lines[0], rule, *lines[1:]])


def _rule(widths: Sequence[int]) -> str:
    dashes = ["-" * (width + 1) + (":" if _right(column) else "-") for column, width in enumerate(widths)]
    return f"|{'|'.join(dashes)}|"


def _right(column: int) -> bool:
    return column >= 2


def _line(row: Sequence[str], widths: Sequence[int], *, markdown: bool) -> str:
    cells = [
        cell.rjust(width) if _right(column) else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |" if markdown else "  ".join(cells).rstrip()
