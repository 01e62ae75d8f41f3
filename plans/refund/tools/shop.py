"""The shop's operations as tools. `SHOP_URL` says where it is, e.g. `http://127.0.0.1:8751`."""

from __future__ import annotations

import os
import string
from typing import Any
from urllib.parse import quote

from holdfast import Context, Outcome, tool


@tool("orders.find", effect="read")
async def find(order: str, ctx: Context) -> dict[str, Any]:
    """An order: `customer`, `total` in dollars, `item`."""
    found: dict[str, Any] = await ask(ctx, "GET", f"/orders/{order}")
    return found


@tool("complaints.read", effect="read", trust="untrusted")
async def read(order: str, complaint: str, ctx: Context) -> Outcome[dict[str, Any]]:
    """What the clerk would give back, and how sure he is: the confidence of the outcome, from 0 to 1."""
    said = await ask(ctx, "POST", "/complaints/read", json={"order": order, "complaint": complaint})
    return Outcome({"amount": said["amount"]}, confidence=said["confidence"], reasoning=said["why"])


@tool("refunds.pay", effect="write", idempotency="key", undo="refunds.stop", amount="amount", tags={"payment"})
async def pay(order: str, amount: float, ctx: Context) -> dict[str, Any]:
    """Give money back, once per key."""
    paid: dict[str, Any] = await ask(ctx, "POST", "/refunds", json={"order": order, "amount": amount})
    return paid


@tool("refunds.stop", effect="write", idempotency="natural", reversible=False)
async def stop(refund: str, ctx: Context) -> dict[str, str]:
    """Stop a refund before the bank is told, which is at night. Doing so again changes nothing."""
    stopped: dict[str, str] = await ask(ctx, "DELETE", f"/refunds/{refund}")
    return stopped


@tool("customers.tell", effect="write", idempotency="key", reversible=False)
async def tell(to: str, text: str, ctx: Context) -> dict[str, str]:
    """Write to a customer, once per key."""
    sent: dict[str, str] = await ask(ctx, "POST", "/messages", json={"to": to, "text": text})
    return sent


async def ask(ctx: Context, method: str, path: str, **request: Any) -> Any:
    """What the shop answers. Every other end of it raises, and Holdfast knows from that whether anything happened."""
    base = os.environ.get("SHOP_URL", "http://127.0.0.1:8751")
    key = quote(ctx.idempotency_key, safe=string.punctuation + " ")  # a header holds ASCII only
    response = await ctx.http.request(method, base + path, headers={"Idempotency-Key": key} if key else {}, **request)
    response.raise_for_status()
    return response.json()
