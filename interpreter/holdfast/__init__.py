"""Holdfast: a durable interpreter of declarative YAML plans for production agents.

Names are loaded when they are first used, so `import holdfast` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.api.decisions import Answer, Approve, Choose, Close, Decision, Edit, Reject
    from holdfast.api.run import Result, Run
    from holdfast.api.session import Holdfast
    from holdfast.api.session import open_session as open  # noqa: A004 - read as `holdfast.open`
    from holdfast.api.sync import run_sync
    from holdfast.engine.settings import Settings
    from holdfast.errors import (
        ConfigError,
        Fenced,
        HoldfastError,
        InputError,
        PlanError,
        PolicyError,
        ReviewError,
        StoreError,
        UnknownName,
    )
    from holdfast.plan.load import load_plan
    from holdfast.registry import Context, Outcome, Pending, ToolError, tool

    __version__: str

__all__ = [
    "Answer",
    "Approve",
    "Choose",
    "Close",
    "ConfigError",
    "Context",
    "Decision",
    "Edit",
    "Fenced",
    "Holdfast",
    "HoldfastError",
    "InputError",
    "Outcome",
    "Pending",
    "PlanError",
    "PolicyError",
    "Reject",
    "Result",
    "ReviewError",
    "Run",
    "Settings",
    "StoreError",
    "ToolError",
    "UnknownName",
    "__version__",
    "load_plan",
    "open",
    "run_sync",
    "tool",
]

_HOMES = {
    "Answer": "holdfast.api.decisions",
    "Approve": "holdfast.api.decisions",
    "Choose": "holdfast.api.decisions",
    "Close": "holdfast.api.decisions",
    "ConfigError": "holdfast.errors",
    "Context": "holdfast.registry",
    "Decision": "holdfast.api.decisions",
    "Edit": "holdfast.api.decisions",
    "Fenced": "holdfast.errors",
    "Holdfast": "holdfast.api.session",
    "HoldfastError": "holdfast.errors",
    "InputError": "holdfast.errors",
    "Outcome": "holdfast.registry",
    "Pending": "holdfast.registry",
    "PlanError": "holdfast.errors",
    "PolicyError": "holdfast.errors",
    "Reject": "holdfast.api.decisions",
    "Result": "holdfast.api.run",
    "ReviewError": "holdfast.errors",
    "Run": "holdfast.api.run",
    "Settings": "holdfast.engine.settings",
    "StoreError": "holdfast.errors",
    "ToolError": "holdfast.registry",
    "UnknownName": "holdfast.errors",
    "load_plan": "holdfast.plan.load",
    "run_sync": "holdfast.api.sync",
    "tool": "holdfast.registry",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "__version__":
        value: object = import_module("holdfast.version").VERSION
    elif name == "open":
        value = import_module("holdfast.api.session").open_session
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module `holdfast` has no `{name}`")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
