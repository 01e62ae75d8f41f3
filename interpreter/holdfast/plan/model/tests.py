"""Tests in a plan: a scripted world, and what a run in it has to come to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from holdfast.plan.model.base import Amount, Condition, Delay, Identifier, Maybe, Node, Text, ToolName

Confidence = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**6)]


class ReplyModel(Node):
    """What one call of a scripted tool comes to."""

    returns: Annotated[Any, Field(description="What the tool gives.")] = None
    error: Annotated[Text, Field(description="It fails with this code instead.", examples=["timeout"])] = ""
    message: Annotated[Text, Field(description="Of the error.")] = ""
    happened: Annotated[
        Maybe[bool], Field(description="Of a write that fails: whether its effect took place; else by the code.")
    ] = None
    effect: Annotated[
        bool, Field(description="Of a write whose outcome is lost: whether it took place all the same.")
    ] = False
    delay: Annotated[Delay, Field(description="How long it takes, in the test's own time.", examples=["10s"])] = 0.0
    crash: Annotated[
        Maybe[Literal["before", "after"]],
        Field(description="The process dies in this call, once: before it takes effect, or after; another goes on."),
    ] = None
    confidence: Annotated[Maybe[Confidence], Field(description="How sure the tool is.")] = None
    reasoning: Annotated[Text, Field(description="Why, in the tool's words.")] = ""
    tokens: Annotated[Maybe[Amount], Field(description="Tokens it used.")] = None
    cost: Annotated[Maybe[Annotated[float, Field(ge=0)]], Field(description="Money it cost.")] = None


class EventModel(Node):
    """What comes from outside: an event, or a correction of facts."""

    event: Annotated[Text, Field(description="An event's name.")] = ""
    correct: Annotated[
        Maybe[dict[Identifier, Any]], Field(description="Facts that were wrong, with their right values.")
    ] = None
    when_asked: Annotated[
        Text, Field(description="It comes when this step asks a person for the first time; else with the run.")
    ] = ""
    after: Annotated[Delay, Field(description="So much later.")] = 0.0
    payload: Annotated[Any, Field(description="What comes with it.")] = None


class ExpectModel(Node):
    """What has to be true at the end; what is left out is not looked at."""

    status: Annotated[
        Literal["succeeded", "failed", "aborted", "cancelled"], Field(description="How the run ends.")
    ] = "succeeded"
    output: Annotated[Any, Field(description="The plan's output, exactly.")] = None
    error: Annotated[Text, Field(description="The code of the run's error.")] = ""
    facts: Annotated[Maybe[dict[Identifier, Any]], Field(description="Values of facts, of those that are named.")] = (
        None
    )
    calls: Annotated[Maybe[dict[ToolName, Count]], Field(description="How often a tool is called, tries included.")] = (
        None
    )
    effects: Annotated[
        Maybe[dict[ToolName, Count]], Field(description="How many effects of a writing tool took place.")
    ] = None
    reviews: Annotated[
        Maybe[list[Identifier]], Field(description="The steps that ask people, in order.", examples=[["pick"]])
    ] = None
    that: Annotated[
        Maybe[list[Condition]],
        Field(description="Conditions that hold at the end; they read what `invariants` read."),
    ] = None


class TestModel(Node):
    """One test."""

    __test__ = False  # not one of pytest's

    name: Annotated[Text, Field(description="What is tested.", examples=["sold out while deciding"])]
    inputs: Annotated[Maybe[dict[str, Any]], Field(description="Of the run.")] = None
    tools: Annotated[
        Maybe[dict[ToolName, list[ReplyModel]]],
        Field(description="What each call of a tool comes to, in order; the last one for all that follow."),
    ] = None
    people: Annotated[
        Maybe[dict[str, Any]],
        Field(
            description="What is said, by the step that asks: an answer, an option, `approve`, `reject`, or "
            "`{decision, value}`. Steps that are not named are never answered.",
            examples=[{"pick": "F8", "book": "approve"}],
        ),
    ] = None
    events: Annotated[Maybe[list[EventModel]], Field(description="What comes from outside.")] = None
    world: Annotated[
        Maybe[list[Text]],
        Field(
            description="Instead of a script: an invented world of `holdfast simulate`, by what goes wrong in it, in "
            "this order. Every law has to hold in it.",
            examples=[["pay: timeout after its effect", "another worker takes the run"]],
        ),
    ] = None
    expect: Annotated[ExpectModel, Field(description="What has to be true at the end.")]
    crashes: Annotated[
        bool, Field(description="Whether the run is also killed at every moment, and has to come to the same.")
    ] = True
