"""The tools of plans/book-flight say truly what happened, whatever the airline does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from holdfast import Context, ToolError
from holdfast.registry.modules import import_file
from tests.plans.airline import airline

TOOLS = Path(__file__).parents[2] / "plans" / "book-flight" / "tools" / "flights.py"
DAY = date(2026, 12, 1)

pytestmark = pytest.mark.anyio


def context(timeout: float = 20) -> Context:
    """A call under the key `k1`, with a client of its own."""
    ctx = Context(idempotency_key="k1")
    ctx._http = httpx.AsyncClient(timeout=timeout)
    return ctx


@pytest.fixture
def flights() -> ModuleType:
    """The tools."""
    return import_file(TOOLS)


async def fails(flights: ModuleType, fault: Mapping[str, object], folder: Path, patch: pytest.MonkeyPatch) -> ToolError:
    """How a booking fails under a fault."""
    with airline(folder, {"book": [fault]}) as client:
        patch.setenv("AIRLINE_URL", str(client.base_url))
        ctx = context(timeout=0.5)
        with pytest.raises(ToolError) as caught:
            await flights.book("F2", "ada", 212, ctx)
        await ctx.http.aclose()
    return caught.value


async def test_search_book_cancel(flights: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The good day: a search, a booking that is the same when repeated, a cancellation, a message."""
    with airline(tmp_path) as client:
        monkeypatch.setenv("AIRLINE_URL", str(client.base_url))
        ctx = context()
        found = await flights.search("SFO", "JFK", DAY, ctx)
        assert ("F1", "06:10", 189) == (found[0].id, found[0].departs, found[0].price)
        assert found == await flights.partner_search("SFO", "JFK", DAY, ctx)
        booked = await flights.book("F1", "ada", 189, ctx)
        assert booked == await flights.book("F1", "ada", 189, ctx)
        assert {"booking": "B1", "status": "cancelled"} == await flights.cancel(booked.booking, ctx)
        assert {"released": 0} == await flights.release_holds("ada", ctx)
        await ctx.http.aclose()


async def test_a_guess_says_how_sure_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share of the flights so far is the confidence; without any flight there is no guess."""
    traveller = import_file(TOOLS.with_name("traveller.py"))
    with airline(tmp_path) as client:
        monkeypatch.setenv("AIRLINE_URL", str(client.base_url))
        ctx = context()
        airport = await traveller.usual_airport("kim", "NYC", ctx)
        origin = await traveller.usual_origin("kim", ctx)
        unknown = await traveller.usual_airport("ada", "NYC", ctx)
        await ctx.http.aclose()
    assert ("JFK", 0.6, "3 of 5 flights to NYC went to JFK") == (airport.value, airport.confidence, airport.reasoning)
    assert ("SFO", 0.9, "9 of 10 flights left from SFO") == (origin.value, origin.confidence, origin.reasoning)
    assert (None, 0) == (unknown.value, unknown.confidence)


@pytest.mark.parametrize(
    ("fault", "code", "happened"),
    [
        ({"sell_out": "F2"}, "conflict", False),
        ({"status": 503}, "unavailable", None),
        ({"status": 500}, "unavailable", None),
        ({"status": 429}, "rate_limited", False),
        ({"drop_after": True}, "unavailable", None),
        ({"drop_before": True}, "unavailable", None),
        ({"slow_after": 3}, "timeout", None),
    ],
)
async def test_what_a_failed_booking_says_about_its_effect(
    flights: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Mapping[str, object],
    code: str,
    happened: bool | None,
) -> None:
    """A refusal did not happen; a 503, a broken connection and silence leave it unknown."""
    error = await fails(flights, fault, tmp_path, monkeypatch)
    assert (code, happened) == (error.code, error.happened)


async def test_nobody_at_home_means_that_nothing_happened(
    flights: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that was never made carried no booking."""
    with airline(tmp_path) as client:
        monkeypatch.setenv("AIRLINE_URL", str(client.base_url))
    ctx = context()
    with pytest.raises(ToolError) as caught:
        await flights.book("F2", "ada", 212, ctx)
    await ctx.http.aclose()
    assert ("unavailable", False) == (caught.value.code, caught.value.happened)


async def test_a_key_of_any_letters_fits_into_a_header(
    flights: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are made of users' and tasks' names; a header holds ASCII, so the rest is quoted."""
    with airline(tmp_path) as client:
        monkeypatch.setenv("AIRLINE_URL", str(client.base_url))
        ctx = context()
        ctx.idempotency_key = "josé:book-flight:trip:a[b]/book"
        await flights.book("F2", "josé", 212, ctx)
        await ctx.http.aclose()
        keys = [booking["key"] for booking in client.get("/bookings").json()["bookings"]]
        assert ["jos%C3%A9:book-flight:trip:a[b]/book"] == keys
