"""What something takes at worst, as numbers and in words."""

from __future__ import annotations

from holdfast.values import pair


@pair
class Worst:
    """What something takes at most, and how each number adds up, in words: `search 4 + book 3`.

    Args:
        seconds: of time; infinite where nothing bounds it.
        calls: of tools.
        cost: of money, as far as the tools state what a call costs.
        reviews: questions to people.
        sum: of the calls.
        time: of the seconds.
        price: of the money.
        asked: by queue, how many of the questions go there, and their sum.
        writes: how many of the calls are guarded as writes, tries not included.
        undoing: calls that are made on top where all of it is undone.
        undoing_seconds: the time that these take.
    """

    seconds: float = 0.0
    calls: float = 0
    cost: float = 0.0
    reviews: float = 0
    sum: str = ""
    time: str = ""
    price: str = ""
    asked: tuple[tuple[str, float, str], ...] = ()
    writes: float = 0
    undoing: float = 0
    undoing_seconds: float = 0.0
