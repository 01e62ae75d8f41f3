"""What the plan believes about the world, and how it comes by it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.model.base import Arguments, Maybe, Names, Node, ToolName
from holdfast.plan.model.people import AskModel


class InferModel(Node):
    """The call that infers a fact; its outcome says how confident it is."""

    tool: Annotated[ToolName, Field(description="The tool.", examples=["history.usual_airport"])]
    with_: Annotated[Maybe[Arguments], Field(alias="with", description="Its arguments.")] = None


class CostModel(Node):
    """What a question and a wrong guess cost, in any unit."""

    asking: Annotated[float, Field(ge=0, description="Of one question.", examples=[1])]
    wrong: Annotated[float, Field(ge=0, description="Of a guess that is wrong.", examples=[20])]


class FactModel(Node):
    """One fact: given, else inferred, else asked for; when a step first reads it."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["given"]}, {"required": ["infer"]}, {"required": ["ask"]}]}
    )

    given: Annotated[Any, Field(description="Used when it is not null.", examples=["{{ inputs.origin }}"])] = None
    infer: Annotated[Maybe[InferModel], Field(description="The call that infers it.")] = None
    ask: Annotated[Maybe[AskModel], Field(description="The question to a person.")] = None
    confidence: Annotated[
        float, Field(ge=0, le=1, description="An inference at or above this is taken as it is.", examples=[0.8])
    ] = 0.7
    cost: Annotated[
        Maybe[CostModel],
        Field(description="Below it, ask when asking < (1 - confidence) * wrong; always, if left out."),
    ] = None

    @model_validator(mode="after")
    def _some_way(self) -> Self:
        """There is some way to come by it."""
        if not {"given", "infer", "ask"} & self.model_fields_set:
            why = "a fact needs a way to come by it: `given`, `infer` or `ask`"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": ""})
        return self


class FactsModel(Node):
    """The facts by name, and beside them `eager`."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"propertyNames": {"pattern": Names.pattern}},
    )

    __pydantic_extra__: dict[str, FactModel]  # pyright: ignore[reportIncompatibleVariableOverride]

    eager: Annotated[bool, Field(description="Resolve all of them, in their order, before the first step.")] = False

    @model_validator(mode="after")
    def _names(self) -> Self:
        """Facts are named like steps."""
        for name in self.__pydantic_extra__:
            if not Names.fullmatch(name):
                why = f"`{name}` is not a name: lower-case letters, digits and `_`, beginning with a letter"
                raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": name})
        return self
