"""Plans read and checked before they run: the same for `run`, `lint` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.cli.command import UsageError
from holdfast.diagnostics import did_you_mean
from holdfast.errors import PlanError
from holdfast.lint.admission import checked
from holdfast.plan.lookup import ENDINGS, PLANS, find_in, known

__all__ = ["checked", "files", "findings"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.diagnostics import Diagnostic
    from holdfast.lint.above import Above
    from holdfast.lint.rule import Rule
    from holdfast.people.policy.book import Book
    from holdfast.plan.program import Plan
    from holdfast.plan.source import Document
    from holdfast.registry import Registry


def findings(
    file: Path,
    tools: Registry,
    rules: Sequence[Rule] | None = None,
    book: Book | None = None,
    text: str | None = None,
    above: Above | None = None,
) -> Sequence[Diagnostic]:
    """All that is wrong with a file: with its form, and by these rules; else by those of every run.

    Args:
        file: a plan or a policy.
        text: what the file is to hold; by default what it does.
        tools: the tools there are.
        rules: of the linter.
        book: the policy of the installation, whose queues plans ask.
        above: what guards plans that are linted together.
    """
    from holdfast.lint.linter import lint
    from holdfast.plan.load import load_document

    try:
        plan, document = load_document(file, text)
    except PlanError as error:
        return _of_policy(file, error, text)
    guards = () if above is None else above.of(plan.file)
    known = _children(plan) if plan.plans else {}
    found = lint(plan, tools, document, rules=rules, above=guards, children=known)
    found += _of_children(plan, known) if plan.plans else ()
    if book is None and "escalate" not in plan.source:
        return found
    return [*found, *_under(document, book, tools)]


def together(paths: Sequence[Path]) -> Above:
    """What guards plans from above, as far as these files tell."""
    from holdfast.lint.above import Above

    return Above(_parents(paths))


def _parents(paths: Sequence[Path]) -> Iterator[Plan]:
    """The plans among some files that run others."""
    from holdfast.plan.load import load_plan

    for path in paths:
        try:
            if path.read_bytes().count(b"plan:") > 1 and (plan := load_plan(path)).plans:
                yield plan
        except (PlanError, OSError):  # its own findings say so
            continue


def _children(plan: Plan) -> dict[str, Plan]:
    """The plans it runs; those that cannot be read are left out, which is said elsewhere."""
    from holdfast.plan.family import children

    return dict(children([], plan))


def _of_children(plan: Plan, known: dict[str, Plan]) -> Sequence[Diagnostic]:
    from holdfast.lint.children import lint_steps

    return lint_steps(plan, known)


def _under(document: Document, book: Book | None, tools: Registry) -> Sequence[Diagnostic]:
    from holdfast.people.policy.plans import lint_under

    return lint_under(document, book, tools)


def _of_policy(file: Path, wrong: PlanError, text: str | None) -> Sequence[Diagnostic]:
    """What is wrong with a file that is no plan: as a policy or an evaluation, if it means to be one."""
    from holdfast.evaluation.suite import faults_of, is_evaluation
    from holdfast.lint.suppress import with_refused
    from holdfast.people.policy.lint import lint_policy
    from holdfast.people.policy.load import is_policy
    from holdfast.plan.source import read

    try:
        document = read(file.read_bytes() if text is None else text, str(file))
    except (PlanError, OSError):
        return wrong.diagnostics
    if is_policy(document):
        return lint_policy(document)
    if is_evaluation(document):
        return faults_of(document)
    return with_refused(wrong.diagnostics, document.source, document.file)


def files(paths: Sequence[str]) -> list[Path]:
    """The plan files that paths name, folders searched. Raises UsageError: a path is not there, none is found."""
    found = list(dict.fromkeys(file for path in paths for file in _files(Path(path))))
    if not found:
        raise UsageError(f"there is no plan (`*.yaml`) in {', '.join(f'`{path}`' for path in paths)}")
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for ending in ENDINGS for file in path.rglob(f"*{ending}") if _visible(file, path))
    elif path.exists():
        yield path
    elif (found := find_in(PLANS, str(path))) is not None:
        yield found
    else:
        names = known(PLANS) if PLANS.is_dir() else {}
        meant = did_you_mean(str(path), [*names, *map(str, names.values())])
        raise UsageError(f"there is no file or folder `{path}`{meant}")


def _visible(file: Path, base: Path) -> bool:
    return file.is_file() and not any(part.startswith(".") for part in file.relative_to(base).parts)
