"""What a journal consists of: what came in (observations) and what was concluded from it (decisions).

Each event is a frozen value of plain JSON data; field names and kinds are the journal's format and never change their
meaning once released. A field equal to its default is not written. `why` is a code with numbers; its sentence is made
when somebody reads it (`explain.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from holdfast.core.contract import Contract
from holdfast.core.failure import Failure
from holdfast.core.legacy import Legacy
from holdfast.core.lineage import Lineage, Undoable, Usage
from holdfast.core.policy import PolicyRule, QueueLimit
from holdfast.core.review import Review
from holdfast.values import pair, value

Why = Mapping[str, object]
NO_REASON: Final[Why] = {}


@pair
class Unset:
    """The value of an output that stands elsewhere in the journal (a call's own value)."""


UNSET: Final = Unset()


# --- Observations: what came in --------------------------------------------------------------------------------------


@value
class RunRequested:
    """Somebody asked for a run, a person or, for a child, the run that waits for it. Always the first entry.

    `contracts`: of every tool the plan and its sub-plans may call by name. `plans`: for each plan of the family, by
    hash, the hash of every plan it names: a child's text is fixed before the parent begins. `lineage`: of a child.
    `behaviour`: how the run decides to its end (behaviour.py).
    `legacy`: what the child before it at the same step left.
    """

    run: str
    plan: str
    plan_hash: str
    task: str
    user: str
    inputs: Mapping[str, object]
    contracts: tuple[Contract, ...] = ()
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    lineage: Lineage | None = None
    behaviour: int = 0
    legacy: Legacy | None = None


@value
class CallReturned:
    """A tool gave a value.

    `held`: seconds for which a limit kept the call from beginning, where it was more than a moment; `held_by` says
    which: the tool's rate or concurrency, or how many calls a run or a process may have under way. `partial`: what is
    still missing. `side_effects`: facts that changed with it. `pending`: what confirms its effect.
    """

    call: int
    value: object = None
    tokens: int = 0
    cost: float = 0.0
    confidence: float | None = None
    reasoning: str = ""
    held: float = 0.0
    held_by: str = ""
    partial: object = None
    side_effects: Mapping[str, object] = field(default_factory=dict[str, object])
    pending: Mapping[str, object] | None = None


@value
class CallDeferred:
    """A tool took the call on; its result comes later, as CallCompleted. `timeout`: seconds that the tool allows it."""

    call: int
    timeout: float | None = None
    tokens: int = 0
    cost: float = 0.0


@value
class CallbackIssued:
    """A tool asked for a token before it acts, by which the result is given later. `digest`: all that is kept of it."""

    call: int
    digest: str


@value
class CallCompleted:
    """The result of a call that gave it later: by its token, or by a person. `key`: empty for whatever is awaited."""

    address: str
    key: str = ""
    value: object = None
    error: Failure | None = None
    by: str = ""


@value
class CallFailed:
    """A tool failed, timed out, or was refused before it began.

    `held`, `held_by`: as for `CallReturned`. `opened`: the tool's circuit opened by this failure, for so many seconds.
    """

    call: int
    error: Failure
    tokens: int = 0
    cost: float = 0.0
    held: float = 0.0
    held_by: str = ""
    opened: float = 0.0


@value
class CallReconciled:
    """A tool's `check` said whether the effect of a call took place."""

    call: int
    found: bool
    value: object = None


@value
class CheckFailed:
    """A tool's `check` itself failed, so the effect stays unknown."""

    call: int
    error: Failure


@value
class TimerFired:
    """A timer's time has come."""

    timer: str


@value
class ReviewAnswered:
    """A person decided. `decision` is one of the review's choices; `value` what goes with it.

    `source`: where it was said: terminal, command line, python. `looked`: for how many seconds it was looked at. `at`:
    when it was said, which may be long before the run takes it up.
    """

    review: str
    decision: str
    value: object = None
    by: str = ""
    reason: str = ""
    source: str = ""
    looked: float | None = None
    at: float | None = None


@value
class SignalReceived:
    """Somebody reached the live run. `signal`: event, correct, pause, unpause, cancel, prioritise.

    The `payload` of prioritise is the run's new priority, a whole number: an engine's business, no step sees it.

    `stop` is how a parent cancels its child: what the child did is then the parent's to undo.
    """

    signal: str
    name: str = ""
    payload: object = None
    by: str = ""


@value
class WorkerTookOver:
    """A worker found this run without a living owner; calls in flight may or may not have taken place."""

    worker: str


@value
class WorkerLeft:
    """The run's worker stopped of its own accord while calls were in flight; they are no deaths of a worker.

    `unbegun`: those that it never began, so that nothing of them can have happened.
    """

    worker: str
    unbegun: tuple[int, ...] = ()


@value
class StoreRestored:
    """The store is a copy from the time `taken`, put back at `restored`: what was done in between stands nowhere.

    The first that a run hears which goes on after that. A write that it begins may have been made in that time.
    """

    taken: float
    restored: float
    by: str = ""


@value
class CallDoubted:
    """A call was not begun, because it may have been made already in the time that a restored store does not know."""

    call: int


@value
class EffectResolved:
    """An operator said what became of an effect of this run: succeeded, with its `value`, or failed."""

    tool: str
    key: str
    state: str
    value: object = None
    by: str = ""
    at: float | None = None


@value
class DataErased:
    """What the run was given, did and was told is erased from its journal; that it did, when and who decided stays.

    `digest`: of what stands in the erased appends now (`journal.digest.ErasedDigest`).
    """

    by: str = ""
    reason: str = ""
    digest: str = ""


@value
class EffectKnown:
    """The ledger already holds this key, succeeded with the same arguments: `value` is what it gave."""

    tool: str
    key: str
    value: object = None


@value
class EffectInFlight:
    """The ledger says another run is busy with this key, or does not know yet what became of it."""

    tool: str
    key: str
    run: str


@value
class EffectUnusable:
    """The ledger holds this key with the same arguments: it took place, and what it gave cannot be used."""

    tool: str
    key: str
    run: str


@value
class EffectMismatch:
    """The ledger holds this key with other arguments."""

    tool: str
    key: str
    run: str


@value
class ChildStarted:
    """A child run stands in the store: from now on it is not lost."""

    child: str


@value
class ChildFinished:
    """A child run is over, or could not be started. What a child's own last entry says is committed with that entry.

    `effects`: what it did and can be undone; `contracts`: of the tools that undo it. `legacy`: for the next one.
    `notes`: what went wrong in it without changing how it ended.
    """

    child: str
    status: str
    output: object = None
    error: Failure | None = None
    spent: Usage = Usage()
    effects: tuple[Undoable, ...] = ()
    contracts: tuple[Contract, ...] = ()
    legacy: Legacy | None = None
    notes: tuple[str, ...] = ()


@value
class ChildAsked:
    """A child has used up its share of the budget and asks for more, for the `ask`-th time.

    `spent`: what it has used, or lent to children of its own.
    """

    child: str
    ask: int
    spent: Usage = Usage()


@value
class ShareGiven:
    """What the parent said to the `ask`-th time that this child asked for more: it may use so much in all.

    `granted`: False: there is no more.
    """

    ask: int
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    granted: bool = True


@value
class EffectUndone:
    """What stood under this key was undone; the other side would answer for it still, so another key is needed."""

    tool: str
    key: str
    run: str


@value
class SubjectHeld:
    """The store says that another effect about this subject is under way or not confirmed yet.

    `run`, `address`: whose it is. `state`: reserved (in flight, or unknown), open (it waits for its confirmation), held
    (nothing confirmed it, and it is held `until` then).
    """

    subject: str
    run: str
    address: str
    state: str = "open"
    until: float | None = None


@value
class SubjectDue:
    """Nothing confirmed the effect that holds a subject which this run waits for: it is free `until` then at last."""

    subject: str
    until: float


@value
class SubjectFreed:
    """A subject that this run waits for was released."""

    subject: str


@value
class PendingReleased:
    """A person says that a pending operation of this run needs no confirmation any more. `at`: when it was said."""

    address: str
    by: str = ""
    reason: str = ""
    at: float | None = None


Claim = EffectKnown | EffectInFlight | EffectUnusable | EffectMismatch | EffectUndone
"""What stands against a write in the ledger."""


@value
class PolicyInForce:
    """The policy of the installation as it is from now on. An installation without one has no such entry."""

    policy: str
    rules: tuple[PolicyRule, ...] = ()
    limits: tuple[QueueLimit, ...] = ()


@value
class CallWithheld:
    """A call that was intended was not begun, because at that moment it was no longer allowed.

    `reason`: `expired`: its approval had; `policy`: another policy had come into force.
    """

    call: int
    reason: str


@value
class QueueFull:
    """The store says that a queue has taken on all it can: `opened` reviews in `per` seconds, `capacity` at most.

    `free_at`: when it can take on another one, if nobody else is faster.
    """

    queue: str
    opened: int
    capacity: int
    per: float
    free_at: float


@value
class PlanMigrated:
    """The run goes on under another version of its plan, under which all it has decided so far comes out the same.

    `contracts`: of tools that the run did not know. `plans`: of the new version's family, as in its request. `inputs`:
    those that the new version has besides, with their defaults. `by`: who says so.
    """

    plan_hash: str
    contracts: tuple[Contract, ...] = ()
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    inputs: Mapping[str, object] = field(default_factory=dict[str, object])
    by: str = ""


@value
class RunForked:
    """What stands before this is the history of another run; from here on it is this one's own.

    What was under way begins anew, and what had been done is the other run's: nothing of it is repeated or undone.
    `origin`, `seq`: that run, and its last entry that is shared. `since`: when that was. `inputs`, `facts`: what is
    otherwise here.
    """

    run: str
    origin: str
    seq: int
    since: float
    inputs: Mapping[str, object] = field(default_factory=dict[str, object])
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    by: str = ""


# --- Decisions: what was concluded -----------------------------------------------------------------------------------


@value
class StepEntered:
    """A step that consists of others began, or one iteration, branch or block of it did.

    `items` and `keys` belong to an `each`, `case` to a `switch` (None: no case holds).
    """

    address: str
    items: tuple[object, ...] | None = None
    keys: tuple[str, ...] | None = None
    case: int | None = None
    reads: tuple[str, ...] = ()


@value
class StepSkipped:
    """A step's `when` did not hold; or, `via` pending, another effect about its subject is not confirmed yet."""

    address: str
    via: str = ""
    why: Why = field(default_factory=dict[str, object])
    reads: tuple[str, ...] = ()


@value
class ArgumentsRendered:
    """A call's arguments stand fixed before it is intended, because a person decides about them first."""

    address: str
    args: Mapping[str, object]
    key: str = ""
    digest: str = ""
    subject: str = ""
    reads: tuple[str, ...] = ()


@value
class CallIntended:
    """A tool is to be called. `args` are absent where the step's arguments already stand in the journal.

    `key`: of a write that does not have the default one, `user:plan:task:address`. `timeout` is there when a deadline
    clips the step's own.
    """

    call: int
    address: str
    tool: str
    attempt: int = 1
    args: Mapping[str, object] | None = None
    key: str = ""
    timeout: float | None = None
    why: Why = field(default_factory=dict[str, object])
    subject: str = ""
    reads: tuple[str, ...] = ()


@value
class CallReused:
    """The ledger, or an earlier try of the same block, answers for the call: its effect is not repeated."""

    address: str
    args: Mapping[str, object] | None = None
    key: str = ""
    value: object = None
    why: Why = field(default_factory=dict[str, object])


@value
class ClaimDeferred:
    """Another effect holds the key, or the `subject`: this one looks again at `due`, or once the subject is free."""

    address: str
    due: float
    why: Why = field(default_factory=dict[str, object])
    subject: str = ""


@value
class PendingOpened:
    """The effect of the step at `address` took place and is not visible yet: it is watched until `due`."""

    address: str
    due: float


@value
class PendingAwaited:
    """A step reads what the pending operation at `pending` gave: it waits until that has settled."""

    address: str
    pending: str


@value
class PendingSettled:
    """A pending operation needs no watching any more.

    `outcome`: confirmed; released (a person says so); undone (the effect was compensated); expired (not confirmed in
    time); abandoned (the run ended otherwise than well). `until`: so long its `subject` stays held all the same.
    """

    address: str
    outcome: str
    subject: str = ""
    until: float | None = None
    why: Why = field(default_factory=dict[str, object])


@value
class CompletionMissed:
    """The result of a deferred call did not come in time: what became of a write is unknown."""

    address: str
    error: Failure


@value
class CheckIntended:
    """The outcome of a write is unknown and its tool can be asked. `call` is the number of the asking."""

    call: int
    address: str
    why: Why = field(default_factory=dict[str, object])


@value
class SettlingPlanned:
    """The outcome of a write is unknown; at `due` it is asked or tried again under the same key."""

    address: str
    due: float
    why: Why = field(default_factory=dict[str, object])


@value
class EffectRuledOut:
    """The unknown write is now known not to have happened; its step goes on as failed with `error`."""

    address: str
    error: Failure
    why: Why = field(default_factory=dict[str, object])


@value
class EffectConfirmed:
    """A person said that the write took place, and what it gave."""

    address: str
    value: object = None
    why: Why = field(default_factory=dict[str, object])


@value
class RetryPlanned:
    """A step failed and is tried again at `due`; `attempt` is the number of the coming try.

    `fresh`: what its parts have written is forgotten, so they write anew under new revisions.
    """

    address: str
    attempt: int
    due: float
    fresh: bool = False
    why: Why = field(default_factory=dict[str, object])


@value
class FallbackTaken:
    """A step failed for good and its alternative number `alternative` (from 0) is tried."""

    address: str
    alternative: int
    why: Why = field(default_factory=dict[str, object])
    reads: tuple[str, ...] = ()


@value
class StepSucceeded:
    """A step is done. `output` is absent where it is the value its call just gave. `via`: fallback id, or how."""

    address: str
    output: object = UNSET
    via: str = ""
    reads: tuple[str, ...] = ()


@value
class StepFailed:
    """A step failed for good, fallbacks included."""

    address: str
    error: Failure


@value
class TryFailed:
    """The current try of a step failed for a reason that no observation shows: a template, a refusal, a limit."""

    address: str
    error: Failure
    reads: tuple[str, ...] = ()


@value
class CancelDecided:
    """Everything active at and below this address is to stop; writes in flight are settled first.

    `error` is what the step itself fails with; its parts fail with `cancelled`.
    """

    address: str
    error: Failure


@value
class ReviewRequested:
    """A person has to decide; the step waits.

    `limit`: how many reviews its queue takes, and in how many seconds, where it may be asked only within that. `why`:
    what was known of the queue, where it is asked beyond.
    """

    review: Review
    reads: tuple[str, ...] = ()
    limit: tuple[float, ...] = ()
    why: Why = field(default_factory=dict[str, object])


@value
class ReviewDeferred:
    """People have to decide, and their queue is full: the call waits, and looks again at `due`."""

    address: str
    due: float
    why: Why = field(default_factory=dict[str, object])


@value
class ReviewSampledOut:
    """A trigger, or a rule of the policy, held, but the draw said not to ask this time."""

    address: str
    trigger: int | None = None
    rule: str = ""
    why: Why = field(default_factory=dict[str, object])


@value
class ReviewSettled:
    """A review is closed. `outcome`: the decision taken, `expired`, `escalated`, or `withdrawn`.

    `heard`: its time ran out when so many answers had come, none of which decided it; None: it was not the time. `by`:
    who gave new arguments, where several people have to approve them.
    """

    review: str
    outcome: str
    value: object = None
    digest: str = ""
    heard: int | None = None
    by: str = ""
    why: Why = field(default_factory=dict[str, object])


@value
class WaitStarted:
    """A step waits for time or an event. `due`: when the wait ends by itself; None: the event alone ends it."""

    address: str
    due: float | None = None
    reads: tuple[str, ...] = ()


@value
class EventTaken:
    """A wait took an event out of those received; `event` is its number among them."""

    address: str
    event: int


@value
class FactsSet:
    """A step gave facts new values."""

    address: str
    values: Mapping[str, object]
    reads: tuple[str, ...] = ()


@value
class ChildIntended:
    """A plan is to be run as a child; the step waits for its end. `child`: the run's id, the same for every crash.

    `calls`, `tokens`, `cost`: its share of what is left of the parent's budget. `due`: when the step gives it up.
    `source`: the text of a plan that was made in this run, which has neither name nor hash yet; `source_reads`: the
    part of `reads` that says whether and what is run: the step's condition, and what the text comes from. `changed`:
    its text, or by a correction its inputs, are not those of the child before it; only answers to the same questions
    are kept. `doubts`, `certainties`: of the inputs that are inferred or untrusted, these labels, by the input's name;
    of those that are less than certain, the confidence.
    """

    address: str
    child: str
    plan: str
    plan_hash: str
    inputs: Mapping[str, object]
    attempt: int = 1
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    due: float | None = None
    source: str = ""
    source_reads: tuple[str, ...] = ()
    changed: bool = False
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    certainties: Mapping[str, float] = field(default_factory=dict[str, float])
    reads: tuple[str, ...] = ()


@value
class ChildSignalled:
    """The child of a step is told: `stop`, because nobody waits for it any more, or what its parent was told."""

    address: str
    signal: str


@value
class ShareAsked:
    """What the parent gave of its budget is used up: it is asked for more, for the `ask`-th time, and calls wait."""

    ask: int


@value
class ShareAnswered:
    """The child of a step, which asked for more of the budget, may use so much in all; not `granted`: there is no more.

    `ask`: which time it asked.
    """

    address: str
    ask: int
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    granted: bool = True


@value
class FactNeeded:
    """The frame at `address` reads a fact that nobody knows yet, and waits for it."""

    address: str
    fact: str


@value
class FactResolved:
    """A fact is known. `how`: given, infer, ask, or default (nobody answered); `confidence` belongs to an inference."""

    fact: str
    value: object
    how: str
    confidence: float | None = None
    why: Why = field(default_factory=dict[str, object])
    reads: tuple[str, ...] = ()


@value
class FactMissing:
    """A fact cannot be had: whatever reads it fails so, until it is set or corrected."""

    fact: str
    error: Failure
    reads: tuple[str, ...] = ()


@value
class FactsCorrected:
    """Somebody said that facts were wrong; `values`: those that differ. `dropped`: facts that rested on them."""

    values: Mapping[str, object]
    dropped: tuple[str, ...] = ()
    by: str = ""


@value
class StepsInvalidated:
    """`steps` rest on what was corrected: what is active in the block at `address` stops, then it is walked again.

    `position`: of the first step of the block that is affected, from 0; -1: only an alternative to its steps is.
    """

    address: str
    steps: tuple[str, ...]
    position: int
    why: Why = field(default_factory=dict[str, object])


@value
class StepsRewound:
    """Nothing of the block is active any more: it goes on at its first affected step."""

    address: str


@value
class StepKept:
    """A step that was done before a correction keeps its result: it is not affected, or its inputs are unchanged."""

    address: str
    why: Why = field(default_factory=dict[str, object])
    reads: tuple[str, ...] = ()


@value
class BudgetRaised:
    """A person allowed the run another helping of its budget."""

    times: int


@value
class EndDecided:
    """How the run will end is settled; first what is active stops, then effects are undone, then cleanup runs.

    `status`: succeeded, failed, aborted or cancelled. `undo`: whether completed effects are undone.
    """

    status: str
    output: object = None
    error: Failure | None = None
    via: str = ""
    undo: bool = False
    why: Why = field(default_factory=dict[str, object])


@value
class UndoStarted:
    """These effects are undone one after the other, in this order, before the step at `address` goes on."""

    address: str
    effects: tuple[str, ...]
    why: Why = field(default_factory=dict[str, object])


@value
class CompensationIntended:
    """The next of the effects to be undone: the step at `address` calls what undoes it."""

    address: str
    effect: str


@value
class UndoSettled:
    """An effect that could not be undone by its call needs no more trying. `how`: by_hand, or left as it is."""

    address: str
    how: str
    error: Failure | None = None


@value
class RunFinished:
    """The run is over. Always the last entry that changes anything.

    `effects`: what a child leaves to its parent; `legacy`: what to the child that may come after it.
    """

    status: str
    output: object = None
    error: Failure | None = None
    via: str = ""
    notes: tuple[str, ...] = field(default=())
    effects: tuple[Undoable, ...] = ()
    legacy: Legacy | None = None


Observation = (
    CallDeferred | CallbackIssued | CallCompleted
    | RunRequested | CallReturned | CallFailed | CallReconciled | CheckFailed | TimerFired | ReviewAnswered
    | SignalReceived | WorkerTookOver | WorkerLeft | EffectKnown | EffectInFlight | EffectUnusable | EffectMismatch
    | EffectUndone | ChildStarted | ChildFinished | SubjectHeld | SubjectDue | SubjectFreed | PendingReleased
    | ChildAsked | ShareGiven | PolicyInForce | CallWithheld | QueueFull | PlanMigrated
    | RunForked | StoreRestored | CallDoubted | EffectResolved | DataErased
)  # fmt: skip

Decision = (
    CompletionMissed
    | StepEntered | StepSkipped | ArgumentsRendered | CallIntended | CallReused | ClaimDeferred | CheckIntended
    | SettlingPlanned | EffectRuledOut | EffectConfirmed | RetryPlanned | FallbackTaken | StepSucceeded | TryFailed
    | StepFailed | CancelDecided | ReviewRequested | ReviewDeferred | ReviewSampledOut | ReviewSettled | WaitStarted
    | EventTaken
    | FactsSet | FactNeeded | FactResolved | FactMissing | FactsCorrected | StepsInvalidated | StepsRewound | StepKept
    | ChildIntended | ChildSignalled | ShareAsked | ShareAnswered | BudgetRaised
    | PendingOpened | PendingAwaited | PendingSettled | EndDecided | UndoStarted | CompensationIntended | UndoSettled
    | RunFinished
)  # fmt: skip

Event = Observation | Decision

READING: Final = frozenset(
    {
        StepEntered,
        StepKept,
        StepSkipped,
        ArgumentsRendered,
        CallIntended,
        FallbackTaken,
        StepSucceeded,
        TryFailed,
        ReviewRequested,
        WaitStarted,
        FactsSet,
        FactResolved,
        FactMissing,
        ChildIntended,
    }
)
"""What says, in `reads`, which names were really read to come to it: `inputs`, `facts.NAME`, `steps.ID`."""


@pair
class Entry:
    """One line of a journal: `seq` is dense from 1, `at` seconds since 1970 (UTC), never decreasing in a run."""

    seq: int
    at: float
    event: Event
