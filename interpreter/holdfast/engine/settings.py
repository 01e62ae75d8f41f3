"""The limits of one engine: how much at once, how long, how big."""

from __future__ import annotations

from holdfast.values import value

MIB = 1024 * 1024


@value
class Settings:
    """What one engine allows itself. Durations are seconds.

    Args:
        max_live: runs in memory at once; more wait their turn.
        max_queue: runs that may wait for their turn; `start` refuses beyond it.
        max_calls: tool calls at once in this process.
        max_calls_per_run: of these, for one run.
        max_value: bytes of JSON a tool may give; above it the call fails with `bad_output`.
        linger: a run whose next timer is further away than this leaves memory.
        poll: how often the store is asked whether another process wrote.
        grace: how long calls in flight may take to end when the engine closes.
        call_grace: how long a call may take to end once it is cancelled; then it is abandoned.
        check_timeout: for a tool's `check` where neither step nor tool says.
        store_patience: how long a store that fails is tried again before a run is given up (it stays resumable).
        follow_all: wake every run of the store, not only those that this engine started or resumed.
    """

    max_live: int = 1_000
    max_queue: int = 100_000
    max_calls: int = 100
    max_calls_per_run: int = 100
    max_value: int = 16 * MIB
    linger: float = 30.0
    poll: float = 0.025
    grace: float = 5.0
    call_grace: float = 0.1
    check_timeout: float = 30.0
    store_patience: float = 60.0
    follow_all: bool = False
