"""A run that is killed and taken over, and what has to be true of it whenever it comes to its end."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import anyio

import holdfast
from holdfast.core.events import CallIntended, Entry, ReviewAnswered, ReviewRequested, ReviewSettled
from holdfast.core.interpreter import Interpreter
from holdfast.core.replay import replay
from holdfast.journal.open import open_store
from holdfast.journal.store import EffectRow, ReviewRow, RunFilter, RunRow
from holdfast.plan.load import load_source
from tests.crash.victim import Job
from tests.crash.worlds import Bank, Effect, World

Lives = Callable[[Job], tuple[int, str]]
"""Gives a victim its life: its exit status, and what it said."""

KILLED = -9


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A plan and what it comes to when nothing disturbs it.

    Args:
        plan, tools: files.
        effects: how many effects of each tool the counterpart has in the end. The truth, written down here.
        status: of the run in the end.
        inputs, lose, refuse, answers, corrections, after, policy: see `Job`.
        natural: tools whose repetition is harmless, so that they may be counted more than once.
        silent: writing tools of which the counterpart keeps no count.
        doubtful: it has a write without a strategy.
        concurrent: calls or short timers run side by side, so that the number of appends is a matter of chance.
    """

    plan: Path
    tools: Path
    effects: Mapping[str, int]
    status: str = "succeeded"
    inputs: Mapping[str, object] = field(default_factory=dict)
    lose: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    answers: Mapping[str, tuple[str, object]] = field(default_factory=dict)
    natural: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    doubtful: bool = False
    concurrent: bool = False
    corrections: Mapping[str, object] = field(default_factory=dict)
    after: str = ""
    policy: str = ""


@dataclass(frozen=True, kw_only=True)
class Records:
    """What Holdfast's store says of the one run in it; `entries` were verified against their digests.

    `family`: plan and status of the children, and of theirs, in the order in which they began; `below`: their entries.
    """

    @property
    def asked(self) -> list[tuple[str, str, int]]:
        """What people were asked to decide: the step, the queue, the stage. Not what only a death makes doubtful."""
        entries = chain(self.entries, *self.below)
        reviews = [one.event.review for one in entries if isinstance(one.event, ReviewRequested)]
        return sorted((one.address, one.to, one.stage) for one in reviews if one.kind not in {"unknown", "failure"})

    row: RunRow
    family: Sequence[tuple[str, str]]
    entries: Sequence[Entry]
    below: Sequence[Sequence[Entry]]
    ledger: Mapping[Effect, EffectRow]
    reviews: Sequence[ReviewRow]
    interpreter: Interpreter


