"""The airline of plans/book-flight: a real counterpart is worth something only if it keeps its own promises."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.plans.airline import airline, rows

SEAT = {"flight": "F2", "passenger": "ada", "price": 212}
DAY = {"origin": "SFO", "date": "2026-12-01"}


def book(client: httpx.Client, key: str | None = None, **other: object) -> httpx.Response:
    """Book a seat."""
    return client.post("/bookings", json=SEAT | other, headers={"Idempotency-Key": key} if key else {})


def test_47_flights_to_three_airports(tmp_path: Path) -> None:
    """A day has 47 flights to New York, between about 180 and 900 dollars, cheapest first."""
    with airline(tmp_path) as client:
        flights = client.get("/flights", params=DAY | {"destination": "NYC"}).json()
        assert len(flights) == 47
        assert {"JFK", "LGA", "EWR"} == {flight["destination"] for flight in flights}
        prices = [flight["price"] for flight in flights]
        assert sorted(prices) == prices
        assert (181, 899) == (prices[0], prices[-1])


def test_the_partner_knows_the_same_flights(tmp_path: Path) -> None:
    """The partner's search has other names for its arguments and the same answer."""
    with airline(tmp_path) as client:
        own = client.get("/flights", params=DAY | {"destination": "JFK"}).json()
        assert own == client.get("/partner/search", params={"from": "SFO", "to": "JFK", "day": "2026-12-01"}).json()


def test_it_remembers_who_flew_where(tmp_path: Path) -> None:
    """Kim flew to New York five times; of others the airline knows nothing."""
    with airline(tmp_path) as client:
        kim = client.get("/flown", params={"passenger": "kim", "city": "NYC"}).json()
        assert {"from": {"SFO": 9, "OAK": 1}, "to": {"JFK": 3, "LGA": 2}} == kim
        assert {"from": {}, "to": {}} == client.get("/flown", params={"passenger": "ada"}).json()


def test_same_key_books_once(tmp_path: Path) -> None:
    """A second request under the same key gets the first answer and takes no seat."""
    with airline(tmp_path) as client:
        first, second = book(client, "k1"), book(client, "k1")
        assert (201, first.json()) == (second.status_code, second.json())
        assert client.get("/bookings", params={"key": "k1"}).json()["count"] == 1
    assert [("book", "k1", 0), ("book", "k1", 1)] == rows(tmp_path, "SELECT operation, key, repeated FROM attempts")


def test_same_key_with_another_body_is_refused(tmp_path: Path) -> None:
    """A key stands for one request: another one under it is an error of the client."""
    with airline(tmp_path) as client:
        book(client, "k1")
        assert book(client, "k1", passenger="eve").status_code == 422
        assert client.get("/bookings").json()["count"] == 1


def test_without_a_key_every_request_books(tmp_path: Path) -> None:
    """The airline does not guess: what has no key is a new booking."""
    with airline(tmp_path) as client:
        assert {"B1", "B2"} == {book(client).json()["booking"] for _ in range(2)}


def test_keys_hold_over_a_restart(tmp_path: Path) -> None:
    """The answer is kept in the same transaction as the seat, so a new process gives it again."""
    with airline(tmp_path) as client:
        first = book(client, "k1").json()
    (tmp_path / "port").unlink()
    with airline(tmp_path) as client:
        assert first == book(client, "k1").json()


def test_a_flight_sells_out(tmp_path: Path) -> None:
    """Nine seats, then 409 and a place on the waiting list, from which `release` takes the traveller."""
    with airline(tmp_path) as client:
        assert [201] * 9 + [409] == [book(client, f"k{n}").status_code for n in range(10)]
        assert "F2" not in {
            flight["id"] for flight in client.get("/flights", params=DAY | {"destination": "JFK"}).json()
        }
        assert {"released": 1} == client.post("/holds/release", json={"user": "ada"}).json()
        assert {"released": 0} == client.post("/holds/release", json={"user": "ada"}).json()


def test_a_refusal_is_not_kept_under_its_key(tmp_path: Path) -> None:
    """When a seat comes back, the key that was refused may book it."""
    with airline(tmp_path, {"book": [{}, {"sell_out": "F2"}]}) as client:
        booking = book(client, "k1").json()["booking"]
        assert book(client, "k2").status_code == 409
        client.delete(f"/bookings/{booking}")
        assert book(client, "k2").status_code == 201


