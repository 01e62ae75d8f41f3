"""The platform's operations as tools. `PLATFORM_URL` says where it is, e.g. `http://127.0.0.1:8753`."""

from __future__ import annotations

import os
import string
from typing import Any
from urllib.parse import quote

from holdfast import Context, tool


@tool("apps.look", effect="read")
async def look(app: str, ctx: Context) -> dict[str, Any]:
    """How an app is doing: `release`, `errors` (the share of requests that fail), `traffic` in percent."""
    seen: dict[str, Any] = await ask(ctx, "GET", f"/apps/{app}")
    return seen


@tool("apps.restart", effect="write", idempotency="key", reversible=False)
async def restart(app: str, ctx: Context) -> dict[str, Any]:
    """Restart an app, once per key."""
    restarted: dict[str, Any] = await ask(ctx, "POST", f"/apps/{app}/restart")
    return restarted


@tool("apps.release", effect="write", idempotency="natural", undo="apps.release")
async def release(app: str, release: int, ctx: Context) -> dict[str, Any]:
    """Run a release of an app. Doing so again changes nothing."""
    runs: dict[str, Any] = await ask(ctx, "PUT", f"/apps/{app}/release", json={"release": release})
    return runs


@tool("apps.traffic", effect="write", idempotency="natural", undo="apps.traffic")
async def traffic(app: str, percent: int, ctx: Context) -> dict[str, Any]:
    """Send an app so much of the traffic. Doing so again changes nothing."""
    routed: dict[str, Any] = await ask(ctx, "PUT", f"/apps/{app}/traffic", json={"percent": percent})
    return routed


@tool("incidents.open", effect="write", idempotency="key", undo="incidents.update")
async def open_incident(app: str, text: str, ctx: Context) -> dict[str, str]:
    """Tell the public, once per key."""
    opened: dict[str, str] = await ask(ctx, "POST", "/incidents", json={"app": app, "text": text})
    return opened


@tool("incidents.update", effect="write", idempotency="natural", undo="incidents.update")
async def update(incident: str, status: str, text: str, ctx: Context) -> dict[str, str]:
    """What the public reads from now on. Doing so again changes nothing."""
    told: dict[str, str] = await ask(ctx, "PUT", f"/incidents/{incident}", json={"status": status, "text": text})
    return told


async def ask(ctx: Context, method: str, path: str, **request: Any) -> Any:
    """What the platform answers. Every other end raises, and Holdfast knows from that whether anything happened."""
    base = os.environ.get("PLATFORM_URL", "http://127.0.0.1:8753")
    key = quote(ctx.idempotency_key, safe=string.punctuation + " ")  # a header holds ASCII only
    response = await ctx.http.request(method, base + path, headers={"Idempotency-Key": key} if key else {}, **request)
    response.raise_for_status()
    return response.json()
