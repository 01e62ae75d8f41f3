"""Words of other engines, and what they are called here: an author who comes from there writes them first.

Named by the model in which somebody would write them; `-` counts as `_`, capitals as small letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.plan.model.base import Node

_ORDER: Final = "steps run in their order; what may run at once stands under `parallel:`"
_CHOOSE: Final = "steps run in their order; `switch:` takes one of several ways, and `stop:` ends the run"
_CALL: Final = "a call is `tool: NAME`, with its arguments under `with:`"
_EACH: Final = "a loop is `each: {in: LIST, as: item}` beside `do:`"
_REPEAT: Final = "rounds are `repeat: {until: ..., max: 10}` beside `do:`"
_CATCH: Final = "what is done instead stands under `fallback:`; `optional: true` goes on without"
_OPTIONAL: Final = "`optional: true` goes on when the step failed"
_APPROVE: Final = "people are asked by a list of triggers under `human:`"
_READ: Final = "what a step gives is read as `steps.ID.output`"
_LAST: Final = "the last case of a `switch` may have no `when`, and is taken then"
_STARTED: Final = "a plan does not say when it is started: `holdfast run` starts it"
_GIVEN: Final = "what a run is given stands under `inputs:`, what it finds out under `facts:`"
_CLEANUP: Final = "what is always done stands under `cleanup:` of the plan"

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "PlanModel": {
        "name": "plan", "workflow": "plan", "version": "holdfast", "apiversion": "holdfast", "timeout": "deadline",
        "tasks": "steps", "actions": "steps", "do": "steps", "stages": "steps", "jobs": "steps", "states": "steps",
        "parameters": "inputs", "params": "inputs", "arguments": "inputs", "input": "inputs",
        "vars": _GIVEN, "variables": _GIVEN, "env": _GIVEN, "context": _GIVEN,
        "result": "output", "returns": "output", "outputs": "output", "comment": "description", "tags": "labels",
        "author": "owner", "maintainer": "owner", "finally": "cleanup", "always": "cleanup", "catch": "fallback",
        "on_error": "fallback", "rescue": "fallback", "retry": "`retry` for all steps stands under `defaults:`",
        "on": _STARTED, "schedule": _STARTED, "cron": _STARTED, "triggers": _STARTED, "startat": _CHOOSE,
        "compensate": "`compensate` stands at the step it undoes; `on_failure: compensate` here asks for it",
    },
    "StepModel": {
        "name": "id", "if": "when", "condition": "when", "args": "with", "arguments": "with", "params": "with",
        "parameters": "with", "input": "with", "inputs": "with", "timeout_seconds": "timeout",
        "timeout_minutes": "timeout", "retries": "retry", "max_attempts": "retry", "attempts": "retry",
        "undo": "compensate", "rollback": "compensate", "steps": "do", "block": "do", "try": "do", "sequence": "do",
        "uses": _CALL, "run": _CALL, "action": _CALL, "task": _CALL, "call": _CALL, "type": _CALL, "resource": _CALL,
        "function": _CALL, "needs": _ORDER, "depends_on": _ORDER, "after": _ORDER, "next": _CHOOSE, "goto": _CHOOSE,
        "end": _CHOOSE, "transition": _CHOOSE, "case": "switch", "cases": "switch", "choices": "switch",
        "choice": "switch", "else": _LAST, "for": _EACH, "foreach": _EACH, "for_each": _EACH, "loop": _EACH,
        "map": _EACH, "with_items": _EACH, "items": _EACH, "while": _REPEAT, "until": _REPEAT, "catch": _CATCH,
        "on_error": _CATCH, "rescue": _CATCH, "except": _CATCH, "else_do": _CATCH, "ignore_errors": _OPTIONAL,
        "continue_on_error": _OPTIONAL, "allow_failure": _OPTIONAL, "approval": _APPROVE, "approve": _APPROVE,
        "approver": _APPROVE, "confirm": _APPROVE, "register": _READ, "save_as": _READ, "as": _READ, "result": _READ,
        "returns": _READ, "sleep": "wait", "pause": "wait",
        "delay": "`wait: 10s` waits; `retry: {delay: 10s}` tries later",
        "finally": _CLEANUP, "cleanup": _CLEANUP, "always": _CLEANUP, "return": "stop", "exit": "stop", "fail": "stop",
        "env": "what a tool is given stands under `with:`", "vars": "`set:` gives facts a value",
    },
    "CaseModel": {
        "case": "when", "if": "when", "condition": "when", "match": "when", "then": "do", "steps": "do", "next": "do",
        "default": _LAST, "else": _LAST, "otherwise": _LAST,
    },
    "TriggerModel": {
        "if": "when", "condition": "when", "approver": "to", "approvers": "to", "who": "to", "assignee": "to",
        "reviewer": "to", "queue": "to", "role": "to", "group": "to", "user": "to", "question": "reason",
        "message": "reason", "description": "reason", "expires": "timeout", "deadline": "timeout",
        "on_expire": "on_timeout", "default": "on_timeout",
    },
    "AskModel": {
        "who": "to", "assignee": "to", "approver": "to", "user": "to", "queue": "to", "role": "to",
        "text": "question", "message": "question", "prompt": "question", "title": "question", "choices": "options",
        "answers": "options", "enum": "options",
        "type": "an answer of any form has a `schema`, such as `{type: string}`",
        "deadline": "timeout", "expires": "timeout",
    },
    "WaitModel": {
        "for": "a time alone is `wait: 10s`", "seconds": "a time alone is `wait: 10s`", "signal": "event",
        "duration": "a time alone is `wait: 10s`", "message": "event", "name": "event", "when": "match",
    },
    "RetryModel": {
        "max_attempts": "attempts", "count": "attempts", "times": "attempts", "max": "attempts", "tries": "attempts",
        "limit": "attempts", "interval": "delay", "wait": "delay", "sleep": "delay", "backoff": "factor",
        "backoff_rate": "factor", "multiplier": "factor", "exponent": "factor", "max_interval": "max_delay",
        "errors": "on", "codes": "on", "when": "on", "timeout": "max_elapsed",
    },
    "EachModel": {
        "items": "in", "list": "in", "of": "in", "over": "in", "item": "as", "name": "as", "var": "as", "limit": "max",
        "parallel": "concurrency", "max_concurrency": "concurrency", "workers": "concurrency",
    },
    "RepeatModel": {
        "while": "`until` says when the rounds end: the opposite", "times": "max", "count": "max", "limit": "max",
        "max_iterations": "max", "delay": "every", "interval": "every", "sleep": "every", "when": "until",
    },
    "BudgetModel": {
        "max_calls": "calls", "max_tokens": "tokens", "max_cost": "cost", "money": "cost", "usd": "cost", "eur": "cost",
        "time": "time is bounded by `deadline:` of the plan", "duration": "time is bounded by `deadline:` of the plan",
    },
    "FactModel": {
        "value": "given", "default": "given", "source": "infer", "from": "infer", "tool": "infer", "question": "ask",
        "threshold": "confidence",
    },
}  # fmt: skip


def called_here(model: type[Node] | None, key: str) -> str:
    """The key that means the same here, or what to do instead; empty where nothing is known."""
    word = key.lower().replace("-", "_")
    return _WORDS.get(model.__name__, {}).get(word, "") if model else ""
