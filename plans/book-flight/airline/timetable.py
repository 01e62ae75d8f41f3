"""The timetable: 47 flights a day from San Francisco to the three airports of New York.

The early ones are cheap, the comfortable ones are not. It is the same on every date, so that stories and tests can name
a flight: JFK has F1 (06:10) to F19, LGA F20 to F32, EWR F33 to F47.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

ORIGIN = "SFO"
CITIES = {"NYC": ("JFK", "LGA", "EWR")}
FLOWN = {"kim": {"SFO JFK": 3, "SFO LGA": 2, "SFO BOS": 4, "OAK LAX": 1}}
"""Frequent flyers: how often somebody flew which way. Everybody else is new here."""
FLYING_TIME = timedelta(hours=5, minutes=25)
TIME_ZONES = timedelta(hours=3)
SEATS = 9

# Departure and price, cheapest first at each airport.
_PRICES = {
    "JFK": (
        ("06:10", 189), ("08:00", 212), ("07:15", 238), ("09:00", 540), ("21:55", 555), ("05:30", 569), ("22:40", 575),
        ("10:05", 590), ("20:30", 612), ("11:00", 635), ("12:15", 648), ("13:20", 660), ("14:10", 684), ("19:45", 699),
        ("15:30", 720), ("16:20", 765), ("17:10", 798), ("18:05", 845), ("18:40", 899),
    ),
    "LGA": (
        ("06:30", 205), ("08:00", 219), ("07:45", 247), ("09:00", 545), ("21:00", 560), ("09:35", 574), ("20:05", 589),
        ("10:50", 610), ("12:30", 640), ("13:45", 688), ("15:00", 720), ("19:10", 765), ("16:35", 830),
    ),
    "EWR": (
        ("05:50", 181), ("23:05", 195), ("06:55", 209), ("22:20", 226), ("08:25", 244), ("21:15", 259), ("09:50", 281),
        ("11:10", 299), ("20:00", 318), ("12:40", 345), ("14:00", 371), ("15:15", 405), ("18:55", 440), ("16:45", 478),
        ("17:30", 515),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight: airports by IATA code, local times `HH:MM`, price of a seat in dollars."""

    id: str
    destination: str
    departs: str
    arrives: str
    price: int


def _arrival(departs: str) -> str:
    landed = datetime.fromisoformat(f"2000-01-01T{departs}") + FLYING_TIME + TIME_ZONES
    return f"{landed:%H:%M}"


def _build() -> tuple[Flight, ...]:
    rows = [(airport, departs, price) for airport, flights in _PRICES.items() for departs, price in flights]
    return tuple(
        Flight(f"F{number}", airport, departs, _arrival(departs), price)
        for number, (airport, departs, price) in enumerate(rows, 1)
    )


FLIGHTS = _build()
BY_ID = {flight.id: flight for flight in FLIGHTS}


def find(origin: str, destination: str, day: str) -> list[Flight]:
    """Flights on a day (`YYYY-MM-DD`) to an airport or a whole city, cheapest first. Raises ValueError."""
    date.fromisoformat(day)
    airports = CITIES.get(destination, (destination,))
    found = (flight for flight in FLIGHTS if origin == ORIGIN and flight.destination in airports)
    return sorted(found, key=lambda flight: flight.price)


def flown(passenger: str, city: str) -> dict[str, dict[str, int]]:
    """How often somebody flew from each airport, and to each airport of a city."""
    airports = CITIES.get(city, (city,))
    counts: dict[str, dict[str, int]] = {"from": {}, "to": {}}
    for way, times in FLOWN.get(passenger, {}).items():
        origin, destination = way.split()
        counts["from"][origin] = counts["from"].get(origin, 0) + times
        if destination in airports:
            counts["to"][destination] = counts["to"].get(destination, 0) + times
    return counts
