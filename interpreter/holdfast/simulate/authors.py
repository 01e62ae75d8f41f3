"""The author's own laws (`invariants:`): what they read of a run, and whether they hold behind each of its turns.

Rules of the file:
- A law reads what the run knows, never more: so it means the same in an invented world, in a test and in a journal.
- A step that has not run and a fact that is not known keep a law from saying anything; any other fault breaks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from holdfast.core.actions import CallTool, EffectMarked
from holdfast.core.events import UndoSettled
from holdfast.core.keys import UNDO, bare_id
from holdfast.core.names import RunNames, error_data
from holdfast.core.overview import status_of
from holdfast.core.times import iso
from holdfast.plan.expressions.errors import ExpressionError
from holdfast.values import pair

if TYPE_CHECKING:
    from holdfast.core.actions import Turn
    from holdfast.core.interpreter import Interpreter
    from holdfast.plan.program import Invariant

Row = dict[str, Any]

_KNOWN: Final = {"succeeded": "made", "unusable": "made", "compensated": "undone", "unknown": "unknown"}
"""What a law calls the states of the ledger; what did not take place is no effect."""
_NOT_YET: Final = frozenset({"steps", "facts"})
"""What comes to be in the course of a run."""


@pair
class Breach:
    """A law that does not hold. `said`: why, in one sentence."""

    law: Invariant
    said: str


class Effects:
    """The writes of one run, in the order in which they were begun, as its laws see them."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row] = {}

    def follow(self, turn: Turn, at: float) -> None:
        """Take in what was decided at a moment."""
        for event in turn.events:
            if isinstance(event, UndoSettled) and event.how == "left":
                self._leave(event.address.rpartition(UNDO)[0])
        for change in turn.changes:
            if isinstance(change, EffectMarked):
                self._mark(change)
        for action in turn.actions:
            if isinstance(action, CallTool) and action.write:
                self._begin(action, at)

    def rows(self) -> list[Row]:
        """One map for each effect: tool, step, address, key, args, output, state, at."""
        return list(self._rows.values())

    def _begin(self, action: CallTool, at: float) -> None:
        known = (action.tool, action.key)
        if known not in self._rows:
            self._rows[known] = {
                "tool": action.tool, "step": bare_id(action.address), "address": action.address, "key": action.key,
                "args": action.args, "output": None, "state": "unknown", "at": iso(at),
            }  # fmt: skip

    def _leave(self, address: str) -> None:
        """A person said of an effect that could not be undone that it stays."""
        for known, row in self._rows.items():
            if row["address"] == address and row["state"] == "made":
                self._rows[known] = {**row, "state": "left"}

    def _mark(self, change: EffectMarked) -> None:
        known = (change.tool, change.key)
        if change.state == "failed":
            self._rows.pop(known, None)
        elif known in self._rows:
            output = change.value if change.state == "succeeded" else self._rows[known]["output"]
            self._rows[known] = {**self._rows[known], "state": _KNOWN[change.state], "output": output}


class Laws:
    """The laws of one run's plan.

    Args:
        invariants: of the plan.
    """

    def __init__(self, invariants: Iterable[Invariant]) -> None:
        self._laws = tuple(invariants)
        self.effects = Effects()
        self.spoke: set[str] = set()
        """Names of the laws that had something to say."""

    def follow(self, mind: Interpreter, turns: Iterable[Turn], at: float) -> Iterator[Breach]:
        """Behind the turns of one append: the laws that do not hold."""
        if not self._laws:
            return
        for turn in turns:
            self.effects.follow(turn, at)
        finished = mind.state.finished
        names: Mapping[str, object] | None = None
        for law in self._laws:
            if law.moment == "always" or finished:
                names = names or _names(mind, self.effects.rows(), at)
                said = self._judge(law, names)
                if said:
                    yield Breach(law, said)

    def at_end(self, mind: Interpreter, law: Invariant, at: float) -> str:
        """What is wrong with one condition at the end of a run, whatever it reads; empty: it holds."""
        try:
            held = law.holds.evaluate(_names(mind, self.effects.rows(), at))
        except ExpressionError as error:
            return f"`{law.holds.source}` has no value: {error.message}"
        return "" if held else f"`{law.holds.source}` does not hold"

    def _judge(self, law: Invariant, names: Mapping[str, object]) -> str:
        """What is wrong; empty: nothing is."""
        try:
            held = law.holds.evaluate(names)
        except ExpressionError as error:
            if error.code == "undefined" and _reads_later(law, names):
                return ""
            self.spoke.add(law.name)
            return f"`{law.name}` cannot be judged: {error.message}"
        self.spoke.add(law.name)
        return "" if held else f"`{law.name}` does not hold: {law.reason or law.holds.source}"


def _reads_later(law: Invariant, names: Mapping[str, object]) -> bool:
    """Whether a law reads a step or a fact that is not there."""
    for read in law.holds.reads:
        root, _, name = read.partition(".")
        held = names[root] if root in _NOT_YET else None
        if isinstance(held, Mapping) and name not in {"", "*"} and name not in held:
            return True
    return False


def _names(mind: Interpreter, effects: list[Row], at: float) -> Mapping[str, object]:
    state, outcome = mind.state, mind.state.outcome
    error = None if outcome is None or outcome.error is None else error_data(outcome.error)
    extra: dict[str, object] = {
        "effects": effects,
        "status": status_of(state),
        "output": None if outcome is None else outcome.output,
        "error": error,
        "started_at": iso(state.started_at),
    }
    return RunNames(state, state.scope, at, extra, resolve=False)
