"""One invented world: a run of a plan, from its request to its end, in which somebody chooses what happens.

Rules of the file:
- The interpreter, the rules of the ledger and the replay are the real ones; only the engine's part is played here:
  first the entries are kept, then what they decided is done.
- What may happen next is a list of moves. The first one is that of an ordinary day, so a world in which nobody chooses
  otherwise comes to its end. A choice is a number, so a world is the same again for the same choices.
- A death comes after an append or after an effect: before one thing is as after the thing before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from math import inf
from typing import Final

from holdfast.core.actions import (
    Action,
    CallTool,
    CancelCall,
    CheckTool,
    SignalChild,
    StartChild,
    Turn,
)
from holdfast.core.events import (
    ArgumentsRendered,
    CallIntended,
    CallReconciled,
    CheckFailed,
    ChildFinished,
    ChildStarted,
    Entry,
    Observation,
    RunRequested,
    StepsInvalidated,
    WorkerTookOver,
)
from holdfast.core.evolve.calls import GATEKEEPERS
from holdfast.core.failure import Failure
from holdfast.core.interpreter import Interpreter
from holdfast.core.keys import CLEANUP, UNDO, bare_id, is_below
from holdfast.simulate import answers, chances, laws, promises
from holdfast.simulate.cast import Cast, Reply
from holdfast.simulate.choices import choices
from holdfast.simulate.contracts import may_be_late
from holdfast.simulate.laws import Broken
from holdfast.simulate.moves import Choose
from holdfast.simulate.outside import Outside
from holdfast.simulate.scene import FIRST, SECOND, Flight, Promise

_REFUSALS: Final = 50


class World(Outside):
    """One world.

    Args:
        cast: what it is made of.
        choose: says what happens at each point.
        beside: the run beside which this one is lived; None: it is the first.
    """

    def __init__(self, cast: Cast, choose: Choose, beside: World | None = None) -> None:
        super().__init__(cast, FIRST if beside is None else SECOND)
        if beside is not None:
            self.share(beside)
        self.points: list[int] = []
        """How long the journal was at each choice."""
        self._choose = choose
        self._observed = 0
        self._again: Interpreter | None = None
        """Once the run was restored from its journal: a replay, which goes along with it."""

    def play(self) -> None:
        """Live to the end. Raises Broken: a law does not hold."""
        self._ask()
        while moves := choices(self):
            self.points.append(len(self.entries))
            chosen = self._choose(moves)
            name, *how = moves[chosen]
            if (chosen or name == "answer") and name != "hear" and (chance := chances.chance_of(self, moves[chosen])):
                self.befell.append(chance)
            getattr(self, f"_{name}")(*how)
        self.linger()
        if self.rival is not None:
            self._with_rival(World.linger)
            laws.ended(self.rival)
        laws.ended(self)

    def linger(self) -> None:
        """What still arrives when the run is over."""
        for number in range(len(self.late)):
            self._arrive(number)
        for number in list(self.promises):
            self._complete(number, "too late")

    def _ask(self) -> None:
        cast = self.cast
        requested = RunRequested(
            run=self.run, plan=cast.plan.name, plan_hash=cast.plan.hash, task=self.run, user="u", inputs=cast.inputs,
            contracts=cast.contracts, plans=cast.links,
        )  # fmt: skip
        self._observe(requested)

    @property
    def doubled(self) -> bool:
        """Whether its journal was decided a second time while it was lived."""
        return self._again is not None

    # --- calls -----------------------------------------------------------------------------------------------------

    def _end(self, number: int, reply: Reply) -> None:
        flight = self.flights.pop(number)
        action = flight.action
        assert isinstance(action, CallTool)  # noqa: S101 - a check ends otherwise
        for late in [number for number, (one, _) in enumerate(self.late) if one.key == action.key]:
            self._arrive(late)  # requests of one key arrive in their order
        reply = answers.known(self, action, reply)
        value = self._reach(action, reply, flight.begun)
        if reply.deferred:
            self._defer(number, flight, reply)
            return
        self.now += (action.timeout or 30.0) if reply.code == "timeout" else 0.05
        if reply.pending is not None:
            self.confirming.add(action.address)
        if action.write and reply.code:
            self.say(reply.told(action.tool, write=True))
        if not reply.code or (reply.happened is not None and not (flight.doubted and reply.code in GATEKEEPERS)):
            self.doubtful.discard((action.tool, action.key))
        said = answers.said(number, reply, value)
        self._observe(said)
        if reply.twice and not self.mind.state.finished:
            self.say(reply.told(action.tool, write=action.write))
            self._observe(said)

    def _defer(self, number: int, flight: Flight, reply: Reply) -> None:
        assert isinstance(flight.action, CallTool)  # noqa: S101 - a check gives its result at once
        self.now += 0.05
        if flight.action.write:
            self.say(reply.told(flight.action.tool, write=True))
        self.promises[number] = Promise(flight.action, flight.contract, reply)
        for said in promises.deferred(number):
            self._observe(said)

    def _complete(self, number: int, how: str) -> None:
        """A result that was to come later does, or is lost."""
        self.now += 60.0
        promise = self.promises.pop(number)
        self.say(promises.told(promise, how))
        value = self._result(promise) if how not in {"lost", "refused", "in doubt"} else None
        said = promises.result(self, promise, how, value)
        for _ in range(0 if said is None else 2 if how == "given twice" else 1):
            if said is not None and not self.mind.state.finished:
                self._observe(said)

    def _result(self, promise: Promise) -> object:
        """What a call gives in the end: its effect takes place now at the latest."""
        action = promise.action
        if promises.is_made(self, promise):
            return self.counterpart.done[action.tool, action.key].value
        return self.made(action, promise.reply) if promises.may_come(self, promise) else None

    def _reach(self, action: CallTool, reply: Reply, at: float) -> object:
        """A request arrives at the other side: what that gives."""
        if not action.write or not reply.effect:
            return reply.value
        contract = self.contracts[action.tool]
        before = self.counterpart.effects[action.tool, action.key]
        value = self.counterpart.happen(contract, action.key, action.address, reply.value, at)
        laws.took_effect(self, action.tool, action.key)
        if action.address in self.about and self.counterpart.effects[action.tool, action.key] > before:
            laws.is_alone(self, action)
        return value

    def _check(self, number: int, how: str) -> None:
        action = self.flights.pop(number).action
        self.now += 0.05
        done = self.counterpart.done.get((action.tool, action.key))
        if how == "fails":
            self._observe(CheckFailed(call=number, error=Failure(code="unavailable", message="invented")))
            return
        window = self.contracts[action.tool].settles_within or 0.0
        seen = done is not None and not (how == "too early" and self.now < done.at + window)
        if not seen and (done is None or window):
            self.doubtful.discard((action.tool, action.key))
        self._observe(CallReconciled(call=number, found=seen, value=done.value if seen and done else None))

    def _begin(self, action: CallTool | CheckTool) -> None:
        contract, doubted = self.contracts[action.tool], False
        if isinstance(action, CallTool):
            laws.may_begin(self, action)
            doubted = (action.tool, action.key) in self.doubtful
            settles = doubted or (action.tool, action.key) in self.by_hand
            if not settles and UNDO not in action.address and CLEANUP not in action.address:
                self.primary_calls += 1
            if action.write:
                self.doubtful.add((action.tool, action.key))
        replies: Sequence[Reply] = ()
        if isinstance(action, CallTool):
            wrong = self.cast.refusal(action)
            replies = (Reply(code="invalid", message=wrong),) if wrong else self.cast.replies(action.tool)
            if wrong:
                self.refused.add((bare_id(action.address), wrong))
        until = self.now + (action.timeout or inf)
        self.flights[action.call] = Flight(action, contract, replies, self.now, until, doubted)

    # --- deaths ----------------------------------------------------------------------------------------------------

    def _die(self, number: int | None = None, *, late: bool = False) -> None:
        """The process is killed. `number`: the call that takes effect all the same, now or `late`r."""
        said = "the process is killed"
        if number is not None:
            flight = self.flights[number]
            assert isinstance(flight.action, CallTool)  # noqa: S101 - checks do not
            reply = flight.replies[0]
            if late:
                self.late.append((flight.action, reply))
                said += f"; the request of `{flight.action.tool}` is still on its way"
            else:
                self._reach(flight.action, reply, flight.begun)
                said += f" after `{flight.action.tool}` took effect"
        self._taken_over(said)

    def _die_early(self, number: int) -> None:
        self._die(number, late=True)

    def _lose_run(self) -> None:
        """Another worker takes the run although its owner lives: what that one has under way still arrives."""
        for flight in self.flights.values():
            action = flight.action
            if isinstance(action, CallTool) and action.write and may_be_late(flight.contract):
                self.late.append((action, flight.replies[0]))
        self._taken_over("another worker takes the run over; this one goes on and is not heard any more")

    def _taken_over(self, said: str) -> None:
        self.say(said)
        self.flights.clear()
        self.now += 1.0
        restored = Interpreter.restore(self.cast.plan, self.entries)
        laws.recovered(self, restored)
        self._again, self.mind = self._again or self.mind, restored  # who lived from the beginning is its own replay
        self._observe(WorkerTookOver(worker="w2"))

    def _arrive(self, number: int) -> None:
        """A request of a process that is gone reaches the other side."""
        action, reply = self.late.pop(number if number < len(self.late) else 0)
        self.say(f"the late request of `{action.tool}` arrives")
        self.made(action, reply)

    def made(self, action: CallTool, reply: Reply) -> object:
        """A request takes effect that nobody waits for at that moment, if it has not: what it gives."""
        if not action.write:
            return reply.value
        effect = (action.tool, action.key)
        if effect in self.by_hand and (row := self.ledger.rows.get(effect)) is not None and row.state == "failed":
            self.contradicted.add(effect)  # who said that it did not take place could not know of it
        return self._reach(action, replace(reply, effect=True), self.now)

    # --- a second run ----------------------------------------------------------------------------------------------

    def _rival(self) -> None:
        """Somebody starts the plan once more."""
        self.say("a second run of the plan begins")
        self.rival = World(self.cast, self._choose, self)
        self._with_rival(World._ask)

    def _beside(self, name: str, *how: object) -> None:
        """Something happens in the second run."""
        self._with_rival(lambda rival: getattr(rival, f"_{name}")(*how))

    def _with_rival(self, do: Callable[[World], None]) -> None:
        rival = self.rival
        assert isinstance(rival, World)  # noqa: S101 - it was begun
        rival.now = self.now
        do(rival)
        self.now = rival.now

    def _hear(self, number: int) -> None:
        """The store tells of a subject that the run wants."""
        self._observe(self.ledger.told.pop(number)[1])  # type: ignore[arg-type]

    # --- children ---------------------------------------------------------------------------------------------------

    def _child(self, child: str, status: str) -> None:
        self.now += 1.0
        output, error = None, None
        if status == "succeeded":
            output = self._output_of(child)
        elif status == "failed":
            error = Failure(code="failed_precondition", message="invented")
        elif status == "refused":  # the text of its plan, or of one that it had made
            status, error = "failed", Failure(code="lint", message="invented", happened=False)
        self._observe(ChildFinished(child=child, status=status, output=output, error=error))

    def _output_of(self, child: str) -> object:
        """What a child gives on an ordinary day of its own."""
        started = next(
            (one for one in self.mind.outstanding() if isinstance(one, StartChild) and one.child == child), None
        )
        cast = None if started is None else self.cast.child(started.plan_hash)
        return None if cast is None else usual_output(cast)

    # --- the engine's part -----------------------------------------------------------------------------------------

    def _observe(self, observation: Observation) -> None:
        self._observed += 1
        if self._observed > self.cast.longest:
            raise Broken("ends", f"the run is not over after {self.cast.longest:,} observations")
        turns = self._committed(observation)
        for turn in turns:
            for event in turn.events:
                self.entries.append(Entry(len(self.entries) + 1, self.now, event))
                if isinstance(event, StepsInvalidated):
                    self._begin_anew(event)
        self.ledger.keep(turns, self.run, self.now)
        if self.ledger.operations is not None:
            self._subjects(turns)
        for breach in self.laws.follow(self.mind, turns, self.now):
            raise Broken(breach.law.name, breach.said)
        for turn in turns:
            for action in turn.actions:
                self._perform(action)

    def _begin_anew(self, event: StepsInvalidated) -> None:
        """What a person made of arguments says nothing of those that a correction makes anew."""
        anew = [f"{event.address}/{step}" if event.address else step for step in event.steps]
        for address in [one for one in self.edited if any(is_below(one, step) for step in anew)]:
            del self.edited[address]

    def _committed(self, observation: Observation) -> Sequence[Turn]:
        """What is decided from an observation; what the ledger says against that comes in before it."""
        turns, heard = [self._decided(observation)], [observation]
        refused: list[Observation] = []
        while against := self.ledger.against(turns, self.run):
            refused += against
            if len(refused) > _REFUSALS:
                raise Broken("ends", f"the ledger refuses a write, and it is tried again: {refused[0]}")
            self._again = self._again or laws.replays(self)  # what it lived knows of an append that was refused
            self.mind = Interpreter.restore(self.cast.plan, self.entries)
            heard = [*refused, observation]
            turns = [self._decided(one) for one in heard]
        if self._again is not None:
            for one, turn in zip(heard, turns, strict=True):
                laws.decides_again(self._again, one, turn, self)
        return turns

    def _subjects(self, turns: Sequence[Turn]) -> None:
        """Follow what effects are about, and whether the run is over."""
        for turn in turns:
            for event in turn.events:
                if isinstance(event, ArgumentsRendered | CallIntended) and event.subject:
                    self.about[event.address] = event.subject
        if self.mind.state.finished:
            self.ledger.over.add(self.run)

    def _decided(self, observation: Observation) -> Turn:
        try:
            return self.mind.observe(observation, self.now)
        except Exception as error:
            raise Broken("total", f"the interpreter failed on {type(observation).__name__}: {error!r}") from error

    def _perform(self, action: Action) -> None:
        if isinstance(action, CallTool | CheckTool):
            self._begin(action)
        elif isinstance(action, CancelCall):
            self.flights.pop(action.call, None)
        elif isinstance(action, StartChild):
            if not action.started:
                self._observe(ChildStarted(child=action.child))
        elif isinstance(action, SignalChild) and action.signal == "stop":
            self._child(action.child, "cancelled")


@cache
def usual_output(cast: Cast) -> object:
    """What a plan gives when nothing is out of the ordinary."""
    world = World(cast, lambda _: 0)
    world.play()
    outcome = world.mind.state.outcome
    return None if outcome is None else outcome.output
