"""Small runs, turns and reviews for the tests of the journal."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.core.actions import Change, EffectClaimed, EffectMarked, ReviewClosed, ReviewOpened
from holdfast.core.events import Event, RunFinished, RunRequested, TimerFired
from holdfast.core.review import Review
from holdfast.core.summary import Summary
from holdfast.journal.store import Append, NewRun, Store

NOON = 1_750_000_000.0
DIGEST = "00112233445566778899aabbccddeeff"
OTHER = "ffeeddccbbaa99887766554433221100"


def new_run(
    run: str = "r1", task: str | None = None, *, plan: str = "book", user: str = "ann", priority: int = 0
) -> NewRun:
    """A run whose task is its id unless another is given."""
    return NewRun(
        run=run, plan=plan, plan_hash="hash", task=run if task is None else task, user=user, at=NOON, priority=priority
    )


def requested(run: str = "r1") -> RunRequested:
    """The first event of a run."""
    return RunRequested(run=run, plan="book", plan_hash="hash", task=run, user="ann", inputs={"n": 1})


async def begin(store: Store, *runs: str) -> None:
    """Create runs with one entry each."""
    for run in runs or ("r1",):
        await store.create(new_run(run), [requested(run)])


def turn(
    *events: Event,
    run: str = "r1",
    after: int = 1,
    at: float = NOON + 1,
    changes: Sequence[Change] = (),
    summary: Summary | None = None,
    consumed: Sequence[int] = (),
) -> Append:
    """One turn; with no events given, a timer that fired."""
    return Append(
        run=run, after=after, at=at, events=events or (TimerFired(timer="t"),), changes=changes, summary=summary,
        consumed=consumed,
    )  # fmt: skip


def claim(key: str = "ann:book:r1:pay", digest: str = DIGEST, address: str = "pay") -> EffectClaimed:
    """The claim of one payment."""
    return EffectClaimed(tool="pay", key=key, digest=digest, address=address)


def mark(state: str, value: object = None, key: str = "ann:book:r1:pay") -> EffectMarked:
    """What became of it."""
    return EffectMarked(tool="pay", key=key, state=state, value=value)


def review(name: str = "r1.1", *, due: float | None = None, to: str = "requester") -> Review:
    """A question that takes approve and reject."""
    return Review(id=name, address="pay", kind="approve", decisions=("approve", "reject"), due=due, to=to)


def opened(name: str = "r1.1", *, due: float | None = None, to: str = "requester") -> ReviewOpened:
    """It is put before people."""
    return ReviewOpened(review=review(name, due=due, to=to))


def closed(outcome: str, name: str = "r1.1") -> ReviewClosed:
    """It needs nobody any more."""
    return ReviewClosed(review=name, outcome=outcome)


def waiting(wake_at: float | None = None) -> Summary:
    """The summary of a parked run."""
    return Summary(status="waiting", wake_at=wake_at, waiting=[{"for": "timer", "due": wake_at}])


def over(run: str, after: int = 1) -> Append:
    """The turn that ends a run."""
    summary = Summary(status="succeeded", result={"output": 3})
    return turn(RunFinished(status="succeeded", output=3), run=run, after=after, summary=summary)
