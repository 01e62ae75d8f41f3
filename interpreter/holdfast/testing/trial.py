"""One run of a plan in a test's world, with at most one death on the way."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from holdfast.api.decisions import Decision
from holdfast.api.run import Result, result_of
from holdfast.api.session import Holdfast
from holdfast.core.events import Entry
from holdfast.core.interpreter import Interpreter
from holdfast.core.keys import bare_id
from holdfast.core.review import Review
from holdfast.engine.engine import FINAL, Engine
from holdfast.engine.settings import Settings
from holdfast.errors import HoldfastError, InputError
from holdfast.journal.memory import Memory
from holdfast.journal.store import RunFilter
from holdfast.plan.durations import parse_duration
from holdfast.plan.family import family
from holdfast.plan.grants import allows, makes_plans
from holdfast.registry import Registry
from holdfast.registry.packs import Packs
from holdfast.testing.counterpart import Counterpart, scripted
from holdfast.testing.moments import Moments, MortalStore, Unheard
from holdfast.testing.virtual import run_virtually

if TYPE_CHECKING:
    from holdfast.core.policy import Policy
    from holdfast.plan.model.tests import EventModel, TestModel
    from holdfast.testing.counterpart import Chance
from holdfast.plan.program import Plan

BEGIN: Final = 1_767_225_600.0
"""When every test's run begins: 2026-01-01T00:00:00Z. Virtual time is counted from there."""

THINKING: Final = 1.0
"""Seconds after which a person answers."""

_LONGEST: Final = 400 * 86_400.0
"""Seconds of its own time after which a run is called endless; plans have deadlines."""

STUBBORN: Final = 3
"""How often a person who sees that an effect did not take place has the call made again, at the least."""

_SETTINGS: Final = Settings(linger=float("inf"), poll=3_600.0, grace=0.0, store_patience=0.0)
_NAMED: Final = frozenset({
    "approve", "reject", "retry", "output", "fallback", "abort", "fail", "done", "leave", "happened",
})  # fmt: skip
"""Decisions that a test may give by their name alone."""


class Endless(HoldfastError):
    """A run that goes on and on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a trial came to.

    Args:
        plan: compiled.
        result: of the run.
        entries: its journal.
        facts: at the end.
        counterpart: the other side.
        reviews: the steps that asked people, in order; questions that only a death raised are left out.
        doubts: the steps of which people were asked whether an effect took place.
        moments: at how many moments its process could have died.
        death: where it did of `die`; empty: it did not.
        unanswered: what people said that does not fit.
    """

    plan: Plan
    result: Result
    entries: Sequence[Entry]
    facts: Mapping[str, object]
    counterpart: Counterpart
    reviews: Sequence[str]
    doubts: Sequence[str]
    moments: int
    death: str = ""
    unanswered: Sequence[str] = ()

    def calls(self, tool: str) -> int:
        """How often a tool was called, tries included; a try that a death repeated counts once."""
        return self.counterpart.calls()[tool]

    def effects(self, tool: str) -> int:
        """How many effects of a writing tool took place."""
        return self.counterpart.took_place(tool)


