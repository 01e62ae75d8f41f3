"""What can be wrong with an expression: in its text, or when it meets its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from holdfast.errors import HoldfastError
from holdfast.plan.expressions.values import describe

if TYPE_CHECKING:
    from holdfast.diagnostics import Span

Code = Literal["undefined", "type", "limit", "value", "failed_precondition", "expired"]

_SHOWN = 160


class ExpressionSyntaxError(HoldfastError):
    """An expression is not in the language: bad syntax, or something that is not allowed in it.

    Args:
        message: what is wrong and what to write instead.
        offset: where, in characters from the start of the scalar.
        path: where the scalar is in its template; empty for a bare expression.
        span: the place in the file, where it is known.
    """

    def __init__(
        self, message: str, offset: int = 0, path: tuple[str | int, ...] = (), span: Span | None = None
    ) -> None:
        super().__init__(message, offset, path, span)
        self.message, self.offset, self.path, self.span = message, offset, path, span

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        return f"{where}{self.message} (at character {self.offset + 1})"


class ExpressionError(HoldfastError):
    """An expression has no value with what it was given.

    Args:
        source: the expression's text.
        offset: where in the text it failed, in characters from its start.
        span: the place in the file, where it is known.
        message: what was wrong, and what the expression saw.
        code: ``undefined`` (not there), ``type`` (the wrong kind of value), ``limit`` (too much), ``value`` (no such
            result, as in a division by zero); ``failed_precondition``, ``expired`` (a fact that cannot be had).
    """

    def __init__(self, source: str, offset: int, span: Span | None, message: str, code: Code) -> None:
        super().__init__(source, offset, span, message, code)
        self.source, self.offset, self.span, self.message, self.code = source, offset, span, message, code

    def __str__(self) -> str:
        shown = self.source if len(self.source) <= _SHOWN else f"{self.source[:_SHOWN]}..."
        where = f"{self.span}: " if self.span else ""
        return f"{where}in `{shown}`, at character {self.offset + 1}: {self.message}"


class Fault(Exception):
    """An evaluation failed; becomes an ExpressionError when it leaves the expression.

    The values are put into the sentence only then, because an expression that reads secrets must not show them.
    """

    def __init__(self, code: Code, sentence: str, *values: object) -> None:
        super().__init__(sentence)
        self.code: Code = code
        self.sentence, self.values = sentence, values
        self.offset = -1

    def message(self, *, private: bool) -> str:
        """The sentence with its values, or with their kinds only."""
        return self.sentence.format(*(describe(value, private=private) for value in self.values))


def quoted(text: str) -> str:
    """Text that may stand in a Fault's sentence as it is, whatever braces it has."""
    return text.replace("{", "{{").replace("}", "}}")
