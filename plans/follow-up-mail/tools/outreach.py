"""The CRM and the mail server as tools. `CRM_URL` and `SMTP_URL` (`127.0.0.1:8025`) say where they are."""

from __future__ import annotations

import hashlib
import os
import smtplib
from email.message import EmailMessage
from typing import Any

from holdfast import Context, ToolError, tool


@tool("crm.due", effect="read", timeout="5s")
async def due(ctx: Context) -> list[dict[str, Any]]:
    """Leads that, as far as the CRM knows, nobody has written to."""
    found: list[dict[str, Any]] = await _crm(ctx, "/leads/due")
    return found


@tool("crm.last_contact", effect="read", timeout="5s")
async def last_contact(lead: str, ctx: Context) -> dict[str, Any]:
    """When somebody wrote to a lead last (`at`, null for never), as far as the CRM knows."""
    found: dict[str, Any] = await _crm(ctx, f"/leads/{lead}/contact")
    return found


async def _crm(ctx: Context, path: str) -> Any:
    response = await ctx.http.get(os.environ.get("CRM_URL", "http://127.0.0.1:8753") + path)
    response.raise_for_status()
    return response.json()


@tool("mail.send", effect="write", idempotency="none", reversible=False, timeout="10s")
def send(to: str, title: str, body: str, ctx: Context) -> dict[str, str]:
    """Send a mail.

    A mail server takes the same mail twice, and cannot be asked what it took: so the honest strategy is `none`, and
    after a lost answer a person looks. The Message-ID follows from the idempotency key, so that there is something to
    look for.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "us@example.org", to, title
    mail["Message-ID"] = message_id(ctx.idempotency_key)
    mail.set_content(body)
    host, _, port = os.environ.get("SMTP_URL", "127.0.0.1:8025").partition(":")
    try:
        server = smtplib.SMTP(host, int(port), timeout=5)
    except OSError as error:
        raise ToolError("unavailable", f"no mail server there: {error}", happened=False) from error
    with server:
        server.send_message(mail)
    return {"message_id": mail["Message-ID"]}


def message_id(key: str) -> str:
    """The Message-ID of the mail that is sent under an idempotency key."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:24]}@holdfast.example.org>"
