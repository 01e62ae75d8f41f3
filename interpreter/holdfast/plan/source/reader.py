"""Strict YAML, read from PyYAML's events: one document, no tags, anchors, aliases or merge keys, unique text keys.

PyYAML's own constructors are not used: they keep the last of two equal keys, read `on:` as `True:` and crash on deep
nesting. Here the events build plain data directly, and limits stop a hostile document within milliseconds.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import yaml

from holdfast.diagnostics import Span
from holdfast.errors import PlanError
from holdfast.plan.findings import MOST, finding
from holdfast.plan.source.document import Document, count_nodes
from holdfast.plan.source.faults import syntax_fault, unquoted_template
from holdfast.plan.source.scalars import resolve
from holdfast.plan.source.text import Text, decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.diagnostics import Diagnostic
    from holdfast.plan.place import Path

MAX_DEPTH: Final = 64
"""How deep lists and maps may stand in each other."""

MAX_NODES: Final = 100_000
"""How many keys, values, lists and maps a document may have."""

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_KEY: Final = object()


def read(source: bytes | str, file: str) -> Document:
    """The document in `source`; `file` is the name that findings show.

    Raises:
        PlanError: it is not UTF-8, empty, not YAML, or uses what is not allowed here; with every place found so far.
    """
    text = decode(source, file)
    builder = _Builder(text)
    try:
        builder.build()
    except yaml.MarkedYAMLError as error:
        context = error.context_mark.index if error.context_mark else None
        at = error.problem_mark.index if error.problem_mark else len(text.text)
        fault = syntax_fault(text, error.problem or "", at, context)
        builder.findings.append(fault if fault.slug != "tab" else _with_blanks(fault, text))
    else:
        document = Document(text, builder.root, builder.places)
        if not builder.findings:
            return document
        if builder.doubles:
            from holdfast.plan.source.doubles import with_cures

            raise PlanError(with_cures(builder.findings, builder.doubles, document))
    raise PlanError(builder.findings)


def _with_blanks(fault: Diagnostic, text: Text) -> Diagnostic:
    from holdfast.plan.source.tabs import without_tabs

    return replace(fault, fix=without_tabs(text, read))


class _Builder:
    """Builds data from events. One container is current; its parents wait on the stack."""

    __slots__ = (
        "_current",
        "_events",
        "_key",
        "_keys",
        "_node",
        "_stack",
        "_text",
        "doubles",
        "findings",
        "places",
        "root",
    )

    def __init__(self, text: Text) -> None:
        self.root: object = None
        self.places: array[int] = array("L")
        self.findings: list[Diagnostic] = []
        self.doubles: list[tuple[int, Path]] = []
        """Which findings are about a key that stands there a second time, and the path of its value."""
        self._text = text
        self._events: Any = _Loader(text.text)
        self._current: Any = None
        self._key: Any = _NO_KEY
        self._node = 0
        self._stack: list[tuple[Any, Any, int]] = []

    def build(self) -> None:
        """Read all events. Raises PlanError where going on makes no sense, MarkedYAMLError where YAML ends."""
        following: Callable[[], Any] = self._events.get_event
        scalar, open_map, open_list = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        documents = 0
        while True:
            event = following()
            kind = type(event)
            if kind is scalar:
                self._scalar(event)
            elif kind is open_map or kind is open_list:
                self._open(event, {} if kind is open_map else [])
            elif kind in ends:
                self._close(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._stop("several-documents", "a plan is one document, and a second one begins here", event)
            elif kind is yaml.AliasEvent:
                self._stop("anchor", f"`*{event.anchor}` is an alias, and plans have none", event, "write it out")
            elif kind is yaml.StreamEndEvent:
                return self._finish(documents)

    def _finish(self, documents: int) -> None:
        if documents and not (self.root is None and self.places[0] == self.places[1]):
            return
        span = Span(self._text.file, 1, 1, 1, 1)
        advice = "a plan begins with `holdfast: 1`, `plan: a-name` and `steps:`"
        raise PlanError([finding("empty", "the file is empty", span, advice)])

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        places = self.places
        places.append(start)
        places.append(end)
        if len(places) > 2 * MAX_NODES:
            self._stop("limit", f"the document has more than {MAX_NODES:,} nodes", event, "split the plan")
        if event.tag is not None or event.anchor is not None:
            self._refuse_extras(event)
        value: Any = event.value
        current = self._current
        if self._key is _NO_KEY and type(current) is dict:
            self._take_key(value, event)
            return
        if event.implicit[0]:
            try:
                value = resolve(value)
            except ValueError as error:
                self._note("bad-number", str(error), event, "put it in quotes if it is text")
        self._place_value(value)

    def _place_value(self, value: Any) -> None:
        current = self._current
        if type(current) is dict:
            current[self._key] = value
            self._key = _NO_KEY
        elif current is not None:
            current.append(value)
        else:
            self.root = value

    def _take_key(self, key: str, event: Any) -> None:
        plain = event.implicit[0]
        if key in self._current:
            key = self._duplicate(key, event)
        elif plain and key == "<<":
            self._note("merge-key", "`<<` merges another map in, and plans have no merge keys", event, "write it out")
        elif plain and not key:
            self._note("bad-key", "a key is missing before this `:`", event, "write `key: value`")
        self._key = key

    def _open(self, event: Any, container: Any) -> None:
        current, start = self._current, event.start_mark.index
        if self._key is _NO_KEY and type(current) is dict:
            self._bad_key(event, start)
        if len(self._stack) >= MAX_DEPTH:
            self._stop("limit", f"the document is nested deeper than {MAX_DEPTH} levels", event, "split the plan")
        if event.tag is not None or event.anchor is not None:
            self._refuse_extras(event)
        self._stack.append((current, self._key, self._node))
        self._node = len(self.places)
        self.places.append(start)
        self.places.append(event.end_mark.index)
        if len(self.places) > 2 * MAX_NODES:
            self._stop("limit", f"the document has more than {MAX_NODES:,} nodes", event, "split the plan")
        self._current, self._key = container, _NO_KEY

    def _close(self, event: Any) -> None:
        self.places[self._node + 1] = event.end_mark.index
        done = self._current
        self._current, self._key, self._node = self._stack.pop()
        self._place_value(done)

    def _bad_key(self, event: Any, start: int) -> None:
        source = self._text.text
        if source.startswith("{{", start - 1):
            raise PlanError([*self.findings, unquoted_template(self._text, start - 1)])
        self._stop("bad-key", "a list or map cannot be a key", event, "keys are text; quote it if it is meant as text")

    def _duplicate(self, key: str, event: Any) -> str:
        """Report the second `key`, and give a name under which its value can be kept beside the first."""
        node = self._node // 2 + 1
        for name, value in self._current.items():
            if name == key:
                break
            node += 1 + count_nodes(value)
        first = self._text.span(self.places[2 * node], self.places[2 * node + 1])
        where = f"line {first.line}, column {first.column}"
        self._note("duplicate-key", f"`{key}` stands here a second time; the first is in {where}", event, "keep one")
        kept = f"{key}\0{event.start_mark.index}"
        above = [(parent, name) for parent, name, _ in self._stack if parent is not None]
        path = [name if type(parent) is dict else len(parent) for parent, name in above]
        self.doubles.append((len(self.findings) - 1, (*path, kept)))
        return kept

    def _refuse_extras(self, event: Any) -> None:
        if event.tag is not None:
            self._note("tag", f"`{event.tag}` is a tag, and plans have none", event, "write the value without it")
        if event.anchor is not None:
            self._note("anchor", f"`&{event.anchor}` is an anchor, and plans have none", event, "delete it")

    def _note(self, kind: str, message: str, event: Any, advice: str) -> None:
        span = self._text.span(event.start_mark.index, event.end_mark.index)
        self.findings.append(finding(kind, message, span, advice))
        if len(self.findings) >= MOST:
            raise PlanError(self.findings)

    def _stop(self, kind: str, message: str, event: Any, advice: str = "") -> None:
        self._note(kind, message, event, advice)
        raise PlanError(self.findings)
