"""Where people decide: triggers on steps, and questions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.model.base import Condition, Duration, Few, JsonSchema, Maybe, Node, Queue, Text, by_kind

Silence = Literal["reject", "approve", "abort", "fallback"]
Unanswered = Literal["fail", "default", "abort"]
OnTimeout = Annotated[
    Annotated[Silence, Tag("<text>")] | Annotated["EscalateModel", Tag("<map>")],
    by_kind("`on_timeout` is `reject`, `approve`, `abort`, `fallback` or `{escalate: {to, timeout, on_timeout}}`"),
]
"""What happens when nobody decides in time."""

OnUnanswered = Annotated[
    Annotated[Unanswered, Tag("<text>")] | Annotated["AskEscalateModel", Tag("<map>")],
    by_kind("`on_timeout` of a question is `fail`, `default`, `abort` or `{escalate: {to, timeout, on_timeout}}`"),
]
"""What happens when nobody answers in time."""


class StageModel(Node):
    """Who decides when nobody did in time."""

    to: Annotated[Queue, Field(description="The queue that is asked next.", examples=["cfo"])]
    timeout: Annotated[Maybe[Duration], Field(description="How long to wait for them.", examples=["2h"])] = None
    on_timeout: Annotated[
        OnTimeout,
        Field(description="What happens when they do not answer either.", examples=["reject"]),
    ] = "reject"
    approvals: Annotated[
        Maybe[Few],
        Field(description="How many different people have to approve here; as many as before, if left out."),
    ] = None


class EscalateModel(Node):
    """The review goes to another queue."""

    escalate: Annotated[StageModel, Field(description="Where it goes.", examples=[{"to": "cfo", "timeout": "2h"}])]


class TriggerModel(Node):
    """When a person decides about a step, and what becomes of it if nobody does."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"if": {"required": ["decision"], "properties": {"decision": {"const": "choose"}}},
                 "then": {"required": ["options"]}, "else": {"not": {"required": ["options"]}}},
                {"if": {"required": ["decision"], "properties": {"decision": {"const": "answer"}}},
                 "then": {"required": ["schema"]}, "else": {"not": {"required": ["schema"]}}},
            ]
        }
    )  # fmt: skip

    on: Annotated[
        Literal["before", "failure", "after", "unknown_outcome"], Field(description="The moment the person is asked.")
    ] = "before"
    when: Annotated[
        Maybe[Condition], Field(description="Only if this holds; always, if left out.", examples=["args.amount > 500"])
    ] = None
    decision: Annotated[
        Literal["approve", "choose", "answer", "handoff"],
        Field(
            description="approve: approve, edit or reject. choose: one of `options`. answer: a value fitting `schema`. "
            "handoff: the run is theirs until they give it back or close it."
        ),
    ] = "approve"
    options: Annotated[Any, Field(description="What to choose from: a list, or a template that gives one.")] = None
    schema_: Annotated[Maybe[JsonSchema], Field(alias="schema", description="What the answer must look like.")] = None
    reason: Annotated[Text, Field(description="Why a person is asked; shown to them.", examples=["Dear ticket"])] = ""
    to: Annotated[Queue, Field(description="The queue that is asked.")] = "requester"
    sample: Annotated[
        Maybe[Annotated[float, Field(ge=0, le=1)]],
        Field(description="Ask in this share of the cases only.", examples=[0.15]),
    ] = None
    timeout: Annotated[Maybe[Duration], Field(description="How long to wait for the person.")] = None
    on_timeout: Annotated[
        OnTimeout,
        Field(
            description="What happens when nobody answers in time; `escalate` asks others.",
            examples=["reject", {"escalate": {"to": "cfo", "timeout": "2h", "on_timeout": "reject"}}],
        ),
    ] = "reject"
    approvals: Annotated[Few, Field(description="How many different people have to approve.", examples=[2])] = 1
    separate: Annotated[bool, Field(description="Whoever started the run does not decide.")] = False
    valid_for: Annotated[Maybe[Duration], Field(description="How long an approval lasts.")] = None

    @model_validator(mode="after")
    def _fits_decision(self) -> Self:
        """`choose` has options, `answer` has a schema, and nothing else has them."""
        for key, decision in (("options", "choose"), ("schema", "answer")):
            given = ("schema_" if key == "schema" else key) in self.model_fields_set
            if given and self.decision != decision:
                raise _contradiction(key, f"`{key}` goes with `decision: {decision}` only, and this is {self.decision}")
            if not given and self.decision == decision:
                raise _contradiction("decision", f"`decision: {decision}` needs `{key}`")
        return self


class AskStageModel(Node):
    """Who is asked when nobody answered in time."""

    to: Annotated[Queue, Field(description="The queue that is asked next.", examples=["team-lead"])]
    timeout: Annotated[Maybe[Duration], Field(description="How long to wait for them.", examples=["2h"])] = None
    on_timeout: Annotated[
        Maybe[OnUnanswered],
        Field(description="What happens when they do not answer either.", examples=["fail"]),
    ] = None


class AskEscalateModel(Node):
    """The question goes to another queue."""

    escalate: Annotated[
        AskStageModel, Field(description="Where it goes.", examples=[{"to": "team-lead", "timeout": "2h"}])
    ]


class HandoffModel(Node):
    """The run in the hands of a person."""

    to: Annotated[Queue, Field(description="Who gets it.")] = "requester"
    reason: Annotated[Text, Field(min_length=1, description="Why.", examples=["The invoice does not add up"])]
    context: Annotated[Any, Field(description="What the person should see.")] = None
    timeout: Annotated[Maybe[Duration], Field(description="How long they may keep it.", examples=["1d"])] = None
    on_timeout: Annotated[
        Literal["fail", "abort"], Field(description="What happens when it does not come back in time.")
    ] = "fail"


class AskModel(Node):
    """A question to a person."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["options"]}, {"required": ["schema"]}]})

    to: Annotated[Queue, Field(description="The queue that is asked.")] = "requester"
    question: Annotated[Text, Field(min_length=1, description="The question.", examples=["Which one?"])]
    options: Annotated[
        Any, Field(description="What to choose from: a list, or a template that gives one.", examples=[["JFK", "LGA"]])
    ] = None
    schema_: Annotated[Maybe[JsonSchema], Field(alias="schema", description="What the answer must look like.")] = None
    default: Annotated[Any, Field(description="The answer if nobody gives one; implies `on_timeout: default`.")] = None
    context: Annotated[Any, Field(description="What the person should see with the question.")] = None
    timeout: Annotated[Maybe[Duration], Field(description="How long to wait for the answer.", examples=["30m"])] = None
    on_timeout: Annotated[
        Maybe[OnUnanswered],
        Field(
            description="What happens when nobody answers in time; `escalate` asks others.",
            examples=["default", {"escalate": {"to": "team-lead", "timeout": "2h"}}],
        ),
    ] = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Either options or a schema; not both, not neither."""
        given = {"options", "schema_"} & self.model_fields_set
        if not given:
            raise _contradiction("", "a question needs `options` to choose from, or a `schema` for the answer")
        if len(given) > 1:
            raise _contradiction("schema", "a question has either `options` or a `schema`, and this one has both")
        return self


def _contradiction(key: str, why: str) -> PydanticCustomError:
    return PydanticCustomError("contradiction", "{why}", {"why": why, "key": key})
