"""Steps: the modifiers, and what a step inherits from what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.plan.compile.actions import compile_action
from holdfast.plan.compile.policies import compile_pending, compile_retry, compile_triggers, compile_undo
from holdfast.plan.program import Call, Deferred, Step, SubPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.plan.compile.site import Scope, Site
    from holdfast.plan.model import StepModel
    from holdfast.plan.program import Expression, Retry
    from holdfast.plan.source import Path


def compile_steps(site: Site, models: Sequence[StepModel] | None, path: Path, scope: Scope) -> tuple[Step, ...]:
    """The steps of a block, or the alternatives of a fallback."""
    return tuple(_step(site, model, (*path, index), scope, index) for index, model in enumerate(models or ()))


def _step(site: Site, model: StepModel, path: Path, scope: Scope, position: int) -> Step:
    calls = scope if model.each is None else scope.naming(model.each.as_)  # triggers are judged at the calls inside
    own = compile_triggers(site, model.human, (*path, "human"), calls)
    inner = scope.inside(own)
    action = compile_action(site, model, path, inner, compile_steps)
    is_call = isinstance(action, Call)
    undo = model.compensate
    key, subject, pending = model.idempotency_key, model.subject, model.pending
    return Step(
        id=model.id,
        action=action,
        description=model.description,
        when=_condition(site, model.when, (*path, "when"), scope),
        timeout=_timeout(model, scope, is_call=is_call),
        heartbeat=model.heartbeat,
        deadline=model.deadline,
        retry=_retry(model, scope, is_call=is_call),
        fallback=compile_steps(site, model.fallback, (*path, "fallback"), inner),
        human=own + scope.triggers if is_call or isinstance(action, SubPlan) else own,
        key=None if key is None else site.template(key, (*path, "idempotency_key"), scope),
        compensate=None if undo is None else compile_undo(site, undo, (*path, "compensate"), scope),
        optional=model.optional,
        undo_first=model.undo_first,
        subject=None if subject is None else site.template(subject, (*path, "subject"), scope),
        pending=None if pending is None else compile_pending(site, pending, (*path, "pending"), scope),
        on_pending=model.on_pending,
        accept_pending=model.accept_pending,
        deferred=None
        if model.deferred is None
        else Deferred(timeout=model.deferred.timeout, on_timeout=model.deferred.on_timeout),
        position=position,
    )


def _condition(site: Site, source: str | None, path: Path, scope: Scope) -> Expression | None:
    return None if source is None else site.expression(source, path, scope)


def _timeout(model: StepModel, scope: Scope, *, is_call: bool) -> float | None:
    if model.timeout is not None:
        return model.timeout
    return scope.timeout if is_call else None


def _retry(model: StepModel, scope: Scope, *, is_call: bool) -> Retry | None:
    if model.retry is not None:
        return compile_retry(model.retry)
    return scope.retry if is_call else None
