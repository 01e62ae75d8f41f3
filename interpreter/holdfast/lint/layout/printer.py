"""A document written anew: the same content and comments, in settled style.

Rules of the file:
- What is written in braces stays so while it fits on one line; else, or with comments in it, it becomes a block.
- A block stays a block. Two blanks a level; the items of a list stand two blanks deeper than its key.
- Where a comment silences findings on a line, that line is not taken apart and the entries beside it keep their order.
- One empty line stays one, several become one; none stands before the first entry. One stands between the parts of a
  plan that take several lines, and between its steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from holdfast.lint.layout.order import Order
from holdfast.lint.layout.scalars import keeps_blanks, lines, one_line
from holdfast.lint.layout.tree import Collection, Comment, Entry, Node, Scalar

WIDTH: Final = 120
"""Columns that a line of braces may take."""

_LEVEL: Final = 2
_NEAR: Final = 2
"""A comment that stood no further from what is before it does not stand in a column of its own."""

Path = tuple[str | int, ...]


class Printer:
    """Writes the nodes of one document.

    Args:
        order: of the keys.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._silenced: set[int] = set()
        """The items whose first line a comment above silences."""

    def document(self, root: Node, below: Sequence[Comment]) -> list[str]:
        """The lines of a document."""
        if isinstance(root, Scalar):
            written = lines(root, _LEVEL)
        elif (flat := self._flat(root)) is not None and len(flat) <= WIDTH:
            written = [flat]
        else:
            written = self._block(root, 0, ())
        return [*written, *_own_lines(below, 0)]

    def _block(self, node: Collection, indent: int, path: Path) -> list[str]:
        """The lines of a map or list, each with its indentation."""
        written: list[str] = []
        before: tuple[Entry, list[str]] | None = None
        open_ended = False
        for number, entry in self._in_order(node, path):
            here = _below(path, number, entry)
            above, own = self._entry(entry, indent, here)
            if before is not None and not open_ended:
                blank = entry.above[0].blank if entry.above else entry.blank
                written += [""] * (blank or self._parted(path, before, (entry, own)))
            written += above + own
            before, open_ended = (entry, own), self._ends_open(entry.value, here)
        return written + _own_lines(node.below, indent, first=not written)

    def _in_order(self, node: Collection, path: Path) -> list[tuple[int, Entry]]:
        numbered = list(enumerate(node.entries))
        keys = self._order.keys(path) if node.is_map else ()
        names = [entry.key.value for entry in node.entries if entry.key]
        silenced = id(node) in self._silenced or any(entry.suppresses for entry in node.entries)
        if not keys or silenced or not set(names) <= set(keys):
            return numbered
        return sorted(numbered, key=lambda one: keys.index(names[one[0]]))

    def _parted(self, path: Path, before: tuple[Entry, list[str]], after: tuple[Entry, list[str]]) -> bool:
        """Whether an empty line stands between two entries, whatever the author wrote."""
        if path == ("steps",):
            return len(before[1]) > 1 or len(after[1]) > 1
        return not path and any(isinstance(entry.value, Collection) and len(own) > 1 for entry, own in (before, after))

    def _entry(self, entry: Entry, indent: int, path: Path) -> tuple[list[str], list[str]]:
        """The comments above an entry, and its own lines."""
        margin = " " * indent
        start = margin + (f"{one_line(entry.key) or entry.key.raw}:" if entry.key else "-")
        value = entry.value
        flat = None if isinstance(value, Scalar) and "\n" in value.raw else self._flat(value)
        room = WIDTH - len(start) - 1
        empty = not isinstance(value, Scalar) and not value.entries
        whole = flat is not None and (len(flat) <= room or isinstance(value, Scalar) or empty or entry.suppresses)
        above = _own_lines(entry.above, indent) + [""] * bool(entry.above and entry.blank)
        if flat is not None and whole:
            return above, [_beside(f"{start} {flat}" if flat else start, entry.beside)]
        if isinstance(value, Scalar):
            first, *rest = lines(value, indent + _LEVEL)
            return above, [*_last_beside([f"{start} {first}", *rest], entry.beside)]
        if entry.key is not None:
            return above, [_beside(start, entry.beside), *self._block(value, indent + _LEVEL, path)]
        return self._item(entry, value, above, indent, path)

    def _item(
        self, entry: Entry, value: Collection, above: list[str], indent: int, path: Path
    ) -> tuple[list[str], list[str]]:
        """An item that is a block: its first line stands behind the `-`, the comments before that above both."""
        if entry.suppresses:
            self._silenced.add(id(value))
        margin, own = " " * indent, self._block(value, indent + _LEVEL, path)
        first = next((number for number, line in enumerate(own) if line and not _is_comment(line)), 0)
        above += [margin + line.strip() for line in own[:first] if line]
        if entry.beside is not None:
            above.append(margin + entry.beside.text)
        return above, [f"{margin}- {own[first].lstrip(' ')}", *own[first + 1 :]]

    def _ends_open(self, node: Node, path: Path) -> bool:
        """Whether the empty lines behind a node are part of it."""
        while isinstance(node, Collection):
            if not node.entries or node.below:
                return False
            number, last = self._in_order(node, path)[-1]
            node, path = last.value, _below(path, number, last)
        return keeps_blanks(node)

    def _flat(self, node: Node) -> str | None:
        """A node on one line; None where it is a block, needs several lines or holds comments."""
        if isinstance(node, Scalar):
            return one_line(node)
        if not node.entries and not node.commented:
            return "{}" if node.is_map else "[]"
        if not node.flow or node.commented:
            return None
        parts: list[str] = []
        for entry in node.entries:
            value = self._flat(entry.value)
            if value is None:
                return None
            key = f"{one_line(entry.key) or entry.key.raw}:" if entry.key else ""
            parts.append(" ".join(part for part in (key, value or "null") if part))
        return ("{%s}" if node.is_map else "[%s]") % ", ".join(parts)


def _own_lines(comments: Sequence[Comment], indent: int, *, first: bool = True) -> list[str]:
    """Comments on lines of their own, with the empty lines between them."""
    written: list[str] = []
    for comment in comments:
        written += [""] * (comment.blank and (bool(written) or not first)) + [" " * indent + comment.text]
    return written


def _beside(line: str, comment: Comment | None) -> str:
    """A line with the comment at its end; one that stands in a column stays in it where there is room."""
    if comment is None:
        return line
    room = comment.column - len(line)
    return line + " " * (room if comment.gap > _NEAR and room >= _NEAR else _NEAR) + comment.text


def _last_beside(written: list[str], comment: Comment | None) -> list[str]:
    return [*written[:-1], _beside(written[-1], comment)]


def _is_comment(line: str) -> bool:
    return line.lstrip(" ").startswith("#")


def _below(path: Path, number: int, entry: Entry) -> Path:
    return (*path, entry.key.value if entry.key else number)
