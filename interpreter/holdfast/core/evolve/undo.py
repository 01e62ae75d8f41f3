"""How a compensation begins."""

from __future__ import annotations

from holdfast.core.keys import step_id
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.plan.program import Call, Step, Stop, Undo


def _undo_call(undo: Undo) -> Call:
    return Call(tool=undo.tool, arguments=undo.arguments, secrets=undo.secrets)


def begin_undo(state: RunState, effect_id: str, address: str, at: float) -> Frame:
    """The call that undoes an effect begins, below the step that wants it undone."""
    owner = state.undoing[effect_id]
    effect = state.effects[effect_id]
    action = Stop(status="failed") if not effect.undo.tool else _undo_call(effect.undo)
    step = Step(id=step_id(address), action=action)
    scope = Scope(effect.scope, None, {"output": effect.output, "args": effect.args})
    frame = Frame(address, step, None, owner, scope, at)
    frame.undoes = effect_id
    state.frames[address] = frame
    owner.children[address] = frame
    return frame
