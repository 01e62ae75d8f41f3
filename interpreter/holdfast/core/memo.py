"""What a corrected run compares with."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.core.scope import Result


@dataclass(slots=True, eq=False)
class Memo:
    """What a concluded step made of what, in a run that records what is read; `result`: what it gave."""

    result: Result
    inputs: object
    reads: dict[str, None]
