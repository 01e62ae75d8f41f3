"""A run as an OpenTelemetry trace in OTLP's JSON: one run, one trace; its steps, attempts, people and waits are spans.

Rules of the file:
- Names of fields and how they are written are those of OTLP/JSON (opentelemetry-proto 1, trace.proto): ids in
  hexadecimal, 64-bit numbers as text, enumerations as numbers. Attributes follow the conventions for generative AI
  (`invoke_workflow`, `execute_tool`) and errors where they fit, and begin with `holdfast.` where they do not.
- Ids are derived from the run's id and the place in it, so the same run always gives the same trace.
- What tools were given and gave stays out, as those conventions recommend: traces go to more people than journals do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from holdfast.audit.stretches import StepTime, Stretch, Times, times_of
from holdfast.core import events as e
from holdfast.core.explain import explain
from holdfast.core.keys import parent_of, step_id
from holdfast.core.wording import brief, why
from holdfast.version import VERSION

INTERNAL: Final = 1
CLIENT: Final = 3
OK: Final = 1
ERROR: Final = 2

Span = dict[str, Any]
Attribute = str | int | float | bool | Sequence[str]


def trace(entries: Sequence[e.Entry]) -> dict[str, object]:
    """A `TracesData` message with all spans of a run.

    Args:
        entries: its journal from the first entry on.
    """
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes({"service.name": "holdfast", "service.version": VERSION})},
                "scopeSpans": [{"scope": {"name": "holdfast", "version": VERSION}, "spans": _Run(entries).spans()}],
            }
        ]
    }


def trace_id(run: str) -> str:
    """Of a run's trace."""
    return blake2b(f"holdfast trace {run}".encode(), digest_size=16).hexdigest()


def span_id(run: str, place: str) -> str:
    """Of the span for a place in a run; the run's own is that of the empty place."""
    return blake2b(f"holdfast span {run} {place}".encode(), digest_size=8).hexdigest()


class _Run:
    def __init__(self, entries: Sequence[e.Entry]) -> None:
        first = entries[0].event
        assert isinstance(first, e.RunRequested)  # noqa: S101 - a journal begins so
        self._request, self._entries = first, entries
        self._times: Times = times_of(entries)
        self._run = _own_id(entries, first)

    def spans(self) -> list[Span]:
        """The run's own first, then those of its steps, each with its parts behind it."""
        found = [self._root()]
        for step in self._times.steps.values():
            found += self._of_step(step)
        return found

    def _root(self) -> Span:
        request, last = self._request, self._entries[-1]
        end = next((entry for entry in self._entries if isinstance(entry.event, e.RunFinished)), None)
        event = end.event if end is not None and isinstance(end.event, e.RunFinished) else None
        said: dict[str, Attribute] = {
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": request.plan,
            "holdfast.run": self._run,
            "holdfast.task": request.task,
            "holdfast.plan.hash": request.plan_hash,
            "holdfast.entries": last.seq,
            "holdfast.status": "running" if event is None else event.status,
            "user.id": request.user,
        }
        span = self._span(
            "", f"invoke_workflow {request.plan}", self._times.began, None if end is None else end.at, said
        )
        span["events"] = [_event(entry) for entry in self._times.own]
        if event is not None and event.error is not None:
            _failed(span, event.error.code, event.error.message)
        elif event is not None:
            span["status"] = {"code": OK if event.status == "succeeded" else ERROR}
        if (lineage := request.lineage) is not None:
            span["links"] = [
                {"traceId": trace_id(lineage.parent), "spanId": span_id(lineage.parent, ""), "attributes": []}
            ]
        return span

    def _of_step(self, step: StepTime) -> Iterator[Span]:
        whole = step.whole
        said: dict[str, Attribute] = {"holdfast.step": step.address}
        if whole.outcome:
            said["holdfast.outcome"] = whole.outcome
        span = self._span(step.address, f"step {step_id(step.address)}", whole.began, whole.ended, said)
        span["parentSpanId"] = span_id(self._run, self._above(step.address))
        parts = {id(part.entry) for part in step.parts}
        span["events"] = [_event(entry) for entry in step.entries if id(entry) not in parts]
        _settled(span, whole)
        yield span
        for part in step.parts:
            yield self._of_part(step.address, part)

    def _above(self, address: str) -> str:
        """The nearest enclosing step that has a span."""
        above = parent_of(address)
        while above and above not in self._times.steps:
            above = parent_of(above)
        return above

    def _of_part(self, address: str, part: Stretch) -> Span:
        name, said = _named(part)
        span = self._span(
            f"{address} {part.entry.seq}", name, part.began, part.ended, {"holdfast.step": address, **said}
        )
        span["parentSpanId"] = span_id(self._run, address)
        span["kind"] = CLIENT if part.kind in {"call", "check"} else INTERNAL
        span["events"] = [_event(entry) for entry in (part.entry, part.last) if entry is not None]
        if part.kind == "child":
            span["links"] = [{"traceId": trace_id(part.name), "spanId": span_id(part.name, ""), "attributes": []}]
        _settled(span, part)
        return span

    def _span(self, place: str, name: str, began: float, ended: float | None, said: Mapping[str, Attribute]) -> Span:
        still = {} if ended is not None else {"holdfast.open": True}
        return {
            "traceId": trace_id(self._run),
            "spanId": span_id(self._run, place),
            "parentSpanId": "",
            "name": name,
            "kind": INTERNAL,
            "startTimeUnixNano": _nanoseconds(began),
            "endTimeUnixNano": _nanoseconds(self._times.last if ended is None else ended),
            "attributes": _attributes({**said, **still}),
            "events": [],
            "links": [],
            "status": {},
        }


