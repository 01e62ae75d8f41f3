"""An expression's tokens, with their places: Jinja2's lexical grammar, its limits, and where an expression ends.

Jinja2's own lexer knows lines only, and people need columns. A test keeps both lexers equal on what both accept.
Everything that would let the recursive parser go deep is refused here, where nothing recurses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.errors import ExpressionSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RawToken = tuple[int, str, object]
"""Offset, kind (by Jinja2's name for it) and value."""

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<path>(?!(?:and|or|not|in|is|if|else|true|false|none|True|False|None|null)\b)
        [A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+(?!\w))
    | (?P<name>[^\W\d]\w*)
    | (?P<float>(?<!\.)[0-9](?:_?[0-9])*
        (?:\.[0-9](?:_?[0-9])*(?:[eE][+-]?[0-9](?:_?[0-9])*)?|[eE][+-]?[0-9](?:_?[0-9])*))
    | (?P<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*)
    | (?P<string>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<close>\}\})
    | (?P<operator>//|\*\*|==|!=|>=|<=|[-+*/%~\[\](){}<>=.:|,])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
"""Jinja2's tokens, but for one: a dotted path without blanks is one `name` here, which halves the parser's work."""

_OPERATORS: Final[Mapping[str, str]] = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "%": "mod",
    "~": "tilde",
    "**": "pow",
    "//": "floordiv",
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "lteq",
    ">": "gt",
    ">=": "gteq",
    "=": "assign",
    ".": "dot",
    ":": "colon",
    "|": "pipe",
    ",": "comma",
    "(": "lparen",
    ")": "rparen",
    "[": "lbracket",
    "]": "rbracket",
    "{": "lbrace",
    "}": "rbrace",
}

_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_PREFIXES: Final = frozenset({"not", "+", "-"})
_NESTING: Final = frozenset({*_CLOSING, *_CLOSING.values(), *_PREFIXES, "else"})

_ADVICE: Final[Mapping[str, str]] = {
    "'": "the string is not closed",
    '"': "the string is not closed",
    "&": "`&` is not an operator: write `and`",
    "!": "`!` is not an operator: write `not`",
    "?": "`?` is not an operator: write `a if condition else b`",
    "^": "`^` is not an operator: write `**` for a power",
}

_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", "'": "'", '"': '"', "/": "/", "\n": ""}
_SURROGATES: Final = range(0xD800, 0xE000)


def scan(text: str, start: int = 0, *, closing: bool = False) -> tuple[list[RawToken], int]:
    """The tokens of the expression that starts at `start`.

    Args:
        text: an expression, or a string that holds one.
        start: where it begins, in characters.
        closing: it ends at its `}}`; otherwise at the end of the text.

    Returns:
        The tokens, and where the expression ends (the offset of `}}`, or the text's length).

    Raises:
        ExpressionSyntaxError: an unknown character, an open string or bracket, or too long or too deep.
    """
    tokens: list[RawToken] = []
    nesting = _Nesting()
    position = start
    while True:
        token = _TOKEN.match(text, position) or _unknown(text, position)
        kind = str(token.lastgroup)
        offset, position = token.span(kind)
        word = token[kind]
        if position - start > limits.SOURCE:
            raise ExpressionSyntaxError(f"an expression has at most {limits.SOURCE} characters", start)
        if kind == "end" or (kind == "close" and closing and not nesting.open):
            break
        if kind == "close":
            kind, word, position = "operator", "}", position - 1
        tokens.append(_VALUES[kind](word, offset))
        if word in _NESTING:
            nesting.see(word, offset, len(tokens))
    nesting.finish()
    if closing and kind == "end":
        raise ExpressionSyntaxError("`{{` is not closed: write `}}` after the expression", start - 2)
    return tokens, offset


def _unknown(text: str, position: int) -> NoReturn:
    while text[position].isspace():
        position += 1
    character = text[position]
    raise ExpressionSyntaxError(_ADVICE.get(character, f"`{character}` has no meaning here"), position)


class _Nesting:
    """What is open, and how deep the parser would go."""

    __slots__ = ("elses", "open", "prefixes", "previous")

    def __init__(self) -> None:
        self.open: list[tuple[int, str]] = []
        self.previous = -1
        self.prefixes = 0
        self.elses = 0

    def see(self, word: str, offset: int, index: int) -> None:
        if word in _CLOSING:
            self.open.append((offset, word))
        elif word in _PREFIXES:
            self.prefixes = self.prefixes + 1 if self.previous == index - 1 else 1
            self.previous = index
        elif word == "else":
            self.elses += 1
        else:
            self._close(word, offset)
        if len(self.open) > limits.BRACKETS or self.prefixes > limits.PREFIXES or self.elses > limits.ELSES:
            raise ExpressionSyntaxError("the expression is nested too deeply: use steps or a tool", offset)

    def _close(self, word: str, offset: int) -> None:
        if not self.open or _CLOSING[self.open.pop()[1]] != word:
            raise ExpressionSyntaxError(f"`{word}` closes nothing that is open", offset)

    def finish(self) -> None:
        if self.open:
            offset, word = self.open[-1]
            raise ExpressionSyntaxError(f"`{word}` is not closed: `{_CLOSING[word]}` is missing", offset)


def _path(word: str, offset: int) -> RawToken:
    return offset, "name", word


def _name(word: str, offset: int) -> RawToken:
    if not word.isidentifier():
        raise ExpressionSyntaxError(f"`{word}` is not a name: letters, digits and `_` are allowed", offset)
    return offset, "name", word


def _integer(word: str, offset: int) -> RawToken:
    return offset, "integer", int(word.replace("_", ""), 0)


def _float(word: str, offset: int) -> RawToken:
    return offset, "float", float(word.replace("_", ""))


def _operator(word: str, offset: int) -> RawToken:
    return offset, _OPERATORS[word], word


def _string(word: str, offset: int) -> RawToken:
    if "\\" not in word:
        return offset, "string", word[1:-1]

    def replace(escape: re.Match[str]) -> str:
        return _unescaped(escape, offset + 1 + escape.start())

    return offset, "string", _ESCAPE.sub(replace, word[1:-1])


def _unescaped(escape: re.Match[str], offset: int) -> str:
    digits = escape[1] or escape[2] or escape[3]
    if digits is None:
        known = _ESCAPED.get(escape[4])
        if known is None:
            raise ExpressionSyntaxError(f"`{escape[0]}` is no escape: write `\\{escape[0]}` for a backslash", offset)
        return known
    number = int(digits, 16)
    if number > 0x10FFFF or number in _SURROGATES:  # noqa: PLR2004 - the last code point
        raise ExpressionSyntaxError(f"`{escape[0]}` is not a character", offset)
    return chr(number)


_VALUES: Final[Mapping[str, Callable[[str, int], RawToken]]] = {
    "path": _path,
    "name": _name,
    "string": _string,
    "integer": _integer,
    "float": _float,
    "operator": _operator,
}
