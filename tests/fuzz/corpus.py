"""Where inputs come from: every plan of the repository, and every example in its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NoReturn

from holdfast.lint.example_tools import example_tools
from holdfast.lint.pages import example
from holdfast.lint.rules import every_rule
from holdfast.registry import Registry, load_registry
from holdfast.registry.packs import Packs
from tests.plan.documents import BAD, GOOD

CHECKOUT = Path(__file__).parents[2]
_YAML = re.compile(r"^```yaml[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEAD = "holdfast: 1\nplan: page\n"


class Called(BaseException):
    """A tool's code was called although nothing runs."""


def _bomb(*args: object, **more: object) -> NoReturn:
    raise Called(args, more)


@cache
def tools() -> Registry:
    """All tools of the repository's plans and of the rules' examples; to call any of them is the end of the trial."""
    folders = sorted(path for path in (CHECKOUT / "plans").rglob("tools") if path.is_dir())
    real = [load_registry([folder]) for folder in folders] + [example_tools()]
    found = {name: registry.get(name) for registry in real for name in registry.names()}
    bombs = [replace(tool, function=_bomb, check=tool.check and _bomb) for tool in found.values()]
    return Registry(bombs, packs=Packs({}))


def _documents() -> Iterator[str]:
    for path in sorted((CHECKOUT / "plans").rglob("*.yaml")):
        yield path.read_text(encoding="utf-8")
    for path in [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]:
        for text in _YAML.findall(path.read_text(encoding="utf-8")):
            yield text if "holdfast:" in text else f"{_HEAD}steps:\n{text}"
    for rule in every_rule():
        yield from (example(rule.bad), example(rule.good))
    yield from (*GOOD, *BAD)


@cache
def corpus() -> tuple[str, ...]:
    """Texts to begin with, the shorter ones first."""
    return tuple(sorted(set(_documents()), key=lambda text: (len(text), text)))
