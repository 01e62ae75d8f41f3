"""What PyYAML complains about, said so that the author of a plan knows what to write instead."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from holdfast.plan.findings import finding
from holdfast.plan.source.text import line_start
from holdfast.plan.source.unquoted import unquoted_flow

if TYPE_CHECKING:
    from holdfast.diagnostics import Diagnostic, Fix
    from holdfast.plan.source.text import Text

QUOTE_TEMPLATE: Final = 'put it in quotes: "{{ ... }}"; unquoted, YAML reads `{` as the start of a map'
_UNQUOTED: Final = re.compile(r"(?:^|[:\-,\[{])[ ]*\{\{")
_VALUE: Final = re.compile(r"\{\{[^{}\r\n]*\}\}(?:(?![ \t]#)[^\r\n])*")
_FLOW_VALUE: Final = re.compile(r"\{\{[^{}\r\n]*\}\}")
_KEY_INDENT: Final = re.compile(r"[ ]*(?:-[ ]+)*")
_BELOW: Final = re.compile(r"[\r\n]([ ]*)(?![ \t\r\n#])")
_LINE_END: Final = re.compile(r"[\r\n]")
_FLOW_END: Final = re.compile(r"\s*[,}\]]")
_UNCLOSED: Final = frozenset({
    "found unexpected end of stream", "did not find expected ',' or ']'", "did not find expected ',' or '}'",
})  # fmt: skip
_NO_START: Final = "found character that cannot start any token"
_GOES_ON: Final = frozenset({"did not find expected ',' or ']'", "did not find expected ',' or '}'", _NO_START})
_SAYINGS: Final = {
    "found invalid Unicode character escape code": (
        "this escape is no character",
        "characters beyond U+FFFF are not written as two escapes: write the character itself",
    ),
    "mapping values are not allowed in this context": (
        "a `:` stands where no key can be",
        "put the text in quotes if the colon belongs to it; otherwise check the indentation of this line",
    ),
    "found unexpected end of stream": ("the text that is quoted here never ends", "close the quote"),
    "could not find expected ':'": ("a key without `:`", "write `key: value`; put text of several lines in quotes"),
    "did not find expected key": (
        "this does not fit what stands above it",
        "check the indentation, and put text in quotes that begins with one of `{ [ ' \" & * ! | > % @ #`",
    ),
    "did not find expected '-' indicator": ("a list goes on without `- `", "check the indentation of this line"),
    "did not find expected ',' or ']'": ("a `[` list is not closed", "separate its items by `,` and close it by `]`"),
    "did not find expected ',' or '}'": ("a `{` map is not closed", "separate its entries by `,` and close it by `}`"),
    "did not find expected node content": ("a value is missing here", "close the `[` or `{` that is open, or write it"),
    "block sequence entries are not allowed in this context": (
        "a list cannot begin on this line",
        "begin it on a line of its own, or write it as `[a, b]`",
    ),
}


def syntax_fault(text: Text, problem: str, index: int, context: int | None) -> Diagnostic:
    """What is wrong at `index`, where YAML's parser gave up saying `problem` about what began at `context`."""
    index = min(index, max(len(text.text) - 1, 0))
    template = _unquoted_template(text.text, {index, index if context is None else context})
    if template is not None:
        return unquoted_template(text, template)
    tab = _tab(text.text, index)
    if tab is not None:
        advice = "indent with spaces; a tab has no fixed width"
        message = "a tab cannot indent or begin a value in YAML"
        return finding("tab", message, text.span(tab, tab + 1), advice)
    unquoted = unquoted_flow(text, index) if problem in _GOES_ON else None
    if unquoted is not None:
        return unquoted
    token = text.text[index]
    if problem == _NO_START:
        saying = (f"no value can begin with `{token}`", "put the text in quotes")
    else:
        saying = _SAYINGS.get(problem, (f"this is not YAML: {problem}", ""))
    at = context if context is not None and problem in _UNCLOSED else index
    return finding("syntax", saying[0], text.span(at, at + 1), saying[1])


def unquoted_template(text: Text, index: int) -> Diagnostic:
    """The finding for a `{{` at `index` that stands without quotes."""
    end = text.text.find("}}", index)
    stop = end + 2 if end >= 0 else index + 2
    shown = " ".join(text.text[index:stop].split())[:60]
    cure = _in_quotes(text, index)
    return finding("unquoted-template", f"`{shown}` is not quoted", text.span(index, stop), QUOTE_TEMPLATE, cure)


def _in_quotes(text: Text, index: int) -> Fix | None:
    """The value that begins at `index`, in quotes: up to the end of its line, or of its place in a list or map."""
    from holdfast.diagnostics import Edit, Fix
    from holdfast.plan.source.quoting import quoted

    whole = _VALUE.match(text.text, index)
    if whole is None:
        return None
    flow = _in_braces(text.text, index)
    end = _FLOW_VALUE.match(text.text, index) if flow else whole
    if end is None or (not _FLOW_END.match(text.text, end.end()) if flow else _goes_on(text.text, end.end())):
        return None
    value = end[0].rstrip(" \t")
    return Fix(title="put it in quotes", edits=(Edit(text.exact(index, index + len(value)), quoted(value, '"')),))


def _in_braces(text: str, index: int) -> bool:
    """Whether what stands at `index` is in a map or list in braces, on whatever line that began."""
    import yaml

    loader, depth = getattr(yaml, "CSafeLoader", yaml.SafeLoader), 0
    with suppress(yaml.YAMLError):  # what is wrong comes behind
        for token in yaml.scan(text[:index], Loader=loader):
            opens = isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken)
            closes = isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken)
            depth += opens - closes
    return depth > 0


def _goes_on(text: str, index: int) -> bool:
    """Whether the value that ends its line at `index` has more lines: they stand further in than its key."""
    begin = line_start(text, index)
    below = _BELOW.search(text, index)
    return below is not None and len(below[1]) > len(_KEY_INDENT.match(text, begin)[0])  # type: ignore[index]


def _unquoted_template(text: str, near: set[int]) -> int | None:
    for index in sorted(near, reverse=True):
        start = line_start(text, index)
        end = _LINE_END.search(text, index)
        line = text[start : end.start() if end else len(text)].partition(" #")[0]
        match = _UNQUOTED.search(line)
        if match and not any(line[: match.start()].count(quote) % 2 for quote in "'\""):
            return start + match.end() - 2
    return None


def _tab(text: str, index: int) -> int | None:
    if text[index : index + 1] == "\t":
        return index
    start = line_start(text, index)
    blank = text[start : index + 1]
    indent = blank[: len(blank) - len(blank.lstrip())]
    return start + indent.index("\t") if "\t" in indent else None