def _own_id(entries: Sequence[e.Entry], request: e.RunRequested) -> str:
    """A fork begins with the request of the run that it was forked from."""
    forked = [entry.event.run for entry in entries if isinstance(entry.event, e.RunForked)]
    return forked[-1] if forked else request.run


def _named(part: Stretch) -> tuple[str, dict[str, Attribute]]:
    event = part.entry.event
    if isinstance(event, e.CallIntended):
        said: dict[str, Attribute] = {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": event.tool, "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": str(event.call), "holdfast.attempt": event.attempt,
        }  # fmt: skip
        return f"execute_tool {event.tool}", said | ({"holdfast.idempotency_key": event.key} if event.key else {})
    if isinstance(event, e.ReviewRequested):
        said = {"holdfast.review": event.review.id, "holdfast.queue": event.review.to}
        return f"review by {event.review.to}", said | ({"holdfast.decided_by": part.by} if part.by else {})
    if part.kind == "child":
        return f"child run {part.name}", {"holdfast.child": part.name}
    return f"{part.kind} {part.name}", {}


def _settled(span: Span, stretch: Stretch) -> None:
    event = None if stretch.last is None else stretch.last.event
    error = getattr(event, "error", None)
    if stretch.outcome in {"failed", "unknown", "aborted"} and error is not None:
        _failed(span, error.code, error.message)
    elif stretch.outcome in {"failed", "unknown", "aborted", "withheld", "expired"}:
        _failed(span, stretch.outcome, "")
    elif stretch.outcome == "succeeded":
        span["status"] = {"code": OK}


def _failed(span: Span, code: str, message: str) -> None:
    span["status"] = {"code": ERROR, "message": brief(message or code, 300)}
    span["attributes"] += _attributes({"error.type": code})


def _event(entry: e.Entry) -> dict[str, object]:
    """What was observed or decided, with its reason."""
    said: dict[str, Attribute] = {"holdfast.seq": entry.seq, "holdfast.kind": type(entry.event).__name__}
    if reason := getattr(entry.event, "why", None):
        said["holdfast.why"] = why(reason)
    if type(entry.event) in _TOLD:
        said["holdfast.said"] = brief(explain(entry.event), 300)
    return {
        "timeUnixNano": _nanoseconds(entry.at),
        "name": f"holdfast.{type(entry.event).__name__}",
        "attributes": _attributes(said),
    }


_TOLD: Final = (e.WorkerTookOver, e.WorkerLeft, e.RetryPlanned, e.FallbackTaken, e.CancelDecided, e.StepSkipped)
"""What is said in words: nothing that holds what tools or people gave."""


def _attributes(said: Mapping[str, Attribute]) -> list[dict[str, object]]:
    return [{"key": name, "value": _value(value)} for name, value in said.items()]


def _value(value: Attribute) -> dict[str, object]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case _:
            return {"arrayValue": {"values": [_value(one) for one in value]}}


def _nanoseconds(at: float) -> str:
    return str(round(at * 1_000_000) * 1000)
