"""A run with its children in memory: what one asks of another is carried out, and one ledger answers them all."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.core.actions import EffectClaimed, EffectMarked, ParentTold, PendingCleared, SignalChild, StartChild, Turn
from holdfast.core.events import ChildStarted, Entry, Observation, SignalReceived
from holdfast.core.interpreter import Interpreter
from holdfast.journal.ledger import standing_against
from holdfast.journal.store import EffectRow
from holdfast.plan.load import load_source
from tests.core.world import World


class Member(World):
    """One run of a family."""

    def __init__(self, family: Family, run: str, text: str, inputs: Mapping[str, object], **more: Any) -> None:
        self.family = family
        family.members[run] = self
        self.id = run
        super().__init__(text, inputs, law=family.law, run=run, plans=family.links, tools=family.tools, **more)

    def observe(self, observation: Observation, after: float = 0.0) -> Turn:
        """Take in what happened, after what the ledger says against what would follow from it."""
        self.now = max(self.now, self.family.now) + after
        self.family.now = self.now
        while (refused := self._refused(observation)) is not None:
            self._take(refused)
        return self._take(observation)

    def _take(self, observation: Observation) -> Turn:
        turn = super().observe(observation)
        self.family.settle(self, turn)
        return turn

    def _refused(self, observation: Observation) -> Observation | None:
        twin = Interpreter.restore(self.plan, self.entries)
        for change in twin.observe(observation, self.now).changes:
            held = self.family.rows.get((change.tool, change.key)) if isinstance(change, EffectClaimed) else None
            if held is not None and (said := standing_against(held, self.id, change)) is not None:  # type: ignore[arg-type]
                return said
        return None

    def _may_claim(self, change: EffectClaimed) -> None:
        """The family's ledger has been asked."""

    def crashes(self) -> Turn:
        """Its worker dies; calls in flight are looked at anew."""
        self.entries = [Entry(number, one.at, one.event) for number, one in enumerate(self.entries, 1)]
        return super().crashes()


class Family:
    """The runs of a plan and of the plans it names.

    Args:
        top: the text of the plan at the top.
        plans: the other plans' texts, by name.
    """

    def __init__(
        self, top: str, plans: Mapping[str, str], inputs: Mapping[str, object] | None = None, *, law: bool = True
    ) -> None:
        self.law, self.now = law, 1_000_000.0
        self.texts = {name: _headed(name, text) for name, text in plans.items()}
        self.rows: dict[tuple[str, str], EffectRow] = {}
        self.made: list[tuple[str, str, object]] = []
        self.members: dict[str, Member] = {}
        self.freed: list[PendingCleared] = []
        self._letters: deque[tuple[str, Observation]] = deque()
        self._busy = False
        hashes = {name: load_source(text, "demo.yaml").hash for name, text in self.texts.items()}
        loaded = {
            name: load_source(text, "demo.yaml") for name, text in {**self.texts, "top": _headed("demo", top)}.items()
        }
        self.links = {plan.hash: {name: hashes[name] for name in plan.plans} for plan in loaded.values()}
        self.tools = frozenset().union(*(plan.tools for plan in loaded.values()))
        self.top = Member(self, "r", _headed("demo", top), inputs or {})
        self.deliver()

    def settle(self, member: Member, turn: Turn) -> None:
        """Keep the ledger, and post what runs want of each other."""
        for change in turn.changes:
            if isinstance(change, EffectClaimed):
                key = change.tool, change.key
                self.rows[key] = EffectRow(
                    tool=change.tool, key=change.key, state="intended", digest=change.digest, run=member.id,
                    address=change.address, intended_at=self.now,
                )  # fmt: skip
                self.made.append((*key, member.state.frames[change.address].call.args))
            elif isinstance(change, EffectMarked):
                held = self.rows[change.tool, change.key]
                self.rows[change.tool, change.key] = EffectRow(
                    tool=held.tool, key=held.key, state=change.state, digest=held.digest, run=held.run,
                    address=held.address, intended_at=held.intended_at, value=change.value,
                )  # fmt: skip
            elif isinstance(change, PendingCleared):
                self.freed.append(change)
            elif isinstance(change, ParentTold):
                self._letters.append((change.parent, change.said))
        for action in turn.actions:
            if isinstance(action, StartChild):
                self._letters.append((member.id, ChildStarted(child=action.child)))
                self._begin(member, action)
            elif isinstance(action, SignalChild):
                said = action.share or SignalReceived(signal=action.signal, by=action.by)
                self._letters.append((action.child, said))

    def _begin(self, above: Member, action: StartChild) -> None:
        work: Any = above.state.children[action.child].work
        text = self.texts[work.intended.plan]
        Member(self, action.child, text, action.inputs, lineage=action.lineage, legacy=action.legacy)

    def deliver(self) -> None:
        """Hand over what was posted."""
        while self._letters:
            run, letter = self._letters.popleft()
            self.members[run].observe(letter)

    # --- looking and driving --------------------------------------------------------------------------------------

    def child(self, plan: str) -> Member:
        """The latest run of a plan."""
        return next(one for one in reversed(self.members.values()) if one.plan.name == plan)

    def of(self, plan: str) -> list[Member]:
        """All runs of a plan, the oldest first."""
        return [one for one in self.members.values() if one.plan.name == plan]

    def live(self) -> list[Member]:
        """Runs that are not over, the one at the top first."""
        return [one for one in self.members.values() if not one.state.finished]

    def do(self, what: Callable[..., Turn], *args: Any, **more: Any) -> None:
        """Let something happen to a run, and all that follows from it."""
        what(*args, **more)
        self.deliver()

    def standing(self) -> list[tuple[str, str]]:
        """The effects that stand: tool and arguments."""
        made = {(tool, key): json.dumps(args, sort_keys=True) for tool, key, args in self.made}
        return sorted(
            (key[0], args) for key, args in made.items() if self.rows[key].state == "succeeded" and key[0] != "t.undo"
        )

    def asked(self) -> list[str]:
        """Every question that was put to people, in order of the runs that put it."""
        return [
            entry.event.review.question
            for member in self.members.values()
            for entry in member.entries
            if type(entry.event).__name__ == "ReviewRequested"
        ]


def _headed(name: str, text: str) -> str:
    return text if text.lstrip().startswith("{") else f"holdfast: 1\nplan: {name}\n{text}"
