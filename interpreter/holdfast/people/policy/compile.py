"""From the typed model of a policy file to what is used; what does not fit becomes findings with places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from holdfast.core.policy import PolicyRule, QueueLimit, policy
from holdfast.diagnostics import did_you_mean
from holdfast.journal.desk import REQUESTER
from holdfast.people.policy.book import Book, Channel, Queue
from holdfast.people.policy.names import complaint
from holdfast.plan.compile.policies import compile_stage
from holdfast.plan.expressions import ExpressionSyntaxError, parse_expression
from holdfast.plan.findings import finding
from holdfast.plan.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.diagnostics import Diagnostic
    from holdfast.people.policy.model import NotifyModel, PolicyModel, QueueModel, RuleModel
    from holdfast.plan.model.people import StageModel
    from holdfast.plan.source import Document, Path

_GROUP: Final = "group:"


def compile_book(document: Document, model: PolicyModel, findings: list[Diagnostic]) -> Book:
    """The book of a policy file. It is of no use if there are findings.

    Args:
        document: the source with places.
        model: its form.
        findings: what is wrong is added here.
    """
    desk = _Desk(document, model, findings)
    queues = {name: desk.queue(name, queue) for name, queue in (model.queues or {}).items()}
    limits = [
        QueueLimit(queue=name, reviews=queue.capacity[0], per=queue.capacity[1], over=queue.over_capacity)
        for name, queue in (model.queues or {}).items()
        if queue.capacity is not None
    ]
    rules = [desk.rule(rule, ("rules", number), queues) for number, rule in enumerate(model.rules or ())]
    desk.unique(rules)
    return Book(policy=policy(rules, limits), queues=queues, file=document.file)


class _Desk:
    """One compilation."""

    def __init__(self, document: Document, model: PolicyModel, findings: list[Diagnostic]) -> None:
        self._document, self._groups, self._findings = document, model.groups or {}, findings
        self._closed = model.queues is not None

    def _note(self, kind: str, message: str, path: Path, advice: str = "") -> None:
        self._findings.append(finding(kind, message, self._document.span(path), advice))

    # --- queues ------------------------------------------------------------------------------------------------------

    def queue(self, name: str, model: QueueModel) -> Queue:
        """A queue with its people."""
        path: Path = ("queues", name)
        if name == REQUESTER and model.members is not None:
            message = "`requester` is whoever the run belongs to, and has no members of its own"
            self._note("reserved-queue", message, (*path, "members"), "give these people a queue with another name")
        return Queue(
            name=name,
            members=None if model.members is None else self._people(model.members, (*path, "members")),
            channels=tuple(_channel(way) for way in model.notify or ()),
            service_level=model.service_level,
            capacity=model.capacity,
        )

    def _people(self, members: Iterable[str], path: Path) -> frozenset[str]:
        found: set[str] = set()
        for number, member in enumerate(members):
            group = member.removeprefix(_GROUP)
            if group == member:
                found.add(member)
            elif group in self._groups:
                found.update(self._groups[group])
            else:
                message = f"there is no group `{group}`{did_you_mean(group, self._groups)}"
                self._note("unknown-group", message, (*path, number), "name its people under `groups`")
        return frozenset(found)

    # --- rules -------------------------------------------------------------------------------------------------------

    def rule(self, model: RuleModel, path: Path, queues: dict[str, Queue]) -> PolicyRule:
        """A rule whose condition can be read and whose queue exists."""
        self._condition(model.when, (*path, "when"))
        self._asks(model.to, (*path, "to"), queues, model.approvals)
        self._escalates(model, path, queues, model.approvals)
        return PolicyRule(
            name=model.name,
            to=model.to,
            when=model.when or "",
            reason=model.reason,
            sample=model.sample,
            timeout=model.timeout,
            on_timeout=model.on_timeout if isinstance(model.on_timeout, str) else "escalate",
            escalate=compile_stage(model.on_timeout, model.approvals, model.approvals),
            approvals=model.approvals,
            valid_for=model.valid_for,
            sheddable=model.sheddable,
        )

    def unique(self, rules: Iterable[PolicyRule]) -> None:
        """Complain about names that stand twice."""
        seen: dict[str, int] = {}
        for number, rule in enumerate(rules):
            first = seen.setdefault(rule.name, number)
            if first != number:
                line = self._document.span(("rules", first, "name")).line
                message = f"the rule `{rule.name}` stands a second time; the first is in line {line}"
                self._note("duplicate-id", message, ("rules", number, "name"))

    def _condition(self, source: str | None, path: Path) -> None:
        if source is None:
            return
        try:
            parsed = parse_expression(source, Place(self._document, path))
        except ExpressionSyntaxError as error:
            span = self._document.within(path, error.offset)
            self._findings.append(finding("template-syntax", error.message, span))
            return
        for name, offset in parsed.references:
            if (found := complaint(name)) is not None:
                kind, message, advice = found
                self._findings.append(finding(kind, message, self._document.within(path, offset), advice))

    def _escalates(self, model: RuleModel | StageModel, path: Path, queues: dict[str, Queue], approvals: int) -> None:
        """Look at whom a review goes to that nobody decided in time."""
        if isinstance(model.on_timeout, str):
            return
        if model.timeout is None:
            message = "`escalate` needs a `timeout` beside `on_timeout`: when is it too late?"
            self._note("contradiction", message, (*path, "on_timeout"))
        stage, below = model.on_timeout.escalate, (*path, "on_timeout", "escalate")
        self._asks(stage.to, (*below, "to"), queues, stage.approvals or approvals)
        self._escalates(stage, below, queues, approvals)

    def _asks(self, queue: str, path: Path, queues: dict[str, Queue], approvals: int) -> None:
        if queue == REQUESTER:
            message = "a policy's rule cannot ask `requester`: who started a run does not decide about it"
            self._note("reserved-queue", message, path, "name a queue of other people")
        elif self._closed and queue not in queues:
            message = f"there is no queue `{queue}`{did_you_mean(queue, queues)}"
            self._note("unknown-queue", message, path, f"`queues` has {', '.join(sorted(queues)) or 'none'}")
        elif (members := queues[queue].members if queue in queues else None) is not None and len(members) < approvals:
            people = f"{len(members)} member{'s' if len(members) != 1 else ''}"
            message = f"`{queue}` has {people}, so {approvals} different people can never approve"
            self._note("too-few-members", message, path, "add members to the queue, or ask for fewer approvals")


def _channel(model: NotifyModel) -> Channel:
    if model.webhook is not None:
        return Channel(kind="webhook", target=(model.webhook,), secret=model.secret or "")
    if model.mail is not None:
        return Channel(kind="mail", target=(model.mail,))
    return Channel(kind="command", target=tuple(model.command or ()))
