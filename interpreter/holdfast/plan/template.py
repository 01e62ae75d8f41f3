"""Templates: trees of data whose strings may hold `{{ expression }}`. Names of maps are never templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.plan.expressions.errors import ExpressionSyntaxError, Fault
from holdfast.plan.expressions.expression import Compiled, Expression, compiled, finished
from holdfast.plan.expressions.scope import Scope
from holdfast.plan.expressions.text import shown
from holdfast.plan.expressions.tokens import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.diagnostics import Span
    from holdfast.plan.program import Names

Path = tuple[str | int, ...]
Where = Callable[[Path, int], "Span"]
Run = Callable[[Scope], object]
Entries = Sequence[tuple[str, Run]]

_OPENING: Final = re.compile(r"\{[{%#]")
_SIMPLE: Final = re.compile(r"\{\{([ \t]*[A-Za-z][A-Za-z0-9_.]*[ \t]*)\}\}")
_NO_NAMES: Final = Scope({})
_REFUSED: Final = {
    "{%": "statements (`{%`) are not part of the language: use `when`, `each` or `switch`, or write `{{ '{%' }}`",
    "{#": "comments (`{#`) are not part of the language: use YAML's `#`, or write `{{ '{#' }}`",
}


class Template:
    """A tree of data with expressions in it; satisfies `holdfast.plan.program.Template`."""

    __slots__ = ("_parts", "_run", "constant", "reads", "references", "tree", "where")

    def __init__(self, value: object, where: Where | None) -> None:
        compiler = _Compiler(where)
        self.tree, self.where = value, where
        """As it was written, and what gives the place of a scalar in it."""
        self._parts = compiler.parts_of(value) if isinstance(value, Mapping) else ()
        self._run = compiler.tree(value, ()) if not isinstance(value, Mapping) else _joined(self._parts)
        self.reads: frozenset[str] = frozenset().union(*(part.reads for part in compiler.parts))
        self.references: tuple[tuple[Path, str, int], ...] = tuple(compiler.references)
        self.constant = not compiler.parts

    def render(self, names: Names) -> object:
        """The tree with every expression replaced by its value, as new plain data.

        Args:
            names: what the expressions may read.

        Raises:
            ExpressionError: an expression has no value; or all results together are larger than the limit.
        """
        return self._run(_NO_NAMES if self.constant else Scope(names))

    def render_each(self, names: Names, done: Callable[[str], None]) -> dict[str, object]:
        """The same for a map, entry by entry: `done` is told each name when its value stands.

        Raises ExpressionError.
        """
        scope, values = Scope(names), dict[str, object]()
        for name, part in self._parts:
            values[name] = part(scope)
            done(name)
        return values


class _Compiler:
    """Builds one template's closure and collects what it reads."""

    __slots__ = ("parts", "references", "where")

    def __init__(self, where: Where | None) -> None:
        self.where = where
        self.parts: list[Compiled] = []
        self.references: list[tuple[Path, str, int]] = []

    def tree(self, value: object, path: Path) -> Run:
        if isinstance(value, str):
            return self.text(value, path)
        if isinstance(value, Mapping):
            return _joined(self.parts_of(value, path))
        if isinstance(value, (list, tuple)):
            items = [self.tree(item, (*path, index)) for index, item in enumerate(value)]
            return lambda scope: [item(scope) for item in items]
        return lambda _: value

    def parts_of(self, value: Mapping[str, object], path: Path = ()) -> Entries:
        return [(name, self.tree(item, (*path, name))) for name, item in value.items()]

    def text(self, text: str, path: Path) -> Run:
        if "{" not in text or not _OPENING.search(text):
            return lambda _: text
        try:
            pieces = [self.piece(piece, path) for piece in _split(text)]
        except ExpressionSyntaxError as error:
            span = self.where(path, error.offset) if self.where else None
            raise ExpressionSyntaxError(error.message, error.offset, path, span) from None
        if len(pieces) == 1:
            return pieces[0].whole
        return _mixed(pieces)

    def piece(self, piece: tuple[str, int], path: Path) -> _Piece:
        source, offset = piece
        if offset < 0:
            return _Text(source)
        part = _parsed(source, offset)
        self.parts.append(part)
        self.references += [(path, name, offset + place) for name, place in part.references]
        return _Hole(part, offset, path, self.where)


