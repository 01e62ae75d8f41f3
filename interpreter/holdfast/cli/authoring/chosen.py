"""Which tests are meant by `-k`: texts that their names hold, joined by `and`, `or`, `not` and parentheses.

    expression = term { "or" term };  term = factor { "and" factor };  factor = "not" factor | "(" expression ")" | text

A text is all the words up to the next such sign: `-k "sold out and not slow"`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NoReturn

from holdfast.cli.command import UsageError

Chooses = Callable[[str], bool]
_SIGNS: Final = frozenset({"and", "or", "not", "(", ")"})


def chooses(expression: str) -> Chooses:
    """Whether a test of some name is meant; by an empty expression all are. Raises UsageError."""
    if not expression.strip():
        return lambda _name: True
    reader = _Reader(expression)
    found = reader.any_of()
    reader.end()
    return found


class _Reader:
    def __init__(self, expression: str) -> None:
        self._all, self._words = expression, re.findall(r"[()]|[^\s()]+", expression)

    def any_of(self) -> Chooses:
        parts = [self._all_of()]
        while self._taken("or"):
            parts.append(self._all_of())
        return lambda name: any(part(name) for part in parts)

    def end(self) -> None:
        if self._words:
            self._refuse()

    def _all_of(self) -> Chooses:
        parts = [self._one()]
        while self._taken("and"):
            parts.append(self._one())
        return lambda name: all(part(name) for part in parts)

    def _one(self) -> Chooses:
        if self._taken("not"):
            inner = self._one()
            return lambda name: not inner(name)
        if self._taken("("):
            inner = self.any_of()
            if not self._taken(")"):
                self._refuse()
            return inner
        words: list[str] = []
        while self._words and self._words[0] not in _SIGNS:
            words.append(self._words.pop(0))
        if not words:
            self._refuse()
        text = " ".join(words)
        return lambda name: text in name

    def _taken(self, sign: str) -> bool:
        found = self._words[:1] == [sign]
        del self._words[:found]
        return found

    def _refuse(self) -> NoReturn:
        raise UsageError(
            f"`-k {self._all}` cannot be understood\n"
            "  = help: texts joined by and, or, not, ( and ), as in `-k 'late and not slow'`"
        )