@dataclass(slots=True)
class Trial:
    """One run.

    Args:
        plan: compiled.
        tools: the registry whose tools are scripted.
        case: the test.
        die: the moment at which its process dies, beside the deaths that the test has; None: at none.
        policy: of the installation; None: it has none.
        chance: what befalls calls beside what the script says.
        task: of the run; what is drawn in it hangs on that.
        doubts: of the run in peace: what is asked beyond that in one that dies comes of its death.
    """

    plan: Plan
    tools: Registry
    case: TestModel
    die: int | None = None
    policy: Policy | None = None
    chance: Chance | None = None
    task: str = "test"
    doubts: Sequence[str] = ()
    store: Memory = field(default_factory=Memory)
    counterpart: Counterpart = field(init=False)
    wanted: frozenset[str] = field(init=False)
    asked: dict[str, Review] = field(default_factory=dict[str, Review])
    refused: list[str] = field(default_factory=list[str])
    sent: set[int] = field(default_factory=set[int])
    died: bool = False

    def __post_init__(self) -> None:
        self.counterpart = Counterpart(self.case.tools or {}, self.chance)
        plans = [self.plan, *family(self.plan).plans.values()]
        bounds = [plan.grants for plan in plans if makes_plans(plan)]  # what a plan made in the run may touch
        names = self.tools.names() if bounds else ()
        made = {name for name in names if any(allows(bound, name) for bound in bounds)}
        self.wanted = frozenset().union(made, *(plan.tools for plan in plans))

    def play(self) -> Played:
        """Carry the run out, in one life and one more for each death.

        Raises:
            HoldfastError: it cannot be started.
            Endless: it does not end.
        """
        with _unheard():
            return self._play()

    def _play(self) -> Played:
        life, now, last = Moments(self.die), BEGIN, ""
        while True:
            result, now = run_virtually(partial(self._life, life), now)
            last = last or life.last
            if result is not None:
                break
            if life.endless:
                raise self._endless(life)
            self.died, life, now = True, Moments(self.die, life.passed), now + 1.0
        entries = run_virtually(partial(self._journal, result.run), now)[0]
        return Played(
            plan=self.plan, result=result, entries=entries, facts=Interpreter.restore(self.plan, entries).state.facts,
            counterpart=self.counterpart, reviews=self._reviews(),
            doubts=[_step(review) for review in self.asked.values() if review.kind == "unknown"],
            moments=life.passed, death=last, unanswered=self.refused,
        )  # fmt: skip

    def _endless(self, life: Moments) -> Endless:
        often = [f"; `{tool}` was called {count:,} times" for tool, count in self.counterpart.calls().most_common(1)]
        return Endless(f"the run does not end: it was stopped after {life.passed:,} writes and calls{''.join(often)}")

    async def _journal(self, run: str) -> Sequence[Entry]:
        return await self.store.entries(run)

    def _reviews(self) -> list[str]:
        left, told = Counter(self.doubts), list[str]()
        for review in self.asked.values():
            step = _step(review)
            if self.died and review.kind == "unknown":
                if not left[step]:
                    continue  # a death raised it
                left[step] -= 1
            told.append(step)
        return told

    async def _life(self, moments: Moments) -> Result | None:
        """What the run came to; None: the process died before."""
        loop = asyncio.get_running_loop()
        names = {name for name in self.tools.names() if name in self.wanted} | self._undoing()
        registry = Registry(
            [scripted(self.tools.get(name), self.counterpart, moments) for name in sorted(names)], packs=Packs({})
        )
        people: set[asyncio.Task[None]] = set()
        mortal: Any = MortalStore(self.store, moments, lambda review: self._ask(people, hf, review))
        engine = Engine(mortal, registry, _SETTINGS, clock=loop.time, new_id=lambda plan, _: f"{plan}-{self.task}")
        await engine.__aenter__()  # never left: a process that dies says nothing
        if self.policy is not None:
            engine.use_policy(self.policy)
        hf = Holdfast(engine)
        hf.trust(self.plan)
        work = asyncio.ensure_future(self._work(hf, people))
        gone = moments.gone()
        waited: set[asyncio.Future[Any]] = {work, gone}
        await asyncio.wait(waited, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():  # whatever its tasks made of that is not heard any more
            work.add_done_callback(lambda one: one.cancelled() or one.exception())
            self.store.bury(engine.worker)
            return None
        if work.done():
            return work.result()
        return result_of((await self.store.runs(RunFilter()))[-1])

    def _undoing(self) -> set[str]:
        """The tools that undo others: contracts name them."""
        return {
            contract.undo
            for name in self.wanted
            if name in self.tools and (contract := self.tools.get(name).contract).undo
        }

    async def _work(self, hf: Holdfast, people: set[asyncio.Task[None]]) -> Result:
        run = await hf.start(self.plan, inputs=self.case.inputs, task=self.task, user="tester")
        self._happen(people, hf, run.id, "", BEGIN)
        for row in await hf.reviews():  # its children's, too
            self._ask(people, hf, row.review)
        return await run.wait()

    def _happen(self, people: set[asyncio.Task[None]], hf: Holdfast, run: str, step: str, since: float) -> None:
        """What comes from outside with the run, or when a step asks: at least once, whoever dies meanwhile."""
        for number, event in enumerate(self.case.events or ()):
            if event.when_asked == step and number not in self.sent:
                _go(people, self._send(hf, run, number, event, since))

    async def _send(self, hf: Holdfast, run: str, number: int, event: EventModel, since: float) -> None:
        await asyncio.sleep(max(0.0, since + event.after - asyncio.get_running_loop().time()))
        try:
            if event.correct:
                await hf.correct(run, event.correct, by="tester")
            if event.event:
                await hf.signal(run, event.event, event.payload)
        except InputError:
            if (await self.store.run(run)).status not in FINAL:  # what comes after the end reaches nobody
                raise
        self.sent.add(number)

    # --- people ----------------------------------------------------------------------------------------------------

    def _ask(self, people: set[asyncio.Task[None]], hf: Holdfast, review: Review) -> None:
        self.asked[review.id] = review
        run = review.id.rpartition(".")[0]
        self._happen(people, hf, run, _step(review), asyncio.get_running_loop().time())
        decision = self._truth(review) if review.kind == "unknown" else self._scripted(review)
        if decision is not None:
            _go(people, self._decide(hf, review, decision, self._thinking(review)))

    def _thinking(self, review: Review) -> float:
        """Seconds until somebody answers."""
        said = self._said(review)
        after = said.get("after") if isinstance(said, Mapping) and "decision" in said else None
        return THINKING if after is None or review.kind == "unknown" else parse_duration(str(after))

    def _truth(self, review: Review) -> Decision:
        """Whoever is asked whether an effect took place looks at the other side.

        What did not take place is tried again as long as the script may have another answer; then the step fails.
        """
        effect = _effect(review)
        found = self.counterpart.result(*effect)
        if found is not None:
            return Decision("happened", found.returns, by="tester")
        asked = sum(1 for one in self.asked.values() if one.kind == "unknown" and _effect(one) == effect)
        patient = asked <= max(STUBBORN, self.counterpart.answers(review.tool))
        return Decision("retry" if patient else "fail", by="tester")

    def _scripted(self, review: Review) -> Decision | None:
        said = self._said(review)
        return None if said is None else decision_of(said, review)

    def _said(self, review: Review) -> object:
        """What the test says there; None: nothing."""
        said = self.case.people or {}
        return next((said[name] for name in (review.address, _step(review)) if name in said), None)

    async def _decide(self, hf: Holdfast, review: Review, decision: Decision, thinking: float = THINKING) -> None:
        await asyncio.sleep(thinking)
        if (await self.store.review(review.id)).state != "open":
            return  # withdrawn meanwhile, or time ran out
        try:
            await hf.decide(review.id, decision)
        except HoldfastError as error:
            self.refused.append(f"{_step(review)}: {error}")


@contextmanager
def _unheard() -> Iterator[None]:
    log, silence = logging.getLogger("holdfast.engine"), Unheard()
    log.addFilter(silence)
    try:
        yield
    finally:
        log.removeFilter(silence)


def _go(people: set[asyncio.Task[None]], work: Any) -> None:
    task = asyncio.ensure_future(work)
    people.add(task)
    task.add_done_callback(people.discard)


def _step(review: Review) -> str:
    """The id of the step that asks, without loops and revisions: `all[3]/pick#2` asks as `pick`; a fact as itself."""
    above, _, last = review.address.rpartition("/")
    asking = above if above.rpartition("/")[0].endswith("~facts") else last
    return bare_id(asking)


def _effect(review: Review) -> tuple[str, str]:
    """The tool and the key of the effect that somebody is asked about."""
    context = review.context
    return review.tool, str(context.get("key", "")) if isinstance(context, Mapping) else ""


def decision_of(said: object, review: Review) -> Decision:
    """What a test says about a review, as a decision.

    Args:
        said: `{decision, value, by}`; or one of the review's decisions by name; or an answer.
        review: what is asked.
    """
    if isinstance(said, Mapping) and "decision" in said:
        return Decision(str(said["decision"]), said.get("value"), str(said.get("by", "reviewer")), "")
    if isinstance(said, str) and said in review.decisions and said in _NAMED:
        return Decision(said, None, "reviewer")
    return Decision("choose" if "choose" in review.decisions else "answer", said, "reviewer")
