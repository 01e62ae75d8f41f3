"""Where in a plan a place of its text is, in words that stay when lines move: `steps/book/with/price`."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holdfast.diagnostics import Span
    from holdfast.plan.source import Document, Path

_NAMES: Final = ("id", "name")
"""Keys that name an item of a list."""


class Addresses:
    """The addresses of one document.

    Args:
        document: read.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._begins: dict[Path, tuple[list[int], list[str | int]]] = {}

    def of(self, span: Span) -> str:
        """The way to the innermost entry in which a stretch of the text begins; items go by their id."""
        index = self._document.index_at(span.line, span.column)
        path: Path = ()
        words: list[str] = []
        while (part := self._entry(path, index)) is not None:
            path = (*path, part)
            words.append(self._word(path))
        return "/".join(words)

    def _entry(self, path: Path, index: int) -> str | int | None:
        """The key or item below a path in which an index of the text falls."""
        begins, parts = self._parts(path)
        place = bisect_right(begins, index) - 1
        return parts[place] if place >= 0 else None

    def _parts(self, path: Path) -> tuple[list[int], list[str | int]]:
        if path not in self._begins:
            value = self._document.get(path)
            keys: list[str | int] = list(value) if isinstance(value, dict) else []
            items: list[str | int] = list(range(len(value))) if isinstance(value, list) else []
            parts = keys + items
            self._begins[path] = ([self._document.key_bounds((*path, part))[0] for part in parts], parts)
        return self._begins[path]

    def _word(self, path: Path) -> str:
        item = self._document.get(path) if isinstance(path[-1], int) else None
        named = [item[key] for key in _NAMES if isinstance(item.get(key), str)] if isinstance(item, dict) else []
        return str(named[0] if named else path[-1]).replace("/", "%2F")
