"""A compiled plan: what the interpreter walks. Built by `compile`, frozen, shared by all runs of the same source.

Durations are seconds. `Expression` gives a value from names; `Template` is a tree of plain data with expressions in
it. Nothing here knows YAML, files or positions beyond the spans that expressions carry for their error messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final, Literal

from holdfast.plan.evaluable import Entries
from holdfast.plan.evaluable import Expression as Expression  # noqa: PLC0414 - handed on
from holdfast.plan.evaluable import Names as Names  # noqa: PLC0414 - handed on
from holdfast.plan.evaluable import Template as Template  # noqa: PLC0414 - handed on
from holdfast.values import value

EVENTS_KEPT: Final = 100
"""How many events that no wait has taken a run keeps, unless its plan says otherwise."""

CLEANUP_DEADLINE: Final = 600.0
"""Seconds for a cleanup that does not say how long it may take."""


@value
class Retry:
    """When and how often to try again. `attempts` counts all tries; delays are `delay * factor ** (attempt - 1)`."""

    attempts: int = 1
    delay: float = 0.5
    factor: float = 2.0
    max_delay: float = 30.0
    jitter: Literal["none", "full", "equal"] = "full"
    on: frozenset[str] | None = None
    never: frozenset[str] = frozenset()
    max_elapsed: float | None = None
    fresh: bool = False


@value
class Escalation:
    """Who decides when nobody did in time. `escalate`: the stage after this one, with `on_timeout: escalate`.

    `approvals`: how many different people have to approve here; None: as many as at the stage before. `fail` and
    `default` are for questions.
    """

    to: str
    timeout: float | None = None
    on_timeout: Literal["reject", "approve", "abort", "fallback", "fail", "default", "escalate"] = "reject"
    escalate: Escalation | None = None
    approvals: int | None = None


@value
class Trigger:
    """When a person decides (2-plan-language 7).

    `approvals`: how many different people have to approve. `separate`: who started the run does not decide.
    """

    on: Literal["before", "failure", "after", "unknown_outcome"] = "before"
    when: Expression | None = None
    decision: Literal["approve", "choose", "answer", "handoff"] = "approve"
    options: Template | None = None
    schema: Mapping[str, object] | None = None
    reason: str = ""
    to: str = "requester"
    sample: float | None = None
    timeout: float | None = None
    on_timeout: Literal["reject", "approve", "abort", "fallback", "escalate"] = "reject"
    escalate: Escalation | None = None
    approvals: int = 1
    separate: bool = False
    valid_for: float | None = None
    inherited: bool = False
    """Comes from an enclosing block, the plan or the defaults: then it guards writing calls only."""


@value
class AbortRule:
    """A condition that ends the run. `elapsed`: the constants that `spent.elapsed` is compared with, for timers."""

    when: Expression
    reason: str = ""
    compensate: bool = True
    elapsed: tuple[float, ...] = ()


Secrets = tuple[tuple[tuple[str | int, ...], str], ...]
"""Places in arguments that hold a secret, with its name; the value is filled in when the tool is called."""


@value
class Undo:
    """The tool call that undoes a step; its arguments see `output` and `args`."""

    tool: str
    arguments: Template
    secrets: Secrets = ()


@value
class Call:
    """`tool:` with `with:`."""

    tool: str
    arguments: Template
    secrets: Secrets = ()


@value
class Block:
    """`do:`, and the body of everything that has one."""

    steps: tuple[Step, ...]
    output: Template | None = None
    abort: tuple[AbortRule, ...] = ()


@value
class Each:
    """`do:` with `each:`. `name` is the item's name in expressions. `ids`: every step id inside."""

    items: Expression
    body: Block
    name: str = "item"
    key: Expression | None = None
    concurrency: int = 1
    on_failure: Literal["stop", "continue"] = "stop"
    max: int = 10_000
    ids: frozenset[str] = frozenset()


@value
class Repeat:
    """`do:` with `repeat:`. `every`: seconds between the end of a round and the start of the next."""

    body: Block
    max: int
    until: Expression | None = None
    every: float = 0.0
    ids: frozenset[str] = frozenset()


@value
class Parallel:
    """`parallel:`. `join`: how many branches must succeed; None: all."""

    branches: tuple[tuple[str, Block], ...]
    join: int | None = None
    on_failure: Literal["cancel", "finish", "collect"] = "cancel"
    losers: Literal["undo", "keep"] = "undo"


@value
class Switch:
    """`switch:`. The first case whose condition holds; a case without one always does."""

    cases: tuple[tuple[Expression | None, Block], ...]


@value
class Ask:
    """`ask:`. Exactly one of `options` and `schema` is set. `escalate`: who is asked then, with that `on_timeout`."""

    to: str
    question: Template
    options: Template | None = None
    schema: Mapping[str, object] | None = None
    default: Template | None = None
    context: Template | None = None
    timeout: float | None = None
    on_timeout: Literal["fail", "default", "abort", "escalate"] = "fail"
    escalate: Escalation | None = None


@value
class Handoff:
    """`handoff:`. Exactly what a person needs to go on with the run by hand."""

    to: str
    reason: Template
    context: Template | None = None
    timeout: float | None = None
    on_timeout: Literal["fail", "abort"] = "fail"


