"""What is true of a run right now. Changed by `evolve` alone; everything here can be had again by folding the journal.

- A `Frame` is a step (or an iteration, branch or cleanup block) that has begun and is not concluded. It knows its
  parent, so nothing ever walks the plan or the history.
- Its `work` (work.py) is how far its own kind of step has come; its `scope` (scope.py) is what its expressions see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from holdfast.core.contract import Contract
from holdfast.core.events import (
    Claim,
    EndDecided,
    QueueFull,
    RunFinished,
    SubjectHeld,
)
from holdfast.core.failure import Failure
from holdfast.core.keys import shorten
from holdfast.core.legacy import Legacy
from holdfast.core.lineage import Lineage
from holdfast.core.memo import Change, Memo
from holdfast.core.policy import QueueLimit, Standing
from holdfast.core.review import Given, Review
from holdfast.core.scope import Result, Scope
from holdfast.core.spent import Spent
from holdfast.core.timers import Timers
from holdfast.core.work import Approvals, CallWork, Work
from holdfast.plan.program import AbortRule, Block, Pending, Plan, Step, Undo
from holdfast.values import pair


@dataclass(slots=True, eq=False)
class Frame:
    """A step that has begun.

    `step` is None for an iteration, a branch and the cleanup block, which have a `body` only. `due`: the earliest
    deadline that holds here; `limited`: it has one of its own. `failure`: the current try failed so and nothing has
    been done about it yet. `stopping`: it is being stopped and will fail so. `timer`: the one it waits for. `inner`:
    the scope of what is inside it, where that differs from its own. `undo`: effects being undone before it goes on,
    the next one first. `keeps`: it may be run again, so what is inside has to remember its writes.
    `spared`: triggers and rules that held and were drawn not to ask.
    `doubted`: it failed before it began, perhaps for its `when`, which the next try looks at again. `awaiting`: the
    fact without which it cannot go on.
    `watches`: the pending operation that it confirms. `awaits`: the one that it waits for before it reads an output;
    `unbegun`: before it begins at all. `holds`: pending operations that its output rests on.
    In a run that records what is read: `control`, `labels` and `passed`, the labels of what is around it, of what it
    read itself, of what its parts gave; `certainty`, the least confidence of that; `endorsed`, that a person stood by
    its output; `reads`, its sources; `inputs`, what it was given. `redo`: where it is walked again from.
    """

    address: str
    step: Step | None
    body: Block | None
    parent: Frame | None
    scope: Scope
    entered: float
    due: float = inf
    limited: bool = False
    attempt: int = 1
    cursor: int = 0
    children: dict[str, Frame] = field(default_factory=dict)
    output: object = None
    work: Work | None = None
    failure: Failure | None = None
    failure_reviewed: bool = False
    begun: bool = False
    overdue: bool = False
    stopping: Failure | None = None
    alternative: int = -1
    in_fallback: bool = False
    inner: Scope | None = None
    settled: bool = False
    via: str = ""
    timer: str = ""
    woke: bool = False
    reviews: list[str] = field(default_factory=list)
    answers: list[Given] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
    undoes: str = ""
    keeps: bool = False
    spared: tuple[int | str, ...] = ()
    doubted: bool = False
    awaiting: str = ""
    redo: int | None = None
    watches: str = ""
    awaits: str = ""
    unbegun: bool = False
    holds: list[str] | None = None
    control: int = 0
    labels: int = 0
    passed: int = 0
    endorsed: bool = False
    certainty: float = 1.0
    reads: dict[str, None] | None = None
    inputs: object = None

    @property
    def call(self) -> CallWork:
        """The work of a tool step that has one."""
        if not isinstance(self.work, CallWork):  # pragma: no cover - a broken law, not a case
            raise AssertionError(self.address)  # noqa: TRY004
        return self.work


@pair
class Effect:
    """Something that took place and can be undone: a write, or a block as a whole (then `tool` is empty).

    `address` is the step's; `key` its ledger key; `undo` has no tool where only a person can.
    `run`: the child whose it was; empty: this run's own. `subject`: what a child's is still held for, as `operation`.
    """

    address: str
    tool: str
    key: str
    undo: Undo
    args: Mapping[str, object]
    output: object
    scope: Scope
    run: str = ""
    subject: str = ""
    operation: str = ""


@dataclass(slots=True, eq=False)
class Operation:
    """An effect that is not confirmed yet. `readers`: addresses of steps that wait for it."""

    address: str
    tool: str
    subject: str
    terms: Pending
    due: float
    readers: dict[str, None] = field(default_factory=dict[str, None])
    result: Result | None = None
    released: str | None = None


@dataclass(slots=True, eq=False)
class RunState:
    """Everything the interpreter knows of a run. `heard`: by open review, who has answered and what.

    `policy`, `limits`: the installation's policy in force. `full`: by queue, what was last said. `policies`: all that
    were, for reviews made by them. `guards`: triggers of the runs above; `standing`: those before a call, and the rules
    of the policy. `given_labels`, `given_confidence`: what the runs above know of all inputs; `input_labels`,
    `input_confidence`: of single ones besides. `certainty`: of the text of the plan, where that was made in a run.
    `past`: what steps made of facts; `taken_back`: what of that holds no more, as they are walked again. `lent`: of the
    budget, to children under way; `asking`: those that want more of it; `asks`, `asked`, `denied`: how often this run
    has asked its parent, whether it waits for what that says, and whether that was no. `by_hand`: effects that only a
    person can undo are known too. `given`: by plan step, what its last child was given, where that may change.
    `legacies`: by plan step, what its children left for the next one. `doubted`: by step, the digest of the question
    that an answer of the child before was for, where it may be another one now; `questions`: those of the answers kept.
    """

    plan: Plan
    behaviour: int = 0
    run: str = ""
    task: str = ""
    user: str = ""
    inputs: Mapping[str, object] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    started_at: float = 0.0
    ended_at: float = 0.0
    facts: dict[str, object] = field(default_factory=dict)
    missing: dict[str, Failure] = field(default_factory=dict)
    tracked: bool = False
    labels: int = 0
    fact_labels: dict[str, int] = field(default_factory=dict)
    fact_confidence: dict[str, float] = field(default_factory=dict)
    fact_reads: dict[str, dict[str, None]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    memos: dict[str, Memo] = field(default_factory=dict)
    past: list[Change] = field(default_factory=list)
    taken_back: list[Change] = field(default_factory=list)
    corrections: list[tuple[dict[str, object], str]] = field(default_factory=list)
    invalid: dict[str, None] = field(default_factory=dict)
    redone: dict[str, None] = field(default_factory=dict)
    redoing: bool = False
    wanted: dict[str, list[Frame]] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    budget_times: int = 1
    lent: Spent = field(default_factory=Spent)
    asking: dict[str, Frame] = field(default_factory=dict)
    asks: int = 0
    asked: bool = False
    denied: bool = False
    scope: Scope = field(default_factory=lambda: Scope(None, None))
    frames: dict[str, Frame] = field(default_factory=dict)
    calls: dict[int, Frame] = field(default_factory=dict)
    call_count: int = 0
    timers: Timers = field(default_factory=Timers)
    reviews: dict[str, Review] = field(default_factory=dict)
    review_count: int = 0
    heard: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    guards: tuple[Standing, ...] = ()
    given_labels: int = 0
    given_confidence: float = 1.0
    input_labels: dict[str, int] = field(default_factory=dict)
    input_confidence: Mapping[str, float] = field(default_factory=dict)
    certainty: float = 1.0
    policy: str = ""
    standing: tuple[Standing, ...] = ()
    limits: dict[str, QueueLimit] = field(default_factory=dict)
    full: dict[str, tuple[QueueFull, float]] = field(default_factory=dict)
    policies: dict[str, dict[str, Standing]] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)
    stuck: dict[str, Failure] = field(default_factory=dict)
    approvals: dict[str, Approvals] = field(default_factory=dict)
    intents: dict[str, tuple[object, int]] = field(default_factory=dict)
    by_hand: bool = False
    given: dict[str, tuple[str, object]] = field(default_factory=dict)
    legacies: dict[str, Legacy] = field(default_factory=dict)
    doubted: dict[str, str] = field(default_factory=dict)
    questions: dict[str, object] = field(default_factory=dict)
    claims: dict[tuple[str, str], tuple[Claim, float]] = field(default_factory=dict)
    events: dict[int, tuple[str, object]] = field(default_factory=dict)
    event_count: int = 0
    waiting: dict[str, dict[str, Frame]] = field(default_factory=dict)
    children: dict[str, Frame] = field(default_factory=dict)
    child_count: int = 0
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lineage: Lineage | None = None
    key_prefix: str = ""
    forked: str = ""
    rules: dict[str, list[tuple[Frame, AbortRule]]] = field(default_factory=dict)
    undoing: dict[str, Frame] = field(default_factory=dict)
    pending: dict[str, Operation] = field(default_factory=dict)
    unconfirmed: dict[str, Operation] = field(default_factory=dict)
    subjects: dict[str, tuple[str, float]] = field(default_factory=dict)
    held: dict[str, tuple[SubjectHeld, float]] = field(default_factory=dict)
    callbacks: set[str] = field(default_factory=set)
    queued_for: dict[str, dict[str, None]] = field(default_factory=dict)
    restored: float | None = None
    cleared: dict[str, None] = field(default_factory=dict)
    paused_at: float | None = None
    cancelled_by: str | None = None
    stopped: bool = False
    handed_over: bool = False
    ending: EndDecided | None = None
    cleaned: bool = False
    notes: list[str] = field(default_factory=list)
    outcome: RunFinished | None = None

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self.outcome is not None

    @property
    def paused(self) -> bool:
        """Whether somebody has halted the run."""
        return self.paused_at is not None

    def own_key(self, address: str) -> str:
        """The idempotency key of a write whose author names none. It is not journaled: the address stands for it."""
        return shorten(self.key_prefix + address)

    @property
    def seed(self) -> str:
        """What draws whether people are asked begin with: the same for another child of the same step."""
        return self.run if self.lineage is None else self.key_prefix

    @property
    def root(self) -> Frame | None:
        """The plan's own frame; None before the run was requested and after everything stopped."""
        return self.frames.get("")
