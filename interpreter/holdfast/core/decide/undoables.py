"""What a child leaves to its parent: the effects that stand and can be undone, with the arguments that undo them.

Nothing in the child changes any more, so the arguments are made here, once, and need none of its names later.
"""

from __future__ import annotations

from holdfast.core.decide.turn import Deciding
from holdfast.core.lineage import SecretPlace, Undoable
from holdfast.core.names import FactUnresolved
from holdfast.core.project import secrets_for
from holdfast.core.scope import Scope
from holdfast.core.state import Effect
from holdfast.plan.expressions import ExpressionError


def undoables(d: Deciding) -> tuple[Undoable, ...]:
    """Every effect that was not undone, the first one first."""
    return tuple(
        _undoable(d, name, effect) for name, effect in d.state.effects.items() if effect.undo.tool or _by_hand(d)
    )


def _by_hand(d: Deciding) -> bool:
    """Whether the parent wants to know of effects that only a person can undo: a correction may have to."""
    return d.state.lineage is not None and d.state.lineage.by_hand


def _undoable(d: Deciding, name: str, effect: Effect) -> Undoable:
    args, fault = _arguments(d, effect)
    held = d.state.unconfirmed.get(name)
    subject = effect.subject if held is None else held.subject
    secrets = effect.undo.secrets if effect.run else secrets_for(d.state, effect.undo.secrets)
    return Undoable(
        run=effect.run or d.state.run,
        address=effect.address,
        tool=effect.tool,
        key=effect.key,
        undo=effect.undo.tool,
        args=args,
        secrets=tuple(SecretPlace(place=place, name=secret) for place, secret in secrets),
        output=effect.output,
        revision=int(name.removeprefix(effect.address).removeprefix("#") or 1),
        fault=fault,
        subject=subject,
        operation=(effect.operation or name) if subject else "",
    )


def _arguments(d: Deciding, effect: Effect) -> tuple[dict[str, object], str]:
    scope = Scope(effect.scope, None, {"output": effect.output, "args": effect.args})
    try:
        args = effect.undo.arguments.render(d.names(scope))
    except ExpressionError as problem:
        return {}, str(problem)
    except FactUnresolved as unresolved:
        return {}, f"the fact `{unresolved.fact}` was never resolved"
    return (args if isinstance(args, dict) else {}), ""
