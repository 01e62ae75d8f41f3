"""From what a command line, a configuration or a program names as tools, to the registry."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from holdfast.errors import ConfigError
from holdfast.registry.collect import tools_of
from holdfast.registry.modules import import_file, import_folder, import_named
from holdfast.registry.permission import Permission
from holdfast.registry.registered import Tool
from holdfast.registry.registry import Registry
from holdfast.registry.settings import ToolSettings

LOG: Final = logging.getLogger("holdfast.registry")
DEFAULT_FOLDER: Final = "tools"
"""Loaded when nothing is named and it is there."""


def load_registry(
    sources: Iterable[object] | None = None,
    *,
    settings: Mapping[str, ToolSettings] | None = None,
    permission: Permission | None = None,
) -> Registry:
    """A registry of the tools that `sources` name, and of those that installed packages offer.

    Args:
        sources: module names, paths of `.py` files or of folders, modules, decorated functions, lists of these;
            None: the folder `tools/`, if it is there.
        settings: the configuration of tools, by name.
        permission: which may be used.

    Raises:
        ConfigError: with file, line and reason.
    """
    registry = Registry(settings=settings, permission=permission)
    for source in _default() if sources is None else sources:
        for tool in load_tools(source):
            registry.add(tool)
    for sentence in registry.strays():
        LOG.warning(sentence)
    return registry


def load_tools(source: object) -> Iterator[Tool]:
    """The tools of one source. Raises ConfigError."""
    if isinstance(source, Path):
        return _at_path(source)
    if not isinstance(source, str):
        return tools_of(source)
    path = Path(source)
    if path.suffix == ".py" or "/" in source or (path.is_dir() and not (path / "__init__.py").exists()):
        return _at_path(path)
    return _named(source)


def _default() -> list[object]:
    folder = Path(DEFAULT_FOLDER)
    return [folder] if folder.is_dir() else []


def _at_path(path: Path) -> Iterator[Tool]:
    if path.is_dir():
        return tools_of(import_folder(path))
    if path.is_file():
        if not path.stem.isidentifier():
            raise ConfigError(f"cannot load tools from `{path}`: rename it, a Python file is named like `my_tools.py`")
        return tools_of(import_file(path))
    raise ConfigError(f"cannot load tools from `{path}`: there is no such file or folder")


def _named(name: str) -> Iterator[Tool]:
    """By module name; the working directory is searched last, as a console script does not have it on the path."""
    from importlib.util import find_spec

    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(f"cannot load tools from `{name}`: give a module's name, a .py file or a folder")
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path and find_spec(name.partition(".")[0]) is None:
        sys.path.append(here)
    return tools_of(import_named(name, f"tools from `{name}`"))
