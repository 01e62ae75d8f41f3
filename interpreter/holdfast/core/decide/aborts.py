"""Conditions under which a run is given up (2-plan-language 8)."""

from __future__ import annotations

from holdfast.core.decide import ending
from holdfast.core.decide.turn import Deciding, condition


def check(d: Deciding) -> None:
    """Look at the conditions that read something which has just changed. One that cannot be evaluated is false."""
    state = d.state
    changed, d.changed = d.changed, set()
    if state.ending is not None:
        return
    for root in sorted(changed):
        for frame, rule in state.rules.get(root, ()):
            if condition(rule.when, d.known(frame.scope)) is True:
                reason = rule.reason or rule.when.source
                ending.abort(d, reason, undo=rule.compensate)
                return
