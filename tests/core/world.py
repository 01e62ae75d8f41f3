"""A world for the pure interpreter: it answers actions by script or by chance, keeps the clock, and checks the laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from holdfast.core.actions import (
    CallTool,
    Change,
    CheckTool,
    EffectClaimed,
    EffectMarked,
    PendingCleared,
    PendingHeld,
    PendingListed,
    StartChild,
    SubjectReserved,
    Turn,
)
from holdfast.core.contract import Contract
from holdfast.core.events import (
    CallFailed,
    CallReconciled,
    CallReturned,
    CheckFailed,
    ChildFinished,
    ChildStarted,
    Entry,
    Event,
    Observation,
    PolicyInForce,
    ReviewAnswered,
    ReviewSettled,
    RunRequested,
    SignalReceived,
    TimerFired,
    WorkerLeft,
    WorkerTookOver,
)
from holdfast.core.failure import Failure, default_happened
from holdfast.core.interpreter import Interpreter
from holdfast.core.legacy import Legacy
from holdfast.core.lineage import Lineage
from holdfast.core.policy import Policy
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.plan.load import load_source
from holdfast.plan.template import Template
from holdfast.simulate.folded import difference

CONTRACTS = (
    Contract(name="t.read"),
    Contract(name="t.web", untrusted=True),
    Contract(name="t.write", effect="write", idempotency="key", amount="amount", tags=("payment",)),
    Contract(name="t.put", effect="write", idempotency="natural"),
    Contract(name="t.mail", effect="write", idempotency="check"),
    Contract(name="t.slow_mail", effect="write", idempotency="check", settles_within=30.0),
    Contract(name="t.once", effect="write", idempotency="none", reversible=False),
    Contract(name="t.window", effect="write", idempotency="key", dedup_window=5.0),
    Contract(name="t.undo", effect="write", idempotency="natural"),
)


def snapshot(value: object, seen: tuple[int, ...] = ()) -> object:
    """A run's state as plain data that can be compared: links to frames and scopes become their addresses."""
    if isinstance(value, Frame) and seen:
        return f"<frame {value.address}>"
    if isinstance(value, Scope):
        return ("scope", snapshot(value.names, seen), snapshot(value.results, seen))
    if isinstance(value, RunState):
        return {
            f.name: snapshot(getattr(value, f.name), seen) for f in fields(value) if f.name not in {"plan", "frames"}
        } | {"frames": {address: _frame(frame) for address, frame in value.frames.items()}}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: snapshot(getattr(value, f.name), (*seen, 1)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): snapshot(item, (*seen, 1)) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [snapshot(item, (*seen, 1)) for item in value]
    if isinstance(value, Template):
        return snapshot(value.tree, seen)
    if hasattr(value, "due") and hasattr(value, "first"):
        return dict(value.due)
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _frame(frame: Frame) -> object:
    return {
        f.name: snapshot(getattr(frame, f.name), (1,))
        for f in fields(frame)
        if f.name not in {"step", "body", "parent", "children"}
    } | {"children": list(frame.children)}


