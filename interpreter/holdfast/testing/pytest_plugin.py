"""For pytest: the tests that stand in plans are collected beside those in Python.

A file `*.yaml` with `tests:` is one, and each of its tests an item: `pytest plans/`. Tools are found as `holdfast test`
finds them, from the folder in which pytest was started (`holdfast.toml`, `tools/`), or as `--holdfast-tools` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's option."""
    group = parser.getgroup("holdfast", "tests in Holdfast plans")
    group.addoption("--holdfast-tools", action="append", default=[], metavar="PATH", help="where the plans' tools are")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A plan with tests in it."""
    if file_path.suffix not in {".yaml", ".yml"} or not _has_tests(file_path):
        return None
    return PlanFile.from_parent(parent, path=file_path)


def _has_tests(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return "\ntests:" in text and ("holdfast:" in text)


class Failed(Exception):
    """A test in a plan is not as expected."""


class PlanFile(pytest.File):
    """One plan."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its tests."""
        from holdfast.plan.load import load_plan
        from holdfast.plan.source import read
        from holdfast.testing.runner import cases_of

        plan = load_plan(self.path)
        document = read(self.path.read_bytes(), str(self.path))
        for case in cases_of(document):
            yield PlanItem.from_parent(self, name=case.name, about=(plan, document, case))


class PlanItem(pytest.Item):
    """One test of a plan."""

    def __init__(self, *, about: Any, **given: Any) -> None:
        super().__init__(**given)
        self._plan, self._document, self._case = about

    def runtest(self) -> None:
        """Run it, in peace and with a death at every moment. Raises Failed."""
        from holdfast.config import load_config
        from holdfast.registry import load_registry
        from holdfast.testing import timelines
        from holdfast.testing.runner import verdicts

        config = load_config(None)
        given: list[str] = self.config.getoption("--holdfast-tools") or []
        named = [*(config.tools or ()), *given]
        tools = load_registry(
            named if named or config.tools is not None else None,
            settings=config.settings, permission=config.permission,
        )  # fmt: skip
        kept = timelines.load(self.path)
        for verdict in verdicts(self._plan, self._document, tools, [self._case]):
            faults = timelines.compared(verdict, kept).faults
            if faults:
                raise Failed("\n".join(faults))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is not as expected, without Python's own story."""
        if isinstance(excinfo.value, Failed):
            return f"{self.reportinfo()[2]}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        from holdfast.testing.runner import cases_of

        number = cases_of(self._document).index(self._case)
        line = self._document.span(("tests", number)).line
        return self.path, line - 1, f"{self._plan.name}: {self.name}"
