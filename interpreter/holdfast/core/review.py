"""A review: a prepared decision for a person (5-humans)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast

from holdfast.plan.program import Escalation
from holdfast.values import pair, value

Kind = Literal[
    "approve", "choose", "answer", "failure", "output", "unknown", "undo", "fresh", "budget", "pending", "handoff"
]  # fmt: skip
"""What is decided: a call's arguments (approve, choose, answer), a question (choose, answer), what becomes of a
failure, whether an output stands, whether an effect took place, a failed compensation, a fresh beginning that repeats
effects, more budget, an effect that nothing confirmed, a whole run."""


@value
class Review:
    """What a person is asked.

    Args:
        id: unique in the installation: the run's id, a dot, a number.
        address: the step that waits for it.
        kind: what is decided.
        decisions: what may be answered: `approve`, `edit`, `reject`, `choose`, `answer`, `retry`, `output`,
            `fallback`, `abort`, `happened`, `fail`, `done`, `leave`, `continue`, `close`.
        to: the queue.
        question: one sentence.
        reason: why it is asked.
        options: to choose from, each `{id, label, value}`; else None.
        schema: JSON Schema of an answer or an edited value; else None.
        tool, args, digest: the call it is about; `digest` binds an approval to the exact arguments.
        context: more for the person to see.
        due: when nobody's answer takes effect, seconds since 1970; None: never.
        on_timeout: what then happens.
        default: the answer if nobody gives one; None: there is none.
        escalate: where it goes then, with `on_timeout: escalate`.
        triggers: which of the step's triggers it satisfies.
        trigger_on: when they asked; empty for an `ask` step.
        rules: which rules of the installation's policy it satisfies, by name.
        policy: the hash of that policy; empty without rules.
        guards: which triggers of the runs above it satisfies, by mark.
        approvals: how many different people have to approve.
        approved_by: who has approved exactly this already: by an edit, or at an earlier stage.
        excluded: who may not decide.
        stage: how often it was escalated before.
        follows: the review that was escalated to this one, or asks about another value now; empty: none.
        labels: where what is shown comes from: given, observed, inferred, untrusted, human.
    """

    id: str
    address: str
    kind: Kind
    decisions: tuple[str, ...]
    to: str = "requester"
    question: str = ""
    reason: str = ""
    options: tuple[Mapping[str, object], ...] | None = None
    schema: Mapping[str, object] | None = None
    tool: str = ""
    args: Mapping[str, object] | None = None
    digest: str = ""
    context: object = None
    due: float | None = None
    on_timeout: str = ""
    default: object = None
    escalate: Escalation | None = None
    triggers: tuple[int, ...] = ()
    trigger_on: str = ""
    rules: tuple[str, ...] = ()
    policy: str = ""
    guards: tuple[str, ...] = ()
    approvals: int = 1
    approved_by: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    stage: int = 0
    follows: str = ""
    labels: tuple[str, ...] = ()


@pair
class Given:
    """What came for a review and is to be taken up: a person's decision, or `expired`."""

    review: str
    decision: str
    value: object = None
    by: str = ""


def barred(review: Review, by: str) -> str | None:
    """Why this person does not decide about the review, as a sentence; None if nothing is known against it.

    Whoever started the run is excluded where somebody else has to look (11-hard-cases 10), and people who are counted
    have to be told apart.
    """
    if by in review.excluded:
        return f"`{by}` started this run and does not decide about it: somebody else has to"
    if not by and (review.excluded or review.approvals > 1):
        return "it has to be known who decides"
    return None


def approvers(review: Review, given: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The different people who have approved, in their order. `given`: (by, decision) of every answer so far."""
    people = [*review.approved_by, *(by for by, decision in given if decision == "approve" and not barred(review, by))]
    return tuple(dict.fromkeys(people))


def options_of(values: Sequence[object]) -> tuple[Mapping[str, object], ...]:
    """Options as `{id, label, value}`.

    An option may be written so; else its id is its own `id` field, the text of a plain value, or its number from 1.
    """
    return tuple(_option(value, number) for number, value in enumerate(values, start=1))


def _option(value: object, number: int) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return _map_option(cast("Mapping[str, object]", value), number)
    if isinstance(value, str | int | float) or value is None:
        return {"id": str(value), "label": str(value), "value": value}
    return {"id": str(number), "label": str(value), "value": value}


def _map_option(value: Mapping[str, object], number: int) -> Mapping[str, object]:
    if "value" in value and "id" in value and set(value) <= {"id", "label", "value"}:
        return {"id": str(value["id"]), "label": str(value.get("label", value["id"])), "value": value["value"]}
    return {"id": str(value.get("id", number)), "label": _label(value), "value": value}


def _label(value: Mapping[str, object]) -> str:
    if "label" in value:
        return str(value["label"])
    return ", ".join(f"{name} {part}" for name, part in value.items())


def chosen(options: Sequence[Mapping[str, object]], given: object) -> Mapping[str, object] | None:
    """The option an answer names: by its id, by its whole value, or by its number from 1; None if it names none."""
    for option in options:
        if option["id"] == str(given) or option["value"] == given:
            return option
    number = int(given) if isinstance(given, int) or (isinstance(given, str) and given.isdecimal()) else 0
    return options[number - 1] if 1 <= number <= len(options) else None
