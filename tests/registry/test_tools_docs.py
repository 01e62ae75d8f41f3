"""What docs/tools.md says is so."""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.config import load_config
from holdfast.registry import Context, Registry, load_tools, tool

TEXT = (Path(__file__).parents[2] / "docs/tools.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    """The examples in one language, as they stand; those in lists without their indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def test_the_python_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, as a reader would type them; every assertion in them holds, every tool can be used."""
    module = ModuleType("holdfast_docs_tools")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    blocks = examples("python")
    for block in blocks:
        exec(compile(block, "docs/tools.md", "exec"), module.__dict__)  # noqa: S102 - our own documentation
    registry = Registry(load_tools(module))
    names = re.findall(r'^@tool\("([a-z.]+)"', "".join(blocks), re.MULTILINE)
    assert names == [contract.name for contract in registry.contracts(names)]


def test_the_configuration_example_is_valid(tmp_path: Path) -> None:
    """Every key in it is known, every value can be read."""
    example = next(text for text in examples("toml") if "[secrets]" in text)
    (tmp_path / "holdfast.toml").write_text(example)
    config = load_config(tmp_path / "holdfast.toml")
    assert {"flights.book"} == set(config.settings)
    assert all(tomllib.loads(text) for text in examples("toml"))


def test_every_tool_of_the_standard_pack_is_listed() -> None:
    """In the table, and nothing else is."""
    section = TEXT.partition("## The standard pack")[2]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    listed = [name for row in rows for name in re.findall(r"`([a-z.]+[a-z_.]*)`", row)]
    ours = [name for name in Registry().names() if name.partition(".")[0] in {"http", "files", "time"}]
    assert ours == sorted(listed)


def test_every_argument_of_the_decorator_is_listed() -> None:
    """And every attribute of the context."""
    section = TEXT.partition("All that `@tool` takes:")[2].partition("\n\nA definition")[0]
    firsts = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(inspect.signature(tool).parameters) - {"name"} == set(re.findall(r"`(\w+)`", "".join(firsts)))
    public = {name for name in dir(Context) if not name.startswith("_")} - {"resources", "beat", "issue", "loop"}
    assert set() == public - set(re.findall(r"`ctx\.(\w+)", TEXT))
