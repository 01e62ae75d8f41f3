"""An expression: parsed once per source, compiled when it is first evaluated, evaluated over names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import ExpressionError, ExpressionSyntaxError, Fault
from holdfast.plan.expressions.paths import follow, parts_of
from holdfast.plan.expressions.scope import Scope, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import nodes

    from holdfast.diagnostics import Span
    from holdfast.plan.program import Names


class Compiled:
    """What one source means, wherever it stands. Shared; everything but the lazy closure stays as it is."""

    __slots__ = ("_run", "_tree", "reads", "references", "source")

    def __init__(self, source: str) -> None:
        if len(source) > limits.SOURCE:
            raise ExpressionSyntaxError(f"an expression has at most {limits.SOURCE} characters", 0)
        self.source = source
        self._run: Callable[[Scope], object] | None = None
        self._tree: nodes.Expr | None = None
        leading = len(source) - len(source.lstrip())
        parts = parts_of(source.strip())
        if parts is None:
            self._parse()
            return
        self.reads = frozenset({".".join(parts[:2])})
        self.references: tuple[tuple[str, int], ...] = ((".".join(parts), leading),)
        self._run = follow(parts[0], parts[1:], leading)

    def _parse(self) -> None:
        from holdfast.plan.expressions.reading import reads, references
        from holdfast.plan.expressions.syntax import parse_tree

        self._tree, paths = parse_tree(self.source)
        self.reads, self.references = reads(paths), references(paths)

    def value(self, scope: Scope) -> object:
        """The value, which may share data with the names. Raises Fault."""
        run = self._run
        if run is None:
            run = self._build()
        try:
            return run(scope)
        except RecursionError:
            raise Fault("limit", "the data or the expression is nested too deeply") from None

    def _build(self) -> Callable[[Scope], object]:
        from holdfast.plan.expressions.building import build

        tree = self._tree
        run = self._run if tree is None else build(tree)
        self._run, self._tree = run, None
        return cast("Callable[[Scope], object]", run)

    def tree(self) -> nodes.Expr | None:
        """Its checked form, for those who look at it before it runs; None for a plain path."""
        if self._tree is not None or parts_of(self.source.strip()) is not None:
            return self._tree
        from holdfast.plan.expressions.syntax import parse_tree

        return parse_tree(self.source)[0]

    def comparisons(self, name: str) -> tuple[float, ...]:
        """The numeric constants that a dotted name is compared with anywhere in it."""
        if parts_of(self.source.strip()) is not None:
            return ()
        from holdfast.plan.expressions.building import build
        from holdfast.plan.expressions.reading import comparisons
        from holdfast.plan.expressions.syntax import parse_tree

        return comparisons(parse_tree(self.source)[0], name, lambda node: build(node)(Scope({})))

    def error(self, fault: Fault, where: Callable[[int], Span] | None) -> ExpressionError:
        """The fault with its source and place; what it saw is left out when secrets are read."""
        private = any(read.partition(".")[0] == "secrets" for read in self.reads)
        offset = max(0, fault.offset)
        span = where(offset) if where else None
        return ExpressionError(self.source, offset, span, fault.message(private=private), fault.code)


compiled = lru_cache(maxsize=limits.CACHED)(Compiled)
"""The meaning of a source; the same object for the same source. Raises ExpressionSyntaxError."""


class Expression:
    """A bare expression, as in `when`; satisfies `holdfast.plan.program.Expression`."""

    __slots__ = ("_compiled", "where")

    def __init__(self, meaning: Compiled, where: Callable[[int], Span] | None = None) -> None:
        self._compiled = meaning
        self.where = where
        """Gives the place in the file of an offset in the source."""

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    @property
    def source(self) -> str:
        """The text the author wrote."""
        return self._compiled.source

    @property
    def reads(self) -> frozenset[str]:
        """The names it may read, at most two parts: `steps.book`, `error`; `steps.*` when it chooses at run time."""
        return self._compiled.reads

    @property
    def references(self) -> tuple[tuple[str, int], ...]:
        """Every dotted name it reads, with all its constant parts, and its offset in the source."""
        return self._compiled.references

    @property
    def tree(self) -> nodes.Expr | None:
        """Its checked form, for those who look at it before it runs; None for a plain path, which is its reference."""
        return self._compiled.tree()

    def comparisons(self, name: str) -> tuple[float, ...]:
        """The numeric constants that a dotted name is compared with anywhere in it: `10 < spent.elapsed` gives 10."""
        return self._compiled.comparisons(name)

    def evaluate(self, names: Names) -> object:
        """Its value, as new plain data.

        Args:
            names: what it may read. A lazy mapping's KeyError means "not there"; other exceptions pass through.

        Raises:
            ExpressionError: something is missing, of the wrong kind, too large or impossible.
        """
        scope = Scope(names)
        try:
            return finished(self._compiled.value(scope), scope)
        except Fault as fault:
            raise self._compiled.error(fault, self.where) from None


def finished(value: object, scope: Scope) -> object:
    """The value as new plain data, within what is left of the scope's output. Raises Fault."""
    if value is None or value is True or value is False:
        return value
    try:
        return plain(value, scope.room)
    except RecursionError:
        raise Fault("limit", "the result is nested too deeply") from None


def parse_expression(source: str, where: Callable[[int], Span] | None = None) -> Expression:
    """Parse and check a bare expression.

    Args:
        source: the text, at most 4,096 characters.
        where: gives the place in the file of an offset in the text, for messages; called only when one is made.

    Returns:
        The expression; it satisfies `holdfast.plan.program.Expression`.

    Raises:
        ExpressionSyntaxError: it is not in the language.
    """
    try:
        return Expression(compiled(source), where)
    except ExpressionSyntaxError as error:
        if where is None:
            raise
        raise ExpressionSyntaxError(error.message, error.offset, span=where(error.offset)) from None
