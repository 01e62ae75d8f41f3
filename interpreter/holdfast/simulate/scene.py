"""What a world has come to, for whoever judges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.core.actions import CallTool, CheckTool
from holdfast.core.contract import Contract
from holdfast.core.events import Entry
from holdfast.core.interpreter import Interpreter
from holdfast.core.keys import UNDO, bare_id
from holdfast.simulate.authors import Laws
from holdfast.simulate.cast import Cast, Reply
from holdfast.simulate.counterpart import Counterpart, Effect
from holdfast.simulate.ledger import Ledger
from holdfast.values import pair

BEGIN: Final = 1_767_225_600.0
"""When every world begins: 2026-01-01T00:00:00Z."""


FIRST: Final = "r"
SECOND: Final = "r2"
"""The runs of a world; most have one."""


@dataclass(slots=True)
class Flight:
    """A call, or a question to a `check`, that is under way; its request arrived at once, at `until` its time is up."""

    action: CallTool | CheckTool
    contract: Contract
    replies: Sequence[Reply]
    begun: float
    until: float
    doubted: bool = False
    """Whether nobody knew already, when it began, if its effect had taken place."""


@pair
class Promise:
    """A result that is still to come: of which call, under which contract, and what the other side said to it."""

    action: CallTool
    contract: Contract
    reply: Reply


class Scene:
    """One world as it stands.

    Args:
        cast: what it is made of.

    `doubtful`: writes of which nobody knows whether they took place. `contradicted`, `by_hand`: effects of which a
    person said what is not so, or said anything. `rival`: a second run of the plan, beside this one. `about`: subjects
    by address. `allowed`: by a call's address and its step's trigger, until when people have let it through;
    `said_yes`: who. `edited`: with which arguments instead of its own. `flights`: what is under way; `promises`:
    results that come later, by the call; `late`: requests of processes that are gone, which still arrive. `confirming`:
    where a tool said what confirms its effect. `refused`: steps, with what is wrong with their arguments. `asked`: how
    often a step has asked people; `sent`: events and facts that were sent and corrected. `befell`: what was out of the
    ordinary, as chances.py calls it. `told`: what the journal does not know, and before which entry it stands.
    """

    def __init__(self, cast: Cast, run: str = FIRST) -> None:
        self.cast, self.run = cast, run
        self.rival: Scene | None = None
        self.contracts = cast.named
        self.mind = Interpreter(cast.plan)
        self.began = self.now = BEGIN
        self.entries: list[Entry] = []
        self.counterpart = Counterpart()
        self.ledger = Ledger()
        if cast.has_subjects:
            self.ledger.with_subjects()
        self.told: list[tuple[int, str]] = []
        self.about: dict[str, str] = {}
        self.laws = Laws(cast.plan.invariants)
        self.doubtful: set[Effect] = set()
        self.contradicted: set[Effect] = set()
        self.by_hand: set[Effect] = set()
        self.allowed: dict[tuple[str, int], float] = {}
        self.said_yes: dict[tuple[str, int], set[str]] = {}
        self.edited: dict[str, object] = {}
        self.flights: dict[int, Flight] = {}
        self.promises: dict[int, Promise] = {}
        self.confirming: set[str] = set()
        self.refused: set[tuple[str, str]] = set()
        self.late: list[tuple[CallTool, Reply]] = []
        self.asked: dict[str, int] = {}
        self.sent: set[str] = set()
        self.befell: list[str] = []
        self.primary_calls = 0
        self.was_paused = False

    def say(self, what: str) -> None:
        """Put into the timeline what the journal does not know."""
        self.told.append((len(self.entries), what))

    def share(self, other: Scene) -> None:
        """Have one other side, one store and one clock with another run."""
        self.counterpart, self.ledger = other.counterpart, other.ledger
        self.doubtful, self.contradicted, self.by_hand = other.doubtful, other.contradicted, other.by_hand
        self.began = self.now = other.now

    def runs(self) -> list[Scene]:
        """The runs of this world."""
        return [self] if self.rival is None else [self, self.rival]

    def journals(self) -> list[Entry]:
        """Their journals, one after the other."""
        return self.entries if self.rival is None else [*self.entries, *self.rival.entries]

    def undoable(self, address: str) -> bool:
        """Whether the step at an address says how it is undone."""
        step = self.cast.plan.steps.get(bare_id(address))
        return step is not None and step.compensate is not None and UNDO not in address  # `book#2~undo` is no `book`
