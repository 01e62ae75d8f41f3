"""The schema of the configuration and its reader have the same verdict."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from holdfast.cli.authoring.config_schema import config_schema
from holdfast.config import load_config
from holdfast.errors import ConfigError

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = [
    text
    for page in ("tools.md", "people.md")
    for text in re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
]
WRONG = [
    "stroe = 'x'", "store = 3", "durability = 'none'", "[limits]\nconcurrency = 0", "[tools]\nload = 'x'",
    "[tools.x]\ntimeot = '1s'", "[tools.x]\ncost = -1", "[secrets]\na = 'plain'", "[people.mail]\nhost = 'x'",
    "[people.mail]\nhost = 'x'\nfrom = 'y'\nport = 0", "[people.mail]\nhost = 'x'\nfrom = 'y'\nsecurity = 'ssl'",
    "[audit]\nkey = 'k'", "[audit]\nold_keys = ['k']", "[retention]\npayloads = 90", "tools = [1]",
]  # fmt: skip


def verdicts(text: str, folder: Path) -> tuple[bool, bool]:
    """Of the schema, of the reader."""
    file = folder / "holdfast.toml"
    file.write_text(text, encoding="utf-8")
    try:
        load_config(file)
    except ConfigError:
        read = False
    else:
        read = True
    return Draft202012Validator(config_schema()).is_valid(tomllib.loads(text)), read


@pytest.mark.parametrize("text", ["", "tools = ['tools/']", "[tools.'a.b']\nretry = 3\nrate = '1/s'", *EXAMPLES])
def test_what_is_right_is_right_for_both(text: str, tmp_path: Path) -> None:
    """The examples of the documentation among it."""
    Draft202012Validator.check_schema(config_schema())
    assert (True, True) == verdicts(text, tmp_path)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_wrong_for_both(text: str, tmp_path: Path) -> None:
    """Keys, types and bounds."""
    assert (False, False) == verdicts(text, tmp_path)
