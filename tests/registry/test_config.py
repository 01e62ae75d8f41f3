"""`holdfast.toml`: what can be said, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.config import Config, MailServer, load_config
from holdfast.errors import ConfigError
from holdfast.keys import Keys, keys
from holdfast.plan.program import Retry
from holdfast.registry import Breaker, Permission, Rate, ToolSettings

FULL = """
store = "sqlite:runs.db"
durability = "process"

[limits]
concurrency = 50

[tools]
load = ["tools", "my_company.tools", "more/extra.py"]
allow = ["flights.*"]
deny = ["mail.*"]

[tools."flights.book"]
timeout = "5s"
retry = {attempts = 2, delay = "1s"}
concurrency = 2
rate = "10/s"
breaker = {failures = 5, window = "1m", open = "30s"}
cost = 0.5

[secrets]
airline = "env:AIRLINE_TOKEN"
mail = "file:mail.key"

[audit]
key = "env:AUDIT_KEY"
old_keys = ["file:last.key", "none"]
"""


def refused(folder: Path, text: str) -> str:
    """The message with which a configuration is refused, without its file."""
    path = folder / "holdfast.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    file, _, said = str(caught.value).partition(": ")
    assert str(path) == file
    return said


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    """Relative paths are relative to the file's folder."""
    (tmp_path / "tools").mkdir()
    path = tmp_path / "holdfast.toml"
    path.write_text(FULL)
    expected = Config(
        store=f"sqlite:{tmp_path}/runs.db",
        tools=(f"{tmp_path}/tools", "my_company.tools", f"{tmp_path}/more/extra.py"),
        durability="process",
        concurrency=50,
        settings={
            "flights.book": ToolSettings(
                timeout=5.0,
                retry=Retry(attempts=2, delay=1.0),
                concurrency=2,
                rate=Rate(10, 1.0),
                breaker=Breaker(5, 60.0, 30.0),
                cost=0.5,
            )
        },
        permission=Permission(allow=("flights.*",), deny=("mail.*",)),
        secrets={"airline": "env:AIRLINE_TOKEN", "mail": f"file:{tmp_path}/mail.key"},
        digest_key="env:AUDIT_KEY",
        old_keys=(f"file:{tmp_path}/last.key", "none"),
        file=str(path),
    )
    assert expected == load_config(path)


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But a file that was named has to be there."""
    monkeypatch.chdir(tmp_path)
    assert Config() == load_config()
    with pytest.raises(ConfigError, match=r"other.toml: cannot read the configuration: No such file"):
        load_config("other.toml")


def test_the_short_form_of_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list says what to load; in the working directory paths stay as they are written."""
    monkeypatch.chdir(tmp_path)
    Path("holdfast.toml").write_text('tools = ["tools/"]\n')
    assert (("tools/",), "sqlite:.holdfast/runs.db") == (load_config().tools, load_config().store)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('stroe = "x"', "unknown key `stroe`: did you mean `store`?"),
        ("store = 3", "store: `3` is not a store"),
        ('durability = "none"', "durability: unknown durability `none`; write `power` or `process`"),
        ("limits = 3", "limits: `3` is not a table; write [limits] and its keys below it"),
        ("[limits]\nconcurency = 3", "limits: unknown key `concurency`: did you mean `concurrency`?"),
        ("[limits]\nconcurrency = 0", "limits.concurrency: `0` is not a number of calls at once"),
        ("[tools]\nlaod = []", "tools: unknown key `laod`: did you mean `load`?"),
        ("[tools]\nload = 'x'", "tools.load: `x` is not a list of texts"),
        ('[tools."a.b"]\ntimeuot = "5s"', 'tools."a.b": unknown key `timeuot`: did you mean `timeout`?'),
        ('[tools."a.b"]\ntimeout = "5"', 'tools."a.b".timeout: `5` has no unit'),
        ('[tools."a.b"]\nrate = "fast"', 'tools."a.b".rate: `fast` is not a rate'),
        ("[tools.a.b]\ntimeout = '5s'", 'tools."a": quote a name that has dots: [tools."a.b"]'),
        ('[tools."a.b"]\ncost = true', 'tools."a.b".cost: `True` is not money per call'),
        ('[secrets]\nkey = "hunter2"', "secrets.key: write a reference, `env:NAME` or `file:PATH`"),
        ('[secrets]\nkey = "env:"', "secrets.key: write a reference"),
        ("[audit]\nkey = 'hunter2'", "audit.key: write a reference, `env:NAME` or `file:PATH`"),
        ("[audit]\nold_key = 'env:X'", "audit: unknown key `old_key`: did you mean `old_keys`?"),
        ("[audit]\nold_keys = ['hunter2']", "audit.old_keys: write a reference"),
        ("store = \n", "this is not TOML: invalid value (at line 1, column 9)"),
    ],
)
def test_mistakes_name_file_and_key(tmp_path: Path, text: str, expected: str) -> None:
    """And never repeat what may be a secret."""
    said = refused(tmp_path, text)
    assert expected in said
    assert "hunter2" not in said


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Not UTF-8 is said; a byte order mark does no harm."""
    path = tmp_path / "holdfast.toml"
    path.write_bytes(b"store = '\xff'")
    with pytest.raises(ConfigError, match="the configuration is not UTF-8 text"):
        load_config(path)
    path.write_bytes(b"\xef\xbb\xbfdurability = 'process'\r\n")
    assert "process" == load_config(path).durability


def test_the_policy_is_found_beside_the_configuration(tmp_path: Path) -> None:
    """By its usual name if it is there, or where it is said to be; the server for mails has its keys checked."""
    file = tmp_path / "holdfast.toml"
    file.write_text("")
    assert load_config(file).policy is None
    (tmp_path / "policy.yaml").write_text("rules: []")
    assert str(tmp_path / "policy.yaml") == load_config(file).policy
    file.write_text('[people]\npolicy = "law/p.yaml"\nmail = {host = "mx", from = "hf@x.org", password = "env:PW"}')
    config = load_config(file)
    assert str(tmp_path / "law" / "p.yaml") == config.policy
    assert MailServer(host="mx", sender="hf@x.org", password="env:PW") == config.mail  # noqa: S106 - a reference


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people = 3", "people: `3` is not a table"),
        ("[people]\npolizy = 'x'", "people: unknown key `polizy`: did you mean `policy`?"),
        ("[people]\npolicy = 3", "people.policy: `3` is not the path of a policy"),
        ('[people]\npolicy = "a\\u0000b"', "is not the path of a policy"),
        ("[people.mail]\nhost = 'mx'", "people.mail: `from` is missing"),
        ("[people.mail]\nhost = 'mx'\nfrom = 3", "people.mail.from: `3` is not a text"),
        ("[people.mail]\nhost = 'mx'\nfrom = 'a@b'\nsecurity = 'ssl'", "`ssl`: write one of starttls, tls, none"),
        ("[people.mail]\nhost = 'mx'\nfrom = 'a@b'\nport = 70000", "`70000` is not the number of a port"),
        ("[people.mail]\nhost = 'mx'\nfrom = 'a@b'\npassword = 'x'", "people.mail.password: write a reference"),
    ],
)
def test_what_is_wrong_about_people_is_said(tmp_path: Path, text: str, said: str) -> None:
    """The key is named, and what can stand there."""
    file = tmp_path / "holdfast.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert said in str(caught.value)


def test_the_keys_of_journals_are_read_where_the_configuration_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the environment or a file; one that is not there is an error with the key's place, never its value."""
    (tmp_path / "last.key").write_text("long ago\n")
    monkeypatch.setenv("AUDIT_KEY", "of today")
    said = load_config(_written(tmp_path, '[audit]\nkey = "env:AUDIT_KEY"\nold_keys = ["file:last.key", "none"]'))
    assert Keys(b"of today", (b"long ago", b"")) == keys(said)
    assert Keys() == keys(Config())

    monkeypatch.delenv("AUDIT_KEY")
    with pytest.raises(
        ConfigError, match=r"audit\.key: the environment variable AUDIT_KEY is not set, and without it no"
    ):
        keys(said)


def _written(folder: Path, text: str) -> Path:
    (folder / "holdfast.toml").write_text(text)
    return folder / "holdfast.toml"
