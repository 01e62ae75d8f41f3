"""A plan as nested boxes: what every picture of it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from holdfast.lint.analysis.time import stages
from holdfast.lint.analysis.worst import attempt_text, seconds_text
from holdfast.lint.rule import Subject
from holdfast.plan.program import (
    Ask,
    Block,
    Call,
    Each,
    Fact,
    Parallel,
    Plan,
    Repeat,
    SetFacts,
    Step,
    Stop,
    SubPlan,
    Switch,
    Trigger,
    Wait,
)
from holdfast.values import value


@value
class Box:
    """One step, branch, case or part of a plan.

    Args:
        id: of the step; the name of a branch, case or part.
        kind: `tool`, `write`, `do`, `each`, `repeat`, `parallel`, `switch`, `ask`, `wait`, `set`, `stop`, `group`, ...
        title: what it does, in a few words.
        notes: what else holds: tries, conditions, people, what undoes it.
        boxes: what is inside, in order.
        beside: whether what is inside runs at the same time.
        fallback: its alternatives, in order.
    """

    id: str
    kind: str
    title: str = ""
    notes: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = field(default=())
    beside: bool = False
    fallback: tuple[Box, ...] = field(default=())


def outline(subject: Subject) -> Box:
    """The whole plan."""
    plan = subject.plan
    assert isinstance(plan.root.action, Block)  # noqa: S101 - a plan is one
    parts = [Box(id="steps", kind="group", boxes=_boxes(subject, plan.root.action.steps))]
    if plan.facts:
        facts = tuple(_fact(subject, fact) for fact in plan.facts.values())
        parts.insert(0, Box(id="facts", kind="group", title="when they are first read", boxes=facts))
    if plan.root.fallback:
        parts.append(
            Box(id="fallback", kind="group", title="if the steps fail", boxes=_boxes(subject, plan.root.fallback))
        )
    if plan.cleanup is not None:
        parts.append(
            Box(id="cleanup", kind="group", title="always, at the end", boxes=_boxes(subject, plan.cleanup.steps))
        )
    aborts = [f"abort when {rule.when.source}" for rule in plan.root.action.abort]
    notes = (f"deadline {seconds_text(plan.root.deadline or 0)}", *about_plan(plan), *aborts)
    return Box(id=plan.name, kind="plan", title=plan.description, notes=notes, boxes=tuple(parts))


def about_plan(plan: Plan) -> list[str]:
    """Whom to turn to about it, and its labels."""
    return [f"{name} {value}" for name, value in (("owner", plan.owner), *plan.labels.items()) if value]


def _fact(subject: Subject, fact: Fact) -> Box:
    ways = [_box(subject, way) for way in (fact.infer, fact.ask) if way is not None]
    given = getattr(fact.given, "tree", None)
    notes = [f"given {given}"] if given is not None else []
    notes += [", ".join([way.title, *way.notes]) for way in ways]
    if fact.infer is not None and fact.ask is not None:
        notes.append(f"a guess is taken from a confidence of {fact.confidence:g} on")
    return Box(id=fact.name, kind="fact", notes=tuple(notes))


def _boxes(subject: Subject, steps: tuple[Step, ...]) -> tuple[Box, ...]:
    return tuple(_box(subject, step) for step in steps)


def _box(subject: Subject, step: Step) -> Box:
    kind, title, boxes, beside = _action(subject, step)
    return Box(
        id=step.id, kind=kind, title=step.description or title, notes=tuple(_notes(subject, step)), boxes=boxes,
        beside=beside, fallback=_boxes(subject, step.fallback),
    )  # fmt: skip


def _action(subject: Subject, step: Step) -> tuple[str, str, tuple[Box, ...], bool]:
    """Kind, title, what is inside, and whether that runs at the same time."""
    match step.action:
        case Call(tool=tool):
            contract = subject.contract(tool)
            return "write" if contract is not None and contract.effect == "write" else "tool", tool, (), False
        case Block(steps=steps):
            return "do", "", _boxes(subject, steps), False
        case Each() as each:
            return "each", f"for each of {each.items.source}", _boxes(subject, each.body.steps), False
        case Repeat() as repeat:
            until = f" until {repeat.until.source}" if repeat.until is not None else ""
            return "repeat", f"up to {repeat.max} times{until}", _boxes(subject, repeat.body.steps), False
        case Parallel(branches=branches):
            inner = tuple(Box(id=name, kind="group", boxes=_boxes(subject, block.steps)) for name, block in branches)
            return "parallel", "at the same time", inner, True
        case Switch(cases=cases):
            inner = tuple(
                Box(
                    id=f"if {when.source}" if when is not None else "else",
                    kind="group",
                    boxes=_boxes(subject, block.steps),
                )
                for when, block in cases
            )
            return "switch", "one of", inner, True
        case other:
            return *_plain(other), (), False


def _plain(action: object) -> tuple[str, str]:
    match action:
        case Ask(to=to, question=question):
            return "ask", f"ask {to}: {getattr(question, 'tree', '')}"
        case Wait(event=str(event)):
            return "wait", f"wait for {event}"
        case Wait(duration=float() | int() as seconds):
            return "wait", f"wait {seconds_text(seconds)}"
        case Wait():
            return "wait", "wait until a time"
        case SetFacts(values=values):
            return "set", f"set {', '.join(getattr(values, 'tree', {}))}"
        case Stop(status=status):
            return "stop", f"end the run: {status}"
        case SubPlan(source=source) if source is not None:
            return "plan", f"run the plan that {source.source} gives"
        case SubPlan(plan=plan):
            return "plan", f"run the plan {plan}"
        case _:
            return type(action).__name__.lower(), ""


def _notes(subject: Subject, step: Step) -> Iterator[str]:
    if step.when is not None:
        yield f"when {step.when.source}"
    if isinstance(step.action, Call):
        yield attempt_text(subject, step, step.action)
    elif step.retry is not None and step.retry.attempts > 1:
        yield f"up to {step.retry.attempts} tries"
    if isinstance(step.action, Each) and step.action.concurrency > 1:
        yield f"{step.action.concurrency} at a time"
    if isinstance(step.action, Ask) and step.action.timeout is not None:
        yield f"within {seconds_text(step.action.timeout)}"
        yield from (f"then {to} is asked" for to, _ in stages(step.action.escalate))
    if isinstance(step.action, SubPlan) and step.action.source is not None:
        tools = subject.plan.grants if step.action.tools is None else step.action.tools
        yield f"may touch {', '.join(tools) or 'no tool'}"
    if step.deadline is not None:
        yield f"deadline {seconds_text(step.deadline)}"
    yield from (_trigger(trigger) for trigger in step.human if not trigger.inherited)
    if step.compensate is not None:
        yield f"undone by {step.compensate.tool}"
    if step.optional:
        yield "may fail"


def _trigger(trigger: Trigger) -> str:
    when = f" when {trigger.when.source}" if trigger.when is not None else ""
    often = f", for {trigger.sample:.3g} of all" if trigger.sample is not None else ""
    many = f"{trigger.approvals} of " if trigger.approvals > 1 else ""
    moment = {
        "before": "asks", "after": "shows its output to", "failure": "on failure asks",
        "unknown_outcome": "in doubt asks",
    }[trigger.on]  # fmt: skip
    return f"{moment} {many}{trigger.to}{when}{often}"
