"""Evaluations from files: the YAML itself, and cases from JSONL."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from holdfast.diagnostics import Diagnostic, Span
from holdfast.errors import PlanError
from holdfast.evaluation.model import CaseModel, EvalModel
from holdfast.plan.findings import finding, in_order
from holdfast.plan.model.check import conforming
from holdfast.plan.model.explain import Form
from holdfast.plan.source import read
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.plan.source import Document

_ITEMS: Final = {"cases": "a case", "variants": "a variant", "events": "an event"}
_EVAL: Final = Form(model=EvalModel, noun="an evaluation", items=_ITEMS)
_CASE: Final = Form(model=CaseModel, noun="a case", items=_ITEMS)


@value
class Case:
    """One case, and where it stands: `file:line`."""

    said: CaseModel
    place: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.said.name


@value
class Suite:
    """An evaluation with all of its cases.

    Args:
        said: the file.
        cases: its own, then those of its JSONL file.
        path: of the file; what it names stands beside it.
    """

    said: EvalModel
    cases: tuple[Case, ...]
    path: Path


def load_suite(path: Path) -> Suite:
    """The evaluation in a file. Raises PlanError with every finding, each with its place."""
    document = read(_bytes(path, None), str(path))
    said = conforming(document, EvalModel, _EVAL)
    own = [
        Case(said=case, place=f"{path}:{document.span(('cases', number)).line}")
        for number, case in enumerate(said.cases or ())
    ]
    more = _from_lines(path.parent / said.cases_from, document) if said.cases_from else []
    cases = (*own, *more)
    _see_names(cases, document)
    return Suite(said=said, cases=cases, path=path)


def is_evaluation(document: Document) -> bool:
    """Whether a document means to be an evaluation rather than a plan."""
    return isinstance(document.data, dict) and "eval" in document.data and "holdfast" not in document.data


def faults_of(document: Document) -> Sequence[Diagnostic]:
    """What is wrong with the form of an evaluation."""
    try:
        conforming(document, EvalModel, _EVAL)
    except PlanError as error:
        return error.diagnostics
    return ()


def _bytes(path: Path, span: Span | None) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: the name has a zero byte
        where, why = span or Span(str(path), 1, 1, 1, 1), error.strerror if isinstance(error, OSError) else error
        raise PlanError([finding("unreadable", f"`{path}` cannot be read: {why}", where)]) from None


def _from_lines(path: Path, document: Document) -> list[Case]:
    raw = _bytes(path, document.span(("cases_from",)))
    cases: list[Case] = []
    findings: list[Diagnostic] = []
    for number, line in enumerate(raw.removeprefix(BOM_UTF8).splitlines(), start=1):
        if line.strip():
            try:
                cases.append(Case(said=_case(_utf8(line, path, number), path, number), place=f"{path}:{number}"))
            except PlanError as error:
                findings += error.diagnostics
    if findings:
        raise PlanError(in_order(findings)[:_MOST])
    return cases


_MOST: Final = 50
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Half of a character, as JSON writes those of which Unicode has learned later. YAML has no such escapes."""


def _utf8(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode("utf-8")) + 1
        message = f"the byte 0x{line[error.start]:02x} is not UTF-8"
        raise _refused("not-utf8", message, path, number, column, "save the file as UTF-8") from None


def _case(line: str, path: Path, number: int) -> CaseModel:
    """The case on one line of a file. Raises PlanError with its place there."""
    try:
        data: Any = json.loads(line)
    except json.JSONDecodeError as error:
        message = f"this line is no JSON: {error.msg[0].lower()}{error.msg[1:]}"
        raise _refused("syntax", message, path, number, error.colno, "each line holds one case: {...}") from None
    except (ValueError, RecursionError):
        message = "a number in this line is too long, or its lists and maps are nested too deep"
        raise _refused("limit", message, path, number, 1, "") from None
    named = not isinstance(data, dict) or "name" in data
    try:
        return CaseModel.model_validate(data if named else {"name": f"{path.name}:{number}", **data})
    except ValueError:
        return _explained(line, path, number, named=named)


def _explained(line: str, path: Path, number: int, *, named: bool) -> CaseModel:
    """What is wrong with a case, found in its line as it is written; a name it does not need comes last."""
    text = line if named else f'{line.rstrip()[:-1]}, "name": "x"}}'
    try:
        return conforming(read(_SURROGATE.sub(r"\\ufffd", text), str(path)), CaseModel, _CASE)
    except PlanError as error:
        raise PlanError([_moved(one, line, number) for one in error.diagnostics]) from None


def _moved(found: Diagnostic, line: str, number: int) -> Diagnostic:
    """A finding in a line, as one in its file."""
    span = None if found.span is None else replace(found.span, line=number, end_line=number, text=line)
    return replace(found, span=span, fix=None)


def _refused(kind: str, message: str, path: Path, line: int, column: int, advice: str) -> PlanError:
    return PlanError([finding(kind, message, Span(str(path), line, column, line, column + 1), advice)])


def _see_names(cases: Sequence[Case], document: Document) -> None:
    findings = list(_twice(cases, document))
    if findings:
        raise PlanError(findings)


def _twice(cases: Sequence[Case], document: Document) -> Iterator[Diagnostic]:
    known: dict[str, Case] = {}
    for case in cases:
        if case.name in known:
            file, _, line = case.place.rpartition(":")
            span = Span(file, int(line), 1, int(line), 2)
            message = f"there are two cases `{case.name}`: the first stands at {known[case.name].place}"
            yield finding("duplicate-id", message, span, "results are told by the name of the case")
        known.setdefault(case.name, case)
    if not cases:
        yield finding("empty", "there are no cases", document.span(()), "write some under `cases`")
