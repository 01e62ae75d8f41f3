"""The books' operations as tools. `BOOKS_URL` says where they are, e.g. `http://127.0.0.1:8752`."""

from __future__ import annotations

import os
import string
from typing import Any
from urllib.parse import quote

from holdfast import Context, tool


@tool("receipts.find", effect="read")
async def find(receipt: str, ctx: Context) -> dict[str, Any]:
    """A receipt: `merchant`, `amount` in dollars."""
    found: dict[str, Any] = await ask(ctx, "GET", f"/receipts/{receipt}")
    return found


@tool("expenses.book", effect="write", idempotency="key", undo="expenses.unbook")
async def book(receipt: str, employee: str, ctx: Context) -> dict[str, str]:
    """Put an expense on the books. `conflict` means that the receipt is there already."""
    booked: dict[str, str] = await ask(ctx, "POST", "/bookings", json={"receipt": receipt, "employee": employee})
    return booked


@tool("expenses.unbook", effect="write", idempotency="natural", reversible=False)
async def unbook(booking: str, ctx: Context) -> dict[str, str]:
    """Take an expense off the books. Doing so again changes nothing."""
    taken: dict[str, str] = await ask(ctx, "DELETE", f"/bookings/{booking}")
    return taken


@tool("expenses.pay", effect="write", idempotency="key", reversible=False, amount="amount", tags={"payment"})
async def pay(to: str, amount: float, booking: str, ctx: Context) -> dict[str, str]:
    """Pay an employee back, once per key."""
    paid: dict[str, str] = await ask(ctx, "POST", "/transfers", json={"to": to, "amount": amount, "booking": booking})
    return paid


async def ask(ctx: Context, method: str, path: str, **request: Any) -> Any:
    """What the books answer. Every other end of it raises, and Holdfast knows from that whether anything happened."""
    base = os.environ.get("BOOKS_URL", "http://127.0.0.1:8752")
    key = quote(ctx.idempotency_key, safe=string.punctuation + " ")  # a header holds ASCII only
    response = await ctx.http.request(method, base + path, headers={"Idempotency-Key": key} if key else {}, **request)
    response.raise_for_status()
    return response.json()
