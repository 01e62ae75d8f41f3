"""Tokens by which results can be given later: made for calls of one run, and told once they stand in its journal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from holdfast.core.events import CallbackIssued, Event
from holdfast.registry.context import digest_of, new_token


class Tokens:
    """Those of one run that stand in no journal yet. `waiting`: who waits for that, by the token's digest."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[None]] = {}

    def made(self, call: int) -> tuple[str, CallbackIssued, asyncio.Future[None]]:
        """A new token for a call, what the run observes, and what is done once that stands."""
        token = new_token()
        issued = CallbackIssued(call=call, digest=digest_of(token))
        stands = self.waiting[issued.digest] = asyncio.get_running_loop().create_future()
        return token, issued, stands

    def tell(self, events: Iterable[Event]) -> None:
        """These events stand: their tokens may be used."""
        for event in events:
            if isinstance(event, CallbackIssued):
                stands = self.waiting.pop(event.digest, None)
                if stands is not None and not stands.done():
                    stands.set_result(None)
