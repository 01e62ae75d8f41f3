"""Secrets by reference: the value is read when a tool asks for it and never stored."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from holdfast.diagnostics import did_you_mean
from holdfast.registry.tool_error import ToolError


def read_secret(name: str, references: Mapping[str, str]) -> str:
    """The value that the reference of `name` leads to; a file's last line break is not part of it.

    `name` may be a reference itself (`env:NAME`, `file:PATH`), as secret inputs are.

    Raises:
        ToolError: `failed_precondition`: not configured, or nothing is there.
    """
    reference = name if name.startswith(("env:", "file:")) else references.get(name)
    if reference is None:
        guess = did_you_mean(name, references)
        hint = f'add `{name} = "env:NAME"` or `"file:PATH"` under [secrets] in the configuration'
        raise ToolError("failed_precondition", f"no secret `{name}` is configured{guess or f'; {hint}'}")
    scheme, _, place = reference.partition(":")
    return _from_file(name, place) if scheme == "file" else _from_environment(name, place)


def _from_environment(name: str, variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise ToolError("failed_precondition", f"secret `{name}`: the environment variable {variable} is not set")
    return value


def _from_file(name: str, path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ToolError("failed_precondition", f"secret `{name}`: cannot read {path}: {reason}") from None
