"""The whole document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, Tag

from holdfast.plan.model.base import Amount, Duration, Identifier, Maybe, Node, Text, ToolPattern, by_kind
from holdfast.plan.model.facts import FactsModel
from holdfast.plan.model.invariants import InvariantModel
from holdfast.plan.model.people import TriggerModel
from holdfast.plan.model.policies import AbortModel, Retry
from holdfast.plan.model.steps import StepModel
from holdfast.plan.model.tests import TestModel
from holdfast.plan.program import EVENTS_KEPT


class InputModel(Node):
    """One input: a JSON Schema (2020-12), with a default and whether it is secret."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[Any, Field(description="A JSON type, or several.", examples=["string", ["string", "null"]])] = None
    description: Annotated[Text, Field(description="What it is, for people.")] = ""
    default: Annotated[Any, Field(description="Makes the input optional.")] = None
    secret: Annotated[bool, Field(description="Keep it out of journal, logs and pages.")] = False


class DefaultsModel(Node):
    """What holds for every tool step that does not say otherwise."""

    timeout: Annotated[Maybe[Duration], Field(description="For one attempt of a tool call.", examples=["10s"])] = None
    retry: Annotated[Maybe[Retry], Field(description="How often to try again.")] = None
    human: Annotated[Maybe[list[TriggerModel]], Field(description="When a person decides.")] = None


class BudgetModel(Node):
    """What a run may use at most."""

    calls: Annotated[Maybe[Amount], Field(description="Tool calls, retries included.")] = None
    tokens: Annotated[Maybe[Amount], Field(description="Tokens of models.")] = None
    cost: Annotated[Maybe[Annotated[float, Field(gt=0)]], Field(description="Money.", examples=[1.5])] = None
    on_exceeded: Annotated[Literal["abort", "ask"], Field(description="What happens when one is used up.")] = "abort"


class EventsModel(Node):
    """Events that reach a run before anything in it waits for them."""

    keep: Annotated[
        int,
        Field(ge=1, le=100_000, description="So many are kept for waits that start later; more are refused."),
    ] = EVENTS_KEPT


class CleanupModel(Node):
    """What is done at the end of every run, with its own allowance of time."""

    deadline: Annotated[Duration, Field(description="For all of it.", examples=["10m"])] = 600.0
    steps: Annotated[list[StepModel], Field(min_length=1, description="Steps, one after the other.")]


Cleanup = Annotated[
    Annotated[list[StepModel], Field(min_length=1), Tag("<list>")] | Annotated[CleanupModel, Tag("<map>")],
    by_kind("cleanup is a list of steps, or a map with `deadline` and `steps`"),
]
"""A list of steps, or a map."""


class PlanModel(Node):
    """A Holdfast plan: what to do, and what to do when it goes wrong."""

    holdfast: Annotated[Literal[1], Field(description="The version of the plan language.")]
    plan: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$", description="The plan's name.", examples=["book-flight"])
    ]
    description: Annotated[Text, Field(description="What it is for.")] = ""
    labels: Annotated[Maybe[dict[str, str]], Field(description="For filters.", examples=[{"team": "travel"}])] = None
    owner: Annotated[Text, Field(description="Whom to turn to.", examples=["travel-team"])] = ""
    inputs: Annotated[
        Maybe[dict[Identifier, InputModel]], Field(description="What a run is given: a JSON Schema per input.")
    ] = None
    facts: Annotated[Maybe[FactsModel], Field(description="What the plan believes, and how it comes by it.")] = None
    tools: Annotated[
        Maybe[list[ToolPattern]], Field(description="What the plan may touch at all; else the tools it names.")
    ] = None
    defaults: Annotated[Maybe[DefaultsModel], Field(description="What holds unless a step says otherwise.")] = None
    budget: Annotated[Maybe[BudgetModel], Field(description="What a run may use at most.")] = None
    events: Annotated[
        Maybe[EventsModel],
        Field(description="How many events are kept for waits that start later.", examples=[{"keep": 20}]),
    ] = None
    deadline: Annotated[Duration, Field(description="For the whole run; 7d if left out.", examples=["4h"])] = 604_800.0
    steps: Annotated[list[StepModel], Field(min_length=1, description="The primary steps.")]
    fallback: Annotated[
        Maybe[list[StepModel]], Field(description="Alternatives, in order, if the primary steps fail as a whole.")
    ] = None
    abort: Annotated[Maybe[list[AbortModel]], Field(description="Conditions that end the run.")] = None
    human: Annotated[Maybe[list[TriggerModel]], Field(description="When a person decides; for every step.")] = None
    on_failure: Annotated[
        Literal["fail", "compensate", "handoff"], Field(description="What becomes of a run that failed.")
    ] = "fail"
    cleanup: Annotated[Maybe[Cleanup], Field(description="Always done, at the end.")] = None
    output: Annotated[Any, Field(description="The run's result.")] = None
    invariants: Annotated[
        Maybe[list[InvariantModel]],
        Field(description="What has to be true of every run, whatever happens; `simulate`, `test`, `replay` look."),
    ] = None
    tests: Annotated[
        Maybe[list[TestModel]], Field(description="Scripted worlds and what a run in them has to come to.")
    ] = None
