"""A step: one action, and any of the modifiers."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.model.base import (
    Arguments,
    Condition,
    Delay,
    Duration,
    Few,
    Identifier,
    Many,
    Maybe,
    Node,
    Text,
    ToolName,
    ToolPattern,
    by_kind,
)
from holdfast.plan.model.pending import DeferredModel, PendingModel
from holdfast.plan.model.people import AskModel, HandoffModel, TriggerModel
from holdfast.plan.model.policies import AbortModel, Retry, UndoModel

ACTIONS: Final = ("tool", "do", "parallel", "switch", "ask", "wait", "set", "plan", "stop", "handoff")
"""The keys of which a step has exactly one."""

BELONGS: Final = {
    "with": ("tool", "plan"),
    "timeout": ("tool", "plan"),
    "heartbeat": ("tool",),
    "idempotency_key": ("tool",),
    "subject": ("tool",),
    "pending": ("tool",),
    "on_pending": ("tool",),
    "deferred": ("tool",),
    "each": ("do",),
    "repeat": ("do",),
    "output": ("do",),
    "abort": ("do",),
    "join": ("parallel",),
    "on_failure": ("parallel",),
    "losers": ("parallel",),
}
"""Keys that have a meaning beside some actions only."""


_BESIDE: Final = {"on_pending": ["subject"]}
"""Keys that stand beside certain modifiers only."""


class EachModel(Node):
    """The block once per item."""

    in_: Annotated[
        Annotated[str, Field(min_length=1, max_length=4096), Tag("<text>")] | Annotated[list[Any], Tag("<list>")],
        by_kind("`in` is a bare expression that gives a list, or a list"),
        Field(alias="in", description="The items: a bare expression, or a list.", examples=["inputs.leads"]),
    ]
    as_: Annotated[Identifier, Field(alias="as", description="The item's name in expressions.")] = "item"
    key: Annotated[
        Maybe[Condition], Field(description="A stable key per item, for addresses.", examples=["item.id"])
    ] = None
    concurrency: Annotated[Few, Field(description="How many items at the same time.")] = 1
    on_failure: Annotated[
        Literal["stop", "continue"], Field(description="Whether the other items go on when one fails.")
    ] = "stop"
    max: Annotated[Many, Field(description="Fail when there are more items.")] = 10_000


class RepeatModel(Node):
    """The block until a condition holds."""

    until: Annotated[Maybe[Condition], Field(description="Stop when this holds after a round.")] = None
    max: Annotated[Many, Field(description="How many rounds at most.")]
    every: Annotated[Delay, Field(description="From the end of a round to the start of the next.")] = 0.0


class WaitModel(Node):
    """A time to wait for, or an event from outside."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["until"]}, {"required": ["event"]}],
            "dependentRequired": {key: ["event"] for key in ("match", "timeout", "on_timeout")},
        }
    )

    until: Annotated[Maybe[Text], Field(description="A time, as ISO 8601 text or seconds since 1970.")] = None
    event: Annotated[
        Maybe[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.:-]*$", max_length=200)]],
        Field(description="The name of an event.", examples=["payment.settled"]),
    ] = None
    match: Annotated[Maybe[Condition], Field(description="Only events for which this holds.")] = None
    timeout: Annotated[Maybe[Duration], Field(description="How long to wait for the event.")] = None
    on_timeout: Annotated[
        Literal["fail", "continue", "abort"], Field(description="What happens when it does not come in time.")
    ] = "fail"

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        """Either a time or an event, and what belongs to events only with one."""
        given = self.model_fields_set
        if ("until" in given) == ("event" in given):
            what = "both" if "until" in given else "neither"
            why = f"a wait has a time (`until`) or an `event`, and this has {what}"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": "event"})
        for key in ("match", "timeout", "on_timeout"):
            if key in given and "event" not in given:
                why = f"`{key}` goes with `event`: a time always comes"
                raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": key})
        return self


