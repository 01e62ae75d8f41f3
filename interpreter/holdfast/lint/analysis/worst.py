"""The worst that a plan can take: time, calls, money and people, with the arithmetic.

Worst means: every try is needed and takes its whole timeout, every alternative is tried, every loop is as long as it
may be, every question is answered at the last moment. What is unlimited is infinite, and says why.

Formulas: a call takes `attempts x timeout + delays`; alternatives come on top, one after the other; branches take as
long as the longest and as many calls as all together; of cases the worst; a loop of `n` items, `c` at a time, takes
`ceil(n / c)` times its block; a retried block is multiplied; a deadline caps the time. A child takes what its plan
takes at worst, within the step's timeout; whoever guards it is asked before each of its writing calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil, inf

from holdfast.lint.analysis.possible import may_hold
from holdfast.lint.analysis.taken import Worst
from holdfast.lint.analysis.time import attempt, delays, patience, policy, stages, words, worst
from holdfast.lint.rule import Subject
from holdfast.plan.listed import length
from holdfast.plan.program import (
    Ask,
    Block,
    Call,
    Each,
    Escalation,
    Handoff,
    Parallel,
    Plan,
    Repeat,
    Step,
    SubPlan,
    Switch,
    Wait,
)

NOTHING = Worst()


def worst_of_plan(subject: Subject) -> Worst:
    """Of a whole run: its facts, steps and alternatives within the deadline, and the cleanup in its own allowance."""
    plan = subject.plan
    ways = [(name, way) for name, fact in plan.facts.items() for way in (fact.infer, fact.ask) if way is not None]
    facts = [_step(subject, replace(way, id=name)) for name, way in ways]
    found = _capped(_in_order([*facts, _step(subject, plan.root)]), plan.root.deadline, "the deadline")
    if plan.cleanup is not None:
        cleanup = _in_order(_steps(subject, plan.cleanup.steps))
        found = _in_order([found, _capped(cleanup, plan.cleanup_deadline, "the cleanup's deadline")])
    return _budgeted(found, plan)


def _budgeted(found: Worst, plan: Plan) -> Worst:
    """A budget of calls is exact; one of money may be overshot by what is in flight."""
    calls = plan.budget.calls
    return found if calls is None or found.calls <= calls else replace(found, calls=calls, sum="the plan's budget")


def _capped(found: Worst, deadline: float | None, whose: str) -> Worst:
    """No more time than a deadline leaves."""
    if deadline is None or found.seconds <= deadline:
        return found
    return replace(found, seconds=deadline, time=f"{whose} {words(deadline)} instead of {seconds_text(found.seconds)}")


def _step(subject: Subject, step: Step) -> Worst:
    """One step with its tries and alternatives."""
    parts = [
        _tried(subject, step),
        _undoing(subject, step),
        *(_step(subject, alternative) for alternative in step.fallback),
    ]
    own = [one for one in step.human if one.on in {"failure", "after"} and not one.inherited]
    parts += [_asking(step.id, one.to, one.escalate) for one in own]
    return _capped(_in_order(parts), step.deadline if step.id else None, f"{step.id}'s deadline")


def _undoing(subject: Subject, step: Step) -> Worst:
    """What undoing one step adds, which no deadline of the plan bounds."""
    if step.compensate is None or not step.compensate.tool:
        return NOTHING
    contract = subject.contract(step.compensate.tool)
    alone = replace(subject.plan.root, timeout=None, retry=None)
    return Worst(undoing=policy(alone, contract).attempts, undoing_seconds=worst(alone, contract)[0])


def _asking(name: str, to: str, escalate: Escalation | None, seconds: float = 0.0) -> Worst:
    """A question: one review, and one more for each stage that it goes on to."""
    queues = [to, *(queue for queue, _ in stages(escalate))]
    asked = tuple(
        (queue, float(queues.count(queue)), f"{name} {queues.count(queue)}") for queue in dict.fromkeys(queues)
    )
    told = f"people at {name} {seconds_text(seconds)}" if seconds else ""
    return Worst(seconds=seconds, reviews=len(queues), asked=asked, time=told)


def _tried(subject: Subject, step: Step) -> Worst:
    if isinstance(step.action, Call):
        return _call(subject, step, step.action)
    once = _action(subject, step)
    retry = step.retry
    if retry is None or retry.attempts == 1:
        return once
    several, waits = _times(once, retry.attempts), delays(retry)
    time = f"{several.time} + {words(waits)} of delays" if waits else several.time
    return replace(several, seconds=several.seconds + waits, time=time)


def _call(subject: Subject, step: Step, call: Call) -> Worst:
    contract = subject.contract(call.tool)
    tries = policy(step, contract).attempts
    cost = subject.tools.get(call.tool).cost if contract is not None else None
    writes = contract is not None and contract.effect == "write"
    asking = [one for one in step.human if one.on == "before" and (writes or not one.inherited)]
    if contract is not None:
        asking += [one for one in subject.standing if may_hold(one.when, contract)]
    people = [_asking(step.id, one.to, one.escalate, patience(one.timeout, one.escalate)) for one in asking]
    seconds, sum_ = worst(step, contract)
    itself = Worst(
        seconds=seconds,
        calls=tries,
        cost=tries * (cost or 0.0),
        sum=f"{step.id} {tries}",
        time=f"{step.id} {sum_}" if tries == 1 else f"{step.id} ({sum_})",
        price=f"{step.id} {tries} x {cost:g}" if cost else "",
        writes=int(writes),
    )
    return _in_order([itself, *people])


def _action(subject: Subject, step: Step) -> Worst:
    match step.action:
        case Block(steps=steps):
            return _in_order(_steps(subject, steps))
        case Each() as each:
            return _each(subject, step, each)
        case Repeat() as repeat:
            rounds, pauses = _times(_in_order(_steps(subject, repeat.body.steps)), repeat.max, step.id), repeat.max - 1
            waited = repeat.every * pauses
            time = f"{rounds.time} + {pauses} x {words(repeat.every)} between rounds" if waited else rounds.time
            return replace(rounds, seconds=rounds.seconds + waited, time=time)
        case Parallel(branches=branches):
            return _together(step, [_in_order(_steps(subject, block.steps)) for _, block in branches])
        case Switch(cases=cases):
            return _either([_in_order(_steps(subject, block.steps)) for _, block in cases])
        case Ask(to=to, timeout=timeout, escalate=escalate):
            return _asking(step.id, to, escalate, patience(timeout, escalate))
        case Handoff(to=to, timeout=timeout):
            return _asking(step.id, to, None, inf if timeout is None else timeout)
        case Wait() as wait:
            return Worst(seconds=_wait(wait), time=f"{step.id} {seconds_text(_wait(wait))}")
        case SubPlan(plan=plan):
            return _capped(_child(subject, step, plan), step.timeout, f"{step.id}'s timeout")
        case _:
            return NOTHING


def _child(subject: Subject, step: Step, plan: str) -> Worst:
    """What another plan takes, in short: it has sums of its own."""
    child = subject.children.get(plan)
    found = None if child is None else subject.taken.get(child.hash)
    if found is None:  # made in the run, not at hand, or one that runs itself
        told = f"{step.id} {_WHAT} {plan or 'the plan made there'} takes"
        return Worst(seconds=inf, sum=told, time=told)
    more = " and what is made there takes" if _WHAT in found.sum else ""
    itself = replace(
        found,
        sum=f"{step.id} {found.calls:g}{more}" if found.calls or more else "",
        time=f"{step.id} {seconds_text(found.seconds)}" if found.seconds else "",
        price=f"{step.id} {found.cost:g}" if found.cost else "",
        asked=tuple((queue, reviews, f"{step.id} {reviews:g}") for queue, reviews, _ in found.asked),
    )
    guards = [one for one in step.human if one.on == "before"] if found.writes else []
    asking = (_asking(step.id, one.to, one.escalate, patience(one.timeout, one.escalate)) for one in guards)
    return _in_order([itself, *(_times(one, found.writes) for one in asking)])


_WHAT = "what"
"""Says in a sum that a term of it is not known; ids of steps stand before numbers."""


def _each(subject: Subject, step: Step, each: Each) -> Worst:
    known = length(each.items)
    items = each.max if known is None else known
    once = _in_order(_steps(subject, each.body.steps))
    rounds = ceil(items / each.concurrency)
    return replace(
        _times(once, items, step.id), seconds=_product(once.seconds, rounds), time=_again(once.time, rounds, step.id)
    )


def _wait(wait: Wait) -> float:
    if wait.duration is not None:
        return wait.duration
    return inf if wait.timeout is None else wait.timeout


def _steps(subject: Subject, steps: Iterable[Step]) -> list[Worst]:
    return [_step(subject, step) for step in steps]


def _in_order(parts: Iterable[Worst]) -> Worst:
    """One after the other."""
    all_ = list(parts)
    if len(all_) == 1:
        return all_[0]
    return Worst(
        seconds=sum(part.seconds for part in all_),
        calls=sum(part.calls for part in all_),
        cost=sum(part.cost for part in all_),
        reviews=sum(part.reviews for part in all_),
        sum=_joined(part.sum for part in all_),
        time=_joined(part.time for part in all_),
        price=_joined(part.price for part in all_),
        asked=_by_queue(all_),
        writes=sum(part.writes for part in all_),
        undoing=sum(part.undoing for part in all_),
        undoing_seconds=sum(part.undoing_seconds for part in all_),
    )


def _joined(texts: Iterable[str]) -> str:
    return " + ".join(text for text in texts if text)


def _by_queue(parts: Iterable[Worst]) -> tuple[tuple[str, float, str], ...]:
    found: dict[str, list[tuple[float, str]]] = {}
    for part in parts:
        for queue, reviews, told in part.asked:
            found.setdefault(queue, []).append((reviews, told))
    return tuple(
        (queue, sum(one for one, _ in each), _joined(told for _, told in each)) for queue, each in found.items()
    )


def _together(step: Step, parts: Sequence[Worst]) -> Worst:
    """At the same time: as long as the longest."""
    longest = max(parts, key=lambda part: part.seconds, default=NOTHING)
    time = f"{step.id} ({longest.time}, the longest)" if longest.time else ""
    return replace(_in_order(parts), seconds=longest.seconds, time=time)


def _either(parts: Sequence[Worst]) -> Worst:
    """One of them: for each number the worst."""
    all_ = parts or [NOTHING]
    most, longest = max(all_, key=lambda part: part.calls), max(all_, key=lambda part: part.seconds)
    dearest = max(all_, key=lambda part: part.cost)
    queues: dict[str, tuple[float, str]] = {}
    for part in all_:
        for queue, reviews, told in part.asked:
            queues[queue] = max(queues.get(queue, (0.0, "")), (reviews, told), key=lambda one: one[0])
    return Worst(
        seconds=longest.seconds, calls=most.calls, cost=dearest.cost, reviews=max(part.reviews for part in all_),
        sum=most.sum, time=longest.time, price=dearest.price,
        asked=tuple((queue, reviews, told) for queue, (reviews, told) in queues.items()),
        writes=max(part.writes for part in all_), undoing=max(part.undoing for part in all_),
        undoing_seconds=max(part.undoing_seconds for part in all_),
    )  # fmt: skip


def _times(once: Worst, times: float, name: str = "") -> Worst:
    """Again and again."""
    return Worst(
        seconds=_product(once.seconds, times),
        calls=_product(once.calls, times),
        cost=once.cost * times,
        reviews=once.reviews * times,
        sum=_again(once.sum, times, name),
        time=_again(once.time, times, name),
        price=_again(once.price, times, name),
        asked=tuple((queue, reviews * times, _again(told, times, name)) for queue, reviews, told in once.asked),
        writes=once.writes * times,
        undoing=once.undoing * times,
        undoing_seconds=once.undoing_seconds * times,
    )


def _product(number: float, times: float) -> float:
    return number * times if times else 0.0


def _again(told: str, times: float, name: str) -> str:
    several = f"{times:g} x ({told})" if told and times != 1 else told
    return f"{name} {several}" if name and several else several


def brief(told: str, most: int = 5) -> str:
    """A sum with no more than so many terms; of the others it is told how many they are."""
    depth, ends = 0, list[int]()
    for place, sign in enumerate(told):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and told.startswith(" + ", place):
            ends.append(place)
    return told if len(ends) < most else f"{told[: ends[most - 1]]} + {len(ends) - most + 1} more"


def seconds_text(seconds: float) -> str:
    """Time in words, or that nothing bounds it."""
    return "without bound" if seconds == inf else words(seconds)


def attempt_text(subject: Subject, step: Step, call: Call) -> str:
    """How a call is tried: `4 x 5 s`."""
    contract = subject.contract(call.tool)
    tries, one = policy(step, contract).attempts, words(attempt(step, contract))
    return one if tries == 1 else f"{tries} x {one}"
