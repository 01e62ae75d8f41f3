"""What is allowed in a policy and still a bad idea."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from holdfast.diagnostics import Diagnostic
from holdfast.errors import PolicyError
from holdfast.people.policy.load import book_of
from holdfast.people.policy.plans import nobody_left, slug_of
from holdfast.plan.expressions import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.core.policy import PolicyRule
    from holdfast.people.policy.book import Book
    from holdfast.plan.program import Escalation
    from holdfast.plan.source import Document


def lint_policy(document: Document) -> Sequence[Diagnostic]:
    """All that is wrong with a policy, in the order of its text: errors keep it from being used, warnings do not."""
    from holdfast.lint.catalogue import POLICIES
    from holdfast.lint.suppress import with_refused, without_suppressed

    try:
        book = book_of(document)
    except PolicyError as error:
        return with_refused(error.diagnostics, document.source, document.file)
    findings = [*_rules(document, book), *_queues(document, book)]
    found = list(without_suppressed(findings, document, POLICIES))
    return sorted(found, key=lambda one: (one.span.line, one.span.column) if one.span else (0, 0))


def _rules(document: Document, book: Book) -> Iterator[Diagnostic]:
    for number, rule in enumerate(book.policy.rules):
        path = ("rules", number)
        if rule.timeout is None:
            message = f"nobody's silence ever ends a review of `{rule.name}`: its runs may wait for ever"
            yield _warning("HF460", message, document, (*path, "name"), "give it a `timeout`, like `timeout: 1d`")
        if rule.on_timeout == "approve" and rule.sample is None:
            message = f"`{rule.name}` lets the call pass when nobody looks, so it guards nothing"
            advice = "`on_timeout: reject`, or `sample` it: then it is a spot check"
            yield _warning("HF461", message, document, (*path, "on_timeout"), advice)
        if (why := _too_wide(rule)) is not None:
            advice = (
                "begin it with what it is about: `tool.effect == 'write' and ...`, `'payment' in tool.tags and ...`"
            )
            yield _warning("HF466", f"`{rule.name}` {why}", document, (*path, "when" if rule.when else "name"), advice)
        if rule.sheddable and not _sheds(document, rule.to):
            message = f"`sheddable` has no effect: `{rule.to}` has no capacity with `over_capacity: shed`"
            yield _warning("HF462", message, document, (*path, "sheddable"), "say so at the queue, or leave it out")
        yield from _stages(document, book, rule, path)


def _stages(document: Document, book: Book, rule: PolicyRule, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    """Everybody who is asked in turn: whether enough of them are left if one of them started the run."""
    stage: PolicyRule | Escalation | None = rule
    approvals = rule.approvals
    while stage is not None:
        approvals = stage.approvals or approvals
        queue = book.queues.get(stage.to)
        if queue is not None and (message := nobody_left(queue, approvals)) is not None:
            yield _warning("HF467", message, document, (*path, "to"), "one member more, or fewer approvals")
        path = (*path, "on_timeout", "escalate")
        stage = stage.escalate


_HARMLESS: Final[dict[str, object]] = {
    "tool": {"name": "any.look", "effect": "read", "idempotency": "none", "reversible": True, "tags": []},
    "step": {"id": "look", "description": ""},
    "run": {"id": "r", "task": "t", "user": "u", "plan": "p"},
    "spent": {"calls": 0, "tokens": 0, "cost": 0.0, "failures": 0, "elapsed": 0.0},
    "args": {}, "amount": None, "confidence": 1, "labels": [], "facts": {}, "inputs": {}, "address": "look",
    "now": "2026-01-01T00:00:00Z",
}  # fmt: skip
"""A read without arguments that moves no money and rests on nothing doubtful."""


def _too_wide(rule: PolicyRule) -> str | None:
    """What a rule says about a call that nobody wants to be asked about; None: nothing."""
    condition = rule.condition
    if condition is None:
        return "has no `when`, so people are asked about every call, reads too"
    try:
        return (
            "holds for a harmless read too, so people are asked about almost every call"
            if condition.evaluate(_HARMLESS)
            else None
        )
    except ExpressionError as error:
        fault = str(error).partition(": ")[2] or str(error)
        return f"asks about harmless reads too: it cannot be evaluated there, and holds then ({fault})"


def _sheds(document: Document, queue: str) -> bool:
    found = document.get(("queues", queue))
    return isinstance(found, Mapping) and "capacity" in found and found.get("over_capacity") == "shed"


def _queues(document: Document, book: Book) -> Iterator[Diagnostic]:
    for name, queue in book.queues.items():
        if queue.members == frozenset():
            message = f"`{name}` has no members, so nobody can decide what it is asked"
            yield _warning("HF463", message, document, ("queues", name, "members"), "name people or `group:NAME`")
        given: Any = document.get(("queues", name))
        if "over_capacity" in (given or {}) and queue.capacity is None:
            message = f"`over_capacity` has no effect: `{name}` has no `capacity`"
            yield _warning("HF464", message, document, ("queues", name, "over_capacity"), "`capacity: 60/day`")


def _warning(code: str, message: str, document: Document, path: tuple[str | int, ...], advice: str) -> Diagnostic:
    return Diagnostic(
        code=code, severity="warning", message=message, span=document.span(path), help=advice, slug=slug_of(code)
    )
