"""Where a replay decides otherwise, in lines for people."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING

from holdfast.afterwards.differences import NOTHING, differences
from holdfast.cli.afterwards.standing import placed
from holdfast.cli.terminal.output import compact, plain

if TYPE_CHECKING:
    from holdfast.core.events import Event
    from holdfast.core.replay import Divergence


def divergence_lines(differs: Divergence) -> list[str]:
    """Both decisions, and in what they differ where they are of one kind."""
    return [
        f"  recorded: {_decision(differs.recorded)}",
        f"  decided:  {_decision(differs.decided)}",
        *(f"  {line}" for line in _parts(differs)),
    ]


def _parts(differs: Divergence) -> list[str]:
    if differs.recorded is None or type(differs.recorded) is not type(differs.decided):
        return []
    return [
        f"{plain(part.path)} was {_shown(part.left)}, now it is {_shown(part.right)}"
        for part in differences(differs.recorded, differs.decided)
    ]


def _shown(value: object) -> str:
    if value is NOTHING:
        return "not there"
    return compact(value if not is_dataclass(value) else repr(value))


def _decision(event: Event | None) -> str:
    from holdfast.core.explain import explain

    return "nothing" if event is None else f"{placed(event)}: {plain(explain(event))}"
