"""What a pending operation is called, and what confirms it (2-plan-language 9, 11-hard-cases 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from holdfast.core.keys import child, revised
from holdfast.core.state import Frame, RunState
from holdfast.plan.expressions import parse_expression
from holdfast.plan.program import Action, Call, Look, Names, Pending, Wait

PENDING: Final = "~pending"


def operation_id(state: RunState, address: str) -> str:
    """The name of the operation that the current revision of a step makes; the same as that of its effect."""
    return revised(address, state.intents.get(address, (None, 1))[1])


def watch_address(operation: str) -> str:
    """Where the confirmation of an operation is looked for, or waited for."""
    return child(operation, PENDING)


def terms_of(frame: Frame) -> Pending | None:
    """What confirms the effect of a call; None: it is visible at once."""
    own = frame.step.pending if frame.step is not None else None
    said = frame.call.pending if own is None else None
    return own if said is None else _said(said)


def _said(said: Mapping[str, object]) -> Pending:
    """What the tool itself said confirms its effect."""
    look: Look | None = None
    if said.get("tool"):
        when = parse_expression(str(said["when"]))
        given, every = Given(said.get("with") or {}), _number(said, "every")
        look = Look(tool=str(said["tool"]), arguments=given, when=when, every=every)
    event, match = said.get("event"), said.get("match")
    return Pending(
        timeout=_number(said, "timeout"),
        until=look,
        event=None if event is None else str(event),
        match=None if match is None else parse_expression(str(match)),
        on_timeout=said["on_timeout"],  # type: ignore[arg-type]  # the registry has checked it
        hold_for=_number(said, "hold_for"),
    )


def _number(said: Mapping[str, object], name: str) -> float:
    number = said[name]
    assert isinstance(number, int | float)  # noqa: S101 - the registry has checked it
    return number


class Given:
    """Arguments that stand as they are: data from a tool is never read as a template."""

    __slots__ = ("_tree",)
    reads: frozenset[str] = frozenset()

    def __init__(self, tree: object) -> None:
        self._tree = tree

    def __repr__(self) -> str:
        return f"Given({self._tree!r})"

    def render(self, names: Names) -> object:
        """The arguments."""
        del names
        return self._tree


def watching(terms: Pending) -> Action:
    """What is done to see the confirmation."""
    look = terms.until
    if look is None:
        return Wait(event=terms.event, match=terms.match)
    return Call(tool=look.tool, arguments=look.arguments, secrets=look.secrets)
