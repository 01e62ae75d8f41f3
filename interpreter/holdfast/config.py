"""`holdfast.toml`: what an installation says. Everything in it can be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from holdfast.diagnostics import did_you_mean
from holdfast.errors import ConfigError
from holdfast.registry.limits import parse_breaker, parse_concurrency, parse_rate, parse_timeout
from holdfast.registry.permission import NO_RESTRICTION, Permission
from holdfast.registry.retries import parse_retry
from holdfast.registry.settings import ToolSettings
from holdfast.values import pair, value

DEFAULT_FILE: Final = "holdfast.toml"
DEFAULT_POLICY: Final = "policy.yaml"
NO_KEY: Final = "none"
"""Among the older keys: what was written before there was any."""
DEFAULT_STORE: Final = "sqlite:.holdfast/runs.db"
T = TypeVar("T")
Table = Mapping[str, Any]


@value
class MailServer:
    """Where mails are handed in.

    Args:
        host: of the server.
        port: of the server.
        sender: whom the mails come from.
        user: to sign in as; empty: nobody signs in.
        password: a reference, `env:NAME` or `file:PATH`.
        security: `starttls`, `tls` or `none`.
    """

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = ""
    security: str = "starttls"


@value
class Config:
    """An installation's configuration.

    Args:
        store: URL of the store.
        tools: modules, `.py` files or folders with tools; None: the folder `tools/` if it is there.
        durability: `power`: what is acknowledged survives a power cut; `process`: it survives `kill -9`.
        concurrency: tool calls at once in one process; None: the engine's own limit.
        settings: of tools, by name.
        permission: which tools may be used.
        secrets: names to references, `env:NAME` or `file:PATH`.
        policy: path of the installation's policy; None: there is none.
        mail: how notifications are mailed; None: they are not.
        digest_key: a reference to the key that seals journals; empty: they are sealed with none.
        old_keys: references to keys before it, the newest first; `none`: what was written without one is accepted.
        payloads: seconds after its end for which a run's values are kept; None: for ever.
        file: where it was read from, for messages; empty: nowhere.
    """

    store: str = DEFAULT_STORE
    tools: tuple[str, ...] | None = None
    durability: Literal["power", "process"] = "power"
    concurrency: int | None = None
    settings: Mapping[str, ToolSettings] = field(default_factory=dict[str, ToolSettings])
    permission: Permission = NO_RESTRICTION
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: str | None = None
    mail: MailServer | None = None
    digest_key: str = ""
    old_keys: tuple[str, ...] = ()
    payloads: float | None = None
    file: str = ""


def load_config(path: str | Path | None = None) -> Config:
    """The configuration in a file; relative paths in it are relative to the file's folder.

    Args:
        path: of the file; None: `holdfast.toml` in the working directory, or the defaults if there is none.

    Raises:
        ConfigError: with the file and the key.
    """
    file = Path(DEFAULT_FILE if path is None else path)
    if path is None and not file.exists():
        return Config(policy=_beside_nothing())
    return _Reader(str(file), file.parent).config(_table_in(file))


def _beside_nothing() -> str | None:
    """The policy of an installation without a configuration."""
    return DEFAULT_POLICY if Path(DEFAULT_POLICY).is_file() else None


def _table_in(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot read the configuration: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: the configuration is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: this is not TOML: {str(error)[:1].lower()}{str(error)[1:]}") from None


@pair
class _Reader:
    """Reads tables, and says where in the file something is wrong."""

    file: str
    folder: Path

    def config(self, table: Table) -> Config:
        """The whole file."""
        self._known("", table, TOP_KEYS)
        tools = self._tools_table(table.get("tools", {}))
        limits = self._table("limits", table.get("limits", {}))
        self._known("limits", limits, ("concurrency",))
        people = self._table("people", table.get("people", {}))
        self._known("people", people, ("policy", "mail"))
        audit = self._table("audit", table.get("audit", {}))
        self._known("audit", audit, ("key", "old_keys"))
        retention = self._table("retention", table.get("retention", {}))
        self._known("retention", retention, ("payloads",))
        return Config(
            store=self._store(table.get("store", DEFAULT_STORE)),
            tools=self._sources(tools.get("load")),
            durability=self._durability(table.get("durability", "power")),
            concurrency=self._value("limits.concurrency", limits.get("concurrency"), parse_concurrency),
            settings={name: self._settings(name, one) for name, one in tools.items() if isinstance(one, Mapping)},
            permission=Permission(
                allow=self._words("tools.allow", tools.get("allow", [])),
                deny=self._words("tools.deny", tools.get("deny", [])),
            ),
            secrets=self._secrets(table.get("secrets", {})),
            policy=self._policy(people.get("policy")),
            mail=self._mail(people.get("mail")),
            digest_key=self._reference("key", audit["key"], "audit") if "key" in audit else "",
            old_keys=self._old_keys(audit.get("old_keys", [])),
            payloads=self._value("retention.payloads", retention.get("payloads"), parse_age),
            file=self.file,
        )

    def _store(self, value: object) -> str:
        if not isinstance(value, str) or not value:
            raise self._wrong("store", f"`{value}` is not a store; write a URL, like `{DEFAULT_STORE}`")
        scheme, colon, path = value.partition(":")
        relative = scheme == "sqlite" and colon and path and not path.startswith(("/", ":"))
        return f"sqlite:{self._beside(path)}" if relative else value

    def _durability(self, value: object) -> Literal["power", "process"]:
        if value == "power":
            return "power"
        if value == "process":
            return "process"
        raise self._wrong("durability", f"unknown durability `{value}`; write `power` or `process`")

    def _tools_table(self, value: object) -> Table:
        """`tools = [...]` is short for a table with `load`."""
        if isinstance(value, list):
            return {"load": value}
        table = self._table("tools", value)
        self._known("tools", {key: one for key, one in table.items() if not isinstance(one, Mapping)}, _TOOLS)
        return table

    def _sources(self, value: object) -> tuple[str, ...] | None:
        if value is None:
            return None
        return tuple(self._source(one) for one in self._words("tools.load", value))

    def _source(self, value: str) -> str:
        """A path is taken from the file's folder; what is neither a path nor there is a module's name."""
        beside = self._beside(value)
        is_path = "/" in value or value.endswith(".py") or (self.folder / value).is_dir()
        return beside if is_path else value

    def _settings(self, name: str, table: Table) -> ToolSettings:
        where = f'tools."{name}"'
        for key, entry in table.items():
            if isinstance(entry, Mapping) and key not in _SETTINGS:
                raise self._wrong(where, f'quote a name that has dots: [tools."{name}.{key}"]')
        self._known(where, table, tuple(_SETTINGS))
        given = {key: self._value(f"{where}.{key}", entry, _SETTINGS[key]) for key, entry in table.items()}
        return ToolSettings(**given)

    def _policy(self, value: object) -> str | None:
        """A file that is named has to be there; `policy.yaml` beside the configuration is found by itself."""
        if value is None:
            found = self._beside(DEFAULT_POLICY)
            return found if Path(found).is_file() else None
        if not isinstance(value, str) or not value or "\0" in value:
            raise self._wrong("people.policy", f"`{value}` is not the path of a policy, like `{DEFAULT_POLICY}`")
        return self._beside(value)

    def _mail(self, value: object) -> MailServer | None:
        if value is None:
            return None
        table = self._table("people.mail", value)
        self._known("people.mail", table, MAIL_KEYS)
        for key in ("host", "from"):
            if key not in table:
                raise self._wrong("people.mail", f"`{key}` is missing")
        for key, one in table.items():
            if key != "port" and not (isinstance(one, str) and one):
                raise self._wrong(f"people.mail.{key}", f"`{one}` is not a text")
        security, port = table.get("security", "starttls"), table.get("port", 587)
        if security not in SECURITY:
            raise self._wrong("people.mail.security", f"`{security}`: write one of {', '.join(SECURITY)}")
        if type(port) is not int or not 0 < port <= _LAST_PORT:
            raise self._wrong("people.mail.port", f"`{port}` is not the number of a port")
        password = self._reference("password", table["password"], "people.mail") if "password" in table else ""
        return MailServer(
            host=table["host"], port=port, sender=table["from"], user=table.get("user", ""), password=password,
            security=security,
        )  # fmt: skip

    def _secrets(self, value: object) -> dict[str, str]:
        return {name: self._reference(name, one) for name, one in self._table("secrets", value).items()}

    def _old_keys(self, value: object) -> tuple[str, ...]:
        words = self._words("audit.old_keys", value)
        return tuple(word if word == NO_KEY else self._reference("old_keys", word, "audit") for word in words)

    def _reference(self, name: str, value: object, table: str = "secrets") -> str:
        if not isinstance(value, str) or not value.startswith(("env:", "file:")) or value.endswith(":"):
            how = "write a reference, `env:NAME` or `file:PATH`; the value itself does not belong into this file"
            raise self._wrong(f"{table}.{name}", how)
        scheme, _, place = value.partition(":")
        relative = scheme == "file" and not place.startswith(("/", "~"))
        return f"file:{self._beside(place)}" if relative else value

    def _value(self, where: str, value: Any, parse: Callable[[Any], T]) -> T | None:
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as error:
            raise self._wrong(where, str(error)) from None

    def _words(self, where: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self._wrong(where, f'`{value}` is not a list of texts, like ["..."]')
        return tuple(value)

    def _table(self, where: str, value: object) -> Table:
        if not isinstance(value, Mapping):
            raise self._wrong(where, f"`{value}` is not a table; write [{where}] and its keys below it")
        return value

    def _known(self, where: str, table: Table, keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                guess = did_you_mean(key, keys) or f"; known here: {', '.join(keys)}"
                raise self._wrong(where, f"unknown key `{key}`{guess}")

    def _wrong(self, where: str, sentence: str) -> ConfigError:
        return ConfigError(f"{self.file}: {f'{where}: ' if where else ''}{sentence}")

    def _beside(self, path: str) -> str:
        return path if self.folder == Path() else str(self.folder / path)


def parse_age(value: object) -> float:
    """How long something is kept, in seconds. Raises ValueError."""
    from holdfast.plan.durations import parse_duration

    if not isinstance(value, str):
        raise ValueError(f"`{value}` is no duration; write one, like `90d`")  # noqa: TRY004 - the file's fault
    seconds = parse_duration(value)
    if seconds <= 0:
        raise ValueError(f"`{value}` is no time at all; write a duration, like `90d`")
    return seconds


def _cost(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"`{value}` is not money per call; write a number from 0 on")
    return float(value)


TOP_KEYS: Final = ("store", "tools", "durability", "limits", "people", "secrets", "audit", "retention")
MAIL_KEYS: Final = ("host", "port", "from", "user", "password", "security")
SECURITY: Final = ("starttls", "tls", "none")
_LAST_PORT: Final = 65_535
_TOOLS: Final = ("load", "allow", "deny")
_SETTINGS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "timeout": parse_timeout,
    "retry": parse_retry,
    "concurrency": parse_concurrency,
    "rate": parse_rate,
    "breaker": parse_breaker,
    "cost": _cost,
}
