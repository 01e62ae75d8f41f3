"""What a review rests on beyond its own row: computed when somebody looks, from the run's journal as it was then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from holdfast.afterwards.known import Known, known
from holdfast.afterwards.reading import Read, reads_at
from holdfast.cli.inspecting.origins import Origin, of_step
from holdfast.core.events import ReviewRequested
from holdfast.core.keys import step_id
from holdfast.core.names import spent_so_far
from holdfast.core.provenance import resolve
from holdfast.plan.program import Call
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.core.review import Review
    from holdfast.core.state import RunState
    from holdfast.journal.store import ReviewRow, Store

_LATELY: Final = 200
"""So many decisions of the queue are looked at for some that are like it."""


@value
class Grounds:
    """What a person needs to decide, and the review itself does not say.

    Args:
        amount: of the call, where its tool names one; else None.
        confidence: the least of what the call reads; None: nothing was uncertain.
        spent: by the run when it asked.
        reads: what the step read, with values and labels.
        paths: how each label came to it.
        earlier: what was decided before about the same tool, or at the same step, newest first.
    """

    amount: object = None
    confidence: float | None = None
    spent: Mapping[str, object] | None = None
    reads: Sequence[Read] = ()
    paths: Sequence[Origin] = ()
    earlier: Sequence[ReviewRow] = ()

    def data(self) -> dict[str, object]:
        """The same for programs, beside the review's own fields."""
        return {
            "amount": self.amount,
            "confidence": self.confidence,
            "spent": self.spent,
            "reads": [_read_data(one) for one in self.reads],
            "paths": [{"label": one.label, "path": list(one.path)} for one in self.paths],
            "earlier": [
                {
                    "id": row.review.id,
                    "decision": row.decision,
                    "by": row.by,
                    "at": row.answered_at,
                    "reason": row.remark,
                }
                for row in self.earlier
            ],
        }


def _read_data(read: Read) -> dict[str, object]:
    return {"name": read.name, "value": read.value, "labels": list(read.labels), "confidence": read.confidence}


async def grounds_of(store: Store, row: ReviewRow) -> Grounds:
    """The grounds of a review, as they were when it was asked for."""
    from holdfast.plan.load import load_source

    entries = await store.entries(row.run)
    asked = next(
        number
        for number, entry in enumerate(entries)
        if isinstance(entry.event, ReviewRequested) and entry.event.review.id == row.review.id
    )
    file, source = await store.plan_source((await store.run(row.run)).plan_hash)
    found = known(load_source(source, file), entries[: asked + 1])
    lately = await store.decided(row.review.to, _LATELY)
    return _grounds(found, entries[asked].at, row.review, [one for one in lately if _alike(one, row)])


def _alike(one: ReviewRow, row: ReviewRow) -> bool:
    """Whether a decision is about the same tool; where there is none, about the same step of the same plan."""
    if one.review.id == row.review.id or one.review.kind != row.review.kind:
        return False
    if row.review.tool:
        return one.review.tool == row.review.tool
    return (one.plan, step_id(one.review.address)) == (row.plan, step_id(row.review.address))


def _grounds(found: Known, at: float, review: Review, earlier: Sequence[ReviewRow]) -> Grounds:
    state = found.state
    contract = state.contracts.get(review.tool)
    amount = (review.args or {}).get(contract.amount) if contract is not None and contract.amount else None
    return Grounds(
        amount=amount,
        confidence=_confidence(state, review),
        spent=spent_so_far(state, at),
        reads=reads_at(found, review.address),
        paths=of_step(found, review.address, review.labels) if state.tracked else (),
        earlier=earlier,
    )


def _confidence(state: RunState, review: Review) -> float | None:
    """The least confidence of what a call is made of; None where nothing is less than certain."""
    frame, step = state.frames.get(review.address), state.plan.steps.get(step_id(review.address))
    if frame is None or step is None or not isinstance(step.action, Call):
        return None
    reads = [name for name in step.action.arguments.reads if name.partition(".")[0] in {"inputs", "steps"}]
    found = resolve(state, frame.scope, reads).confidence if frame.reads is None else frame.certainty
    return found if found < 1 else None
