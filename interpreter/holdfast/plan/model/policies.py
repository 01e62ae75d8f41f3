"""How a step copes: trying again, aborting, undoing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from holdfast.plan.codes import FailureCode
from holdfast.plan.model.base import (
    Arguments,
    Condition,
    Delay,
    Duration,
    Few,
    Maybe,
    Node,
    Text,
    ToolName,
    by_kind,
)


class RetryModel(Node):
    """When and how often to try again. The delay before try n + 1 is `delay * factor ** (n - 1)`, then jitter."""

    attempts: Annotated[Few, Field(description="All tries, the first one included.")] = 3
    delay: Annotated[Delay, Field(description="Before the second try.", examples=["500ms"])] = 0.5
    factor: Annotated[float, Field(ge=1, le=100, description="How much longer each delay is than the last.")] = 2.0
    max_delay: Annotated[Delay, Field(description="The longest delay.", examples=["30s"])] = 30.0
    jitter: Annotated[
        Literal["none", "full", "equal"],
        Field(description="full: anything from zero to the delay. equal: from half of it. none: exactly it."),
    ] = "full"
    on: Annotated[
        Maybe[list[FailureCode]], Field(description="Only on these error codes; else the transient ones.")
    ] = None
    never: Annotated[Maybe[list[FailureCode]], Field(description="Never on these error codes.")] = None
    max_elapsed: Annotated[Maybe[Duration], Field(description="No new try after this long.")] = None
    fresh: Annotated[
        bool, Field(description="Undo what the block has written and begin it anew, instead of keeping its results.")
    ] = False


Retry = Annotated[
    Annotated[Few, Tag("<number>")] | Annotated[RetryModel, Tag("<map>")],
    by_kind("retry is a number of tries, or a map with `attempts`, `delay`, `on` and so on"),
]
"""`retry: 3`, or a map."""


class AbortModel(Node):
    """A condition that ends the run, watched all the time."""

    when: Annotated[Condition, Field(description="Abort when this holds.", examples=["spent.failures > 10"])]
    reason: Annotated[Text, Field(description="What the run's result says.")] = ""
    compensate: Annotated[bool, Field(description="Undo what was done, in reverse order.")] = True


class UndoModel(Node):
    """The call that undoes a step; its arguments may read `output` and `args`."""

    tool: Annotated[ToolName, Field(description="The tool that undoes the step.", examples=["flights.cancel"])]
    with_: Annotated[Maybe[Arguments], Field(alias="with", description="Its arguments.")] = None
