"""What a child run knows of the run that waits for it, and what it leaves behind when it ends.

Theory: a child is a run of its own with its own journal. Its keys begin as its parent's do and its addresses extend
the address of the step that started it, so whoever starts the parent's task again meets the same effects. What it did
and can be undone goes to the parent with its end: then it is the parent's to undo, by the means of any other effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from holdfast.core.guarding import Guard
from holdfast.values import value

MAX_DEPTH: Final = 8
"""How many runs may wait for each other in a line, the one at the top included."""


MADE_CALLS: Final = 10_000
"""Calls that a plan made in a run may make where no budget says so, each run of a plan made in turn counted as one."""


@value
class Lineage:
    """Where a child run comes from.

    Args:
        parent: the id of the run that waits for it.
        prefix: what stands before its addresses in keys: the parent's own prefix and the address of the step.
        plan: the name of the plan at the top: keys begin with it.
        depth: how many runs are above it.
        calls: calls it may make at most, whatever its own budget says; None: no limit of the parent's.
        tokens: the same for tokens of models.
        cost: the same for money.
        guards: triggers of the runs above, which hold for its writing calls.
        labels: what is doubtful about all its inputs: `inferred`, `untrusted`.
        confidence: at most so certain are all its inputs.
        doubts: what is doubtful besides about single inputs, by name.
        certainties: at most so certain is an input, by name.
        forked: the fork that it is part of, whose id all keys carry; empty: none.
        text_labels: the same about the text of its plan, if that was made in a run, and about the conditions and loops
            around its step: so about all that it does.
        text_confidence: the least of what the text was made of.
        grants: patterns of tools; every list has to let a tool through that a plan made below touches.
        keeps: another child may come after it at the same step, so what it did has to be remembered.
        restored: the run above goes on in a store that was put back to a copy from then; None: it does not.
        by_hand: a fact may be corrected above, so effects that only a person can undo have to be known too.
    """

    parent: str
    prefix: str
    plan: str
    depth: int = 1
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    guards: tuple[Guard, ...] = ()
    labels: tuple[str, ...] = ()
    confidence: float = 1.0
    forked: str = ""
    text_labels: tuple[str, ...] = ()
    text_confidence: float = 1.0
    grants: tuple[tuple[str, ...], ...] = ()
    keeps: bool = False
    by_hand: bool = False
    restored: float | None = None
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    certainties: Mapping[str, float] = field(default_factory=dict[str, float])


@value
class SecretPlace:
    """Where in a call's arguments a secret goes, and its name or reference."""

    place: tuple[str | int, ...]
    name: str


@value
class Undoable:
    """An effect of a child run that its parent may have to undo.

    Args:
        run: that made it, and holds its row in the ledger.
        address: of the step that made it, in the child.
        tool: that made it; empty for a block that is undone as a whole.
        key: in the ledger.
        undo: the tool that undoes it; empty: only a person can.
        args: what that tool is called with.
        secrets: places in `args` where secrets go.
        output: of the step, for people.
        revision: of the step.
        fault: why `args` could not be made; empty: they could.
        subject: what it was about, where nothing confirmed it and so its subject is still held; empty: it is not.
        operation: the name under which the run that made it holds that.
    """

    run: str
    address: str
    tool: str
    key: str
    undo: str
    args: Mapping[str, object]
    secrets: tuple[SecretPlace, ...] = ()
    output: object = None
    revision: int = 1
    fault: str = ""
    subject: str = ""
    operation: str = ""


@value
class Usage:
    """What a run used in all."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    failures: int = 0
