"""Why one outcome came out as it did.

Theory: from the outcome the chain goes back through decisions, errors, retries, what was read and what people said, to
what came from outside.

Rules of the file:
- Every sentence is made of what stands in the journal, and names the entry that it rests on.
- A step is told about once: where it is read again, the sentence says only that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from holdfast.afterwards import people
from holdfast.afterwards.chronicle import Chronicle
from holdfast.afterwards.course import course_of
from holdfast.afterwards.phrases import SHORT, after, failed_with, listed, pairs, sentence
from holdfast.afterwards.reason import Reason
from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.core.keys import child, is_below, step_id
from holdfast.core.provenance import names_of
from holdfast.core.wording import brief, why
from holdfast.diagnostics import did_you_mean
from holdfast.errors import InputError
from holdfast.journal.erasure import need_values
from holdfast.journal.store import Store
from holdfast.plan.load import load_source
from holdfast.plan.program import Block, Call, Repeat, SetFacts, Step

DEEPEST: Final = 5
"""How far back the chain is followed."""

MOST: Final = 12
"""Reasons of one outcome that are told; the others are counted."""


@dataclass(slots=True)
class Teller:
    """Tells why.

    Args:
        chronicle: of the run.
        told: addresses and facts that were told about already.
    """

    chronicle: Chronicle
    told: set[str] = field(default_factory=set)

    # --- the run ---------------------------------------------------------------------------------------------------

    def of_run(self) -> Reason:
        """Why the run ended as it did, or what it waits for."""
        chronicle = self.chronicle
        outcome, last = chronicle.outcome, chronicle.entries[-1]
        request = Reason(sentence(self._asked()), chronicle.entries[0])
        if outcome is None:
            waiting = [people.open_question(chronicle, review) for review in chronicle.state.reviews]
            open_steps = [self.of_step(address) for address in self._leaves() if not chronicle.asked_about(address)]
            text = f"{chronicle.state.run} is not over{'' if waiting else ', and waits for nobody'}."
            return Reason(text, last, (*waiting, *open_steps, request))
        ended = next(entry for entry in chronicle.entries if entry.event is outcome)
        took = after(ended.at - chronicle.entries[0].at)
        error = f" with {failed_with(outcome.error)}" if outcome.error is not None else ""
        via = " by its fallback" if outcome.via == "fallback" else ""
        output = f"; its output is {brief(outcome.output, SHORT)}" if outcome.output is not None else ""
        head = sentence(f"{chronicle.state.run} {outcome.status}{via}{error}{took}{output}")
        return Reason(head, ended, (*self._of_end(outcome), *self._beside(), request))

    def _leaves(self) -> list[str]:
        frames = self.chronicle.state.frames.values()
        return [frame.address for frame in frames if frame.address and not frame.children and frame.step is not None]

    def _asked(self) -> str:
        request = self.chronicle.request
        given = f" with {pairs(request.inputs)}" if request.inputs else ""
        who = f"the run {request.lineage.parent}" if request.lineage is not None else request.user
        return f"it was asked for by {who}{given}"

    def _of_end(self, outcome: e.RunFinished) -> Iterator[Reason]:
        ending, chronicle = self.chronicle.ending, self.chronicle
        if ending is None:
            return
        decided = next(entry for entry in chronicle.entries if entry.event is ending)
        if (because := why(ending.why)) and ending.why.get("code") not in {"join", "answered"}:
            yield Reason(
                sentence(f"It was to end {ending.status}, because {because.removeprefix('because ')}"), decided
            )
        if ending.error is not None and (culprit := self._culprit(ending.error.address)):
            yield self.of_step(culprit)
        elif outcome.status == "succeeded":
            yield from self._behind_output(outcome)
        for address in self._alternatives("") if outcome.via == "fallback" else ():
            step = self.of_step(address)
            yield Reason(f"So the plan's fallback `{address}` was tried.", step.entry, (step,))
        yield from self._undone()

    def _culprit(self, address: str) -> str:
        """The step that failed first, or the innermost one that failed last."""
        if address in self.chronicle.steps:
            return address
        failed = [name for name, entries in self.chronicle.steps.items() if _failed(entries)]
        inner = [name for name in failed if not any(name != other and is_below(other, name) for other in failed)]
        return inner[-1] if inner else ""

    def _behind_output(self, outcome: e.RunFinished) -> Iterator[Reason]:
        """The steps that its output was made of, and those that people or failures had a part in."""
        output, chronicle = self.chronicle.plan.output, self.chronicle
        names = [name for name in sorted(getattr(output, "reads", ())) if name.startswith("steps.")]
        found = [chronicle.seen_from("x", name.removeprefix("steps.")) for name in names]
        notable = [] if outcome.via else [name for name in chronicle.steps if self._eventful(name)]
        for address in dict.fromkeys([*filter(None, found), *notable[:MOST]]):
            if address not in self.told:
                yield self.of_step(address)

    def _eventful(self, address: str) -> bool:
        kinds = (e.CallFailed, e.FallbackTaken, e.ReviewRequested, e.StepSkipped, e.StepFailed)
        return any(isinstance(entry.event, kinds) for entry in self.chronicle.steps[address])

    def _undone(self) -> Iterator[Reason]:
        for entry in self.chronicle.entries:
            if isinstance(entry.event, e.UndoStarted):
                what = listed(f"`{effect}`" for effect in entry.event.effects)
                reason = why(entry.event.why)
                yield Reason(
                    sentence(f"what {what} had done was undone{f', because {reason}' if reason else ''}"), entry
                )
            elif isinstance(entry.event, e.UndoSettled):
                how = "undone by hand" if entry.event.how == "by_hand" else "left as it is"
                yield Reason(sentence(f"`{entry.event.address}` could not undo it: it was {how}"), entry)

    def _beside(self) -> Iterator[Reason]:
        """What befell the run as a whole."""
        for entry in self.chronicle.entries:
            if (said := _BESIDE.get(type(entry.event))) is not None and (text := said(entry.event)):
                yield Reason(sentence(text), entry)

    # --- a step ----------------------------------------------------------------------------------------------------

    def of_step(self, address: str, depth: int = 0) -> Reason:
        """Why a step came out as it did."""
        chronicle = self.chronicle
        entries = chronicle.steps.get(address, [])
        if address in self.told:
            return Reason(sentence(f"{self._headline(address, entries)} (see above)"), _end(entries), address=address)
        self.told.add(address)
        because: list[Reason] = []
        if depth < DEEPEST:
            because = [*self._course(address, entries, depth), *self._reads(address, depth)]
        more = len(because) - MOST
        if more > 0:
            because = [*because[:MOST], Reason(f"And {more} more: `holdfast show` has them.", _end(entries))]
        return Reason(sentence(self._headline(address, entries)), _end(entries), tuple(because), address)

    def _headline(self, address: str, entries: Sequence[e.Entry]) -> str:
        name = f"`{address}`"
        for entry in reversed(entries):
            match entry.event:
                case e.StepSucceeded() as done:
                    return f"{name} {self._done(address, done, entries)}"
                case e.StepFailed(error=error):
                    return f"{name} failed with {failed_with(error)}"
                case e.StepSkipped() as skipped:
                    return f"{name} was skipped{self._skipped(address, skipped)}"
                case e.StepKept():
                    return f"{name} kept its result, for nothing that it rests on had changed"
                case _:
                    continue
        return f"{name} is under way" if address in self.chronicle.state.frames else f"{name} was not finished"

    def _done(self, address: str, done: e.StepSucceeded, entries: Sequence[e.Entry]) -> str:
        output = self._output(done, entries)
        gave = f", and gave {brief(output, SHORT)}" if output is not None and output != "" else ""
        if isinstance(self._action(address), Block):
            gave = gave if done.via else ""
        ways = {
            "kept": "kept the result of an earlier try",
            "reused": "was not done again: its result was known already",
            "person": "was settled by a person",
            "default": "took its default, for nobody answered in time",
        }
        return ways.get(done.via, f"was done by its fallback `{done.via}`" if done.via else "was done") + gave

    @staticmethod
    def _output(done: e.StepSucceeded, entries: Sequence[e.Entry]) -> object:
        if not isinstance(done.output, e.Unset):
            return done.output
        kinds = (e.CallReturned, e.CallReconciled, e.EffectConfirmed, e.CallCompleted, e.CallReused)
        known = [entry.event for entry in entries if isinstance(entry.event, kinds)]
        return known[-1].value if known else None

    def _skipped(self, address: str, skipped: e.StepSkipped) -> str:
        if skipped.via:
            return f", because {why(skipped.why)}"
        step = self._step(address)
        condition = f" `{brief(getattr(step.when, 'source', ''), SHORT)}`" if step is not None and step.when else ""
        return f": its condition{condition} did not hold"

    def _step(self, address: str) -> Step | None:
        return self.chronicle.plan.steps.get(step_id(address))

    def _action(self, address: str) -> object:
        step = self._step(address)
        return None if step is None else step.action

    def _course(self, address: str, entries: Sequence[e.Entry], depth: int) -> list[Reason]:
        """What happened to a step and, where that matters, inside it, in order."""
        found = [
            Reason(reason.sentence, reason.entry, (*reason.because, *self._tried(address, reason.entry, depth)))
            for reason in course_of(self.chronicle, address, entries)
        ]
        if not isinstance(self._action(address), Call):
            found += self._inside(address, depth)
        return sorted(found, key=lambda reason: reason.entry.seq if reason.entry is not None else 0)

    def _tried(self, address: str, entry: e.Entry | None, depth: int) -> Iterator[Reason]:
        """What became of an alternative that was taken."""
        event, step = entry.event if entry is not None else None, self._step(address)
        if isinstance(event, e.FallbackTaken) and step is not None and event.alternative < len(step.fallback):
            name = child(address, step.fallback[event.alternative].id)
            if name in self.chronicle.steps:
                yield self.of_step(name, depth + 1)

    def _inside(self, address: str, depth: int) -> Iterator[Reason]:
        """The parts that failed, or in which something happened; of a loop that gave up, its last round."""
        within = [name for name in self.chronicle.within(address) if name not in self.told]
        if isinstance(self._action(address), Repeat) and _failed(self.chronicle.steps[address]):
            last = [name for name in within if name.endswith("]")][-1:]
            within = [part for name in last for part in self.chronicle.within(name)]
            yield from (self.of_step(name, depth + 1) for name in within)
            return
        for name in within:
            if self._eventful(name) or (self.chronicle.within(name) and self._matters(name)):
                yield self.of_step(name, depth + 1)

    def _matters(self, address: str) -> bool:
        """Whether something happened inside a step."""
        return any(is_below(name, address) and self._eventful(name) for name in self.chronicle.steps)

    def _alternatives(self, address: str) -> list[str]:
        step = self.chronicle.plan.root if not address else self._step(address)
        names = [one.id for one in step.fallback] if step is not None else []
        return [name for name in names if name in self.chronicle.steps]

    # --- what it read ----------------------------------------------------------------------------------------------

    def _reads(self, address: str, depth: int) -> Iterator[Reason]:
        for name in self.chronicle.read_by(address):
            root, _, rest = name.partition(".")
            if root == "facts" and rest:
                yield self.of_fact(rest, self.chronicle.known.read_by(address, rest), depth + 1)
            elif root == "steps" and (found := self.chronicle.seen_from(address, rest)) and found != address:
                known = found in self.told
                read = self.of_step(found, depth + 1)
                text = self._read_headline(found) + (" (see above)" if known else "")
                yield Reason(sentence(text), read.entry, () if known else read.because, found)

    def _read_headline(self, address: str) -> str:
        entries = self.chronicle.steps[address]
        done = Chronicle.last(entries, e.StepSucceeded)
        if done is None:
            name, _, rest = self._headline(address, entries).partition("` ")
            return f"it looked at {name}`, which {rest}"
        output = self._output(done, entries)
        memo = self.chronicle.state.memos.get(address)
        labels = [] if memo is None else [label for label in names_of(memo.result.labels) if label in _DOUBTS]
        marked = f" (marked {listed(labels)})" if labels else ""
        return (
            f"it read the output of `{address}`" + (f", {brief(output, SHORT)}" if output is not None else "") + marked
        )

    def of_fact(self, name: str, source: str, depth: int = 0) -> Reason:
        """How a fact became known; `source`: the version of it that was read."""
        found, versions = self.chronicle.facts.get(name, []), self.chronicle.known.versions(source)
        if not found:
            return Reason(f"It read the fact `{name}`, which was not known.", None)
        entry = next((one for one in found if versions and one.seq == versions[-1].seq), found[-1])
        labels = [label for label in names_of(versions[-1].labels if versions else 0) if label in _DOUBTS]
        marked = f" (marked {listed(labels)})" if labels else ""
        if source in self.told:
            return Reason(f"It read the fact `{name}` (see above).", entry)
        self.told.add(source)
        because = () if depth > DEEPEST else tuple(self._ways(name, entry, depth))
        text = people.of_fact(self.chronicle, name, entry.event, now=source == self.chronicle.known.present(name))
        return Reason(sentence(f"it read the fact {text}{marked}"), entry, because)

    def _ways(self, name: str, entry: e.Entry, depth: int) -> Iterator[Reason]:
        """What was done to learn it, or why the step that set it did."""
        if isinstance(entry.event, e.FactsSet):
            address = entry.event.address
            if isinstance(self._action(address), SetFacts):
                yield from self._reads(address, depth + 1)
            elif address not in self.told:
                yield self.of_step(address, depth + 1)
            return
        if isinstance(entry.event, e.FactsCorrected):
            return
        for way, entries in self.chronicle.inference(name).items():
            if entries:
                yield from course_of(self.chronicle, f"~facts/{name}/{way}", entries)


_DOUBTS: Final = frozenset({"inferred", "untrusted"})


def _failed(entries: Sequence[e.Entry]) -> bool:
    last = [entry.event for entry in entries if isinstance(entry.event, e.StepFailed | e.StepSucceeded | e.StepSkipped)]
    return bool(last) and isinstance(last[-1], e.StepFailed)


def _end(entries: Sequence[e.Entry]) -> e.Entry | None:
    return entries[-1] if entries else None


def _signal(event: e.SignalReceived) -> str:
    by = event.by or "somebody"
    said = {"pause": "paused it", "unpause": "let it go on", "cancel": "asked to cancel it", "stop": "told it to stop"}
    return f"{by} {said[event.signal]}" if event.signal in said else ""


def _corrected(event: e.FactsCorrected) -> str:
    by = event.by or "somebody"
    values = pairs(event.values)
    return f"{by} corrected {values}" if values else f"{by} corrected a fact to what it was already"


_BESIDE: Final[dict[type[e.Event], Callable[[Any], str]]] = {
    e.SignalReceived: _signal,
    e.FactsCorrected: _corrected,
    e.StepsInvalidated: lambda event: f"so {listed(f'`{step}`' for step in event.steps)} had to be looked at again",
    e.WorkerTookOver: lambda event: f"its worker was gone, and another one ({event.worker}) took it over",
    e.PlanMigrated: explain,
    e.RunForked: explain,
    e.BudgetRaised: lambda event: f"a person allowed it its budget {event.times} times",
}
"""Kinds of events that befall a run as a whole, with what is said of them; empty: nothing."""


def reasons(chronicle: Chronicle, step: str = "") -> Reason:
    """The chain of reasons for a step's outcome; for the run's own without one.

    Args:
        chronicle: of the run.
        step: its id or address; of several with that id the one that failed is meant, if there is one.

    Raises InputError: there is no such step, or there are several and none is meant.
    """
    teller = Teller(chronicle)
    if not step:
        return teller.of_run()
    addresses = chronicle.named(step)
    if len(addresses) > 1:
        addresses = [one for one in addresses if _failed(chronicle.steps[one])] or addresses
    if len(addresses) == 1:
        return teller.of_step(addresses[0])
    if addresses:
        some = listed((f"`{one}`" for one in addresses[:MOST]), "or")
        raise InputError(f"`{step}` ran {len(addresses)} times: name one by its address: {some}")
    if step in chronicle.plan.steps:
        return Reason(f"`{step}` was never begun.", None, (teller.of_run(),), step)
    known = [*chronicle.plan.steps]
    there = did_you_mean(step, known) or f" (its steps are {listed(known[:MOST])})"
    raise InputError(f"plan `{chronicle.plan.name}` has no step `{step}`{there}")


async def chronicle_of(store: Store, run: str) -> Chronicle:
    """A run's journal, laid out. Raises UnknownName, StoreError, PlanError, InputError (its values are erased)."""
    row = await store.run(run)
    entries = await store.entries(row.run)
    need_values(row.run, entries)
    file, source = await store.plan_source(row.plan_hash)
    return Chronicle(load_source(source, file), entries)