@dataclass
class Trial:
    """One run of a scenario, through all of its lives.

    Args:
        scenario: what is run.
        folder: its own.
        lives: where processes come from.
        world: the counterpart.
    """

    scenario: Scenario
    folder: Path
    lives: Lives
    world: World
    told: Counter[Effect] = field(default_factory=Counter)
    died: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    # --- lives -----------------------------------------------------------------------------------------------------

    def job(self, **how: Any) -> Job:
        """A life of this run, as a job."""
        of = self.scenario
        return Job(
            plan=str(of.plan), tools=str(of.tools), folder=str(self.folder), inputs=of.inputs, lose=of.lose,
            refuse=of.refuse, answers=of.answers, corrections=of.corrections, after=of.after, policy=of.policy,
            env=self.world.env(), **how,
        )  # type: ignore[arg-type] # fmt: skip

    def live(self, **how: Any) -> tuple[int, dict[str, Any] | None]:
        """A life: how it ended, and the result if it did not end by being killed."""
        status, text = self.lives(self.job(**how))
        assert status in (0, KILLED), f"the victim failed by itself: {status} {text}"
        return status, json.loads(text) if status == 0 else None

    def to_the_end(self, deaths: Sequence[int | str | None] = ()) -> dict[str, Any]:
        """Lives until the run is over; a person answers truthfully what only a person can.

        `deaths`: for the first lives, the moment at which each ends; None: it is let live.
        """
        for die in chain(deaths, repeat(None)):
            doubtful = self.doubtful()
            _, result = self.live(die=die)
            if result is None:
                self.died += 1
                continue
            asked = self.be_asked() if result["status"] == "waiting" else set()
            assert doubtful <= asked, "an effect that nobody can know of was not put to a person"
            assert asked <= doubtful or self.scenario.lose, "a person was asked without need"
            if result["status"] != "waiting":
                return result
            assert asked, f"it waits, but for what? {result['waiting']}"
        raise AssertionError

    def deaths(self) -> list[list[int | None]]:
        """Every way to die once in these lives: in the first, second, ... one, at its first, second, ... moment."""
        lengths = Counter(process for process, _, _ in self.moments()).values()
        return [
            [*[None] * life, moment] for life, length in enumerate(lengths) for moment in range(1, length + 1)
        ]  # fmt: skip

    # --- what only a person knows ----------------------------------------------------------------------------------

    def doubtful(self) -> set[str]:
        """Addresses of writes without a strategy that are in flight, or wait for a person already."""
        records = self.records() if self.scenario.doubtful else None
        if records is None:
            return set()
        calls = records.interpreter.state.calls.values()
        flying = {call.address for call in calls if call.call.key and call.call.contract.idempotency == "none"}
        return flying | {row.review.address for row in records.reviews if row.review.kind == "unknown"}

    def be_asked(self) -> set[str]:
        """Answer every review of an unknown outcome truthfully; the addresses that were asked about."""
        records = self.records()
        assert records is not None
        for row in records.reviews:
            self._answer(row, records)
        return {row.review.address for row in records.reviews}

    def _answer(self, row: ReviewRow, records: Records) -> None:
        review = row.review
        assert (review.kind, review.decisions) == ("unknown", ("happened", "retry", "fail"))
        context: Any = review.context
        effect = (review.tool, context["key"])
        intended = [one.event for one in records.entries if isinstance(one.event, CallIntended)]
        own = [event for event in intended if event.address == review.address]
        assert own[0].args == review.args
        assert own[-1].attempt == context["attempts"]
        assert context["intended_at"] <= row.opened_at
        if self.scenario.doubtful:
            assert self.attempts()[effect] <= 1 + self.told[effect], "tried again, and nobody had said so"
        assert records.ledger[effect].state in {"intended", "unknown"}
        happened = self.world.effects()[effect]
        assert happened <= 1 or review.tool in self.scenario.natural
        if happened:
            said = holdfast.Decision("happened", self.world.value(effect), by="ana")
        else:
            said = holdfast.Decision("retry", by="ana")
            self.told[effect] += 1
        anyio.run(self._decide, review.id, said)

    async def _decide(self, review: str, decision: holdfast.Decision) -> None:
        async with holdfast.open(f"sqlite:{self.folder}/runs.db") as hf:
            await hf.decide(review, decision)

    # --- what is known ---------------------------------------------------------------------------------------------

    def moments(self) -> list[tuple[int, str, Any]]:
        """What the witness saw, in order: process, moment, about."""
        witness = self.folder / "witness"
        return [tuple(json.loads(line)) for line in witness.read_text().splitlines()] if witness.exists() else []

    def attempts(self) -> Counter[Effect]:
        """How often each effect was attempted, by all lives together."""
        return Counter(
            (moment.removeprefix("before "), about["key"])
            for _, moment, about in self.moments()
            if about and about["key"] and moment.startswith("before ") and not moment.startswith("before check ")
        )

    def records(self) -> Records | None:
        """What the store says; None while there is no run. Verifies the digests of the whole journal."""
        if not (self.folder / "runs.db").exists():
            return None
        return anyio.run(self._records)

    async def _records(self) -> Records | None:
        async with open_store(f"sqlite:{self.folder}/runs.db") as store:
            rows = await store.runs(RunFilter())
            if not rows:
                return None
            (row,) = [row for row in rows if not row.parent]
            assert [] == await store.differences(load_source, time.time()), "a table is not what the journals say"
            entries = await store.entries(row.run)
            file, source = await store.plan_source(row.plan_hash)
            return Records(
                row=row,
                family=[(one.plan, one.status) for one in reversed(rows) if one.parent],
                entries=entries,
                below=[await store.entries(one.run) for one in rows if one.parent],
                ledger={(one.tool, one.key): one for one in await store.effects(limit=10_000)},
                reviews=await store.reviews(),
                interpreter=Interpreter.restore(load_source(source, file), entries),
            )

    # --- what has to be true ---------------------------------------------------------------------------------------

    def judge(self, result: Mapping[str, Any], calm: Mapping[str, Any]) -> None:
        """Everything that has to be true at the end, however often it died on the way; `calm`: see `undisturbed`."""
        records = self.records()
        assert records is not None
        self._judge_world(calm)
        self._judge_result(result, records, calm)
        assert calm["family"] == sorted(records.family), "a child was lost, or begun twice"
        assert calm["asked"] == records.asked, "somebody was asked twice, or not at all"
        self._judge_ledger(records)
        _judge_approvals(records)

    def _judge_world(self, calm: Mapping[str, Any]) -> None:
        made = self.world.effects()
        per_tool = Counter(tool for tool, _ in made)
        assert dict(self.scenario.effects) == dict(per_tool), "an effect was lost, or made again under another key"
        twice = {effect for effect, count in made.items() if count > 1 and effect[0] not in self.scenario.natural}
        assert set() == twice, "an effect was doubled"
        assert calm["effects"] == set(made)
        assert calm["state"] == self.world.state()

    def _judge_result(self, result: Mapping[str, Any], records: Records, calm: Mapping[str, Any]) -> None:
        assert self.scenario.status == result["status"] == records.row.status
        assert calm["output"] == self.world.named(result["output"])
        assert (calm["error"] or {}).get("code") == (result["error"] or {}).get("code")
        assert calm["via"] == result["via"]
        assert [] == records.reviews
        assert records.interpreter.state.finished
        assert replay(records.interpreter.state.plan, records.entries).divergence is None
        assert records.interpreter.summary().result == records.row.result

    def _judge_ledger(self, records: Records) -> None:
        states = {effect: row.state for effect, row in records.ledger.items()}
        assert set(states.values()) <= {"succeeded", "failed", "compensated", "unusable"}, "the run ended in doubt"
        stood = {effect for effect, state in states.items() if state != "failed"}
        told = {effect for effect in stood if effect[0] not in self.scenario.silent}
        assert set(self.world.effects()) == told, "the ledger and the counterpart disagree"
        assert set(self.attempts()) <= set(states), "something was tried that the ledger knows nothing of"


