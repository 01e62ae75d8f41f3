"""What each decision about a review comes to, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from holdfast.cli.terminal.table import fields

if TYPE_CHECKING:
    from holdfast.core.review import Review

_MEANS: Final = {
    "undo": {
        "retry": "undo it once more",
        "done": "somebody has undone it by hand",
        "leave": "it stays as it is, and the run's notes say so",
    },
    "unknown_outcome": {
        "happened": "it took place; --value is what it gave",
        "retry": "it did not take place: call again",
        "fail": "it did not take place, and the step fails",
    },
    "unusable": {"output": "--value is its result", "fail": "the step fails; the effect stands"},
    "failure": {
        "retry": "try the step again",
        "output": "--value is its output",
        "fallback": "go on with its fallback, if it has one",
        "abort": "give the run up, and undo what it did",
    },
    "before": {"approve": "call it with exactly this", "edit": "call it with --args", "reject": "do not call it"},
    "after": {"approve": "the output stands", "edit": "another output stands", "reject": "the step fails"},
    "budget": {"approve": "allow as much again", "reject": "give the run up"},
    "fresh": {"retry": "begin afresh, and make again what still stands", "fail": "the step fails"},
    "pending": {
        "happened": "it is there",
        "continue": "go on without a confirmation; its subject stays held",
        "fail": "the run fails",
    },
    "handoff": {
        "approve": "go on as it is",
        "retry": "try again",
        "output": "go on with --value as the output",
        "close": 'end the run; --value {"status": ..., "output": ..., "reason": ...}, failed unless it says otherwise',
    },
}


def meanings(review: Review) -> str:
    """One line for each decision that has a meaning of its own; empty for a question."""
    known = _MEANS["handoff"] if review.kind == "handoff" else _MEANS.get(review.trigger_on, {})
    return fields([(name, known[name]) for name in review.decisions if name in known])
