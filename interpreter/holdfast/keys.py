"""The keys that seal journals, read from where the configuration says. They never enter the store."""

from __future__ import annotations

from holdfast.config import NO_KEY, Config
from holdfast.errors import ConfigError
from holdfast.values import pair


@pair
class Keys:
    """`digest_key` seals and verifies; `old_keys` only verify, the newest first. An empty one: plain digests."""

    digest_key: bytes | None = None
    old_keys: tuple[bytes, ...] = ()


def keys(config: Config) -> Keys:
    """The keys of an installation. Raises ConfigError: one is not where the configuration says."""
    if not config.digest_key and not config.old_keys:
        return Keys()
    return Keys(
        _read("key", config.digest_key, config) if config.digest_key else None,
        tuple(b"" if reference == NO_KEY else _read("old_keys", reference, config) for reference in config.old_keys),
    )


def _read(name: str, reference: str, config: Config) -> bytes:
    from holdfast.registry.secret import read_secret
    from holdfast.registry.tool_error import ToolError

    try:
        found = read_secret(reference, {}).encode()
    except ToolError as missing:
        said = str(missing).partition("`: ")[2] or str(missing)
        raise ConfigError(f"{config.file}: audit.{name}: {said}, and without it no journal can be written") from None
    if not found:
        raise ConfigError(f"{config.file}: audit.{name}: what `{reference}` leads to is empty")
    return found