Wait = Annotated[
    Annotated[Duration, Tag("<text>")] | Annotated[WaitModel, Tag("<map>")],
    by_kind("wait is a duration like `10m`, or a map with `until` or `event`"),
]
"""`wait: 10m`, or a map."""


PlanRef = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9._/-]+$", max_length=200, examples=["send-invoice", "parts/pay.yaml"])
]
"""A plan's name, or the path of its file from that of the plan it stands in."""


class SourceModel(Node):
    """A plan that is made in the run."""

    source: Annotated[
        str,
        Field(
            min_length=1,
            max_length=4096,
            description="A bare expression that gives the plan's text, or its tree.",
            examples=["steps.draft.output"],
        ),
    ]
    tools: Annotated[
        Maybe[list[ToolPattern]],
        Field(description="What it may touch of what this plan may.", examples=[["crm.*"]]),
    ] = None


SubPlan = Annotated[
    Annotated[PlanRef, Tag("<text>")] | Annotated[SourceModel, Tag("<map>")],
    by_kind("plan is the name or the path of a plan, or a map with `source`"),
]
"""`plan: send-invoice`, or a map."""


class StopModel(Node):
    """The end of the run, here."""

    status: Annotated[Literal["succeeded", "failed", "aborted"], Field(description="How the run ends.")]
    reason: Annotated[Maybe[Text], Field(description="Why; may hold templates.")] = None
    output: Annotated[Any, Field(description="The run's result.")] = None


class CaseModel(Node):
    """One case of a switch."""

    when: Annotated[Maybe[Condition], Field(description="Take this case when it holds; the last may do without.")] = (
        None
    )
    do: Annotated[list[StepModel], Field(min_length=1, description="What is done then.")]


Block = Annotated[list["StepModel"], Field(min_length=1)]
"""Steps, one after the other."""


