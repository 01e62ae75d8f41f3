"""What an editor shows beside what the model says: an example for each key, and what holds without it.

Keys are named `Model.key`; the document's own are those of `PlanModel`. An editor inserts a single example behind its
key, without quotes, so a key whose example holds a template or a step has two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_STEP: Final = {"id": "look", "tool": "stock.look"}
_NOTE: Final = {"id": "tell", "tool": "mail.send", "with": {"to": "operations@example.com"}}
_TRIGGER: Final = {"when": "amount > 500", "reason": "Dear", "to": "finance", "timeout": "4h", "on_timeout": "reject"}
_ABORT: Final = {"when": "spent.failures > 10", "reason": "Too much fails"}
_RETRY: Final = {"attempts": 4, "delay": "500ms", "on": ["timeout", "unavailable"]}
_CHOICE: Final = {"question": "Which one?", "options": ["big", "small"], "timeout": "30m"}
_GUESS: Final = {"tool": "calendar.guess_origin", "with": {"user": "{{ run.user }}"}}
_COST: Final = {"asking": 1, "wrong": 20}
_LAW: Final = {"name": "one-effect", "always": "effects | length <= 1"}
_REPLY: Final = {"id": "F8", "price": 200}

EXAMPLES: Final[Mapping[str, Sequence[Any]]] = {
    "PlanModel.description": ["Book one seat, whatever the world does meanwhile."],
    "PlanModel.inputs": [{"city": {"type": "string"}}, {"seats": {"type": "integer", "default": 1}}],
    "PlanModel.facts": [{"origin": {"given": "{{ inputs.origin }}"}}, {"origin": {"ask": _CHOICE}}],
    "PlanModel.tools": [["flights.*", "mail.send"]],
    "PlanModel.defaults": [{"timeout": "10s", "retry": 3}],
    "PlanModel.budget": [{"calls": 60, "cost": 1.5}],
    "PlanModel.steps": [[_STEP]],
    "PlanModel.fallback": [[_NOTE]],
    "PlanModel.abort": [[_ABORT]],
    "PlanModel.human": [[_TRIGGER]],
    "PlanModel.cleanup": [[{"id": "leave", "tool": "bank.logout"}]],
    "PlanModel.output": ["{{ steps.book.output }}", {"booking": "{{ steps.book.output.id }}"}],
    "PlanModel.invariants": [[_LAW], [{"name": "no-rest", "at_end": "status != 'failed' or effects | length == 0"}]],
    "PlanModel.tests": [[{"name": "all goes well", "expect": {"status": "succeeded"}}]],
    "AbortModel.reason": ["The airline is having a bad day"],
    "AskModel.default": ["small"],
    "AskModel.context": [{"why": "two prices"}, {"found": "{{ steps.search.output }}"}],
    "BudgetModel.calls": [60],
    "BudgetModel.tokens": [20_000],
    "CaseModel.when": ["inputs.size > 100"],
    "CaseModel.do": [[_STEP]],
    "CleanupModel.steps": [[{"id": "leave", "tool": "bank.logout"}]],
    "DefaultsModel.retry": [3, _RETRY],
    "DefaultsModel.human": [[_TRIGGER]],
    "EachModel.concurrency": [5],
    "EachModel.max": [500],
    "EventModel.event": ["payment.settled"],
    "EventModel.correct": [{"airport": "LGA"}],
    "EventModel.when_asked": ["pick"],
    "EventModel.payload": [{"sum": 7}],
    "EventsModel.keep": [20],
    "ExpectModel.output": [{"booking": "B9"}],
    "ExpectModel.error": ["expired"],
    "ExpectModel.facts": [{"airport": "LGA"}],
    "ExpectModel.calls": [{"flights.book": 2}],
    "ExpectModel.effects": [{"flights.book": 1}],
    "ExpectModel.that": [["output.price < 300", "effects | length == 1"]],
    "FactModel.infer": [_GUESS, {"tool": "calendar.guess_origin"}],
    "FactModel.ask": [{**_CHOICE, "question": "From where?"}],
    "FactModel.cost": [_COST],
    "HandoffModel.context": [{"why": "two prices"}, {"invoice": "{{ inputs.invoice }}"}],
    "InputModel.description": ["Where to fly"],
    "InputModel.default": ["NYC"],
    "InvariantModel.always": ["effects | length <= 1"],
    "InvariantModel.at_end": ["status != 'failed' or effects | length == 0"],
    "InvariantModel.reason": ["Two seats cannot be paid"],
    "PendingModel.until": [
        {"tool": "crm.look", "when": "result"},
        {"tool": "crm.last_contact", "when": "result.at >= started_at", "every": "30s"},
    ],
    "PendingModel.match": ["event.invoice == inputs.invoice"],
    "RepeatModel.until": ["output.state == 'ready'"],
    "RepeatModel.max": [20],
    "ReplyModel.returns": [_REPLY],
    "ReplyModel.message": ["the airline is down"],
    "ReplyModel.confidence": [0.9],
    "ReplyModel.reasoning": ["three trips out of four"],
    "ReplyModel.tokens": [800],
    "ReplyModel.cost": [0.02],
    "RetryModel.attempts": [4],
    "RetryModel.factor": [2],
    "RetryModel.on": [["timeout", "unavailable"]],
    "RetryModel.never": [["internal"]],
    "StageModel.approvals": [2],
    "StepModel.description": ["Ask the partner when the airline is down"],
    "StepModel.when": ["steps.look.output > 0"],
    "StepModel.do": [[_STEP]],
    "StepModel.each": [{"in": "inputs.leads", "as": "lead", "key": "lead.id"}],
    "StepModel.repeat": [{"until": "output.state == 'ready'", "max": 20, "every": "30s"}],
    "StepModel.output": ["{{ steps.hold.output }}", {"held": "{{ steps.hold.output }}"}],
    "StepModel.abort": [[_ABORT]],
    "StepModel.parallel": [{branch: [{"id": branch, "tool": "quotes.ask"}]} for branch in ("north", "south")],
    "StepModel.join": ["any", 2],
    "StepModel.switch": [[{"when": "inputs.size > 100", "do": [_STEP]}]],
    "StepModel.ask": [_CHOICE],
    "StepModel.wait": ["10m", {"event": "payment.settled", "timeout": "2d"}],
    "StepModel.plan": ["send-invoice", {"source": "steps.draft.output"}],
    "StepModel.set": [{"tries": 1}],
    "StepModel.stop": [{"status": "aborted", "reason": "Nothing to do"}],
    "StepModel.handoff": [{"to": "operations", "reason": "It does not add up", "timeout": "1d"}],
    "StepModel.fallback": [[_NOTE]],
    "StepModel.human": [[_TRIGGER]],
    "StepModel.idempotency_key": ["invoice:{{ inputs.invoice }}"],
    "StepModel.compensate": [
        {"tool": "flights.cancel", "with": {"booking": "{{ output.booking }}"}}, {"tool": "flights.release"},
    ],
    "StepModel.pending": [{"event": "crm.synced", "timeout": "5m", "on_timeout": "human"}],
    "StepModel.deferred": [{"timeout": "2d", "on_timeout": "human"}],
    "StopModel.reason": ["Nothing to do"],
    "StopModel.output": [{"found": 0}],
    "TestModel.inputs": [{"city": "NYC"}],
    "TestModel.tools": [{"flights.search": [{"returns": [_REPLY]}]}, {"flights.search": [{"error": "timeout"}]}],
    "TestModel.events": [[{"event": "payment.settled", "after": "5m"}]],
    "TestModel.expect": [{"status": "succeeded", "effects": {"flights.book": 1}}],
    "TriggerModel.options": [["JFK", "LGA"]],
    "WaitModel.until": ["2026-12-01T08:00:00Z"],
    "WaitModel.match": ["event.invoice == inputs.invoice"],
}  # fmt: skip
"""Where the model gives none itself, and where the values are not a closed list."""

IF_LEFT_OUT: Final[Mapping[str, str]] = {
    "AskModel.on_timeout": "`default` if there is one, else `fail`",
    "AskModel.timeout": "as long as the run may take",
    "CaseModel.when": "always",
    "EachModel.key": "the index, from 0",
    "HandoffModel.timeout": "as long as the run may take",
    "RepeatModel.until": "all rounds",
    "RetryModel.max_elapsed": "no limit",
    "RetryModel.on": "`timeout`, `unavailable`, `rate_limited`, `circuit_open`",
    "StageModel.timeout": "as long as the run may take",
    "StepModel.deadline": "that of what the step stands in",
    "StepModel.heartbeat": "only the timeout counts",
    "StepModel.idempotency_key": "user, plan, task and address",
    "StepModel.losers": "`undo`",
    "StepModel.on_failure": "`cancel`",
    "StepModel.retry": "that of `defaults` or of the tool, else one try",
    "StepModel.timeout": "that of `defaults` or of the tool, else 60s; for a child run none",
    "TriggerModel.sample": "in all cases",
    "TriggerModel.timeout": "as long as the run may take",
    "TriggerModel.valid_for": "as long as the run lasts",
    "TriggerModel.when": "always",
    "WaitModel.match": "every event of that name",
    "WaitModel.timeout": "as long as the run may take",
}
"""What holds without a key, where that is no value."""

_QUIET: Final = ("description", "on_pending", "accept_pending", "optional", "undo_first")
"""Keys of a step that editors would otherwise insert with every new one, because they have a default."""


def hinted(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of plans with an example for each key, and in words what holds without it."""
    for model, name, about in _keys(schema):
        if f"{model}.{name}" in EXAMPLES:
            about["examples"] = list(EXAMPLES[f"{model}.{name}"])
        if "$ref" in about and "description" not in about:
            about["description"] = schema["$defs"][about["$ref"].rpartition("/")[2]]["description"]
        _say_what_holds_without(about, IF_LEFT_OUT.get(f"{model}.{name}"))
    for name in _QUIET:
        _hide_type(schema["$defs"]["StepModel"]["properties"][name])
    return schema


def _keys(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for model, node in [("PlanModel", schema), *schema["$defs"].items()]:
        for name, about in node.get("properties", {}).items():
            yield model, name, about


def _say_what_holds_without(about: dict[str, Any], said: str | None) -> None:
    """Editors show descriptions, not defaults."""
    default = about.get("default")
    if said is not None:
        about["description"] += f" If left out: {said}."
    elif default not in (None, "") and "if left out" not in about["description"]:
        about["description"] += f" Default: `{default if isinstance(default, str) else str(default).lower()}`."


def _hide_type(about: dict[str, Any]) -> None:
    """Move what is asked of the value one level down: what has no type at the top is not inserted."""
    about["allOf"] = [{word: about.pop(word) for word in ("type", "enum", "maxLength") if word in about}]
