"""What has to be true of every run of a plan, whatever happens: its author's own laws."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.model.base import Condition, Maybe, Node, Text


class InvariantModel(Node):
    """One law. What it reads and is not there yet keeps it from saying anything."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["always"]}, {"required": ["at_end"]}]})

    name: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="What the law is called.", examples=["one-seat"]),
    ]
    always: Annotated[
        Maybe[Condition],
        Field(description="Holds at every moment: behind each entry of the journal and what was decided with it."),
    ] = None
    at_end: Annotated[Maybe[Condition], Field(description="Holds once the run is over.")] = None
    reason: Annotated[Text, Field(description="Why, for whoever reads that it did not hold.")] = ""

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        """Exactly one of the two moments."""
        given = self.model_fields_set
        if ("always" in given) == ("at_end" in given):
            what = "both" if "always" in given else "neither"
            why = f"a law holds `always` or `at_end`, and this has {what}"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": "at_end"})
        return self
