"""Actions: one compiler per action key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from holdfast.plan.compile.policies import compile_aborts, compile_schema, see_time
from holdfast.plan.compile.references import NAMES
from holdfast.plan.compile.secrets import handed_on, secrets_in
from holdfast.plan.compile.site import Scope, Site
from holdfast.plan.compile.walk import every_step
from holdfast.plan.listed import Listed
from holdfast.plan.program import (
    Ask,
    Block,
    Call,
    Each,
    Escalation,
    Handoff,
    Parallel,
    Repeat,
    SetFacts,
    Step,
    Stop,
    SubPlan,
    Switch,
    Wait,
)
from holdfast.plan.source import Path

if TYPE_CHECKING:
    from holdfast.plan.model import StepModel
    from holdfast.plan.model.people import AskEscalateModel, AskModel, AskStageModel, HandoffModel
    from holdfast.plan.model.steps import EachModel, RepeatModel, StopModel, WaitModel
    from holdfast.plan.program import Action, Expression

Silence = Literal["fail", "default", "abort", "escalate"]

Steps = Callable[[Site, "Sequence[StepModel] | None", Path, Scope], tuple[Step, ...]]
"""Compiles the steps inside an action."""


def compile_action(site: Site, model: StepModel, path: Path, scope: Scope, steps: Steps) -> Action:
    """The action of a step; `scope` is that of the steps inside it."""
    key = next(key for key in _COMPILERS if key in model.model_fields_set)
    return _COMPILERS[key](site, model, path, scope, steps)


def _call(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> Call:
    tool = site.tool(model.tool or "", (*path, "tool"))
    given, here = model.with_ or {}, (*path, "with")
    arguments = site.template(given, here, scope)
    return Call(tool=tool, arguments=arguments, secrets=secrets_in(site, given, arguments, here))


def _do(site: Site, model: StepModel, path: Path, scope: Scope, steps: Steps) -> Action:
    if model.each is not None:
        return _each(site, model, model.each, path, scope, steps)
    if model.repeat is not None:
        return _repeat(site, model, model.repeat, path, scope, steps)
    return _body(site, model, path, scope, steps)


def _body(site: Site, model: StepModel, path: Path, scope: Scope, steps: Steps) -> Block:
    given = "output" in model.model_fields_set
    return Block(
        steps=steps(site, model.do, (*path, "do"), scope),
        output=site.template(model.output, (*path, "output"), scope) if given else None,
        abort=compile_aborts(site, model.abort, (*path, "abort"), scope),
    )


def _each(site: Site, model: StepModel, each: EachModel, path: Path, scope: Scope, steps: Steps) -> Each:
    here, inner = (*path, "each"), scope.naming(each.as_)
    if each.as_ in NAMES:
        message = f"`{each.as_}` has a meaning in expressions already, and would hide it"
        site.note("reserved-name", message, (*here, "as"), "choose another name for the item")
    body = _body(site, model, path, inner, steps)
    return Each(
        items=_items(site, each.in_, (*here, "in"), scope),
        body=body,
        name=each.as_,
        key=None if each.key is None else site.expression(each.key, (*here, "key"), inner),
        concurrency=each.concurrency,
        on_failure=each.on_failure,
        max=each.max,
        ids=_ids(body),
    )


def _items(site: Site, items: str | list[Any], path: Path, scope: Scope) -> Expression:
    if isinstance(items, str):
        return site.expression(items, path, scope)
    return Listed(site.template(items, path, scope))


def _repeat(site: Site, model: StepModel, repeat: RepeatModel, path: Path, scope: Scope, steps: Steps) -> Repeat:
    body, until = _body(site, model, path, scope, steps), repeat.until
    return Repeat(
        body=body,
        max=repeat.max,
        until=None if until is None else site.expression(until, (*path, "repeat", "until"), scope),
        every=repeat.every,
        ids=_ids(body),
    )


def _ids(body: Block) -> frozenset[str]:
    return frozenset(step.id for step in every_step(body.steps))


def _parallel(site: Site, model: StepModel, path: Path, scope: Scope, steps: Steps) -> Parallel:
    here = (*path, "parallel")
    branches = model.parallel or {}
    return Parallel(
        branches=tuple(
            (name, Block(steps=steps(site, block, (*here, name), scope))) for name, block in branches.items()
        ),
        join=_join(site, model.join, (*path, "join"), len(branches)),
        on_failure=model.on_failure or "cancel",
        losers=model.losers or "undo",
    )


def _join(site: Site, join: str | int | None, path: Path, branches: int) -> int | None:
    if join is None or join == "all":
        return None
    wanted = 1 if join == "any" else int(join)
    if wanted > branches:
        message = f"`join: {wanted}` waits for {wanted} branches, and there are {branches}"
        site.note("join", message, path, f"at most {branches}; `all` waits for every branch")
    return wanted


def _switch(site: Site, model: StepModel, path: Path, scope: Scope, steps: Steps) -> Switch:
    cases = model.switch or []
    compiled: list[tuple[Expression | None, Block]] = []
    for index, case in enumerate(cases):
        here = (*path, "switch", index)
        if case.when is None and index < len(cases) - 1:
            message = "a case without `when` always holds, so the cases after it are never taken"
            site.note("switch-case", message, here, "give it a `when`, or put it last")
        when = None if case.when is None else site.expression(case.when, (*here, "when"), scope)
        compiled.append((when, Block(steps=steps(site, case.do, (*here, "do"), scope))))
    return Switch(cases=tuple(compiled))


def _ask(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> Ask:
    return compile_ask(site, cast("AskModel", model.ask), (*path, "ask"), scope)


def compile_ask(site: Site, ask: AskModel, here: Path, scope: Scope) -> Ask:
    """A question to a person, of a step or of a fact."""
    given = ask.model_fields_set
    silence: Silence = "default" if "default" in given else "fail"
    _see_silence(site, ask, here, answered="default" in given)
    return Ask(
        to=ask.to,
        question=site.template(ask.question, (*here, "question"), scope),
        options=site.template(ask.options, (*here, "options"), scope) if "options" in given else None,
        schema=compile_schema(site, ask.schema_, (*here, "schema")),
        default=site.template(ask.default, (*here, "default"), scope) if "default" in given else None,
        context=site.template(ask.context, (*here, "context"), scope) if "context" in given else None,
        timeout=ask.timeout,
        on_timeout=_silence(ask.on_timeout, silence),
        escalate=_stage(ask.on_timeout, silence),
    )


def _see_silence(site: Site, asked: AskModel | AskStageModel, path: Path, *, answered: bool) -> None:
    """Report a default that is not there, and an escalation that never comes. `answered`: there is a default."""
    if asked.on_timeout == "default" and not answered:
        site.note("contradiction", "`on_timeout: default` needs a `default`", (*path, "on_timeout"))
    if asked.on_timeout is not None and not isinstance(asked.on_timeout, str):
        see_time(site, asked.timeout, path)
        _see_silence(site, asked.on_timeout.escalate, (*path, "on_timeout", "escalate"), answered=answered)


def _silence(said: str | AskEscalateModel | None, otherwise: Silence) -> Silence:
    if said is None:
        return otherwise
    return cast("Silence", said) if isinstance(said, str) else "escalate"


def _stage(said: str | AskEscalateModel | None, otherwise: Silence) -> Escalation | None:
    """Where a question goes that nobody answered in time; None: nowhere."""
    if said is None or isinstance(said, str):
        return None
    stage = said.escalate
    return Escalation(
        to=stage.to,
        timeout=stage.timeout,
        on_timeout=_silence(stage.on_timeout, otherwise),
        escalate=_stage(stage.on_timeout, otherwise),
    )


def _wait(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> Wait:
    wait, here = cast("WaitModel | float", model.wait), (*path, "wait")
    if isinstance(wait, int | float):
        return Wait(duration=wait)
    return Wait(
        until=None if wait.until is None else site.template(wait.until, (*here, "until"), scope),
        event=wait.event,
        match=None if wait.match is None else site.expression(wait.match, (*here, "match"), scope),
        timeout=wait.timeout,
        on_timeout=wait.on_timeout,
    )


def _set(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> SetFacts:
    return SetFacts(values=site.template(model.set or {}, (*path, "set"), scope))


def _plan(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> SubPlan:
    given, here = model.with_ or {}, (*path, "with")
    arguments = site.template(given, here, scope)
    for _, name in secrets_in(site, given, arguments, here):
        message = f"a plan is not given the secret `{name}` itself"
        site.note("secret-mixed", message, here, "declare a secret input in both plans and hand that on")
    action, place = model.plan, (*path, "plan")
    if action is None or isinstance(action, str):
        return SubPlan(plan=site.plan(action or "", place), arguments=arguments, secrets=handed_on(given))
    for index, pattern in enumerate(action.tools or ()):
        site.granted.setdefault(pattern, (*place, "tools", index))
    return SubPlan(
        plan="",
        arguments=arguments,
        secrets=handed_on(given),
        source=site.expression(action.source, (*place, "source"), scope),
        tools=None if action.tools is None else tuple(action.tools),
    )


def _stop(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> Stop:
    stop, here = cast("StopModel", model.stop), (*path, "stop")
    given = "output" in stop.model_fields_set
    return Stop(
        status=stop.status,
        reason=None if stop.reason is None else site.template(stop.reason, (*here, "reason"), scope),
        output=site.template(stop.output, (*here, "output"), scope) if given else None,
    )


def _handoff(site: Site, model: StepModel, path: Path, scope: Scope, _steps: Steps) -> Handoff:
    handoff, here = cast("HandoffModel", model.handoff), (*path, "handoff")
    given = "context" in handoff.model_fields_set
    return Handoff(
        to=handoff.to,
        reason=site.template(handoff.reason, (*here, "reason"), scope),
        context=site.template(handoff.context, (*here, "context"), scope) if given else None,
        timeout=handoff.timeout,
        on_timeout=handoff.on_timeout,
    )


_COMPILERS: Final[dict[str, Callable[[Site, StepModel, Path, Scope, Steps], Action]]] = {
    "tool": _call,
    "do": _do,
    "parallel": _parallel,
    "switch": _switch,
    "ask": _ask,
    "wait": _wait,
    "set": _set,
    "plan": _plan,
    "stop": _stop,
    "handoff": _handoff,
}