class StepModel(Node):
    """One step: an id, exactly one action, and any of the modifiers."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [action]} for action in ACTIONS],
            "dependentRequired": {
                key: [actions[0], *_BESIDE.get(key, ())] for key, actions in BELONGS.items() if len(actions) == 1
            },
            "allOf": [
                {"if": {"required": [key]}, "then": {"if": {"not": {"required": [one]}}, "then": {"required": [other]}}}
                for key, actions in BELONGS.items()
                if len(actions) > 1
                for one, other in [actions]
            ],
            "not": {"required": ["each", "repeat"]},
        }
    )

    id: Annotated[Identifier, Field(description="Unique in the plan; part of keys, so do not change it lightly.")]
    description: Annotated[Text, Field(description="Shown to reviewers and in pictures.")] = ""
    when: Annotated[Maybe[Condition], Field(description="Only if this holds, else the step is skipped.")] = None

    tool: Annotated[Maybe[ToolName], Field(description="Call this tool.")] = None
    with_: Annotated[
        Maybe[Arguments], Field(alias="with", description="The tool's arguments, or the plan's inputs.")
    ] = None
    do: Annotated[Maybe[Block], Field(description="Steps, one after the other.")] = None
    each: Annotated[Maybe[EachModel], Field(description="Once per item.")] = None
    repeat: Annotated[Maybe[RepeatModel], Field(description="Until a condition holds.")] = None
    output: Annotated[Any, Field(description="What the block gives; else the output of its last step.")] = None
    abort: Annotated[Maybe[list[AbortModel]], Field(description="Conditions that end the run.")] = None
    parallel: Annotated[
        Maybe[Annotated[dict[Identifier, Block], Field(min_length=1)]], Field(description="Branches at the same time.")
    ] = None
    join: Annotated[
        Maybe[
            Annotated[
                Annotated[Literal["all", "any"], Tag("<text>")] | Annotated[Few, Tag("<number>")],
                by_kind("join is `all`, `any`, or a number of branches"),
            ]
        ],
        Field(description="How many branches must succeed; `all` if left out."),
    ] = None
    on_failure: Annotated[
        Maybe[Literal["cancel", "finish", "collect"]],
        Field(description="What becomes of the other branches when too many fail."),
    ] = None
    losers: Annotated[
        Maybe[Literal["undo", "keep"]], Field(description="What becomes of the work of branches that were not needed.")
    ] = None
    switch: Annotated[
        Maybe[Annotated[list[CaseModel], Field(min_length=1)]], Field(description="The first case that holds.")
    ] = None
    ask: Annotated[Maybe[AskModel], Field(description="A question to a person.")] = None
    wait: Annotated[Maybe[Wait], Field(description="A durable timer, or an event from outside.")] = None
    set: Annotated[
        Maybe[Annotated[dict[Identifier, Any], Field(min_length=1)]], Field(description="Facts and their values.")
    ] = None
    plan: Annotated[Maybe[SubPlan], Field(description="Run this plan as a child run, and wait for it.")] = None
    stop: Annotated[Maybe[StopModel], Field(description="Ends the run here.")] = None
    handoff: Annotated[
        Maybe[HandoffModel], Field(description="Gives the run to a person, who gives it back or closes it.")
    ] = None

    timeout: Annotated[
        Maybe[Duration], Field(description="For one attempt of the tool call or child run.", examples=["10s"])
    ] = None
    heartbeat: Annotated[
        Maybe[Duration],
        Field(description="Give an attempt up when its tool has not reported for so long.", examples=["10s"]),
    ] = None
    deadline: Annotated[
        Maybe[Duration], Field(description="For the whole step: attempts, delays, fallbacks, people.")
    ] = None
    retry: Annotated[Maybe[Retry], Field(description="How often to try again.", examples=[3])] = None
    fallback: Annotated[
        Maybe[list[StepModel]], Field(description="Alternatives, in order; the first that applies and succeeds counts.")
    ] = None
    human: Annotated[Maybe[list[TriggerModel]], Field(description="When a person decides.")] = None
    idempotency_key: Annotated[
        Maybe[Annotated[Text, Field(min_length=1)]], Field(description="A template of stable identifiers.")
    ] = None
    compensate: Annotated[Maybe[UndoModel], Field(description="The call that undoes this step.")] = None
    subject: Annotated[
        Maybe[Annotated[Text, Field(min_length=1)]],
        Field(
            description="What the effect is about, across all runs: nobody else starts one about it meanwhile.",
            examples=["follow-up:{{ inputs.lead }}"],
        ),
    ] = None
    pending: Annotated[
        Maybe[PendingModel], Field(description="What confirms the effect, where it is not visible at once.")
    ] = None
    on_pending: Annotated[
        Literal["skip", "wait", "fail"], Field(description="What to do while another effect holds the subject.")
    ] = "skip"
    deferred: Annotated[
        Maybe[DeferredModel], Field(description="For a tool that gives its result later, by a callback token.")
    ] = None
    accept_pending: Annotated[
        bool, Field(description="Read outputs of steps whose effect is not confirmed yet, instead of waiting.")
    ] = False
    optional: Annotated[bool, Field(description="A failure is recorded, and the block goes on.")] = False
    undo_first: Annotated[bool, Field(description="Undo what was done before a fallback starts.")] = False

    @model_validator(mode="before")
    @classmethod
    def _one_action(cls, data: object) -> object:
        """Exactly one action, and beside it only what has a meaning there."""
        if not isinstance(data, dict):
            return data
        actions = [key for key in data if key in ACTIONS]
        if len(actions) != 1:
            raise PydanticCustomError("action", "{actions}", {"actions": actions})
        for key in data:
            if key in BELONGS and actions[0] not in BELONGS[key]:
                raise PydanticCustomError("misplaced", "{key}", {"key": key, "action": actions[0]})
        if "each" in data and "repeat" in data:
            why = "a block has `each` or `repeat`, not both: put one inside the other"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": "repeat"})
        if "on_pending" in data and "subject" not in data:
            why = "`on_pending` says what to do while another effect holds the step's `subject`, and it has none"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": "on_pending"})
        return data