class _Text:
    """A stretch of a string that stands for itself."""

    __slots__ = ("literal",)

    def __init__(self, literal: str) -> None:
        self.literal = literal

    def whole(self, _: Scope) -> object:
        return self.literal

    def part(self, _: Scope) -> str:
        return self.literal


class _Hole:
    """One `{{ }}`."""

    __slots__ = ("compiled", "offset", "path", "where")

    def __init__(self, meaning: Compiled, offset: int, path: Path, where: Where | None) -> None:
        self.compiled = meaning
        self.offset = offset
        self.path = path
        self.where = where

    def whole(self, scope: Scope) -> object:
        """The value with its type."""
        try:
            return finished(self.compiled.value(scope), scope)
        except Fault as fault:
            raise self.compiled.error(fault, self.span) from None

    def part(self, scope: Scope) -> str:
        """The value as text."""
        try:
            return str(finished(shown(scope, self.compiled.value(scope)), scope))
        except Fault as fault:
            raise self.compiled.error(fault, self.span) from None

    @property
    def span(self) -> Callable[[int], Span] | None:
        where = self.where
        return None if where is None else lambda place: where(self.path, self.offset + place)


_Piece = _Text | _Hole


def _joined(entries: Entries) -> Run:
    return lambda scope: {name: item(scope) for name, item in entries}


def _mixed(pieces: list[_Piece]) -> Run:
    return lambda scope: "".join([piece.part(scope) for piece in pieces])


def _split(text: str) -> Iterator[tuple[str, int]]:
    """Literal stretches with offset -1, and the sources of expressions with the offset they start at."""
    position = 0
    while opening := _OPENING.search(text, position):
        start = opening.start()
        if opening.group() in _REFUSED:
            raise ExpressionSyntaxError(_REFUSED[opening.group()], start)
        if start > position:
            yield text[position:start], -1
        end = _end(text, start)
        yield text[start + 2 : end], start + 2
        position = end + 2
    if position < len(text):
        yield text[position:], -1


def _end(text: str, start: int) -> int:
    """Where the `}}` is that closes the `{{` at `start`."""
    if simple := _SIMPLE.match(text, start):
        return simple.end() - 2
    if text[start + 2 : start + 3] in {"-", "+"}:
        raise ExpressionSyntaxError("`{{-` trims nothing here: write `{{ -x }}` for a negative number", start)
    return scan(text, start + 2, closing=True)[1]


def pieces(text: str) -> list[tuple[int, Expression | None]]:
    """What a string of a template is made of: expressions with their offsets, and None for what stands between.

    Raises:
        ExpressionSyntaxError: an expression in it is not in the language.
    """
    if "{" not in text or not _OPENING.search(text):
        return [(0, None)]
    return [(offset, Expression(_parsed(source, offset)) if offset >= 0 else None) for source, offset in _split(text)]


def _parsed(source: str, offset: int) -> Compiled:
    try:
        return compiled(source)
    except ExpressionSyntaxError as error:
        raise ExpressionSyntaxError(error.message, offset + error.offset) from None


def compile_template(value: object, where: Where | None = None) -> Template:
    """Compile a tree of data whose strings may hold `{{ }}`.

    Args:
        value: plain data: what YAML gives.
        where: gives the place in the file of a scalar, by its path in the tree, and an offset in it.

    Returns:
        The template; it satisfies `holdfast.plan.program.Template`.

    Raises:
        ExpressionSyntaxError: an expression in it is not in the language; `path` says which scalar.
    """
    return Template(value, where)
