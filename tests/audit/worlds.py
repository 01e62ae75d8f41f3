"""A store with a bit of everything, for audits: ended, failed and parked runs, children, large values, people."""

from __future__ import annotations

import asyncio
from pathlib import Path

import holdfast
from holdfast import ToolError, tool
from holdfast.config import Config

KEY = "the key of the audit"

TRIP = """
holdfast: 1
plan: trip
on_failure: compensate
inputs: {who: {type: string, default: ada}, budget: {type: number, default: 500}}
steps:
  - {id: look, tool: air.search, with: {to: "{{ inputs.who }}"}, retry: {attempts: 3, delay: 1ms}}
  - id: book
    tool: air.book
    with: {flight: F1, price: "{{ inputs.budget }}"}
    human: [{when: args.price > 1000, to: boss, reason: It is dear, timeout: 1d}]
    compensate: {tool: air.cancel, with: {flight: F1}}
  - {id: pay, plan: paying, with: {who: "{{ inputs.who }}"}}
  - {id: tell, tool: mail.send, with: {to: "{{ inputs.who }}"}, when: inputs.budget < 900}
output: "{{ steps.book.output }}"
"""

PAYING = """
holdfast: 1
plan: paying
inputs: {who: {type: string}}
steps:
  - id: charge
    tool: bank.charge
    with: {who: "{{ inputs.who }}"}
    compensate: {tool: bank.refund, with: {who: "{{ inputs.who }}"}}
"""

ASKING = """
holdfast: 1
plan: asking
steps:
  - {id: which, ask: {to: desk, question: Which one?, options: [red, blue], timeout: 1d}}
output: "{{ steps.which.output }}"
"""

MAILING = """
holdfast: 1
plan: mailing
inputs: {lead: {type: string, default: ada}}
steps:
  - id: send
    tool: mail.send
    with: {to: "{{ inputs.lead }}"}
    subject: "follow-up:{{ inputs.lead }}"
    pending: {until: {tool: crm.seen, with: {to: "{{ args.to }}"}, when: result, every: 1h}, timeout: 2d}
"""


def tools() -> list[object]:
    """What the plans call; each new list has a first search that fails."""
    tried: list[str] = []

    @tool("air.search", effect="read")
    async def search(to: str) -> dict:
        if to not in tried:
            tried.append(to)
            raise ToolError("unavailable", "the line is down")
        return {"flights": ["F1", "F2"], "terms": "All of the terms. " * 3000}

    @tool("air.book", effect="write", idempotency="key")
    async def book(flight: str, price: float) -> dict:
        return {"flight": flight, "price": price}

    @tool("air.cancel", effect="write", idempotency="natural")
    async def cancel(flight: str) -> str:
        return f"{flight} is free again"

    @tool("bank.charge", effect="write", idempotency="key")
    async def charge(who: str) -> str:
        return f"{who} paid"

    @tool("bank.refund", effect="write", idempotency="natural")
    async def refund(who: str) -> str:
        return f"{who} got it back"

    @tool("mail.send", effect="write", idempotency="key")
    async def send(to: str) -> str:
        if to == "nobody":
            raise ToolError("invalid", "no such address")
        return "sent"

    @tool("crm.seen", effect="read")
    async def seen(to: str) -> bool:
        return to == "seen"

    return [search, book, cancel, charge, refund, send, seen]


def installation(folder: Path) -> Config:
    """A configuration whose key lies in a file of the folder."""
    (folder / "audit.key").write_text(KEY)
    return Config(digest_key=f"file:{folder}/audit.key")


def fill(folder: Path, config: Config | None = None) -> Path:
    """The store, made in this folder."""
    for name, text in (("trip", TRIP), ("paying", PAYING), ("asking", ASKING), ("mailing", MAILING)):
        (folder / f"{name}.yaml").write_text(text)
    asyncio.run(_filled(folder, config or installation(folder)))
    return folder / "runs.db"


async def _filled(folder: Path, config: Config) -> None:
    store = f"sqlite:{folder}/runs.db"
    async with holdfast.open(store, tools=tools(), config=config, durability="process") as hf:
        trip = folder / "trip.yaml"
        assert "succeeded" == (await (await hf.start(trip, task="t1")).result()).status
        failed = await hf.start(trip, inputs={"who": "nobody"}, task="t2")
        assert "failed" == (await failed.result()).status
        approved = await hf.start(trip, inputs={"who": "max", "budget": 2000}, task="t3")
        await _decided(hf, approved, holdfast.Approve(by="ana"))
        asked = await hf.start(folder / "asking.yaml", task="a1")
        await _decided(hf, asked, holdfast.Choose("blue", by="bea"))
        for task, plan, inputs in (
            ("t4", "trip", {"who": "eva", "budget": 3000}), ("a2", "asking", {}), ("m1", "mailing", {}),
            ("m2", "mailing", {"lead": "seen"}),
        ):  # fmt: skip
            await (await hf.start(folder / f"{plan}.yaml", inputs=inputs, task=task)).result()


async def _decided(hf: holdfast.Holdfast, run: holdfast.Run, decision: object) -> None:
    await run.result()
    (review,) = await hf.reviews(run=run.id)
    await hf.decide(review.review.id, decision)
    assert "succeeded" == (await run.wait()).status
