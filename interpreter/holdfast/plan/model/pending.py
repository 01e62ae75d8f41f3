"""Effects that are not visible at once: what confirms them, and what holds until then."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.model.base import Arguments, Condition, Duration, Maybe, Node, Queue, ToolName


class LookModel(Node):
    """A reading call that sees whether the effect is visible."""

    tool: Annotated[ToolName, Field(description="A tool that only reads.", examples=["crm.last_contact"])]
    with_: Annotated[
        Maybe[Arguments],
        Field(alias="with", description="Its arguments; may read `output`, `args` and `started_at` of the step."),
    ] = None
    when: Annotated[
        Condition,
        Field(
            description="Holds once the effect is visible; sees `result` and `started_at`.",
            examples=["result.at >= started_at"],
        ),
    ]
    every: Annotated[Duration, Field(description="From one look to the next.", examples=["30s"])] = 30.0


class PendingModel(Node):
    """What confirms the effect of a step, and what happens if nothing does."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["until"]}, {"required": ["event"]}],
            "dependentRequired": {"match": ["event"]},
        }
    )

    until: Annotated[Maybe[LookModel], Field(description="Look again and again until it is visible.")] = None
    event: Annotated[
        Maybe[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.:-]*$", max_length=200)]],
        Field(description="The name of an event that confirms it.", examples=["crm.synced"]),
    ] = None
    match: Annotated[Maybe[Condition], Field(description="Only an event for which this holds.")] = None
    timeout: Annotated[Duration, Field(description="How long to wait for the confirmation.", examples=["5m"])]
    on_timeout: Annotated[
        Literal["continue", "fail", "human"], Field(description="What happens when it is not confirmed in time.")
    ] = "continue"
    hold_for: Annotated[
        Duration, Field(description="How long the subject stays held when nothing confirmed the effect.")
    ] = 604_800.0
    to: Annotated[Queue, Field(description="Who is asked under `on_timeout: human`.")] = "requester"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Either a look or an event, and `match` with an event only."""
        given = self.model_fields_set
        if ("until" in given) == ("event" in given):
            what = "both" if "until" in given else "neither"
            raise _contradiction("event", f"a confirmation comes by `until` or by `event`, and this has {what}")
        if "match" in given and "event" not in given:
            raise _contradiction("match", "`match` goes with `event`; a look has its own `when`")
        return self


class DeferredModel(Node):
    """How long a result that comes later is waited for."""

    timeout: Annotated[Duration, Field(description="How long to wait for the result.", examples=["2d"])]
    on_timeout: Annotated[
        Literal["fail", "human"],
        Field(description="fail: the attempt fails, and an unknown write is settled. human: a person is asked."),
    ] = "fail"


def _contradiction(key: str, why: str) -> PydanticCustomError:
    return PydanticCustomError("contradiction", "{why}", {"why": why, "key": key})
