"""A bank that takes an order on and tells its result later, by the token it was given; else that of ledger.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from holdfast import Context, Outcome, tool

sys.path.append(str(Path(__file__).parents[3] / "plans" / "tools"))
import ledger


@tool("bank.order", effect="write", idempotency="key")
async def order(source: str, target: str, amount: float, ctx: Context) -> Outcome[dict[str, Any]]:
    """Order a payment. It is made at once, and said later."""
    token = await ctx.callback()
    with ledger.world() as db:
        known = ledger.answer(db, "bank.order", ctx.idempotency_key)
        payment = known or ledger.pay(db, "bank.order", ctx.idempotency_key, (source, target, amount))
        db.execute("CREATE TABLE IF NOT EXISTS tokens (token TEXT, answer TEXT)")
        db.execute("INSERT INTO tokens VALUES (?, ?)", (token, json.dumps(payment)))
    return Outcome(deferred="1h")
