"""What an engine has to do now, and what changes beside the journal in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from holdfast.core.contract import Contract
from holdfast.core.events import ChildAsked, ChildFinished, Event, ShareGiven
from holdfast.core.legacy import Legacy
from holdfast.core.lineage import Lineage
from holdfast.core.review import Review
from holdfast.plan.program import Secrets
from holdfast.values import pair, value

# --- Actions: performed after the entries that decided them are committed ---------------------------------------------


@value
class CallTool:
    """Call a tool; answer with CallReturned or CallFailed.

    `key` is empty for reads; `timeout` in seconds. `secrets`: places in `args` where the value of a secret goes, with
    its name or, for a secret input, its reference (`env:NAME`, `file:PATH`). `heartbeat`: seconds of silence after
    which the attempt is given up; None: it need not report.

    `policy`, `approved`: of a first attempt, the policy under which it was decided; the digest that its approvals are
    bound to and when they end. Both are looked at once more when it begins; if they hold no longer, the answer is
    CallWithheld. `doubtful`: it may have been made already, in a time that a restored store does not know: it is
    not begun, and the answer is CallDoubted.
    """

    call: int
    address: str
    tool: str
    args: Mapping[str, object]
    attempt: int
    key: str = ""
    timeout: float | None = None
    write: bool = False
    secrets: Secrets = ()
    heartbeat: float | None = None
    policy: str | None = None
    approved: tuple[str, float] | None = None
    doubtful: bool = False


@value
class CheckTool:
    """Ask a tool's `check` whether the effect of a call took place; answer with CallReconciled or CheckFailed."""

    call: int
    address: str
    tool: str
    args: Mapping[str, object]
    key: str
    timeout: float | None = None
    secrets: Secrets = ()


@value
class CancelCall:
    """Stop a read that nobody waits for any more; no answer is needed."""

    call: int


@value
class StartChild:
    """Create a child run and carry it out; answer with ChildStarted, or with ChildFinished where it cannot be started.

    Args:
        child: its id.
        address: of the step that waits for it.
        plan_hash: of its plan, which the store has.
        inputs: not checked yet.
        secrets: inputs that were given a secret input of the parent.
        task, user, contracts, plans, lineage, legacy: for its request.
        started: it stands in the store already: only see to it that somebody carries it out.
        source: the text of a plan that was made in the run, to be compiled and checked; else empty.
        names: what names of plans mean in such a text: the hashes of those that the plan above names.
    """

    child: str
    address: str
    plan_hash: str
    inputs: Mapping[str, object]
    task: str
    user: str
    contracts: Mapping[str, Contract]
    plans: Mapping[str, Mapping[str, str]]
    lineage: Lineage
    secrets: frozenset[str] = frozenset()
    legacy: Legacy | None = None
    started: bool = False
    source: str = ""
    names: Mapping[str, str] = field(default_factory=dict[str, str])


@value
class SignalChild:
    """Reach a child run: `stop`, `pause`, `unpause`, or `share`, with what it may use. Once more does no harm."""

    child: str
    signal: str
    by: str
    share: ShareGiven | None = None


@value
class TellParent:
    """The run that waits for this one finds something in its inbox."""

    parent: str


@value
class Finish:
    """The run is over; nothing remains to be done. `parent`: the run that waits for it; empty: none."""

    status: str
    parent: str = ""


Action = CallTool | CheckTool | CancelCall | StartChild | SignalChild | TellParent | Finish


# --- Changes: committed together with the entries ------------------------------------------------------------


@value
class EffectClaimed:
    """A write is intended: its (tool, key) is taken in the ledger, or nothing of the append is written.

    The same run may claim a key again: a repeat of its own (state intended or unknown) or after a known failure.
    """

    tool: str
    key: str
    digest: str
    address: str


@value
class EffectMarked:
    """What became of a write. `state`: succeeded, failed, unknown, compensated or unusable.

    `run`: the run that made it, where that is not the run of the append but a child of it.
    """

    tool: str
    key: str
    state: str
    value: object = None
    run: str = ""


@value
class SubjectReserved:
    """A write is intended: its subject is taken for the operation at `address`, or nothing of the append is written.

    The operation that holds a subject may reserve it again; one whose hold has run out is held by nobody.
    """

    subject: str
    address: str
    tool: str


@value
class SubjectWanted:
    """The run waits for a subject: when it is released, SubjectFreed comes to whoever has waited longest.

    When it begins to be held for some time only, SubjectDue comes to them. `until`: what the run knows of that already.
    """

    subject: str
    until: float | None = None


@value
class PendingListed:
    """An effect waits for its confirmation until `due`. `subject` is empty where it has none."""

    address: str
    tool: str
    due: float
    subject: str = ""


@value
class PendingHeld:
    """Nothing confirmed the effect: its `subject` stays held until then, and nobody watches it."""

    address: str
    until: float
    subject: str = ""


@value
class PendingCleared:
    """The operation at `address` is off the list, and its subject free for everybody.

    `run`: whose it is, where that is not the run of the append but a child of it.
    """

    address: str
    subject: str = ""
    run: str = ""


@value
class CallbackOpened:
    """A token may give the result of the call at `address`. `digest`: of the token; `key`: of the effect."""

    digest: str
    address: str
    tool: str
    key: str


@value
class CallbacksClosed:
    """Nothing waits for a result at `address` any more: its tokens are of no use."""

    address: str


@value
class ReviewOpened:
    """A review is put before people. `limit`: only if its queue took on fewer reviews than that, in so many seconds."""

    review: Review
    limit: tuple[float, ...] = ()


@value
class ReviewClosed:
    """A review needs nobody any more. `why`: in words, where it was not answered and not simply needless.

    `heard`: its time ran out when so many answers had come. If more are stored by then, somebody was faster: nothing of
    the append is written. None: closed whatever has come.
    """

    review: str
    outcome: str
    heard: int | None = None
    why: str = ""


@value
class ReviewMoved:
    """A review has another due time: its run was paused (None: time stands still) or goes on."""

    review: str
    due: float | None


@value
class ParentTold:
    """A child is over, or asks for more of the budget: its parent finds that in its inbox."""

    parent: str
    said: ChildFinished | ChildAsked


@value
class PlanPinned:
    """The run stays with another text of its plan from now on."""

    plan_hash: str


Change = (
    EffectClaimed | EffectMarked | SubjectReserved | SubjectWanted | PendingListed | PendingHeld | PendingCleared
    | CallbackOpened | CallbacksClosed | ReviewOpened | ReviewClosed | ReviewMoved | ParentTold | PlanPinned
)  # fmt: skip


@pair
class Turn:
    """One observation and all that followed from it.

    `events`: the observation first, then the decisions. `changes` and `events` are one append; `actions` come after.
    """

    at: float
    events: tuple[Event, ...]
    changes: tuple[Change, ...]
    actions: tuple[Action, ...]
