"""`tools check`: promises of contracts, tried on a real service that keeps books of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.cli.upkeep.by_hand import ByHand
from holdfast.cli.upkeep.trial import Finding, trial
from holdfast.registry import Registry, load_registry
from tests.cli.conftest import Project
from tests.cli.test_terminal import terminal
from tests.tools.server import Reply, Request, Server, serving

TOOLS = """
import os
from typing import Any
from holdfast import Context, Outcome, tool

Booking = dict[str, str]

async def ask(ctx: Context, method: str, path: str, **body: object) -> Any:
    key = {"Idempotency-Key": ctx.idempotency_key}
    answer = await ctx.http.request(method, os.environ["DESK_URL"] + path, json=body, headers=key)
    answer.raise_for_status()
    return answer.json()

@tool("desk.book", effect="write", idempotency="key", undo="desk.cancel")
async def book(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "keyed", seat=seat)

@tool("desk.lie", effect="write", idempotency="key", undo="desk.cancel")
async def lie(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "careless", seat=seat)

@tool("desk.cancel", effect="write", idempotency="natural", reversible=False)
async def cancel(booking: str, ctx: Context) -> str:
    return (await ask(ctx, "DELETE", "bookings/" + booking))["state"]

@tool("desk.vanish", effect="write", idempotency="natural", reversible=False)
async def vanish(seat: str, ctx: Context) -> int:
    booking = (await ask(ctx, "POST", "keyed", seat=seat))["booking"]
    return (await ask(ctx, "DELETE", "bookings/" + booking))["times"]

@tool("desk.write", effect="write", idempotency="check", reversible=False, settles_within="5s")
async def write(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "late", seat=seat)

@write.check
async def written(ctx: Context) -> Booking | None:
    return await ask(ctx, "GET", "late?key=" + ctx.idempotency_key)

@tool("desk.forget", effect="write", idempotency="check", reversible=False)
async def forget(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "careless", seat=seat)

@forget.check
async def forgotten(ctx: Context) -> Booking | None:
    return None

@tool("desk.guess", effect="write", idempotency="check", reversible=False)
async def guess(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "careless", seat=seat)

@guess.check
async def guessed(seat: str) -> Booking | None:
    return {"booking": "B0", "seat": seat}

@tool("desk.shout", effect="write", idempotency="none", reversible=False)
async def shout(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "careless", seat=seat)

@tool("desk.odd", effect="write", idempotency="key", undo="desk.count")
async def odd(seat: str, ctx: Context) -> Booking:
    return await ask(ctx, "POST", "keyed", seat=seat)

@tool("desk.count", effect="write", idempotency="natural", reversible=False)
async def count(seat: int) -> None: ...

@tool("desk.dull", effect="write", idempotency="key", undo="desk.cancel")
async def dull(seat: str, ctx: Context) -> None:
    await ask(ctx, "POST", "keyed", seat=seat)

@tool("desk.list", effect="read")
async def list_(ctx: Context) -> list[str]:
    return await ask(ctx, "GET", "bookings")

@tool("desk.broken", effect="read", output_schema={"type": "array"})
async def broken(ctx: Context) -> Any:
    return {"not": "a list"}

@tool("desk.later", effect="write", idempotency="key")
async def later(seat: str, ctx: Context) -> Outcome[Booking]:
    return Outcome(deferred="1h")
"""


class Desk:
    """The other side: bookings in a database, honest under `keyed` and `late`, careless elsewhere."""

    def __init__(self, path: Path) -> None:
        self._path, self._looks = path, 0
        with self._db() as db:
            db.execute(
                "CREATE TABLE bookings (id INTEGER PRIMARY KEY, key TEXT, seat TEXT, cancelled INTEGER DEFAULT 0)"
            )

    def answer(self, request: Request) -> Reply:
        way, _, rest = request.path.strip("/").partition("/")
        if request.method == "POST":
            return Reply(
                201, json.dumps(self._booked(way, request.headers["Idempotency-Key"], json.loads(request.body)))
            )
        if way == "bookings" and rest:
            return Reply(200, json.dumps(self._cancelled(rest)))
        if way.startswith("late"):
            return Reply(200, json.dumps(self._late(way.partition("key=")[2])))
        return Reply(200, json.dumps([f"B{number}" for (number, *_) in self.rows()]))

    def rows(self) -> list[tuple[int, str, str, int]]:
        """All bookings there are."""
        with self._db() as db:
            return db.execute("SELECT * FROM bookings").fetchall()

    def _booked(self, way: str, key: str, body: dict[str, str]) -> dict[str, str]:
        known = [row for row in self.rows() if row[1] == key and way == "keyed"]
        if known:
            return {"booking": f"B{known[0][0]}", "seat": known[0][2]}
        with self._db() as db:
            made = db.execute("INSERT INTO bookings (key, seat) VALUES (?, ?)", (key, body["seat"]))
        return {"booking": f"B{made.lastrowid}", "seat": body["seat"]}

    def _late(self, key: str) -> dict[str, str] | None:
        """What is visible: the first look after a booking still sees nothing."""
        known = [row for row in self.rows() if row[1] == key]
        self._looks += bool(known)
        return {"booking": f"B{known[0][0]}", "seat": known[0][2]} if known and self._looks > 1 else None

    def _cancelled(self, booking: str) -> dict[str, object]:
        with self._db() as db:
            db.execute("UPDATE bookings SET cancelled = cancelled + 1 WHERE id = ?", (booking[1:],))
        times = [row[3] for row in self.rows() if f"B{row[0]}" == booking]
        return {"state": "cancelled", "times": times[0] if times else 0}

    def _db(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self._path, isolation_level=None))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The other side's books, empty."""
    return Desk(tmp_path / "desk.db")


