"""Changes of a plan's text that touch nothing but what they are about: its comments and all other lines stay.

Every function gives edits, or None where the change cannot be made with certainty: an entry that is alone in its map
cannot just be taken out, a word that is written with escapes is not where it seems to be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from holdfast.diagnostics import Edit, Fix
from holdfast.plan.source.quoting import quoted, written
from holdfast.plan.source.text import line_start

if TYPE_CHECKING:
    from holdfast.plan.place import Path
    from holdfast.plan.source.document import Document

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#")
_BLANK: Final = " \t\r\n"
_EMPTY_LINE: Final = re.compile(r"[ \t]*[\r\n]")
_KEEPS_LINES: Final = re.compile(r"[|>][0-9]?\+")
_LINE_END: Final = re.compile(r"[ \t]*(#[^\r\n]*)?(\r\n|\n|\r|$)")


class Cut(NamedTuple):
    """What taking something out comes to.

    Args:
        edit: does it.
        comment: whether a comment goes with it.
    """

    edit: Edit
    comment: bool


def rename_key(document: Document, path: Path, name: str) -> Edit:
    """The key of the value at `path` gets another name, in quotes of the kind it had."""
    start, end = document.key_bounds(path)
    return Edit(document.exact(start, end), quoted(name, document.source[start]))


def set_value(document: Document, path: Path, value: object) -> Edit | None:
    """The plain value at `path` becomes another; in quotes of the kind it had. None: it takes several lines."""
    start, end = document.bounds(path)
    source = document.source[start:end]
    if "\n" in source or "\r" in source or isinstance(document.get(path), dict | list):
        return None
    text = quoted(value, source[:1]) if isinstance(value, str) else written(value)
    return Edit(document.exact(start, end), text if start < end else f" {text}")


def put_in_quotes(document: Document, path: Path) -> Edit | None:
    """The unquoted value at `path` becomes the text it looks like."""
    start, end = document.bounds(path)
    source = document.source[start:end]
    if not source or not re.fullmatch(r"[\w.+-]+", source):
        return None
    return Edit(document.exact(start, end), f'"{source}"')


def set_word(document: Document, path: Path, offset: int, old: str, new: str) -> Edit | None:
    """The word `old` at character `offset` of the text at `path` becomes another. None: it is not written as it is."""
    index = document.index_within(path, offset)
    if document.source[index : index + len(old)] != old or not new.isascii():
        return None
    return Edit(document.exact(index, index + len(old)), new)


def cut(document: Document, path: Path) -> Cut | None:
    """An entry of a map or an item of a list is taken out. None: nothing would be left around it."""
    parent, last = document.get(path[:-1]), path[-1]
    siblings: list[str | int] = list(parent) if isinstance(parent, dict) else list(range(len(_items(parent))))
    if len(siblings) < 2 or last not in siblings:  # noqa: PLR2004 - one is left
        return None
    place = siblings.index(last)
    before = (*path[:-1], siblings[place - 1]) if place else None
    after = (*path[:-1], siblings[place + 1]) if place + 1 < len(siblings) else None
    flow = document.source[document.bounds(path[:-1])[0]] in "{["
    if flow:
        return _flow_cut(document, path, before, after)
    taken = _block_cut(document, path, after)
    below = None if taken is None else document.index_at(taken.edit.span.end_line, taken.edit.span.end_column)
    if below is not None and before is not None and _EMPTY_LINE.match(document.source, below):
        last = document.bounds(_last(document, before))[0]
        return None if _KEEPS_LINES.match(document.source, last) else taken  # it would get the empty lines below
    return taken


def cut_or_parent(document: Document, path: Path) -> Cut | None:
    """The same; what is alone goes with the map or list it is in."""
    return cut(document, path) or (cut(document, path[:-1]) if len(path) > 1 else None)


def insert_after(document: Document, path: Path, key: str, text: str) -> Edit | None:
    """A new entry behind the one at `path` of a map, with a value that takes one line."""
    end, parent = end_of(document, path), document.get(path[:-1])
    if not isinstance(parent, dict):
        return None
    if document.source[document.bounds(path[:-1])[0]] == "{":
        return Edit(document.exact(end, end), f", {key}: {text}")
    rest = _LINE_END.match(document.source, end)
    if rest is None:
        return None
    first = document.key_bounds((*path[:-1], next(iter(parent))))[0]
    indent = " " * (first - line_start(document.source, first))
    at = rest.end() if rest[2] else len(document.source)
    return Edit(document.exact(at, at), f"{indent}{key}: {text}\n" if rest[2] else f"\n{indent}{key}: {text}")


def fix(title: str, edit: Edit | None, *, safe: bool = True) -> Fix | None:
    """A fix of one edit, if there is one."""
    return None if edit is None else Fix(title=title, edits=(edit,), safe=safe)


def removal(title: str, taken: Cut | None, *, safe: bool = True) -> Fix | None:
    """A fix that takes something out, if that can be; never safe where a comment goes with it."""
    return None if taken is None else Fix(title=title, edits=(taken.edit,), safe=safe and not taken.comment)


def end_of(document: Document, path: Path) -> int:
    """Where the value at `path` ends, without what follows it."""
    start, end = document.bounds(_last(document, path))
    return start + len(document.source[start:end].rstrip(_BLANK))


def _last(document: Document, path: Path) -> Path:
    """What stands last in the block at `path`; the value itself where it is none."""
    value = document.get(path)
    if isinstance(value, dict | list) and value and document.source[document.bounds(path)[0]] not in "{[":
        last = next(reversed(value)) if isinstance(value, dict) else len(value) - 1
        return _last(document, (*path, last))
    return path


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _start(document: Document, path: Path) -> int:
    """Where an entry begins: its key, or the `-` of an item of a block."""
    return document.key_bounds(path)[0]


def _flow_cut(document: Document, path: Path, before: Path | None, after: Path | None) -> Cut | None:
    if after is not None:
        return _cut(document, _start(document, path), _start(document, after))
    return None if before is None else _cut(document, end_of(document, before), end_of(document, path))


def _block_cut(document: Document, path: Path, after: Path | None) -> Cut | None:
    """Whole lines; or up to the next entry, which takes the place of one that begins behind a `-`."""
    source, start = document.source, _start(document, path)
    begin = line_start(source, start)
    blank = source[begin:start]
    if isinstance(path[-1], int) and blank.strip() == "-":
        blank = ""
    rest = _LINE_END.match(source, end_of(document, path))
    if not blank.strip(" "):
        return None if rest is None else _cut(document, begin, rest.end())
    if after is None or set(blank.strip()) != {"-"}:
        return None
    return _cut(document, start, _start(document, after))


def _cut(document: Document, start: int, end: int) -> Cut:
    return Cut(Edit(document.exact(start, end), ""), bool(_COMMENT.search(document.source[start:end])))
