"""The airline's desk: which request is which operation, what goes wrong with it, and what it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import timetable
from faults import Fault, Faults
from records import Answer, Records, Refused
from wire import BadRequest, Request


class Desk:
    """Answers requests.

    Args:
        records: the airline's database.
        faults: what goes wrong.
    """

    def __init__(self, records: Records, faults: Faults) -> None:
        self._records = records
        self._faults = faults
        self._operations: dict[tuple[str, str], tuple[str, Callable[[Request], Answer]]] = {
            ("GET", "/flights"): ("search", partial(self._search, names=("origin", "destination", "date"))),
            ("GET", "/partner/search"): ("partner", partial(self._search, names=("from", "to", "day"))),
            ("GET", "/flown"): ("flown", self._flown),
            ("POST", "/bookings"): ("book", self._book),
            ("GET", "/bookings"): ("find", self._find),
            ("POST", "/holds/release"): ("release", self._release),
            ("POST", "/messages"): ("message", self._message),
        }

    async def handle(self, request: Request) -> Answer | None:
        """The answer to a request; None when its connection is to be closed without one."""
        if request.path == "/healthz":
            return 200, {"status": "ok"}
        if (request.method, request.path) == ("POST", "/admin/faults"):
            return self._script(request)
        found = self._operation(request)
        if found is None:
            return 404, {"error": "no_such_place", "message": f"no {request.method} {request.path} here"}
        operation, act = found
        return await self._suffer(self._faults.next(operation), partial(self._act, act, request))

    def _operation(self, request: Request) -> tuple[str, Callable[[Request], Answer]] | None:
        if request.method == "DELETE" and request.path.startswith("/bookings/"):
            return "cancel", self._cancel
        return self._operations.get((request.method, request.path))

    async def _suffer(self, fault: Fault, act: Callable[[], Answer]) -> Answer | None:
        """Do `act`, or what becomes of it."""
        await asyncio.sleep(fault.get("slow", 0))
        self._sell_out(fault.get("sell_out", []))
        if fault.get("drop_before"):
            return None
        if status := fault.get("status"):
            return status, {"error": "fault", "message": f"the airline is having a bad day ({status})"}
        answer = act()
        await asyncio.sleep(fault.get("slow_after", 0))
        return None if fault.get("drop_after") else answer

    def _sell_out(self, flights: str | list[str]) -> None:
        for flight in [flights] if isinstance(flights, str) else flights:
            self._records.sell(flight, self._records.seats(flight))

    @staticmethod
    def _act(act: Callable[[Request], Answer], request: Request) -> Answer:
        try:
            return act(request)
        except Refused as refusal:
            return refusal.answer()
        except KeyError as missing:
            raise BadRequest(f"{missing} is missing") from None

    def _script(self, request: Request) -> Answer:
        try:
            self._faults.script(request.json())
        except ValueError as error:
            return 422, {"error": "bad_fault", "message": str(error)}
        return 200, {"status": "ok"}

    def _search(self, request: Request, names: tuple[str, str, str]) -> Answer:
        origin, destination, day = (request.query[name] for name in names)
        try:
            found = timetable.find(origin, destination, day)
        except ValueError:
            raise Refused(422, "bad_date", f"`{day}` is not a date like 2026-12-01") from None
        seats = [asdict(flight) | {"seats": self._records.seats(flight.id)} for flight in found]
        return 200, [flight for flight in seats if flight["seats"] > 0]

    @staticmethod
    def _flown(request: Request) -> Answer:
        return 200, timetable.flown(request.query["passenger"], request.query.get("city", ""))

    def _book(self, request: Request) -> Answer:
        body, key = request.json(), request.headers.get("idempotency-key")
        flight, passenger, price = str(body["flight"]), str(body["passenger"]), _number(body["price"])
        return self._records.once("book", key, body, lambda: self._records.book(key, flight, passenger, price))

    def _cancel(self, request: Request) -> Answer:
        booking = request.path.removeprefix("/bookings/")
        return self._records.once("cancel", None, {}, lambda: self._records.cancel(booking))

    def _find(self, request: Request) -> Answer:
        found = self._records.bookings(request.query.get("key"))
        return 200, {"count": len(found), "bookings": found}

    def _release(self, request: Request) -> Answer:
        user = str(request.json()["user"])
        return self._records.once("release", None, {}, lambda: self._records.release(user))

    def _message(self, request: Request) -> Answer:
        body, key = request.json(), request.headers.get("idempotency-key")
        to, subject, text = str(body["to"]), str(body["subject"]), str(body["body"])
        return self._records.once("message", key, body, lambda: self._records.send(key, to, subject, text))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest(f"`{value}` is not a price")
    return value