@pytest.fixture
def service(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The other side, listening."""
    with serving(desk.answer) as server:
        monkeypatch.setenv("DESK_URL", server.url)
        yield server


@pytest.fixture
def tools(tmp_path: Path) -> Registry:
    """The tools that call it."""
    (tmp_path / "desk_tools.py").write_text(TOOLS, encoding="utf-8")
    return load_registry([tmp_path / "desk_tools.py"])


async def tried(tools: Registry, name: str, **given: object) -> list[Finding]:
    """What a trial of this tool finds."""
    tool = tools.get(name)
    key = "k1" if tool.contract.effect == "write" else ""
    async with ByHand(tool, {}) as hands:
        undo = tools.get(tool.contract.undo) if tool.contract.undo else None
        return await trial(tool, undo, hands, given, key)


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "made"), [("desk.book", 1), ("desk.write", 1), ("desk.list", 0), ("desk.cancel", 0)])
async def test_an_honest_tool_passes(service: Server, desk: Desk, tools: Registry, name: str, made: int) -> None:
    """Of each strategy, a late check included; the other side has one booking at the most."""
    given = {"desk.list": {}, "desk.cancel": {"booking": "B7"}}.get(name, {"seat": "1A"})
    found = await tried(tools, name, **given)
    assert [] == [one for one in found if not one.ok]
    assert made == len(desk.rows())
    assert 2 <= len(service.requests)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("desk.lie", "the same effect twice", 'at `booking` "B1", then "B2": the other side did not'),
        ("desk.vanish", "the same effect twice", "1, then 2: a repeat does not leave"),
        ("desk.forget", "the check after the call", "it found nothing"),
        ("desk.guess", "the check before the call", 'it found {"booking": "B0"'),
        ("desk.broken", "the first call", "failed with `bad_output`"),
        ("desk.odd", "undo with `desk.count`", "argument `seat`"),
    ],
)
async def test_a_lying_tool_does_not_pass(
    service: Server, desk: Desk, tools: Registry, name: str, what: str, said: str
) -> None:
    """What it broke is named, and it is the last thing that was tried."""
    found = await tried(tools, name, **({} if name == "desk.broken" else {"seat": "1A"}))
    assert (what, False) == (found[-1].what, found[-1].ok)
    assert said in found[-1].detail
    assert len(desk.rows()) == (2 if name == "desk.lie" else 0 if name in {"desk.guess", "desk.broken"} else 1)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "what", "said", "made"),
    [
        ("desk.shout", "a second call", "a repeat is not safe", 1),
        ("desk.dull", "the same effect twice", "null tells no effect from another", 1),
        ("desk.later", "the same effect twice", "the result comes later", 0),
    ],
)
async def test_what_a_trial_cannot_tell_is_said(
    service: Server, desk: Desk, tools: Registry, name: str, what: str, said: str, made: int
) -> None:
    """A tool without a strategy is called once; a result that says nothing proves nothing."""
    found = await tried(tools, name, seat="1A")
    assert [] == [one for one in found if one.ok is False]
    assert said in next(one.detail for one in found if one.what == what and one.ok is None)
    assert made == len(desk.rows())
    if name == "desk.dull":
        assert "neither arguments nor result have `booking`" in found[-1].detail


def test_the_command_says_what_it_does_and_asks_first(service: Server, desk: Desk, project: Project) -> None:
    """Without a word nothing is called; the exit code tells an honest tool from a lying one."""
    project.write("tools/desk_tools.py", TOOLS)
    for words, reason in (
        (("desk.book", "-i", "seat=1A"), "say --yes if that is meant"),
        (("desk.book", "-i", "sead=1A", "--yes"), "did you mean `seat`?"),
    ):
        refused = project("tools", "check", *words)
        assert (2, True) == (refused.code, reason in refused.err)
    assert [] == service.requests
    lying = project("tools", "check", "desk.lie", "-i", "seat=1A", "--yes", "--json")
    said = lying.json
    assert (1, "desk.lie", "key", False, [True, True, False]) == (
        lying.code, said["tool"], said["idempotency"], said["ok"], [one["ok"] for one in said["findings"]],
    )  # fmt: skip
    assert {said["key"]} == {key for _, key, _, _ in desk.rows()}
    words = ("tools", "check", "desk.book", "-i", "seat=1A", "--key", "mine")
    with terminal(project, *words) as person:
        person.see("compare the two results")
        person.see("do it? [y/N]")
        assert 2 == len(desk.rows())
        person.type("y")
        assert 0 == person.end()
    assert "`desk.book` passed" in person.seen
    assert "holdfast tools call desk.cancel -i booking=B3 --yes" in person.seen
    assert ["mine"] == [key for _, key, _, _ in desk.rows()[2:]]
