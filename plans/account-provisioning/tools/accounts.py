"""The ten systems' operations as tools. `ACCOUNTS_URL` says where they are, e.g. `http://127.0.0.1:8750`."""

from __future__ import annotations

import os
import string
from typing import Any
from urllib.parse import quote

from holdfast import Context, tool

Account = dict[str, str]
"""`account` is its id in its system, such as `wiki-7`."""


@tool("accounts.open", effect="write", idempotency="key", undo="accounts.close")
async def open_account(system: str, login: str, ctx: Context) -> Account:
    """Open an account in one system, once per key. `conflict` means that the login has one already."""
    account: Account = await ask(ctx, "POST", f"/{system}/accounts", json={"login": login})
    return account


@tool("accounts.close", effect="write", idempotency="key", reversible=False)
async def close_account(account: str, ctx: Context) -> Account:
    """Close an account, once per key. One that is closed already is `not_found`."""
    system = account.partition("-")[0]
    closed: Account = await ask(ctx, "DELETE", f"/{system}/accounts/{account}")
    return closed


@tool("payroll.enrol", effect="write", idempotency="check", undo="payroll.remove")
async def enrol(login: str, ctx: Context) -> Account:
    """Put somebody on the payroll. It would do so twice, but it can be asked for our reference."""
    body = {"login": login, "reference": ctx.idempotency_key}
    account: Account = await ask(ctx, "POST", "/payroll/accounts", json=body)
    return account


@enrol.check
async def enrolled(ctx: Context) -> Account | None:
    """Look for our reference."""
    found: list[Account] = await ask(ctx, "GET", "/payroll/accounts", params={"reference": ctx.idempotency_key})
    return found[0] if found else None


@tool("payroll.remove", effect="write", idempotency="natural", reversible=False)
async def remove(account: str, ctx: Context) -> Account:
    """Take somebody off the payroll. Doing so again changes nothing."""
    removed: Account = await ask(ctx, "DELETE", f"/payroll/accounts/{account}")
    return removed


@tool("letters.send", effect="write", idempotency="key", reversible=False)
async def send(to: str, text: str, ctx: Context) -> dict[str, str]:
    """Put a letter in the post, once per key. Nobody gets it back."""
    letter: dict[str, str] = await ask(ctx, "POST", "/letters", json={"to": to, "text": text})
    return letter


async def ask(ctx: Context, method: str, path: str, **request: Any) -> Any:
    """What a system answers. Every other end of it raises, and Holdfast knows from that whether anything happened."""
    base = os.environ.get("ACCOUNTS_URL", "http://127.0.0.1:8750")
    key = quote(ctx.idempotency_key, safe=string.punctuation + " ")  # a header holds ASCII only
    response = await ctx.http.request(method, base + path, headers={"Idempotency-Key": key}, **request)
    response.raise_for_status()
    return response.json()
