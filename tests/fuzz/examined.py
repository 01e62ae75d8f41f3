"""One text through everything that looks at a plan before it runs, and what has to be true of it."""

from __future__ import annotations

import json
import signal
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from xml.etree import ElementTree as ET

from holdfast.cli.authoring.checking import checked
from holdfast.diagnostics import Diagnostic
from holdfast.errors import PlanError
from holdfast.explain.mermaid import mermaid
from holdfast.explain.outline import outline
from holdfast.explain.page import page
from holdfast.explain.report import report
from holdfast.explain.svg import svg
from holdfast.explain.text import text as told
from holdfast.lint.fixing import fixed
from holdfast.lint.formats import concise, github, json_data, junit, sarif
from holdfast.lint.layout import Unsettled, settled
from holdfast.lint.linter import at_least, lint
from holdfast.lint.rule import Subject
from holdfast.lint.rules import every_rule, rules_of
from holdfast.plan.load import load_source
from holdfast.plan.program import Plan
from holdfast.plan.source import read
from holdfast.registry import Registry

FILE = "fuzz.yaml"
SECONDS = 1.0
"""Processor time that a text may take, and as much again for each 16 KiB of it."""


SHORT = 4_000
"""Characters of a text that is fixed and formatted, too: that takes rounds of all the rest."""
ROUNDS = 20
"""How much longer that may take."""


class Wrong(AssertionError):
    """Something about a text is not as it has to be."""


class Slow(BaseException):
    """It takes too long."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises Slow when the processor has been at it for so long, whatever else the machine does."""

    def stop(*_: object) -> None:
        raise Slow(seconds)

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def allowed(source: bytes) -> float:
    """Seconds of the processor for a text of this size."""
    return SECONDS * (1 + len(source) / 16_384)


def examine(source: bytes, tools: Registry) -> tuple[str, float]:
    """Look at a text as `lint`, `run` and `explain` do.

    Returns:
        What it came to (`no plan`, `refused`, `stands`), and the seconds of the processor that this took.

    Raises:
        Wrong: a finding without a place in the text, a format that cannot be read, or two parts that disagree.
        Slow: it took longer than a text of this size may.
        Exception: whatever else was raised is a fault, too.
    """
    began = time.process_time()
    with limited(allowed(source)):
        outcome = _examine(source, tools)
    took = time.process_time() - began
    text = source.decode("utf-8", errors="replace").removeprefix("\ufeff")
    if len(text) < SHORT:
        with limited(ROUNDS * allowed(source)):
            _mended(text, tools)
            _in_style(text)
    return outcome, took


def _mended(text: str, tools: Registry) -> None:
    """All fixes put in: no more errors than before, and nothing left that they would do."""

    def check(source: str) -> Sequence[Diagnostic]:
        try:
            plan = load_source(source, FILE)
        except PlanError as refused:
            return refused.diagnostics
        return lint(plan, tools, rules=every_rule())

    if not any(one.fix for one in check(text)):
        return
    done = fixed(text, FILE, check, unsafe=True)
    before, after = len(at_least(check(text), "error")), len(at_least(done.left, "error"))
    if _runs(text) and (after > before or not _runs(done.source)):
        raise Wrong(f"fixes left {after} errors where {before} were")
    if fixed(done.source, FILE, check, unsafe=True).source != done.source:
        raise Wrong("fixing goes on the second time")


def _runs(text: str) -> bool:
    try:
        load_source(text, FILE)
    except PlanError:
        return False
    return True


def _in_style(text: str) -> None:
    """The style settled: the same data and comments (which is looked at there), and nothing to do the second time."""
    try:
        once = settled(read(text, FILE), "plan")
        twice = settled(read(once, FILE), "plan")
    except (PlanError, Unsettled):
        return
    if once != twice:
        raise Wrong("the style is settled otherwise the second time")


def _examine(source: bytes, tools: Registry) -> str:
    try:
        plan = load_source(source, FILE)
    except PlanError as refused:
        _places(refused.diagnostics, source)
        if not at_least(refused.diagnostics, "error"):
            raise Wrong("a plan was refused without an error") from refused
        return "no plan"
    document = read(plan.source, FILE)
    found = lint(plan, tools, document, every_rule())
    _places(found, source)
    _formats(found)
    outcome = _agreement(plan, tools)
    _explained(Subject(plan, document, tools))
    return outcome


def _agreement(plan: Plan, tools: Registry) -> str:
    """What profile `basic` calls an error, a run refuses; what it does not, a run takes."""
    errors = at_least(lint(plan, tools, rules=rules_of("basic")), "error")
    try:
        checked(plan, tools)
    except PlanError as refused:
        strange = {one.code for one in refused.diagnostics} - {one.code for one in errors}
        if strange and not plan.plans:
            raise Wrong(f"a run refuses what lint passes: {sorted(strange)}") from refused
        return "refused"
    if errors:
        raise Wrong(f"a run takes what lint calls an error: {errors[0].render()}")
    return "stands"


def _explained(subject: Subject) -> None:
    json.dumps(report(subject), allow_nan=False)
    drawn = outline(subject)
    for one in (told(subject), mermaid(drawn), page(subject)):
        _shown(one)
    ET.fromstring(_shown(svg(drawn)))  # noqa: S314 - our own text


def _shown(text: str) -> str:
    """A text that people see: nothing in it commands a terminal."""
    if any(map(_commands, text)):
        raise Wrong(f"a terminal would obey: {text[:200]!r}")
    return text


def _commands(sign: str) -> bool:
    """Whether this is a control or a sign that is not one."""
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\n\t"


def _formats(found: Sequence[Diagnostic]) -> None:
    json.dumps(json_data(found, [FILE]), allow_nan=False)
    json.loads(sarif(found, [FILE]))
    ET.fromstring(junit(found, [FILE]))  # noqa: S314 - our own text
    if len(_shown(concise(found, ())).splitlines()) != len(found):
        raise Wrong("a finding is not one line")
    if len(_shown(github(found, ())).split("\n")) != max(len(found), 1):
        raise Wrong("a finding is not one command")


def _places(found: Sequence[Diagnostic], source: bytes) -> None:
    lines = _lines(source)
    for one in found:
        _shown(one.render())
        span = one.span
        if span is None or span.file != FILE:
            raise Wrong(f"no place: {one}")
        first, last = _line(lines, span.line), _line(lines, span.end_line)
        begin, end = (span.line, span.column), (span.end_line, span.end_column)
        if not (1 <= span.column <= len(first) + 1 and span.end_column <= len(last) + 1 and begin <= end):
            raise Wrong(f"outside of the file: {one}")
        if span.text and span.text != first:
            raise Wrong(f"another line is shown: {one}")


def _lines(source: bytes) -> list[str]:
    text = source.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _line(lines: Sequence[str], number: int) -> str:
    if not 1 <= number <= len(lines):
        raise Wrong(f"there is no line {number} in {len(lines)}")
    return lines[number - 1]
