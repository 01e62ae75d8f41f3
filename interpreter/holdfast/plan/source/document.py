"""A document that was read: its plain data, and the place of every node in the text.

Places are kept as two indices per node, in the order in which the nodes stand in the text: a container before what is
in it, a key before its value. That costs nothing to speak of while reading; lines, columns and the way from a path to
a node are worked out when a finding needs them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from holdfast.plan.place import Path
from holdfast.plan.source.offsets import index_of

if TYPE_CHECKING:
    from array import array

    from holdfast.diagnostics import Span
    from holdfast.plan.source.text import Text

_WORD = re.compile(r"\w+(?:\.\w+)*")


class Document:
    """Plain data (`dict`, `list`, `str`, `int`, `float`, `bool`, None) with the places of its nodes.

    Args:
        text: the source.
        data: the data; must not be changed.
        places: start and end index of every node.
    """

    __slots__ = ("_places", "_sizes", "_starts", "_text", "data")

    def __init__(self, text: Text, data: object, places: array[int]) -> None:
        self.data = data
        self._text, self._places = text, places
        self._sizes: dict[int, int] | None = None
        self._starts: dict[int, dict[str | int, int]] = {}

    @property
    def file(self) -> str:
        """The name the document was read under."""
        return self._text.file

    @property
    def source(self) -> str:
        """The text it was read from, without a byte order mark."""
        return self._text.text

    def span(self, path: Path) -> Span:
        """Where the value at `path` stands; for a path that does not exist, its nearest existing ancestor."""
        start, end = self._bounds(self._find(path)[1])
        return self._text.span(start, end)

    def key_span(self, path: Path) -> Span:
        """Where the key of the value at `path` stands; for a list's item, the item itself."""
        node = self._find(path)[0]
        return self._text.span(*self._bounds(node))

    def within(self, path: Path, offset: int) -> Span:
        """Where the character `offset` of the text at `path` stands, as the stretch of the word that begins there."""
        found, node, value = self._lookup(path)
        start, end = self._bounds(node)
        if not found or not isinstance(value, str):
            return self._text.span(start, end)
        index = index_of(self.source[start:end], value, offset) + start
        word = _WORD.match(self.source, index, end)
        return self._text.span(index, word.end() if word else index + 1)

    def stretch(self, start: int, end: int) -> Span:
        """The place of the characters from one index of the source up to another."""
        return self._text.span(start, end)

    def exact(self, start: int, end: int) -> Span:
        """The same, and blanks at its end belong to it: for changing it."""
        return self._text.exact(start, end)

    def index_at(self, line: int, column: int) -> int:
        """The index in the source of a line and column, both from 1."""
        return self._text.index(line, column)

    def key_bounds(self, path: Path) -> tuple[int, int]:
        """From where to where in the source the key of the value at `path` stands; for a list's item, the item."""
        return self._bounds(self._find(path)[0])

    def bounds(self, path: Path) -> tuple[int, int]:
        """From where to where in the source the value at `path` stands; a block ends where something else begins."""
        return self._bounds(self._find(path)[1])

    def index_within(self, path: Path, offset: int) -> int:
        """Where in the source the character `offset` of the text at `path` stands."""
        start, end = self.bounds(path)
        value = self.get(path)
        return start + (index_of(self.source[start:end], value, offset) if isinstance(value, str) else 0)

    def get(self, path: Path) -> object:
        """The value at `path`, None when there is none."""
        value = self.data
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
                value = value[part]
            else:
                return None
        return value

    def _bounds(self, node: int) -> tuple[int, int]:
        return self._places[2 * node], self._places[2 * node + 1]

    def _lookup(self, path: Path) -> tuple[bool, int, object]:
        key, node, value, left = self._walk(path)
        del key
        return left == 0, node, value

    def _find(self, path: Path) -> tuple[int, int]:
        key, node, _, _ = self._walk(path)
        return key, node

    def _walk(self, path: Path) -> tuple[int, int, object, int]:
        """Node numbers of key and value at `path` or its nearest ancestor, the value, and how much of it was left."""
        key = node = 0
        value = self.data
        for done, part in enumerate(path):
            step = self._child(node, value, part)
            if step is None:
                return key, node, value, len(path) - done
            key, node, value = step
        return key, node, value, 0

    def _child(self, node: int, value: object, part: str | int) -> tuple[int, int, object] | None:
        following = node + 1
        if isinstance(value, dict) and part in value:
            following += self._first_nodes(value)[part]
            return following, following + 1, value[part]
        if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
            following += self._first_nodes(value)[part]
            return following, following, value[part]
        return None

    def _first_nodes(self, container: dict[str | int, object] | list[object]) -> dict[str | int, int]:
        """How many nodes stand before each item of a list or key of a map, within it."""
        found = self._starts.get(id(container))
        if found is None:
            found, before = self._starts.setdefault(id(container), {}), 0
            keyed = isinstance(container, dict)
            for part, child in container.items() if isinstance(container, dict) else enumerate(container):
                found[part] = before
                before += keyed + self._size(child)
        return found

    def _size(self, value: object) -> int:
        if not isinstance(value, dict | list):
            return 1
        if self._sizes is None:
            self._sizes = {}
            count_nodes(self.data, self._sizes)
        return self._sizes[id(value)]


def count_nodes(value: object, sizes: dict[int, int] | None = None) -> int:
    """How many nodes there are from `value` down, noted in `sizes` for every container by its `id`."""
    if isinstance(value, dict):
        size = 1 + sum(1 + count_nodes(child, sizes) for child in value.values())
    elif isinstance(value, list):
        size = 1 + sum(count_nodes(child, sizes) for child in value)
    else:
        return 1
    if sizes is not None:
        sizes[id(value)] = size
    return size
