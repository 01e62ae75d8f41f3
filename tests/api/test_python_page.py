"""The page about Python is true: its examples run, in order, and its lists are complete."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import holdfast
from holdfast.api.session import Holdfast

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def blocks(language: str) -> list[str]:
    """The page's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example finds what the earlier ones left, and its assertions hold."""
    monkeypatch.chdir(tmp_path)
    for text in blocks("yaml"):
        path = Path(text.splitlines()[0].removeprefix("# "))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    names: dict[str, object] = {"__name__": "page"}
    for text in blocks("python"):
        exec(compile(text, str(PAGE), "exec", dont_inherit=True), names)  # noqa: S102 - the page's own examples
    out = capsys.readouterr().out
    assert "1 RunRequested" in out
    assert "monday succeeded" in out
    assert "seq=1 address= event=RunRequested" in out


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """The page listens to the log of runs; nobody does so afterwards."""
    runs = logging.getLogger("holdfast.runs")
    handlers, level = list(runs.handlers), runs.level
    yield
    runs.handlers[:] = handlers
    runs.setLevel(level)


def test_every_call_is_mentioned() -> None:
    """Each public method of a session is in the page's table."""
    text = PAGE.read_text(encoding="utf-8")
    methods = [name for name in vars(Holdfast) if not name.startswith("_") and name != "tools"]
    assert [] == [name for name in methods if f"hf.{name}(" not in text]


def test_every_error_is_mentioned() -> None:
    """Each public error is told on the page."""
    text = PAGE.read_text(encoding="utf-8")
    errors = [name for name in holdfast.__all__ if isinstance(getattr(holdfast, name), type)
              and issubclass(getattr(holdfast, name), Exception)]  # fmt: skip
    assert [] == [name for name in errors if name not in text]
