"""A document as its author laid it out: maps and lists with their entries, scalars as they are written, comments.

Built from YAML's events, which say where everything stands. Comments are no events: they are found between the scalars.
Which entry a comment belongs to is decided in `comments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from holdfast.plan.source.text import Text

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENDS: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_COMMENT: Final = re.compile(r"(?:^|(?<=[\s]))#[^\r\n]*", re.MULTILINE)
_SUPPRESSION: Final = re.compile(r"#[ \t]*holdfast:[ \t]*ignore\[")


@dataclass(slots=True)
class Comment:
    """A comment.

    Args:
        text: from the `#` on, without blanks at its end.
        index: where it begins.
        line: from 1.
        column: from 0.
        gap: how many blanks stand before it; -1 where it has a line of its own.
        blank: whether the line above is empty.
    """

    text: str
    index: int
    line: int
    column: int
    gap: int
    blank: bool

    @property
    def suppresses(self) -> bool:
        """Whether it silences findings on a line, so that lines must stay together."""
        return _SUPPRESSION.match(self.text) is not None


@dataclass(slots=True)
class Scalar:
    """A text, number or word, as it is written.

    Args:
        raw: with its quotes or its header.
        value: what it comes to, as text.
        style: `'`, `"`, `|`, `>`, or nothing for one without quotes.
        start: where it begins.
        end: where it ends.
        line: of its end, from 1.
    """

    raw: str
    value: str
    style: str
    start: int
    end: int
    line: int


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list.

    Args:
        key: None for an item.
        value: the node.
        start: where it begins: its key, or its value.
        line: of its start, from 1.
        blank: whether the line above is empty.
        above: the comments on lines of their own before it.
        beside: the comment at the end of its line.
    """

    key: Scalar | None
    value: Node
    start: int
    line: int
    blank: bool
    above: list[Comment] = field(default_factory=list)
    beside: Comment | None = None

    @property
    def suppresses(self) -> bool:
        """Whether a comment at it silences findings on its line."""
        return any(one.suppresses for one in [*self.above, *([self.beside] if self.beside else [])])


@dataclass(slots=True)
class Collection:
    """A map or a list.

    Args:
        is_map: which.
        flow: whether it is written in braces or brackets.
        entries: in their order.
        start: where it begins.
        end: where it ends; for a block, where something else begins.
        line: of its end, from 1.
        column: of its first entry, from 0.
        below: comments behind the last entry.
        commented: whether there are comments inside of its braces.
    """

    is_map: bool
    flow: bool
    start: int
    column: int
    entries: list[Entry] = field(default_factory=list)
    end: int = 0
    line: int = 0
    below: list[Comment] = field(default_factory=list)
    commented: bool = False


Node = Scalar | Collection


@dataclass(slots=True)
class Sheet:
    """A whole document.

    Args:
        root: what it holds.
        head: what stands before it and is left alone: directives and `---`.
        tail: what stands behind it and is left alone: `...`.
        comments: all comments between the two, in their order.
    """

    root: Node
    head: str
    tail: str
    comments: list[Comment]


class _Reader:
    """Follows the events of one text."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self._events: Iterator[Any] = iter(yaml.parse(text.text, Loader=_Loader))
        self.scalars: list[tuple[int, int]] = []

    def sheet(self) -> Sheet:
        """The document."""
        next(self._events)
        opening = next(self._events)
        source, begin = self.text.text, opening.end_mark.index if opening.explicit else 0
        root = self._node(next(self._events))
        closing = next(self._events)
        end = closing.start_mark.index if closing.explicit else len(source)
        comments = list(self._comments(begin, end))
        return Sheet(root, source[:begin].strip(), source[end:].strip(), comments)

    def _node(self, event: Any) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        is_map = isinstance(event, yaml.MappingStartEvent)
        made = Collection(
            is_map=is_map, flow=bool(event.flow_style), start=event.start_mark.index, column=event.start_mark.column
        )
        while type(following := next(self._events)) not in _ENDS:
            key = self._scalar(following) if is_map else None
            value = self._node(next(self._events) if is_map else following)
            start = key.start if key else value.start
            line = self.text.line_of(start)
            made.entries.append(Entry(key, value, start, line, self._blank_above(line)))
        made.end, made.line = following.end_mark.index, self.text.line_of(max(following.end_mark.index - 1, 0))
        return made

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        self.scalars.append((start, end))
        raw = self.text.text[start:end]
        style = raw[:1] if raw[:1] in {"'", '"', "|", ">"} and event.style else ""
        return Scalar(raw, event.value, style, start, end, self.text.line_of(start + len(raw.rstrip())))

    def _comments(self, begin: int, end: int) -> Iterator[Comment]:
        """The comments between two indices: they stand between the scalars."""
        source, at = self.text.text, begin
        for start, stop in [*sorted(self.scalars), (end, end)]:
            for match in _COMMENT.finditer(source, at, max(start, at)):
                yield self._comment(match)
            at = max(at, stop)

    def _comment(self, match: re.Match[str]) -> Comment:
        index, text = match.start(), match[0].rstrip()
        line = self.text.line_of(index)
        before = self.text.line_text(line)[: index - self.text.index(line, 1)]
        gap = len(before) - len(before.rstrip()) if before.strip() else -1
        return Comment(text, index, line, len(before), gap, self._blank_above(line))

    def _blank_above(self, line: int) -> bool:
        return line > 1 and not self.text.line_text(line - 1).strip()


def sheet_of(source: str) -> Sheet:
    """The layout of a text that the reader of plans takes."""
    return _Reader(Text(source, "")).sheet()
