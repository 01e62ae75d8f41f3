"""The form of a policy file."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from holdfast.plan.durations import parse_duration
from holdfast.plan.model.base import Condition, Duration, Few, Maybe, Node, Queue, Text
from holdfast.plan.model.people import EscalateModel, OnTimeout  # noqa: F401 - pydantic looks its name up here

RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$", examples=["big-payments"])]
"""The name of a rule: statistics and draws go by it."""

Person = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@+-]*$", max_length=200, examples=["ana"])]
"""How a person is named in answers."""

Member = Annotated[
    str,
    Field(pattern=r"^(group:)?[A-Za-z0-9][A-Za-z0-9_.@+-]*$", max_length=200, examples=["ana", "group:controllers"]),
]
"""A person, or a group as `group:NAME`."""

_CAPACITY: Final = re.compile(r"([0-9]{1,9})\s*/\s*([a-z0-9]+)")
_STRETCHES: Final = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 604_800.0}
_CAPACITY_SCHEMA: Final = {"type": "string", "pattern": r"^[1-9][0-9]*\s*/\s*[a-z0-9]+$", "examples": ["60/day"]}


def _capacity(value: object) -> tuple[int, float]:
    found = _CAPACITY.fullmatch(value) if isinstance(value, str) else None
    seconds = _stretch(found[2]) if found else 0.0
    if found is None or not seconds or int(found[1]) < 1:
        why = f"`{value}` is not a capacity: write reviews per time, like `60/day`, `10/hour` or `20/8h`"
        raise PydanticCustomError("duration", "{why}", {"why": why})
    return int(found[1]), seconds


def _stretch(text: str) -> float:
    if text in _STRETCHES:
        return _STRETCHES[text]
    try:
        return parse_duration(text if text[0].isdigit() else f"1{text}")
    except ValueError:
        return 0.0


Capacity = Annotated[tuple[int, float], PlainValidator(_capacity), WithJsonSchema(_CAPACITY_SCHEMA)]
"""Reviews per seconds."""

Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=4096)]], Field(min_length=1, max_length=100)]
"""A list of texts, none of them empty."""

Reference = Annotated[str, Field(pattern=r"^(env|file):.+$", max_length=4096, examples=["env:HOOK_SECRET"])]
"""Where a secret is found; the secret itself does not belong into the file."""


class RuleModel(Node):
    """When people decide about a writing call, whatever the plan says."""

    name: Annotated[RuleName, Field(description="Its name, unique in the file.")]
    when: Annotated[
        Maybe[Condition],
        Field(description="Only if this holds; always, if left out.", examples=["'payment' in tool.tags"]),
    ] = None
    to: Annotated[Queue, Field(description="The queue that is asked; not `requester`.")]
    reason: Annotated[Text, Field(description="Why people are asked; shown to them.")] = ""
    sample: Annotated[
        Maybe[Annotated[float, Field(ge=0, le=1)]],
        Field(description="Ask in this share of the cases only.", examples=[0.15]),
    ] = None
    timeout: Annotated[Maybe[Duration], Field(description="How long to wait for them.", examples=["4h"])] = None
    on_timeout: Annotated[
        OnTimeout,
        Field(
            description="What happens when nobody decides in time; `escalate` asks others.",
            examples=["reject", {"escalate": {"to": "cfo", "timeout": "2h"}}],
        ),
    ] = "reject"
    approvals: Annotated[Few, Field(description="How many different people have to approve.")] = 1
    valid_for: Annotated[Maybe[Duration], Field(description="How long an approval lasts.")] = None
    sheddable: Annotated[
        bool, Field(description="Ask less often while the queue is over capacity, if it sheds load.")
    ] = False


class NotifyModel(Node):
    """One way to tell a queue that it is asked: exactly one of `webhook`, `mail` and `command`."""

    webhook: Annotated[
        Maybe[Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2048)]],
        Field(description="An address that gets the review as JSON.", examples=["https://chat.example.org/hooks/7"]),
    ] = None
    secret: Annotated[Maybe[Reference], Field(description="What webhooks are signed with.")] = None
    mail: Annotated[
        Maybe[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]],
        Field(description="An address that gets a mail.", examples=["finance@example.org"]),
    ] = None
    command: Annotated[
        Maybe[Words], Field(description="A program that gets the review as JSON on its standard input.")
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Exactly one channel; a secret signs webhooks only."""
        given = [name for name in ("webhook", "mail", "command") if name in self.model_fields_set]
        if len(given) != 1:
            why = f"`{given[1]}` beside `{given[0]}`: put each in an item of its own" if given else _NO_WAY
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": given[1] if given else ""})
        if self.secret is not None and given != ["webhook"]:
            why = f"`secret` signs a `webhook`, and this is a `{given[0]}`"
            raise PydanticCustomError("contradiction", "{why}", {"why": why, "key": "secret"})
        return self


_NO_WAY: Final = "this says nobody where to: it needs `webhook`, `mail` or `command`"


class QueueModel(Node):
    """Who decides what is sent to a queue."""

    members: Annotated[
        Maybe[list[Member]], Field(description="Who may decide; anybody, if left out.", examples=[["ana"]])
    ] = None
    capacity: Annotated[Maybe[Capacity], Field(description="How many reviews they can take on.")] = None
    over_capacity: Annotated[
        Literal["park", "shed", "reject"],
        Field(
            description="What becomes of more. park: steps wait for room. shed: rules marked `sheddable` ask less. "
            "reject: the step fails."
        ),
    ] = "park"
    service_level: Annotated[
        Maybe[Duration], Field(description="How soon they mean to decide; shown in statistics.", examples=["1h"])
    ] = None
    notify: Annotated[Maybe[list[NotifyModel]], Field(description="How they learn of a review.")] = None


class PolicyModel(Node):
    """The policy of an installation: when people decide, who they are, and how they learn of it."""

    rules: Annotated[Maybe[list[RuleModel]], Field(description="Added to every plan's own triggers.")] = None
    queues: Annotated[Maybe[dict[Queue, QueueModel]], Field(description="Who decides.")] = None
    groups: Annotated[
        Maybe[dict[Person, list[Person]]],
        Field(description="People by the name of their group.", examples=[{"controllers": ["ben", "cy"]}]),
    ] = None
