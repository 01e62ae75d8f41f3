"""What `holdfast show` tells beside the steps: the conversation with the requester, and where values come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from holdfast.cli.inspecting.conversation import Turn, conversation
from holdfast.cli.inspecting.origins import origins
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import compact, plain

if TYPE_CHECKING:
    from holdfast.afterwards.known import Known
    from holdfast.core.events import Entry

_TELLING: Final = frozenset({"human", "inferred", "untrusted"})
"""Labels that people look for; the others are in `--json`."""

_SHOWN: Final = 60
"""Paths that are shown to people."""


def told_data(entries: Sequence[Entry], known: Known | None) -> dict[str, object]:
    """`conversation` and `labels` for a program."""
    found = [] if known is None else origins(known)
    return {
        "conversation": [_turn_data(turn) for turn in conversation(entries)],
        "labels": [{"of": one.of, "label": one.label, "path": list(one.path)} for one in found],
    }


def _turn_data(turn: Turn) -> dict[str, object]:
    return {field.name: getattr(turn, field.name) for field in fields(turn)}


def told_lines(entries: Sequence[Entry], known: Known | None) -> list[str]:
    """The same as lines for people; none where there is nothing to tell."""
    return [*_conversation_lines(entries), *_label_lines(known)]


def _conversation_lines(entries: Sequence[Entry]) -> list[str]:
    turns = conversation(entries)
    if not turns:
        return []
    began = entries[0].at
    return ["", "conversation:", *(f"{times.offset(turn.at - began):>9}  {_said(turn)}" for turn in turns)]


def _said(turn: Turn) -> str:
    text = " ".join(plain(turn.text).split())
    if turn.kind == "question":
        return f"the run asks ({turn.address}): {text}"
    if turn.kind == "closed":
        return f"({turn.address}: {text})"
    return f"{plain(turn.by) or 'a person'} answers: {compact(turn.value)}{f' ({text})' if text else ''}"


def _label_lines(known: Known | None) -> list[str]:
    found = [] if known is None else [one for one in origins(known) if one.label in _TELLING and len(one.path) > 1]
    if not found:
        return []
    more = [f"  and {len(found) - _SHOWN} more, see --json"] if len(found) > _SHOWN else []
    lines = [f"  {plain(one.of)}  {plain(one)}" for one in found[:_SHOWN]]
    return ["", "where values come from:", *lines, *more]
