"""Values behave as dataclasses do, although they are made in another way."""

from __future__ import annotations

import copy
import pickle
from dataclasses import field, fields, is_dataclass, replace
from threading import Barrier, Thread

import pytest

from holdfast.values import pair, value


@value
class Seat:
    """A seat."""

    row: int
    letter: str = "A"
    notes: list[str] = field(default_factory=list[str])

    @property
    def name(self) -> str:
        """Row and letter."""
        return f"{self.row}{self.letter}"


@pair
class Leg:
    """From one place to another."""

    start: str
    end: str = "JFK"


@value
class Empty:
    """No fields at all."""


def test_fields_are_given_by_keyword() -> None:
    """With defaults, and with a new list for every value."""
    one, other = Seat(row=3), Seat(row=3)
    assert (3, "A", [], "3A") == (one.row, one.letter, one.notes, one.name)
    assert one.notes is not other.notes
    with pytest.raises(TypeError):
        Seat(3)  # type: ignore[misc]


def test_a_pair_takes_positions_too() -> None:
    """In the order of its fields."""
    assert Leg("CDG", "LGA") == Leg(end="LGA", start="CDG")
    assert "JFK" == Leg("CDG").end


@pytest.mark.parametrize("given", [{}, {"row": 1, "seat": 2}])
def test_what_does_not_fit_is_refused(given: dict[str, int]) -> None:
    """A field that is missing or unknown: the first time a value is made, and after that."""

    @value
    class Fresh:
        row: int

    for _ in range(2):
        with pytest.raises(TypeError):
            Fresh(**given)
    assert 1 == Fresh(row=1).row


def test_values_are_compared_by_what_they_hold() -> None:
    """Equal values have equal hashes; another class is never equal."""
    assert Leg("A") == Leg("A")
    assert Leg("A") != Leg("B")
    assert Leg("A") != ("A", "JFK")
    assert 1 == len({Leg("A"), Leg("A")})
    assert Empty() == Empty()
    assert "Leg(start='A', end='JFK')" == repr(Leg("A"))


def test_there_is_no_room_for_anything_else() -> None:
    """Slots: a misspelled field is an error, and a value takes little memory."""
    leg = Leg("A")
    with pytest.raises(AttributeError):
        leg.ende = "B"  # type: ignore[attr-defined]
    assert not hasattr(leg, "__dict__")


def test_dataclasses_know_them() -> None:
    """`fields` and `replace` work, with defaults and factories."""
    assert is_dataclass(Seat)
    assert ["row", "letter", "notes"] == [one.name for one in fields(Seat)]
    assert ("A", list[str]) == (fields(Seat)[1].default, fields(Seat)[2].default_factory)
    assert Leg("A", "C") == replace(Leg("A", "B"), end="C")
    assert () == fields(Empty())


def test_values_can_be_copied_and_sent() -> None:
    """As those of `multiprocessing` and `copy` need it."""
    seat = Seat(row=4, notes=["window"])
    assert [seat] * 3 == [copy.copy(seat), copy.deepcopy(seat), pickle.loads(pickle.dumps(seat))]  # noqa: S301 - our own bytes


def test_the_first_value_may_be_made_by_several_threads() -> None:
    """Whoever comes first writes how it is made; the others are not disturbed."""

    @value
    class Fresh:
        number: int

    gate, made = Barrier(8), list[Fresh]()

    def make(number: int) -> None:
        gate.wait()
        made.append(Fresh(number=number))

    threads = [Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(range(8)) == sorted(one.number for one in made)
