"""Where an engine's runs meet the people of the installation: nothing of it is loaded without a policy."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holdfast.config import Config
    from holdfast.journal.store import Store
    from holdfast.people.office import Office
    from holdfast.plan.shelf import Shelf

LOG: Final = logging.getLogger("holdfast.people")


@asynccontextmanager
async def staff(
    store: Store,
    config: Config,
    warn: Callable[[str], None] | None = None,
    clock: Callable[[], float] = time.time,
    shelf: Shelf | None = None,
) -> AsyncGenerator[Office | None]:
    """The office of an installation, if its configuration names a policy. Raises PolicyError."""
    if config.policy is None:
        yield None
        return
    from holdfast.people.office import staffed

    async with staffed(store, config, warn or LOG.warning, clock, shelf) as office:
        yield office
