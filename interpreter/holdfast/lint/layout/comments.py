"""Which entry a comment belongs to.

- At the end of a line: to what ends there, or to the key whose block begins there.
- On a line of its own: to the entry below it.
- Behind the last entry of a block: to that block as long as it is indented like it, else to what comes next.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from holdfast.lint.layout.tree import Collection, Comment, Entry, Scalar, Sheet

_FAR: Final = 1 << 40


def attach(sheet: Sheet) -> list[Comment]:
    """Give every comment to an entry or a collection; what is left belongs below the whole document."""
    walk = _Walk(deque(sheet.comments))
    if isinstance(sheet.root, Collection):
        walk.collection(sheet.root, _FAR, 0)
    return list(walk.pending)


class _Walk:
    """Goes through the entries and the comments side by side."""

    def __init__(self, pending: deque[Comment]) -> None:
        self.pending = pending

    def collection(self, node: Collection, limit: int, least: int) -> None:
        """Attach what stands in a collection; behind a block, what stands before `limit` and from column `least` on."""
        size = len(self.pending)
        for number, entry in enumerate(node.entries):
            after = node.entries[number + 1].start if number + 1 < len(node.entries) else limit
            entry.above += self._before(entry.start)
            self._entry(entry, min(after, node.end) if node.flow else after, node.column)
        if node.flow:
            node.below += self._before(node.end)
            node.commented = len(self.pending) < size
            return
        while self.pending and self._is_below(self.pending[0], limit, least):
            node.below.append(self.pending.popleft())

    def _entry(self, entry: Entry, limit: int, column: int) -> None:
        value, key = entry.value, entry.key
        if isinstance(value, Scalar):
            entry.above += self._before(value.start)
            entry.beside = self._on(value.line, limit) if value.style not in {"|", ">"} else None
            return
        if key is not None and (value.flow or self._begins_below(value, key.line)):
            entry.beside = self._on(key.line, value.entries[0].start if value.entries else value.end)
        self.collection(value, limit, max(value.column, column + 1))
        if value.flow:
            behind = self._on(value.line, limit)
            if entry.beside is None:
                entry.beside = behind
            elif behind is not None:
                value.below.append(behind)
                value.commented = True

    def _is_below(self, comment: Comment, limit: int, least: int) -> bool:
        return comment.gap < 0 and comment.index < limit and comment.column >= least

    def _begins_below(self, value: Collection, line: int) -> bool:
        return bool(value.entries) and value.entries[0].line > line

    def _before(self, index: int) -> list[Comment]:
        found = []
        while self.pending and self.pending[0].index < index:
            found.append(self.pending.popleft())
        return found

    def _on(self, line: int, before: int) -> Comment | None:
        """The comment at the end of a line, and before an index."""
        if self.pending and self.pending[0].line == line and self.pending[0].index < before:
            return self.pending.popleft()
        return None
