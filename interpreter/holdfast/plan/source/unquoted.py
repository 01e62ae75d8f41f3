"""A text without quotes inside of `{ }` or `[ ]` that holds one of YAML's own signs: `{when: kind in ['a', 'b']}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from holdfast.diagnostics import Edit, Fix
from holdfast.plan.findings import finding
from holdfast.plan.source.text import line_start

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic
    from holdfast.plan.source.text import Text

_VALUE: Final = re.compile(r"(?:^|[{,])\s*[\w-]+:[ ]+(?=[^\s,{}\[\]#&*!|>%@`])")
"""What stands before a value that has no bracket around it."""
_PARTS: Final = re.compile(r"""'(?:[^'\r\n])*'|"(?:[^"\\\r\n])*"|[\[{(]|[\]})]|,|[\r\n]|[ ]#|[^'"\[\](){},\r\n #]+|.""")
_BEHIND: Final = re.compile(r",\s*(?:['\"]?[\w-]+['\"]?\s*:|\})|\}")
"""What ends a value of a map for certain."""
_QUOTED: Final = re.compile(r"""'[^'\r\n]*'|"[^"\\\r\n]*\"""")
_SIGN: Final = re.compile(r"[\[{]")
_KEY: Final = re.compile(r"['\"]?[\w-]+['\"]?:\s")
"""Another entry, before which a comma was forgotten."""
_SHOWN: Final = 60


def unquoted_flow(text: Text, index: int) -> Diagnostic | None:
    """What is wrong where YAML cannot go on at `index`; None: it is no text that goes on there.

    The fix puts the whole value in quotes, where it is plain to see how far it goes.
    """
    source = text.text
    start = _start(source, line_start(source, index), index)
    sign = None if start is None else _SIGN.search(source, start, index + 1)
    if start is None or not (sign or source[start] in "'\"") or _KEY.match(source, index):
        return None
    end = _end(source, start)
    stop = index + 1 if end is None else end
    shown = source[start:stop] if stop - start <= _SHOWN else f"{source[start : start + _SHOWN]}..."
    what = f"holds a `{sign[0]}` and is not quoted" if sign else "goes on behind its quotes"
    advice = "put all of it in quotes: inside of `{ }` and `[ ]`, the signs `[ ] { } ,` are YAML's own"
    cure = None if end is None else _in_quotes(text, start, end)
    return finding("syntax", f"`{shown}` {what}", text.span(start, stop), advice, cure)


def _start(source: str, begin: int, index: int) -> int | None:
    """Where the first such value of a line begins, up to `index`; else the value that holds `index`."""
    line = _QUOTED.sub(lambda text: text[0][0] + "_" * (len(text[0]) - 2) + text[0][0], source[begin : index + 1])
    starts = [begin + before.end() for before in _VALUE.finditer(line)]
    for start in starts:
        if source[start] not in "'\"" and _SIGN.search(source, start, _end(source, start) or start):
            return start
    return next((one for one in reversed(starts) if (_end(source, one) or index + 1) > index), None)


def _end(source: str, start: int) -> int | None:
    """Where a value of a map ends that begins here; None: that is not certain."""
    depth = 0
    for part in _PARTS.finditer(source, start):
        sign = part[0]
        if sign in {"\n", "\r", " #", "'", '"'}:
            return None
        if depth == 0 and sign in {",", "}", "]", ")"}:
            end = start + len(source[start : part.start()].rstrip())
            return end if _BEHIND.match(source, part.start()) else None
        depth += (sign in {"[", "{", "("}) - (sign in {"]", "}", ")"})
    return None


def _in_quotes(text: Text, start: int, end: int) -> Fix:
    from holdfast.plan.source.quoting import quoted

    return Fix(title="put it in quotes", edits=(Edit(text.exact(start, end), quoted(text.text[start:end], '"')),))
