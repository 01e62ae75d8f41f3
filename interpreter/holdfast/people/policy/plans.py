"""Plans under a policy: whether there is anybody behind the queues that they ask, and enough of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from holdfast.diagnostics import Diagnostic, did_you_mean
from holdfast.journal.desk import REQUESTER

if TYPE_CHECKING:
    from holdfast.people.policy.book import Book, Queue
    from holdfast.plan.source import Document, Path
    from holdfast.registry import Registry


def lint_under(document: Document, book: Book | None, tools: Registry | None = None) -> list[Diagnostic]:
    """Warnings about queues that a policy does not have, and about approvals that too few people could give.

    Args:
        document: of a plan whose form is right.
        book: the policy of the installation; None: there is none, so that only `requester` is known.
        tools: say which calls move money; None: none is known to.
    """
    from holdfast.lint.suppress import unsilenced

    unknown = [] if book is None else unknown_queues(document, book)
    found = [*unknown, *_too_few(document, {} if book is None else book.queues, tools)]
    if book is not None and tools is not None and book.policy.limits:
        found += _over_capacity(document, book, tools)
    return unsilenced(sorted(found, key=lambda one: (one.span.line, one.span.column) if one.span else (0, 0)), document)


def unknown_queues(document: Document, book: Book) -> list[Diagnostic]:
    """Warnings about queues that a policy with `queues` does not have; nothing if it names none.

    Args:
        document: of a plan.
        book: the policy of the installation.
    """
    if not book.queues:
        return []
    found: list[Diagnostic] = []
    for path in _asked(document.data, ()):
        name = document.get(path)
        if isinstance(name, str) and name not in book.queues and name != REQUESTER:
            message = f"the policy has no queue `{name}`{did_you_mean(name, book.queues)}"
            advice = f"anybody may decide what it is asked, and nobody is told; {book.file} has "
            advice += ", ".join(sorted(book.queues))
            found.append(_warning("HF465", message, document, path, advice))
    return found


_ASKING = frozenset({"ask", "human", "escalate", "handoff"})


def _asked(data: object, path: Path, *, asking: bool = False) -> Iterator[Path]:
    """The paths of all `to` in what asks people."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "to" and asking:
                yield (*path, key)
            elif key != "with":
                yield from _asked(value, (*path, key), asking=key in _ASKING)
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _asked(item, (*path, number), asking=asking)


# --- enough people ----------------------------------------------------------------------------------------------------


def _too_few(document: Document, queues: Mapping[str, Queue], tools: Registry | None) -> Iterator[Diagnostic]:
    """Triggers, stage by stage, whose queue has not enough members."""
    for path, step in _steps(document.data, ()):
        listed = step.get("human")
        for number, trigger in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(trigger, dict):
                yield from _stages(document, queues, trigger, (*path, "human", number), paid=_paid(step, tools))


def _stages(
    document: Document, queues: Mapping[str, Queue], trigger: Mapping[str, Any], path: Path, *, paid: bool
) -> Iterator[Diagnostic]:
    stage: Any = trigger
    away = bool(trigger.get("separate"))
    while isinstance(stage, dict):
        to = stage.get("to", REQUESTER)
        away = away or (paid and to != REQUESTER)
        approvals = stage.get("approvals", trigger.get("approvals", 1))
        place = (*path, "to") if "to" in stage else path
        if away and to == REQUESTER:
            said = "whoever started the run is kept from deciding by now, so `requester` cannot answer this stage"
            yield _warning("HF467", said, document, place, "escalate to a queue of other people")
        elif to in queues and (why := _wanting(queues[to], approvals, away=away)) is not None:
            yield _warning("HF467", why, document, place, "one member more, or fewer approvals")
        silence = stage.get("on_timeout")
        stage = silence.get("escalate") if isinstance(silence, dict) else None
        path = (*path, "on_timeout", "escalate")


def _wanting(queue: Queue, approvals: int, *, away: bool) -> str | None:
    """Why a queue has too few people; `away`: whoever started the run does not count."""
    members = queue.members
    if members is None or len(members) >= approvals:
        return nobody_left(queue, approvals) if away else None
    return f"`{queue.name}` has {_people(len(members))}, so {approvals} different people can never approve"


def nobody_left(queue: Queue, approvals: int) -> str | None:
    """Why a queue may have too few people once whoever started the run is left out; None: it has enough."""
    members = queue.members
    if members is None or len(members) != approvals:
        return None
    return (
        f"`{queue.name}` has {_people(approvals)}: if one of them started the run, {approvals} can never approve, "
        "for nobody decides about their own"
    )


# --- enough room ------------------------------------------------------------------------------------------------------


def _over_capacity(document: Document, book: Book, tools: Registry) -> Iterator[Diagnostic]:
    """Queues that one run may ask more than they take on in their time, rules of the policy included."""
    from holdfast.lint.analysis.time import words
    from holdfast.lint.analysis.worst import brief, worst_of_plan
    from holdfast.lint.rule import Subject
    from holdfast.plan.load import load_source

    rules = tuple(rule.standing().trigger for rule in book.policy.rules)
    plan = load_source(document.source, document.file)
    limits = {limit.queue: limit for limit in book.policy.limits}
    for queue, reviews, told in worst_of_plan(Subject(plan, document, tools, standing=rules)).asked:
        limit = limits.get(queue)
        if limit is not None and reviews > limit.reviews:
            room = f"{limit.reviews} in {words(limit.per)}"
            message = f"at worst one run asks `{queue}` {reviews:,g} times, and it takes on {room}: {brief(told)}"
            path = next((one for one in _asked(document.data, ()) if document.get(one) == queue), ("plan",))
            advice = f"{_OVER[limit.over]}; ask once about all of them, bound the loop (`max`), or `sample`"
            yield _warning("HF468", message, document, path, advice)


_OVER: Final[Mapping[str, str]] = {
    "park": "approvals beyond that wait for room, questions pile up",
    "shed": "beyond that sheddable rules are asked less, all else piles up",
    "reject": "approvals beyond that fail with `rejected`, questions pile up",
}
"""What becomes of reviews beyond the capacity."""


def _people(number: int) -> str:
    return f"{number} member{'s' if number != 1 else ''}"


def _paid(step: Mapping[str, Any], tools: Registry | None) -> bool:
    """Whether a step's call moves money."""
    name = step.get("tool")
    return tools is not None and isinstance(name, str) and name in tools and bool(tools.get(name).contract.amount)


def _steps(data: object, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every map of a document that has triggers."""
    if isinstance(data, dict):
        if "human" in data:
            yield path, data
        for key, value in data.items():
            if key != "with":
                yield from _steps(value, (*path, key))
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _steps(item, (*path, number))


def slug_of(code: str) -> str:
    """What people call a finding about policies."""
    from holdfast.lint.forms import every_form

    return next((form.slug for form in every_form() if form.code == code), "")


def _warning(code: str, message: str, document: Document, path: Path, advice: str) -> Diagnostic:
    span = document.span(path)
    return Diagnostic(code=code, severity="warning", message=message, span=span, help=advice, slug=slug_of(code))
