"""The tools of the examples in the rules' pages. None of them does anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NoReturn

from holdfast.plan.load import load_source
from holdfast.plan.program import Plan
from holdfast.registry import Registry, load_registry, tool


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight."""

    id: str
    price: float
    departs: str


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who may become a customer."""

    id: str
    email: str


@tool("flights.search", effect="read", timeout="5s")
def _search(to: str) -> list[Flight]:
    """Flights to a place."""
    _nothing(to)


@tool("partner.search", effect="read", timeout="5s")
def _partner(to: str) -> list[Flight]:
    """The same at a partner."""
    _nothing(to)


@tool("flights.book", effect="write", idempotency="key", undo="flights.cancel", amount="price", tags={"payment"})
def _book(flight: str, price: float = 0) -> dict[str, str]:
    """Book one seat."""
    _nothing(flight, price)


@tool("flights.cancel", effect="write", idempotency="natural", timeout="5s")
def _cancel(booking: str) -> None:
    """Cancel a booking."""
    _nothing(booking)


@tool("mail.send", effect="write", idempotency="none", reversible=False, timeout="5s")
def _mail(to: str, text: str = "") -> None:
    """Send a mail."""
    _nothing(to, text)


@tool("crm.leads", effect="read", timeout="5s")
def _leads() -> list[Lead]:
    """All leads."""
    _nothing()


@tool("crm.owner", effect="read", timeout="5s")
def _owner(lead: str) -> str | None:
    """The address of whoever looks after a lead; null if nobody does."""
    _nothing(lead)


@tool("crm.note", effect="write", idempotency="natural", timeout="5s")
def _note(lead: str, text: str) -> None:
    """Write a note on a lead."""
    _nothing(lead, text)


@tool("crm.remove", effect="write", idempotency="natural", timeout="5s")
def _remove(lead: str) -> None:
    """Take the note off a lead."""
    _nothing(lead)


@tool("web.fetch", effect="read", trust="untrusted")
def _fetch(url: str) -> str:
    """A page of the web."""
    _nothing(url)


@tool("model.ask", effect="read", trust="untrusted", timeout="60s", tags={"model"})
def _ask(prompt: str) -> str:
    """The answer of a model."""
    _nothing(prompt)


@tool("ops.run", effect="write", idempotency="none", timeout="5s")
def _run(command: str) -> str:
    """Run a command."""
    _nothing(command)


@tool("sms.send", effect="write", idempotency="key", dedup_window="2m", timeout="5s")
def _sms(to: str) -> None:
    """Send a short message."""
    _nothing(to)


@tool("model.draw", effect="read", trust="untrusted", timeout="60s", cost=0.5, tags={"model"})
def _draw(what: str) -> str:
    """A picture by a model."""
    _nothing(what)


def _nothing(*given: object) -> NoReturn:
    raise NotImplementedError(given)


@cache
def example_plans() -> dict[str, Plan]:
    """The plans that the examples run."""
    source = """holdfast: 1
plan: send-invoice
inputs: {customer: {type: string}, amount: {type: number}}
steps:
  - {id: note, tool: crm.note, with: {lead: '{{ inputs.customer }}', text: '{{ inputs.amount | string }}'}}
output: {number: '{{ run.id }}', total: '{{ inputs.amount }}'}
"""
    return {"send-invoice": load_source(source, "send-invoice.yaml")}


@cache
def example_tools() -> Registry:
    """The registry of the examples."""
    return load_registry(
        [_search, _partner, _book, _cancel, _mail, _leads, _owner, _note, _remove, _fetch, _ask, _run, _sms, _draw]
    )