@value
class Wait:
    """`wait:`. Exactly one of `duration` (seconds), `until` (a time) and `event` is set."""

    duration: float | None = None
    until: Template | None = None
    event: str | None = None
    match: Expression | None = None
    timeout: float | None = None
    on_timeout: Literal["fail", "continue", "abort"] = "fail"


@value
class SetFacts:
    """`set:`. The template renders to a map of facts."""

    values: Template


@value
class SubPlan:
    """`plan:` with `with:`. `plan`: as the author wrote it; which text it is, a run knows from its request.

    `secrets`: inputs given a secret input of this plan, by name. `source`: gives the text of a plan made in the run;
    `plan` is empty then, and `tools` are patterns of what it may touch of what this plan may; None: all of that.
    """

    plan: str
    arguments: Entries
    secrets: tuple[tuple[str, str], ...] = ()
    source: Expression | None = None
    tools: tuple[str, ...] | None = None


@value
class Stop:
    """`stop:`."""

    status: Literal["succeeded", "failed", "aborted"]
    reason: Template | None = None
    output: Template | None = None


Action = Call | Block | Each | Repeat | Parallel | Switch | Ask | Wait | SetFacts | SubPlan | Stop | Handoff


@value
class Look:
    """How it is seen whether an effect is visible: a reading call, every so many seconds, until `when` holds."""

    tool: str
    arguments: Template
    when: Expression
    every: float = 30.0
    secrets: Secrets = ()


@value
class Pending:
    """What confirms an effect that is not visible at once. Exactly one of `until` and `event` is set.

    `timeout`, `hold_for`: seconds; `to`: who is asked under `on_timeout: human`.
    """

    timeout: float
    until: Look | None = None
    event: str | None = None
    match: Expression | None = None
    on_timeout: Literal["continue", "fail", "human"] = "continue"
    hold_for: float = 604_800.0
    to: str = "requester"


@value
class Deferred:
    """How long a result that comes later is waited for, in seconds, and what happens then."""

    timeout: float
    on_timeout: Literal["fail", "human"] = "fail"


@value
class Step:
    """One step with its modifiers. `human` holds, for a call or a plan, the inherited triggers too."""

    id: str
    action: Action
    description: str = ""
    when: Expression | None = None
    timeout: float | None = None
    heartbeat: float | None = None
    deadline: float | None = None
    retry: Retry | None = None
    fallback: tuple[Step, ...] = ()
    human: tuple[Trigger, ...] = ()
    key: Template | None = None
    compensate: Undo | None = None
    optional: bool = False
    undo_first: bool = False
    subject: Template | None = None
    pending: Pending | None = None
    on_pending: Literal["skip", "wait", "fail"] = "skip"
    accept_pending: bool = False
    deferred: Deferred | None = None
    position: int = 0
    """Its place in the block it stands in, from 0."""


@value
class Budget:
    """What a run may use at most; None: no limit."""

    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    on_exceeded: Literal["abort", "ask"] = "abort"


@value
class Input:
    """One declared input."""

    schema: Mapping[str, object]
    required: bool = True
    default: object = None
    secret: bool = False


@value
class Fact:
    """What is believed about the world, and how to come by it: given, else inferred, else asked for (section 6).

    `infer` and `ask` are steps of their own, with the ids `infer` and `ask`. `confidence`: an inference at or above it
    is taken as it is; below it a person is asked if `asking < (1 - confidence) * wrong`; without these two, always.
    """

    name: str
    given: Template | None = None
    infer: Step | None = None
    ask: Step | None = None
    confidence: float = 0.7
    asking: float | None = None
    wrong: float | None = None


@value
class Repeated:
    """A call inside a block that begins afresh when it is tried again, and that nothing undoes. Ids of the steps."""

    block: str
    step: str
    tool: str


@value
class Invariant:
    """A law of the author's: `holds` is true of every run. Nothing is decided by it, and no run is kept from anything.

    `moment`: always: behind everything that came in and what was decided from it; at_end: once the run is over.
    """

    name: str
    holds: Expression
    moment: Literal["always", "at_end"] = "always"
    reason: str = ""


@value
class Plan:
    """A whole plan. `root` is the step `""`: the primary steps as a block, with the plan's fallback and deadline.

    `steps`: every step by id, cleanup included. `tools`: every tool named literally. `grants`: patterns of tools the
    plan may touch. `hash`: hex BLAKE2b-128 of the source. `plans`: every plan that a step names, with where it
    first is. `repeats`: calls that a fresh retry would make again. `events_kept`: how many a run keeps for later waits.
    """

    name: str
    hash: str
    source: str
    file: str
    root: Step
    steps: Mapping[str, Step]
    tools: frozenset[str]
    grants: tuple[str, ...]
    description: str = ""
    owner: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    inputs: Mapping[str, Input] = field(default_factory=dict[str, Input])
    budget: Budget = Budget()
    on_failure: Literal["fail", "compensate", "handoff"] = "fail"
    cleanup: Block | None = None
    cleanup_deadline: float = CLEANUP_DEADLINE
    output: Template | None = None
    plans: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict[str, tuple[str | int, ...]])
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    eager: bool = False
    repeats: tuple[Repeated, ...] = ()
    tracked: bool = False
    corrigible: frozenset[str] = frozenset()
    events_kept: int = EVENTS_KEPT
    invariants: tuple[Invariant, ...] = ()
