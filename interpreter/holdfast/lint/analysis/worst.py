"""The worst that a plan can take: time, calls, money and people, with the arithmetic.

Worst means: every try is needed and takes its whole timeout, every alternative is tried, every loop is as long as it
may be, every question is answered at the last moment. What is unlimited is infinite, and says why.

Formulas: a call takes `attempts x timeout + delays`; alternatives come on top, one after the other; branches take as
long as the longest and as many calls as all together; of cases the worst; a loop of `n` items, `c` at a time, takes
`ceil(n / c)` times its block; a retried block is multiplied; a deadline caps the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from math import ceil, inf

from holdfast.lint.analysis.time import attempt, delays, patience, policy, stages, words, worst
from holdfast.lint.rule import Subject
from holdfast.plan.listed import Listed
from holdfast.plan.program import Ask, Block, Call, Each, Parallel, Plan, Repeat, Step, SubPlan, Switch, Wait
from holdfast.values import pair


@pair
class Worst:
    """What something takes at most.

    Args:
        seconds: of time; infinite where nothing bounds it.
        calls: of tools.
        cost: of money, as far as the tools state what a call costs.
        reviews: questions to people.
        sum: how the calls add up, in words: `search 4 + book 3`.
    """

    seconds: float = 0.0
    calls: float = 0
    cost: float = 0.0
    reviews: float = 0
    sum: str = ""


NOTHING = Worst()


def worst_of_plan(subject: Subject) -> Worst:
    """Of a whole run: its facts, steps and alternatives within the deadline, and the cleanup in its own allowance."""
    plan = subject.plan
    ways = [(name, way) for name, fact in plan.facts.items() for way in (fact.infer, fact.ask) if way is not None]
    facts = [_named(_step(subject, way), name) for name, way in ways]
    found = _in_order([*facts, _step(subject, plan.root)])
    found = replace(found, seconds=min(found.seconds, plan.root.deadline or inf))
    if plan.cleanup is not None:
        cleanup = _in_order(_steps(subject, plan.cleanup.steps))
        cleanup = replace(cleanup, seconds=min(cleanup.seconds, plan.cleanup_deadline))
        found = _in_order([found, cleanup])
    return _budgeted(found, plan)


def _named(found: Worst, name: str) -> Worst:
    """The same under the name of a fact."""
    return replace(found, sum=f"{name} {found.calls:g}" if found.calls else "")


def _budgeted(found: Worst, plan: Plan) -> Worst:
    """A budget of calls is exact; one of money may be overshot by what is in flight."""
    calls = plan.budget.calls
    return found if calls is None or found.calls <= calls else replace(found, calls=calls, sum="the plan's budget")


def worst_of_step(subject: Subject, step: Step) -> Worst:
    """Of one step with its tries and alternatives."""
    return _step(subject, step)


def _step(subject: Subject, step: Step) -> Worst:
    found = _tried(subject, step)
    alternatives = [_step(subject, alternative) for alternative in step.fallback]
    found = _in_order([found, *alternatives])
    own = sum(
        1 + len(stages(trigger.escalate))
        for trigger in step.human
        if trigger.on in {"failure", "after"} and not trigger.inherited
    )
    found = replace(found, reviews=found.reviews + own)
    return replace(found, seconds=min(found.seconds, step.deadline if step.deadline is not None else inf))


def _tried(subject: Subject, step: Step) -> Worst:
    if isinstance(step.action, Call):
        return _call(subject, step, step.action)
    once = _action(subject, step)
    retry = step.retry
    if retry is None or retry.attempts == 1:
        return once
    several = _times(once, retry.attempts)
    return replace(several, seconds=several.seconds + delays(retry))


def _call(subject: Subject, step: Step, call: Call) -> Worst:
    contract = subject.contract(call.tool)
    tries = policy(step, contract).attempts
    cost = subject.tools.get(call.tool).cost if contract is not None else None
    writes = contract is not None and contract.effect == "write"
    asking = [one for one in step.human if one.on == "before" and (writes or not one.inherited)]
    asked = sum(patience(one.timeout, one.escalate) for one in asking)
    return Worst(
        seconds=worst(step, contract)[0] + asked,
        calls=tries,
        cost=tries * (cost or 0.0),
        reviews=sum(1 + len(stages(one.escalate)) for one in asking),
        sum=f"{step.id} {tries}",
    )


def _action(subject: Subject, step: Step) -> Worst:
    match step.action:
        case Block(steps=steps):
            return _in_order(_steps(subject, steps))
        case Each() as each:
            return _each(subject, step, each)
        case Repeat() as repeat:
            rounds = _times(_in_order(_steps(subject, repeat.body.steps)), repeat.max, step.id)
            return replace(rounds, seconds=rounds.seconds + repeat.every * (repeat.max - 1))
        case Parallel(branches=branches):
            return _together(_in_order(_steps(subject, block.steps)) for _, block in branches)
        case Switch(cases=cases):
            return _either(_in_order(_steps(subject, block.steps)) for _, block in cases)
        case Ask(timeout=timeout, escalate=escalate):
            return Worst(seconds=patience(timeout, escalate), reviews=1 + len(stages(escalate)))
        case Wait() as wait:
            return Worst(seconds=_wait(wait))
        case SubPlan(plan=plan):  # which text it is, is known when the run begins
            return Worst(seconds=inf, sum=f"{step.id} what {plan or 'the plan made there'} takes")
        case _:
            return NOTHING


def _each(subject: Subject, step: Step, each: Each) -> Worst:
    tree = getattr(each.items.template, "tree", None) if isinstance(each.items, Listed) else None
    items = len(tree) if isinstance(tree, list) else each.max
    once = _in_order(_steps(subject, each.body.steps))
    return replace(_times(once, items, step.id), seconds=once.seconds * ceil(items / each.concurrency))


def _wait(wait: Wait) -> float:
    if wait.duration is not None:
        return wait.duration
    return inf if wait.timeout is None else wait.timeout


def _steps(subject: Subject, steps: Iterable[Step]) -> list[Worst]:
    return [_step(subject, step) for step in steps]


def _in_order(parts: Iterable[Worst]) -> Worst:
    """One after the other."""
    return reduce(_plus, parts, NOTHING)


def _plus(one: Worst, other: Worst) -> Worst:
    return Worst(
        one.seconds + other.seconds,
        one.calls + other.calls,
        one.cost + other.cost,
        one.reviews + other.reviews,
        " + ".join(part for part in (one.sum, other.sum) if part),
    )


def _together(parts: Iterable[Worst]) -> Worst:
    """At the same time."""
    all_ = list(parts)
    return replace(_in_order(all_), seconds=max((part.seconds for part in all_), default=0.0))


def _either(parts: Iterable[Worst]) -> Worst:
    """One of them: for each number the worst."""
    all_ = list(parts) or [NOTHING]
    most = max(all_, key=lambda part: part.calls)
    return Worst(
        max(part.seconds for part in all_), most.calls, max(part.cost for part in all_),
        max(part.reviews for part in all_), most.sum,
    )  # fmt: skip


def _times(once: Worst, times: int, name: str = "") -> Worst:
    """Again and again."""
    sum_ = f"{times} x ({once.sum})" if once.sum and times != 1 else once.sum
    found = Worst(once.seconds * times, once.calls * times, once.cost * times, once.reviews * times, sum_)
    return replace(found, sum=f"{name} {sum_}") if name and sum_ else found


def seconds_text(seconds: float) -> str:
    """Time in words, or that nothing bounds it."""
    return "without bound" if seconds == inf else words(seconds)


def attempt_text(subject: Subject, step: Step, call: Call) -> str:
    """How a call is tried: `4 x 5 s`."""
    contract = subject.contract(call.tool)
    tries, one = policy(step, contract).attempts, words(attempt(step, contract))
    return one if tries == 1 else f"{tries} x {one}"
