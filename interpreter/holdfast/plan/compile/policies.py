"""What may stand on any step: retry, triggers, abort conditions, compensation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.compile.schemas import schema_fault
from holdfast.plan.compile.secrets import secrets_in
from holdfast.plan.program import AbortRule, Escalation, Look, Pending, Retry, Trigger, Undo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.plan.compile.site import Scope, Site
    from holdfast.plan.model.pending import LookModel, PendingModel
    from holdfast.plan.model.people import EscalateModel, StageModel, TriggerModel
    from holdfast.plan.model.policies import AbortModel, RetryModel, UndoModel
    from holdfast.plan.source import Path

ELAPSED = "spent.elapsed"


def compile_retry(model: RetryModel | int) -> Retry:
    """A retry policy; a number is the number of tries."""
    if isinstance(model, int):
        return Retry(attempts=model)
    return Retry(
        attempts=model.attempts,
        delay=model.delay,
        factor=model.factor,
        max_delay=model.max_delay,
        jitter=model.jitter,
        on=None if model.on is None else frozenset(model.on),
        never=frozenset(model.never or ()),
        max_elapsed=model.max_elapsed,
        fresh=model.fresh,
    )


def compile_triggers(
    site: Site, models: Sequence[TriggerModel] | None, path: Path, scope: Scope
) -> tuple[Trigger, ...]:
    """Human triggers, in their order."""
    return tuple(_trigger(site, model, (*path, index), scope) for index, model in enumerate(models or ()))


def _trigger(site: Site, model: TriggerModel, path: Path, scope: Scope) -> Trigger:
    _see_who_is_left(site, model, path)
    if model.decision == "handoff" and model.on == "unknown_outcome":
        message = "`decision: handoff` has no effect with `on: unknown_outcome`: it is asked first what took place"
        site.note("no-effect", message, (*path, "decision"))
    return Trigger(
        on=model.on,
        when=None if model.when is None else site.expression(model.when, (*path, "when"), scope),
        decision=model.decision,
        options=site.template(model.options, (*path, "options"), scope) if model.decision == "choose" else None,
        schema=compile_schema(site, model.schema_, (*path, "schema")),
        reason=site.plain(model.reason, (*path, "reason")),
        to=model.to,
        sample=model.sample,
        timeout=model.timeout,
        on_timeout=model.on_timeout if isinstance(model.on_timeout, str) else "escalate",
        escalate=compile_stage(model.on_timeout, model.approvals, model.approvals),
        approvals=model.approvals,
        separate=model.separate,
        valid_for=model.valid_for,
    )


def _see_who_is_left(site: Site, model: TriggerModel, path: Path) -> None:
    """Several people approve what can be approved, and somebody is there who may."""
    approvals = f"`approvals: {model.approvals}`"
    if model.approvals > 1 and (model.decision != "approve" or model.on not in {"before", "after"}):
        message = f"{approvals} goes with `decision: approve` before or after a step only"
        site.note("contradiction", message, (*path, "approvals"), key=True)
    elif model.approvals > 1 and model.to == "requester":
        message = f"{approvals} needs a queue of several people, and `requester` is one person"
        site.note("contradiction", message, (*path, "approvals"), "name one with `to`", key=True)
    if model.separate and model.to == "requester":
        message = "`separate: true` keeps whoever started the run from deciding, and `requester` is that person"
        site.note("contradiction", message, (*path, "separate"), "name another queue with `to`", key=True)
    _see_stages(site, model, model, path)


def _see_stages(site: Site, trigger: TriggerModel, model: TriggerModel | StageModel, path: Path) -> None:
    """Report where a review would never be escalated, and stages that nobody could answer."""
    if isinstance(model.on_timeout, str):
        return
    see_time(site, model.timeout, path)
    stage, here = model.on_timeout.escalate, (*path, "on_timeout", "escalate")
    wanted = stage.approvals or trigger.approvals
    if (stage.approvals or 1) > 1 and (trigger.decision != "approve" or trigger.on not in {"before", "after"}):
        message = f"`approvals: {wanted}` goes with `decision: approve` before or after a step only"
        site.note("contradiction", message, (*here, "approvals"), key=True)
    elif stage.to == "requester" and wanted > 1:
        message = f"this stage needs {wanted} approvals, and `requester` is one person"
        site.note("contradiction", message, (*here, "to"), "name a queue of several people, or say `approvals: 1`")
    if stage.to == "requester" and trigger.separate:
        message = "`separate: true` keeps whoever started the run from deciding, and `requester` is that person"
        site.note("contradiction", message, (*here, "to"), "name another queue")
    _see_stages(site, trigger, stage, here)


def see_time(site: Site, timeout: float | None, path: Path) -> None:
    """Report an escalation that never comes, because nothing says when it is too late."""
    if timeout is None:
        message = "`escalate` needs a `timeout` beside `on_timeout`: when is it too late?"
        site.note("contradiction", message, (*path, "on_timeout"), key=True)


def compile_stage(on_timeout: str | EscalateModel, asked: int, before: int) -> Escalation | None:
    """Where a review goes that nobody decided in time; None: nowhere.

    Args:
        on_timeout: what a trigger, a rule or a stage of one says.
        asked: how many have to approve at a stage that does not say so itself.
        before: how many have to at the stage before.
    """
    if isinstance(on_timeout, str):
        return None
    stage = on_timeout.escalate
    approvals = stage.approvals or asked
    return Escalation(
        to=stage.to,
        timeout=stage.timeout,
        on_timeout=stage.on_timeout if isinstance(stage.on_timeout, str) else "escalate",
        escalate=compile_stage(stage.on_timeout, asked, approvals),
        approvals=None if approvals == before else approvals,
    )


def compile_aborts(site: Site, models: Sequence[AbortModel] | None, path: Path, scope: Scope) -> tuple[AbortRule, ...]:
    """Abort conditions, in their order."""
    return tuple(_abort(site, model, (*path, index), scope) for index, model in enumerate(models or ()))


def _abort(site: Site, model: AbortModel, path: Path, scope: Scope) -> AbortRule:
    """One condition. If it reads the time that has passed, a timer needs the constants it is compared with."""
    when = site.expression(model.when, (*path, "when"), scope)
    elapsed = when.comparisons(ELAPSED)
    if ELAPSED in when.reads and not elapsed:
        message = "`spent.elapsed` must be compared with a constant number of seconds, so that a timer can watch it"
        site.note("elapsed", message, (*path, "when"), "write it like `spent.elapsed > 3600`")
    reason = site.plain(model.reason, (*path, "reason"))
    return AbortRule(when=when, reason=reason, compensate=model.compensate, elapsed=elapsed)


def compile_undo(site: Site, model: UndoModel, path: Path, scope: Scope) -> Undo:
    """The call that undoes a step."""
    tool = site.tool(model.tool, (*path, "tool"))
    given, here = model.with_ or {}, (*path, "with")
    arguments = site.template(given, here, scope)
    return Undo(tool=tool, arguments=arguments, secrets=secrets_in(site, given, arguments, here))


def compile_pending(site: Site, model: PendingModel, path: Path, scope: Scope) -> Pending:
    """What confirms a step's effect."""
    return Pending(
        timeout=model.timeout,
        until=None if model.until is None else _look(site, model.until, (*path, "until"), scope),
        event=model.event,
        match=None if model.match is None else site.expression(model.match, (*path, "match"), scope),
        on_timeout=model.on_timeout,
        hold_for=model.hold_for,
        to=model.to,
    )


def _look(site: Site, model: LookModel, path: Path, scope: Scope) -> Look:
    tool = site.tool(model.tool, (*path, "tool"))
    given, here = model.with_ or {}, (*path, "with")
    arguments = site.template(given, here, scope)
    when = site.expression(model.when, (*path, "when"), scope)
    secrets = secrets_in(site, given, arguments, here)
    return Look(tool=tool, arguments=arguments, when=when, every=model.every, secrets=secrets)


def compile_schema(site: Site, schema: Mapping[str, object] | None, path: Path) -> Mapping[str, object] | None:
    """A JSON Schema for an answer, checked to be one."""
    if schema is not None:
        fault = schema_fault(schema)
        if fault is not None:
            site.note("json-schema", fault.message, (*path, *fault.path))
    return schema