def _judge_approvals(records: Records) -> None:
    """What needs several people was approved by as many different ones, each counted once."""
    journal = [one.event for one in chain(records.entries, *records.below)]
    reviews = {one.review.id: one.review for one in journal if isinstance(one, ReviewRequested)}
    said: dict[str, set[str]] = {}
    for event in journal:
        if isinstance(event, ReviewAnswered) and event.decision == "approve":
            said.setdefault(event.review, set()).add(event.by)
        if isinstance(event, ReviewSettled) and event.outcome == "approve" and event.heard is None:
            review = reviews[event.review]
            people = said.get(review.id, set()) | set(review.approved_by)
            assert len(people) >= review.approvals, "approved by fewer people than had to"


def bank(scenario: Scenario, folder: Path, lives: Lives) -> Trial:
    """A trial with a bank of its own."""
    return Trial(scenario, folder, lives, Bank(folder))


def undisturbed(trial: Trial) -> dict[str, Any]:
    """A life that nobody disturbs, judged: its result, with references named, and what it made of the world."""
    result = trial.to_the_end()
    world, records = trial.world, trial.records()
    calm = {
        "family": [] if records is None else sorted(records.family),
        "asked": [] if records is None else records.asked,
        **result, "output": world.named(result["output"]), "state": world.state(), "effects": set(world.effects()),
    }  # fmt: skip
    trial.judge(result, calm)
    return calm
