"""The airline's operations as tools. `AIRLINE_URL` says where the airline is, e.g. `http://127.0.0.1:8747`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  (`date` is the name of an argument)
from typing import Any
from urllib.parse import quote

from holdfast import Context, ToolError, tool

CODES = {
    401: "denied", 403: "denied", 404: "not_found", 408: "timeout", 409: "conflict", 410: "not_found",
    412: "failed_precondition", 422: "invalid", 428: "failed_precondition", 429: "rate_limited", 504: "timeout",
}  # fmt: skip
"""What an HTTP status means; other 4xx are `invalid`, other 5xx `unavailable`."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight with seats left: airports by IATA code, local times `HH:MM`, price in dollars."""

    id: str
    destination: str
    departs: str
    arrives: str
    price: int
    seats: int


@dataclass(frozen=True, slots=True)
class Booking:
    """One booked seat."""

    booking: str
    flight: str
    departs: str
    price: int


@tool("flights.search", effect="read", timeout="5s")
async def search(origin: str, destination: str, date: Date, ctx: Context) -> list[Flight]:
    """Flights between two airports on one day, cheapest first. `NYC` means all of its airports."""
    query = {"origin": origin, "destination": destination, "date": date.isoformat()}
    return [Flight(**flight) for flight in await ask(ctx, "GET", "/flights", params=query)]


@tool("partner.search", effect="read", timeout="5s")
async def partner_search(origin: str, destination: str, day: Date, ctx: Context) -> list[Flight]:
    """The same flights as a partner of the airline knows them."""
    query = {"from": origin, "to": destination, "day": day.isoformat()}
    return [Flight(**flight) for flight in await ask(ctx, "GET", "/partner/search", params=query)]


@tool(
    "flights.book",
    effect="write",
    idempotency="key",
    undo="flights.cancel",
    amount="price",
    dedup_window="24h",
    tags={"payment"},
)
async def book(flight: str, passenger: str, price: int, ctx: Context) -> Booking:
    """Book one seat. The airline deduplicates on Idempotency-Key; `conflict` means that it is sold out."""
    seat = {"flight": flight, "passenger": passenger, "price": price}
    return Booking(**await ask(ctx, "POST", "/bookings", json=seat, headers=keyed(ctx)))


@tool("flights.cancel", effect="write", idempotency="natural", reversible=False, timeout="5s")
async def cancel(booking: str, ctx: Context) -> dict[str, str]:
    """Cancel a booking. Cancelling it again changes nothing."""
    cancelled: dict[str, str] = await ask(ctx, "DELETE", f"/bookings/{quote(booking, safe='')}")
    return cancelled


@tool("flights.release_holds", effect="write", idempotency="natural", reversible=False, timeout="5s")
async def release_holds(user: str, ctx: Context) -> dict[str, int]:
    """Take a traveller off every waiting list. Doing so again changes nothing."""
    released: dict[str, int] = await ask(ctx, "POST", "/holds/release", json={"user": user})
    return released


@tool("notify.traveller", effect="write", idempotency="key", reversible=False, timeout="5s")
async def notify(to: str, subject: str, body: str, ctx: Context) -> dict[str, str]:
    """Write to a traveller through the airline's message desk, once per key."""
    letter = {"to": to, "subject": subject, "body": body}
    sent: dict[str, str] = await ask(ctx, "POST", "/messages", json=letter, headers=keyed(ctx))
    return sent


def keyed(ctx: Context) -> dict[str, str]:
    """The header by which the airline knows a repetition; a header holds ASCII only."""
    return {"Idempotency-Key": quote(ctx.idempotency_key, safe=":/[]#%~!$&'()*+,;=@?^`{|}<>\" ")}


async def ask(ctx: Context, method: str, path: str, **request: Any) -> Any:
    """The airline's answer as plain data. Raises ToolError for every other end of it."""
    import httpx

    base = os.environ.get("AIRLINE_URL", "http://127.0.0.1:8747")
    try:
        response = await ctx.http.request(method, base + path, **request)
    except httpx.ConnectError as error:
        # Nobody answered the phone, so nothing was said: the one network failure whose effect is known.
        raise ToolError("unavailable", f"no airline at {base}", happened=False) from error
    except httpx.TimeoutException as error:
        raise ToolError("timeout", f"the airline did not answer {method} {path} in time") from error
    except httpx.TransportError as error:
        raise ToolError("unavailable", f"the airline hung up during {method} {path}") from error
    if response.is_success:
        return response.json()
    code = CODES.get(response.status_code, "invalid" if response.is_client_error else "unavailable")
    raise ToolError(code, _sentence(response.text, response.status_code))


def _sentence(text: str, status: int) -> str:
    import json

    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return f"the airline answered {status}"