class World:
    """One run of a plan in memory.

    Args:
        text: the plan's YAML; `holdfast: 1` and `plan: demo` are put before it where they are missing.
    """

    def __init__(
        self,
        text: str,
        inputs: Mapping[str, object] | None = None,
        *,
        law: bool = True,
        lineage: Lineage | None = None,
        policy: Policy | None = None,
        legacy: Legacy | None = None,
        run: str = "r",
        plans: Mapping[str, Mapping[str, str]] | None = None,
        tools: frozenset[str] = frozenset(),
    ) -> None:
        head = "" if text.lstrip().startswith(("{", "holdfast:")) else "holdfast: 1\nplan: demo\n"
        self.plan = load_source(head + text, "demo.yaml")
        self.mind = Interpreter(self.plan)
        self.now = 1_000_000.0
        self.entries: list[Entry] = []
        self.pending: dict[int, CallTool | CheckTool] = {}
        self.ledger: dict[tuple[str, str], str] = {}
        self.subjects: dict[str, str] = {}
        self.operations: dict[str, str] = {}
        self.holds: dict[str, float] = {}
        self.effects: list[tuple[str, str]] = []
        self.changes: list[Change] = []
        self.law = law
        requested = RunRequested(
            run=run,
            plan=self.plan.name,
            plan_hash=self.plan.hash,
            task="t",
            user="u",
            inputs=inputs or {},
            contracts=tuple(one for one in CONTRACTS if one.name in (tools or self.plan.tools)),
            plans=plans or ({self.plan.hash: dict.fromkeys(self.plan.plans, "c" * 32)} if self.plan.plans else {}),
            lineage=lineage,
            legacy=legacy,
        )
        if policy is not None:
            self.observe(PolicyInForce(policy=policy.hash, rules=policy.rules, limits=policy.limits))
        self.turn = self.observe(requested)
        if policy is not None:  # the request is entry 1 before anything is decided from it
            in_force, first = self.entries[:2]
            self.entries[:2] = [Entry(1, first.at, first.event), Entry(2, in_force.at, in_force.event)]

    @property
    def state(self) -> RunState:
        return self.mind.state

    # --- driving ------------------------------------------------------------------------------------------------------

    def observe(self, observation: Observation, after: float = 0.0) -> Turn:
        self.now += after
        if self.law:
            twin = Interpreter.restore(self.plan, self.entries)
            expected = twin.observe(observation, self.now)
        turn = self.mind.observe(observation, self.now)
        if self.law:
            assert expected == turn
        for event in turn.events:
            self.entries.append(Entry(len(self.entries) + 1, self.now, event))
        if self.law:
            restored = Interpreter.restore(self.plan, self.entries)
            assert difference(self.mind.state, restored.state) is None
            assert restored.outstanding() == self.mind.outstanding()
        for action in turn.actions:
            if isinstance(action, CallTool | CheckTool):
                self.pending[action.call] = action
        self.turn_so_far = turn.events
        self.changes += turn.changes
        for change in turn.changes:
            if isinstance(change, EffectClaimed):
                self._may_claim(change)
                self.ledger[change.tool, change.key] = "intended"
            elif isinstance(change, EffectMarked):
                self.ledger[change.tool, change.key] = change.state
            self._keep_list(change)
        self.turn = turn
        return turn

    def _keep_list(self, change: Change) -> None:
        """Keep the list of pending operations as a store would; no subject is ever held twice."""
        match change:
            case SubjectReserved(subject=subject, address=address):
                before = self.subjects.get(subject, address)
                if before != address:
                    assert self.holds[before] <= self.now  # its hold has run out
                    del self.operations[before]
                self.subjects[subject], self.operations[address] = address, "reserved"
            case PendingListed(address=address, subject=subject):
                assert self.operations.get(address, "none") == ("reserved" if subject else "none")
                self.operations[address] = "open"
            case PendingHeld(address=address, until=until):
                self.operations[address], self.holds[address] = "held", until
            case PendingCleared(address=address, subject=subject):
                self.operations.pop(address, None)
                if self.subjects.get(subject) == address:
                    del self.subjects[subject]
            case _:
                pass

    def _may_claim(self, change: EffectClaimed) -> None:
        """P1: no effect is started twice; and without a strategy, not even tried twice by itself."""
        state = self.ledger.get((change.tool, change.key))
        assert state in {None, "intended", "unknown", "failed"}
        if state in {"intended", "unknown"} and change.tool == "t.once":
            decided = [event for event in self.turn_so_far if isinstance(event, ReviewSettled)]
            assert [event.outcome for event in decided] == ["retry"]

    def call(self, address: str) -> int:
        """The number of the call or check in flight at an address."""
        frame = self.state.frames[address]
        return frame.call.call

    @property
    def key(self) -> str:
        """The idempotency key of the last call that was begun."""
        action = self.pending[max(self.pending)]
        assert isinstance(action, CallTool)
        return action.key

    def child(self, address: str) -> str:
        """The id of the child run that a step waits for."""
        return next(action.child for action in self.children() if action.address == address)

    def children(self) -> list[StartChild]:
        """What was asked of the engine about children that are not over."""
        return [action for action in self.mind.outstanding() if isinstance(action, StartChild)]

    def child_starts(self, address: str) -> Turn:
        return self.observe(ChildStarted(child=self.child(address)))

    def child_ends(self, address: str, status: str = "succeeded", output: object = None, **more: Any) -> Turn:
        return self.observe(ChildFinished(child=self.child(address), status=status, output=output, **more))

    def returns(self, address: str, value: object = None, **more: Any) -> Turn:
        return self.observe(CallReturned(call=self.call(address), value=value, **more))

    def fails(self, address: str, code: str, happened: object = "default", message: str = "", **more: Any) -> Turn:
        said = default_happened(code) if happened == "default" else happened
        error = Failure(code=code, message=message, happened=said, **more)  # type: ignore[arg-type]
        return self.observe(CallFailed(call=self.call(address), error=error))

    def finds(self, address: str, value: object = None) -> Turn:
        return self.observe(CallReconciled(call=self.call(address), found=True, value=value))

    def finds_nothing(self, address: str) -> Turn:
        return self.observe(CallReconciled(call=self.call(address), found=False))

    def check_fails(self, address: str) -> Turn:
        return self.observe(CheckFailed(call=self.call(address), error=Failure(code="unavailable")))

    def tick(self) -> Turn:
        """Let the earliest timer fire."""
        due = self.mind.next_due()
        assert due is not None, "no timer is armed"
        self.now = max(self.now, due)
        timer = self.mind.due(self.now)
        assert timer is not None
        return self.observe(TimerFired(timer=timer))

    def answers(self, decision: str, value: object = None, review: str = "", by: str = "ana") -> Turn:
        review = review or next(iter(self.state.reviews))
        return self.observe(ReviewAnswered(review=review, decision=decision, value=value, by=by))

    def signals(self, signal: str, name: str = "", payload: object = None, by: str = "op") -> Turn:
        return self.observe(SignalReceived(signal=signal, name=name, payload=payload, by=by))

    def crashes(self) -> Turn:
        """The worker dies and another takes over from the journal."""
        self.mind = Interpreter.restore(self.plan, self.entries)
        self.pending.clear()
        return self.observe(WorkerTookOver(worker="w2"))

    def restarts(self, unbegun: Sequence[int] = ()) -> Turn:
        """The worker stops of its own accord, with these calls not begun, and another takes over."""
        self.observe(WorkerLeft(worker="w1", unbegun=tuple(unbegun)))
        return self.crashes()

    # --- looking ------------------------------------------------------------------------------------------------------

    def kinds(self, turn: Turn | None = None) -> list[str]:
        """The names of a turn's events, the last turn's unless another is given."""
        return [type(event).__name__ for event in (turn or self.turn).events]

    def last(self, kind: type[Event]) -> Any:
        """The latest event of a kind in the journal."""
        return next(entry.event for entry in reversed(self.entries) if type(entry.event) is kind)

    def count(self, kind: type[Event], which: Callable[[Any], bool] = lambda _: True) -> int:
        return sum(1 for entry in self.entries if type(entry.event) is kind and which(entry.event))

    def in_flight(self) -> list[str]:
        """Addresses of what is in flight, checks with a question mark."""
        return [frame.address + ("?" if frame.call.state == "checking" else "") for frame in self.state.calls.values()]

    @property
    def status(self) -> str:
        return self.mind.summary().status

    @property
    def outcome(self) -> Any:
        assert self.state.outcome is not None, "the run is not over"
        return self.state.outcome
