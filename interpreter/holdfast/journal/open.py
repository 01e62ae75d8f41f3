"""From a store's address in the configuration to the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from holdfast.errors import ConfigError, StoreError
from holdfast.journal.address import SCHEME
from holdfast.journal.store import Durability, Store

ALLOWED: Final = "`sqlite:PATH`, a plain path, or `memory:`"


def open_store(
    url: str, *, durability: Durability = "power", digest_key: bytes | None = None, old_keys: Sequence[bytes] = ()
) -> Store:
    """The store at an address; its folder is created. Use it with `async with`.

    Args:
        url: `sqlite:PATH`, a plain path, or `memory:` (nothing survives the process).
        durability: `power` (each commit reaches the disk) or `process` (survives `kill -9`, not the loss of power).
        digest_key: secret that turns the journal's digests into a seal; None: plain digests.
        old_keys: keys before it, the newest first, which still verify; an empty one: plain digests do.

    Raises:
        ConfigError: there is no such kind of store.
        StoreError: its folder cannot be created.
    """
    if durability not in ("power", "process"):
        raise ConfigError(f"durability `{durability}` is not known: use `power` or `process`")
    scheme = SCHEME.match(url)
    if scheme is None:
        return _sqlite(url, durability, digest_key, old_keys)
    rest = url[scheme.end() :]
    match scheme[1].lower():
        case "sqlite":
            return _sqlite(rest, durability, digest_key, old_keys)
        case "memory" if not rest:
            from holdfast.journal.memory import Memory

            return Memory(digest_key=digest_key, old_keys=old_keys)
        case _:
            raise ConfigError(f"no store `{url}`: use {ALLOWED}")


def _sqlite(path: str, durability: Durability, digest_key: bytes | None, old_keys: Sequence[bytes]) -> Store:
    from holdfast.journal.sqlite import Sqlite

    if not path or path == ":memory:":
        raise ConfigError(f"no store `sqlite:{path}`: use {ALLOWED}")
    place = Path(path).expanduser()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder `{place.parent}` for the store cannot be created: {error.strerror}") from error
    return Sqlite(str(place), durability=durability, digest_key=digest_key, old_keys=old_keys)
