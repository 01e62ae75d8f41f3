"""Notification by webhook: the review as JSON in a POST, signed as the Standard Webhooks specification says.

Headers: `webhook-id` (the same at every try), `webhook-timestamp` (seconds since 1970), and with a secret
`webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Final

from holdfast.people.notify.message import Message, Undelivered

TIMEOUT: Final = 10.0
_GONE: Final = 410


async def post(url: str, message: Message, at: float, secret: str = "") -> None:
    """Send a message. Raises Undelivered.

    Args:
        url: where to.
        message: what is said.
        at: seconds since 1970, for the signature.
        secret: what it is signed with; empty: it is not.
    """
    try:
        import httpx
    except ImportError:
        raise Undelivered("webhooks need httpx: pip install 'holdfast[http]'") from None
    body = json.dumps(message.data, ensure_ascii=False).encode()
    headers = {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at)),
        "user-agent": "holdfast",
    }
    if secret:
        headers["webhook-signature"] = signature(secret, message.id, int(at), body)
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
            answer = await client.post(url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Undelivered(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from None
    if not answer.is_success:
        raise Undelivered(f"answered {answer.status_code}", final=answer.status_code == _GONE)


def signature(secret: str, number: str, at: int, body: bytes) -> str:
    """The header `webhook-signature` (Standard Webhooks 1.0.0, symmetric)."""
    signed = hmac.new(secret.encode(), f"{number}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
