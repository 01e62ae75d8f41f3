"""One run in memory: observations in, journal first, then actions.

Rules of the file:
- One task runs the loop, so one append of a run is under way at a time and `seq` is counted here. While it sleeps,
  what follows from the only call in flight is decided, committed and done without waking it (`deliver`, `_go_on`).
- What was decided is committed before it is done. While the commit is under way, calls are made ready; reads start
  already, but what they give is not looked at before the commit, and forgotten if the commit is refused.
- `at` never decreases in a run, whatever the clock does.
- Observations that wait together become one append; each is still decided by itself, in order of arrival.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import copy_context
from typing import Final, Literal, cast

from holdfast.core.actions import (
    Action,
    CallTool,
    CancelCall,
    CheckTool,
    Finish,
    SignalChild,
    StartChild,
    TellParent,
    Turn,
)  # fmt: skip
from holdfast.core.events import Event, Observation, PolicyInForce, TimerFired, WorkerLeft
from holdfast.core.interpreter import Interpreter
from holdfast.core.summary import Summary
from holdfast.engine.brief import changed_row
from holdfast.engine.calls import Call, Calls
from holdfast.engine.durable import Durable
from holdfast.engine.invoke import Caller
from holdfast.engine.keeper import Keeper
from holdfast.engine.log import journaled
from holdfast.engine.recovery import OPENINGS, Recovered, told_of_the_copy
from holdfast.engine.settings import Settings
from holdfast.engine.tokens import Tokens
from holdfast.journal.store import AnswerFirst, Append, ClaimRefused, InboxItem

Departure = Literal["over", "parked", "left"]
"""Why a run left memory: it ended; it waits for long; the engine is closing."""

FAR: Final = 30.0
"""A timer so many seconds away is left to the watch, whose looks are frequent enough: it is mostly disarmed unfired."""

JOINED: Final = 64
"""Timers that fire in one append at most."""

Errand = StartChild | SignalChild | TellParent | Finish
"""What a run wants of another one."""

Letter = tuple[Observation, int]
Begun = tuple[list[Letter], list[Turn], Append, Awaitable[object], dict[int, Call]]
"""What was heard, what was decided, its append, which the store has by now, and the calls that were made ready."""


class LiveRun:
    """A run that is being moved on.

    Args:
        recovered: the run as its journal tells it.
        durable: commits appends.
        calls: performs calls.
        clock: seconds since 1970.
        settings: the engine's.
        keeper: the engine, for children and for room in memory.
    """

    def __init__(
        self,
        recovered: Recovered,
        durable: Durable,
        calls: Calls,
        clock: Callable[[], float],
        settings: Settings,
        keeper: Keeper,
    ) -> None:
        self.run, self._worker = recovered.run, recovered.worker
        self.caller = Caller(recovered.run, recovered.task, recovered.user)
        self.due: float | None = None
        self._plan, self._interp = recovered.plan, recovered.interpreter
        self._seq, self._at, self._opening = recovered.seq, recovered.at, recovered.opening
        self._summary: Summary | None = None
        self._restored = recovered.restored
        self._durable, self._calls, self._clock, self._settings = durable, calls, clock, settings
        self._begun: Begun | None = None
        self._mail: list[Letter] = [(observation, 0) for observation in recovered.first]
        self._tokens = Tokens()
        self._flying: dict[int, Call] = {}
        self._waker: asyncio.Future[None] | None = None
        self._context = copy_context()
        self._heard, self._closing, self._keeper = 0, False, keeper
        self._begun_before: set[int] = set()
        self._errands: list[Errand] = [
            action for action in self._interp.outstanding() if isinstance(action, StartChild | SignalChild)
        ]
        self._stirred_at = asyncio.get_running_loop().time()

    # --- what comes in ---------------------------------------------------------------------------------------------

    def deliver(self, call: Call, observation: Observation) -> None:
        """A call ended. If nothing else goes on, what the task would do is begun here, and the task left asleep."""
        if self._flying.pop(call.number, None) is not call:
            return
        self._mail.append((observation, 0))
        waker = self._waker
        if waker is None or waker.done() or self._begun is not None or self._flying or self._closing:
            self.wake()
            return
        letters = self._letters()
        try:
            self._begun = self._context.run(self._begin, [], letters)  # a tool's own variables are not the next one's
        except Exception as error:  # noqa: BLE001 - it is the run's, not the call's
            waker.set_exception(error)
            return
        if isinstance(handed_over := self._begun[3], asyncio.Future):
            handed_over.add_done_callback(self._go_on, context=self._context)
        else:
            self.wake()

    def _go_on(self, committed: asyncio.Future[object]) -> None:
        """What `deliver` has begun stands, or not. The task has to see to it once something else has woken it."""
        waker = self._waker
        if self._begun is None or self._begun[3] is not committed or waker is None or waker.done():
            return
        if committed.cancelled() or committed.exception() is not None:
            self.wake()
            return
        begun, self._begun = self._begun, None
        try:
            self._stands(begun)
        except Exception as error:  # noqa: BLE001 - the task tells of it
            if not waker.done():
                waker.set_exception(error)
        calls, due = self._interp.state.calls, self._interp.next_due()
        if not calls or due != self.due or self._mail or self._errands or self._closing:
            self.wake()  # there is more to do than to wait for calls, or less time than the task knows of

    async def issue(self, call: int) -> str:
        """See `Host.issue`."""
        token, issued, stands = self._tokens.made(call)
        self._mail.append((issued, 0))
        self.wake()
        await stands
        return token

    def receive(self, items: Iterable[InboxItem]) -> None:
        """Something came from outside, in order; what was heard already is passed over."""
        for item in items:
            if item.id > self._heard:
                self._heard = item.id
                self._mail.append((cast("Observation", item.observation), item.id))
        self.wake()

    def wake(self) -> None:
        """Look again whether there is something to do."""
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    def close(self) -> None:
        """Take no more: reads are dropped, and so is what has not begun; writes that have may still end."""
        self._closing = True
        self._begun_before = {number for number, call in self._flying.items() if call.begun}
        for number, call in list(self._flying.items()):
            if not call.write or not call.begun:
                del self._flying[number]
                call.drop()
        self.wake()

    def abandon(self) -> None:
        """Drop every call: this process has no say in the run any more, or no time left."""
        for call in self._flying.values():
            call.drop()
        self._flying.clear()
        self.wake()

    # --- the loop --------------------------------------------------------------------------------------------------

    async def live(self) -> Departure:
        """Move the run on until it is over, waits for long or has to stop. Raises Fenced, StoreError."""
        while True:
            if self._begun is not None:
                begun, self._begun = self._begun, None
                await self._turn(begun[0], begun)
            elif self._mail:
                await self._turn(self._letters())
            elif not self._closing and (timer := self._interp.due(self._now())) is not None:
                if timer.startswith("review:"):
                    self.receive(await self._durable.inbox([self.run]))  # an answer that is stored already counts
                await self._turn(self._letters())
            elif self._errands:
                await self._run_errand(self._errands.pop(0))
            elif self._interp.state.finished:
                return "over"
            elif self._closing and not self._flying:
                await self._leave()
                return "left"
            elif self._long_wait():
                return "parked"
            else:
                await self._sleep()

    async def _leave(self) -> None:
        """Put on record that calls in flight are let go of on purpose: it is no death of their worker."""
        if (calls := self._interp.state.calls) and self._seq != self._opening:
            unbegun = tuple(number for number in calls if number not in self._begun_before)
            await self._turn([(WorkerLeft(worker=self._worker, unbegun=unbegun), 0)])

    def _letters(self) -> list[Letter]:
        """What waits to be observed. The request goes alone: it was made at its own time, before all else."""
        letters, self._mail = (self._mail[:1], self._mail[1:]) if self._seq == self._opening else (self._mail, [])
        return letters

    @property
    def wake_at(self) -> float | None:
        """When the run's next timer is due."""
        return self._interp.next_due()

    def _now(self) -> float:
        return max(self._at, self._clock())

    def _long_wait(self) -> bool:
        state = self._interp.state
        if state.calls or self._keeper.crowded:  # who only waits gives its place to others: it may wait for them
            return not state.calls
        if state.children and self._patience() > 0 and self._keeper.waits(self.run):
            return False
        due = self._interp.next_due()
        return due is None or due - self._clock() > self._settings.linger

    def _patience(self) -> float:
        """Seconds for which a run that waits for a child stays in memory: most end soon."""
        return self._stirred_at + self._settings.linger - asyncio.get_running_loop().time()

    async def _sleep(self) -> None:
        loop = asyncio.get_running_loop()
        self.due = None if self._closing else self._interp.next_due()
        self._waker = loop.create_future()
        left = FAR if self.due is None else self.due - self._clock()
        if not self._interp.state.calls:
            if self._interp.state.children and self._patience() > 0:
                left = min(left, self._patience())
            self._keeper.idle[self] = None
        timer = loop.call_later(max(0.0, left), self.wake) if left < FAR else None
        try:
            await self._waker
        finally:
            self._waker = self.due = None
            self._keeper.idle.pop(self, None)
            if timer is not None:
                timer.cancel()

    # --- one append ------------------------------------------------------------------------------------------------

    def _begin(self, refusals: list[Observation], mail: list[Letter]) -> Begun:
        turns = self._decide(refusals + [observation for observation, _ in mail])
        append = self._append(turns, [item for _, item in mail if item])
        handed_over = self._durable.hand_over(append)
        return mail, turns, append, handed_over, self._make_ready(turns)

    async def _turn(self, mail: list[Letter], begun: Begun | None = None) -> None:
        refusals: list[Observation] = []
        while True:
            begun = begun or self._begin(refusals, mail)
            try:
                await self._durable.committed(begun[2], begun[3])
                break
            except (ClaimRefused, AnswerFirst) as refused:
                # Nothing was written but the interpreter has moved on: it starts again from the journal, knowing more.
                self._forget(begun[4])
                if isinstance(refused, ClaimRefused):
                    refusals += refused.observations
                else:
                    mail += await self._answers()
                await self._start_over()
                begun = None
        self._stands(begun)

    def _stands(self, begun: Begun) -> None:
        """An append is in the journal: what it decided is done."""
        _, turns, append, _, ready = begun
        journaled(self.run, self._seq, append.events)
        self._seq += len(append.events)
        if self._tokens.waiting:
            self._tokens.tell(append.events)
        if self._interp.state.children:
            self._stirred_at = asyncio.get_running_loop().time()
        self._summary = append.summary or self._summary
        for turn in turns:
            for action in turn.actions:
                self._perform(action, ready)

    async def _answers(self) -> list[Letter]:
        """What came from outside while an append was made that it speaks against, heard already or not."""
        self.receive(await self._durable.inbox([self.run]))
        came = [letter for letter in self._mail if letter[1]]
        self._mail = [letter for letter in self._mail if not letter[1]]
        return came

    def _decide(self, observations: Sequence[Observation]) -> list[Turn]:
        if self._seq != self._opening:
            self._at = self._now()
        policy, state = self._keeper.policy, self._interp.state
        if self._restored is not None and not state.finished:
            observations = told_of_the_copy(self._restored, state, observations)
        if policy is not None and policy.hash != state.policy and not state.finished:
            in_force = PolicyInForce(policy=policy.hash, rules=policy.rules, limits=policy.limits)
            observations = [in_force, *observations]
        at, interp = self._at, self._interp
        turns = [interp.observe(observation, at) for observation in observations]
        for _ in range(0 if self._closing else JOINED):
            if (timer := interp.due(at)) is None:
                break
            turns.append(interp.observe(TimerFired(timer=timer), at))
        return turns

    def _append(self, turns: Sequence[Turn], consumed: Sequence[int]) -> Append:
        if os.getpid() != self._calls.process:
            os._exit(70)  # a tool forked and its child came back here: two processes must never act on one run
        if len(turns) == 1:
            events: Sequence[Event] = turns[0].events
            changes = turns[0].changes
        else:
            events = [event for turn in turns for event in turn.events]
            changes = tuple(change for turn in turns for change in turn.changes)
        if self._seq == self._opening:  # it is an entry already
            events = [event for event in events if not isinstance(event, OPENINGS)]
        return Append(
            run=self.run, after=self._seq, at=self._at, events=events, changes=changes,
            summary=changed_row(self._interp, self._summary, turns), consumed=consumed,
        )  # fmt: skip

    async def _start_over(self) -> None:
        entries = await self._durable.entries(self.run)
        # A run of which nothing is decided yet observes its last entry (again), after what stands against its claim.
        known = entries[:-1] if self._seq == self._opening else entries
        self._interp = Interpreter.restore(self._plan, known)

    # --- actions ---------------------------------------------------------------------------------------------------

    def _make_ready(self, turns: Sequence[Turn]) -> dict[int, Call]:
        """The calls of these turns; reads begin at once."""
        ready: dict[int, Call] = {}
        for turn in turns:
            for action in turn.actions:
                if type(action) is CallTool:
                    call = ready[action.call] = self._calls.call(self, action)
                    if not action.write:
                        self._start(call)
        return ready

    def _forget(self, ready: dict[int, Call]) -> None:
        """Drop calls that were begun too early, and what they have said already."""
        for number, call in ready.items():
            if self._flying.pop(number, None) is not None:
                call.drop()
        gone = {id(call.said) for call in ready.values() if call.said is not None}
        self._mail = [letter for letter in self._mail if id(letter[0]) not in gone]

    def _perform(self, action: Action, ready: dict[int, Call]) -> None:
        match action:
            case CallTool():
                if action.write and action.call in self._interp.state.calls:  # else the same append has its result
                    self._start(ready[action.call])
            case CheckTool():
                if action.call in self._interp.state.calls:
                    self._start(self._calls.check(self, action))
            case CancelCall():
                if (call := self._flying.pop(action.call, None)) is not None:
                    call.drop()
            case StartChild() | SignalChild() | TellParent():
                self._errands.append(action)
            case Finish(parent=parent):
                self.abandon()
                if parent:
                    self._errands.append(action)

    async def _run_errand(self, errand: Errand) -> None:
        """See to a child, or tell a parent; what is done here may be done again."""
        children = self._keeper.children
        match errand:
            case StartChild():
                if errand.child in self._interp.state.children:
                    said = await self._durable.insist(self.run, lambda: children.start(self.run, errand))
                    self._mail += [] if said is None else [(said, 0)]
            case SignalChild():
                await self._durable.insist(self.run, lambda: children.signal(errand))
            case Finish() | TellParent():
                await children.told(errand.parent)

    def _start(self, call: Call) -> None:
        if self._closing:
            return  # it is begun by whoever goes on with the run, who is told that it was not
        self._flying[call.number] = call
        call.enter()