def test_cancelling_twice_is_the_same_as_once(tmp_path: Path) -> None:
    """A cancellation gives one seat back, however often it is asked for."""
    with airline(tmp_path) as client:
        path = f"/bookings/{book(client).json()['booking']}"
        assert client.delete(path).json() == client.delete(path).json() == {"booking": "B1", "status": "cancelled"}
        assert client.delete("/bookings/B99").status_code == 404
    assert [(0,)] == rows(tmp_path, "SELECT seats FROM sold")


def test_another_price_is_refused(tmp_path: Path) -> None:
    """Nobody is booked at a price he did not see."""
    with airline(tmp_path) as client:
        assert book(client, price=199).status_code == 412
        assert client.get("/bookings").json()["count"] == 0


def test_the_answer_is_lost_after_the_booking_was_made(tmp_path: Path) -> None:
    """`drop_after`: the client sees a broken connection, the database a booking, and the key gives its answer."""
    with airline(tmp_path, {"book": [{"drop_after": True}]}) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            book(client, "k1")
        assert client.get("/bookings").json()["count"] == 1
        assert book(client, "k1").json()["booking"] == "B1"
    assert [(1,)] == rows(tmp_path, "SELECT count(*) FROM bookings")


def test_the_connection_is_lost_before_the_booking(tmp_path: Path) -> None:
    """`drop_before`: the same to the client, and nothing in the database."""
    with airline(tmp_path, {"book": [{"drop_before": True}]}) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            book(client, "k1")
        assert client.get("/bookings").json()["count"] == 0


def test_a_client_that_gave_up_is_booked_all_the_same(tmp_path: Path) -> None:
    """`slow_after`: the seat is taken although nobody waits for the answer any more."""
    with airline(tmp_path, {"book": [{"slow_after": 5}]}) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/bookings", json=SEAT, headers={"Idempotency-Key": "k1"}, timeout=0.2)
        assert client.get("/bookings", params={"key": "k1"}).json()["count"] == 1


def test_scripted_faults_come_in_order(tmp_path: Path) -> None:
    """Each request takes the next fault of its operation; an empty one lets it through."""
    with airline(tmp_path) as client:
        client.post("/admin/faults", json={"book": [{"status": 503}, {}, {"sell_out": "F2"}]})
        assert [503, 201, 409] == [book(client, f"k{n}").status_code for n in range(3)]


def test_unknown_faults_are_refused(tmp_path: Path) -> None:
    """A misspelled fault is not silently no fault."""
    with airline(tmp_path) as client:
        answer = client.post("/admin/faults", json={"book": [{"drop_afer": True}]})
        assert answer.status_code == 422
        assert "unknown fault `drop_afer`" in answer.json()["message"]


def test_random_faults_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    """A seed makes bad luck repeatable, and another seed makes other bad luck."""
    faults = {"random": {"rates": {"status": 0.5}}}
    seen = []
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / folder).mkdir()
        with airline(tmp_path / folder, faults, seed) as client:
            seen.append([client.get("/bookings").status_code for _ in range(20)])
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
    assert {200, 503} == set(seen[0])


def test_messages_are_sent_once_per_key(tmp_path: Path) -> None:
    """The message desk deduplicates as the booking desk does."""
    letter = {"to": "ada", "subject": "No luck yet", "body": "Sorry."}
    with airline(tmp_path) as client:
        sent = [client.post("/messages", json=letter, headers={"Idempotency-Key": "m1"}).json() for _ in range(2)]
    assert [{"message": "M1"}, {"message": "M1"}] == sent
    assert [("ada", "Sorry.")] == rows(tmp_path, "SELECT recipient, body FROM messages")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("POST", "/bookings", {"flight": "F2"}, 400),
        ("POST", "/bookings", {"flight": "F99", "passenger": "ada", "price": 1}, 404),
        ("POST", "/bookings", {"flight": "F2", "passenger": "ada", "price": "dear"}, 400),
        ("GET", "/flights?origin=SFO&destination=JFK&date=soon", None, 422),
    ],
)
def test_bad_requests_get_an_answer(
    tmp_path: Path, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    """What the airline does not understand it says so about, and goes on serving."""
    with airline(tmp_path) as client:
        assert client.request(method, path, json=body).status_code == status
        assert {"status": "ok"} == client.get("/healthz").json()
