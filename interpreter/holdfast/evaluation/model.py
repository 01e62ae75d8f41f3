"""The form of a file of evaluations (`evals/NAME.yaml`), and of a case in a JSONL file."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.model.base import Few, Maybe, Node, Text, ToolName, by_kind
from holdfast.plan.model.tests import EventModel, ExpectModel, ReplyModel

Rate = Annotated[float, Field(ge=0, le=1)]
Inputs = Annotated[dict[str, Any], Field(examples=[{"city": "NYC"}])]
Scripts = Annotated[dict[ToolName, list[ReplyModel]], Field(examples=[{"flights.search": [{"returns": []}]}])]
People = Annotated[dict[str, Any], Field(examples=[{"pick": "F8", "book": "approve"}])]


class FaultsModel(Node):
    """Calls that fail by chance, the same ones for the same seed."""

    rate: Annotated[Rate, Field(description="How many of a hundred tries fail, as a share.", examples=[0.1])]
    codes: Annotated[
        Maybe[list[str]],
        Field(min_length=1, description="With one of these codes; timeout and unavailable if none is."),
    ] = None


Faults = Annotated[
    Annotated[Rate, Tag("<number>")] | Annotated[FaultsModel, Tag("<map>")],
    by_kind("faults is a share of all tries, like 0.1, or a map with `rate` and `codes`"),
]
"""A share, or a map."""


class CaseModel(Node):
    """One case: what a run is given, its world, and what it has to come to."""

    name: Annotated[Text, Field(min_length=1, description="What the case is.", examples=["sold out while deciding"])]
    inputs: Annotated[Maybe[Inputs], Field(description="Of the run; beside those of the file.")] = None
    tools: Annotated[Maybe[Scripts], Field(description="What each call of a tool comes to, as in tests of plans.")] = (
        None
    )
    people: Annotated[Maybe[People], Field(description="What is said, by the step that asks.")] = None
    events: Annotated[Maybe[list[EventModel]], Field(description="What comes from outside.")] = None
    faults: Annotated[Maybe[Faults], Field(description="How many calls fail by chance in this case.")] = None
    expect: Annotated[Maybe[ExpectModel], Field(description="When it is a success; else when it succeeds.")] = None


class VariantModel(Node):
    """One of the plans, or one way to run a plan, that are compared."""

    name: Annotated[Text, Field(min_length=1, max_length=64, description="What it is called.", examples=["strict"])]
    plan: Annotated[Text, Field(description="Its file, or its name in plans/; else the file's `plan`.")] = ""
    policy: Annotated[Text, Field(description="The policy file it runs under.", examples=["policy.yaml"])] = ""
    inputs: Annotated[Maybe[Inputs], Field(description="Inputs that are otherwise, such as the model.")] = None
    tools: Annotated[Maybe[Scripts], Field(description="Tools that answer otherwise.")] = None
    people: Annotated[Maybe[People], Field(description="People who say otherwise.")] = None


class EvalModel(Node):
    """An evaluation: cases, and the plans that are to do them."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["cases"]}, {"required": ["cases_from"]}]})

    eval: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="Its name.", examples=["refunds"]),
    ]
    description: Annotated[Text, Field(description="What is to be found out.")] = ""
    plan: Annotated[Text, Field(description="The plan: its file from here, or its name in plans/.")] = ""
    variants: Annotated[
        Maybe[list[VariantModel]], Field(min_length=1, description="Plans, policies or models side by side.")
    ] = None
    repeat: Annotated[Few, Field(description="How often each case is run, in another world each time.")] = 1
    seed: Annotated[int, Field(ge=0, le=2**31, description="What chance hangs on.")] = 1
    faults: Annotated[Maybe[Faults], Field(description="How many calls fail by chance, in all cases.")] = None
    inputs: Annotated[Maybe[Inputs], Field(description="For all cases.")] = None
    tools: Annotated[Maybe[Scripts], Field(description="For all cases; a case's own scripts win, tool by tool.")] = None
    people: Annotated[Maybe[People], Field(description="For all cases.")] = None
    expect: Annotated[Maybe[ExpectModel], Field(description="Of cases that say nothing of their own.")] = None
    cases: Annotated[Maybe[list[CaseModel]], Field(min_length=1, description="The cases.")] = None
    cases_from: Annotated[Text, Field(description="More cases: a file with one of them as JSON on each line.")] = ""

    @model_validator(mode="after")
    def _some_cases(self) -> Self:
        """Cases here, or in a file."""
        if not self.model_fields_set & {"cases", "cases_from"}:
            why = "there are no cases: they stand under `cases`, or in the file that `cases_from` names"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": "cases"})
        return self
