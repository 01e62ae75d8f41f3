"""What the names in an expression stand for, where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from holdfast.lint.analysis.types.shape import (
    ARRAY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    UNKNOWN,
    Type,
    array,
    plain,
    record,
    union,
    words,
)
from holdfast.plan.codes import CODES
from holdfast.plan.program import Each, Plan, Repeat

if TYPE_CHECKING:
    from holdfast.core.contract import Contract
    from holdfast.lint.analysis.sites import Site
    from holdfast.lint.analysis.texts import Text

STATUSES: Final = ("succeeded", "skipped", "failed", "pending")
LABELS: Final = ("given", "observed", "inferred", "untrusted", "human")

ERROR: Final = record({
    "code": words("code", *CODES), "message": STRING, "happened": plain("boolean", "null"), "details": UNKNOWN,
    "address": STRING,
})  # fmt: skip
_RUN: Final = record({"id": STRING, "task": STRING, "user": STRING, "plan": STRING})
_SPENT: Final = record({"calls": INTEGER, "tokens": INTEGER, "cost": NUMBER, "failures": INTEGER, "elapsed": NUMBER})
_RESULT: Final[Mapping[str, Type]] = {
    "status": words("status", *STATUSES),
    "error": union([ERROR, plain("null")]),
    "attempts": INTEGER,
    "via": STRING,
    "confidence": plain("number", "null"),
    "partial": UNKNOWN,
}
_ALWAYS: Final[Mapping[str, Type]] = {
    "run": _RUN,
    "spent": _SPENT,
    "error": ERROR,
    "step": record({"id": STRING, "description": STRING}),
    "labels": array(words("label", *LABELS)),
    "confidence": NUMBER,
    "index": INTEGER,
    "address": STRING,
    "started_at": STRING,
    "now": STRING,
}


class Fields(Mapping[str, Type]):
    """Fields whose types are worked out when they are asked for.

    Args:
        names: of all of them.
        make: gives the type of one.
    """

    __slots__ = ("_make", "_names")

    def __init__(self, names: Mapping[str, object], make: Callable[[str], Type]) -> None:
        self._names, self._make = names, make

    def __getitem__(self, name: str) -> Type:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def always(name: str) -> Type:
    """The type of a name that means the same wherever it is read; unknown for others."""
    return _ALWAYS.get(name, UNKNOWN)


RUN_STATUSES: Final = ("running", "waiting", "paused", "succeeded", "failed", "aborted", "cancelled")
EFFECT_STATES: Final = ("made", "undone", "left", "unknown")


def in_law(name: str, steps: Iterable[str], tools: Iterable[str], output: Type) -> Type:
    """The type of a name in an invariant, which is about the run as a whole.

    Args:
        name: read by it.
        steps: ids of the plan's.
        tools: that it calls, or that undo what it calls.
        output: of the plan.
    """
    match name:
        case "effects":
            return array(_effect(steps, tools))
        case "status":
            return words("", *RUN_STATUSES)
        case "output":
            return union([output, plain("null")]) if output.shapes else UNKNOWN
        case "error":
            return union([ERROR, plain("null")])
        case _:
            return always(name)


def _effect(steps: Iterable[str], tools: Iterable[str]) -> Type:
    return record({
        "tool": words("", *tools), "step": words("", *steps), "address": STRING, "key": STRING, "args": UNKNOWN,
        "output": UNKNOWN, "state": words("", *EFFECT_STATES), "at": STRING,
    })  # fmt: skip


def inputs_type(plan: Plan, of_schema: Callable[[object], Type]) -> Type:
    """The inputs; a secret one is not looked at."""
    return record(
        {name: UNKNOWN if one.secret else of_schema(one.schema) for name, one in plan.inputs.items()}, closed=False
    )


def tool_type(contract: Contract | None) -> Type:
    """`tool` in a trigger of one call."""
    tags = array(words("", *contract.tags)) if contract is not None and contract.tags else ARRAY
    return record({
        "name": STRING, "effect": words("", "read", "write"), "reversible": BOOLEAN, "tags": tags,
        "idempotency": words("", "key", "natural", "check", "none"),
    })  # fmt: skip


def result_type(output: Type) -> Type:
    """`steps.X`."""
    return record({"output": output, **_RESULT}, closed=False)


def rounds_around(text: Text) -> frozenset[Site]:
    """The loops of whose present iteration a text sees the steps."""
    site = text.site
    inner = (site,) if text.moment == "inside" and isinstance(site.step.action, Each | Repeat) else ()
    return frozenset((*site.loops, *inner))


def item_loops(text: Text) -> Iterator[tuple[Site, Each]]:
    """The loops whose item a text may read, the innermost first."""
    for site in (text.site, *text.site.loops):
        if isinstance(site.step.action, Each):
            yield site, site.step.action
