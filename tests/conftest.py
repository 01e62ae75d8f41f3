"""What every test shares: one event loop back end, and property tests that draw the same examples everywhere."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# `ci` is the default, so that `make test` says the same on every machine; `explore` looks for new examples.
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Who starts the tests in the background of a shell has them ignore Ctrl-C, and every process that they start as well.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, the loop that the engine is written for."""
    return "asyncio"
