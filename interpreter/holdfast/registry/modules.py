"""Importing the Python files that define tools, with mistakes told as a place and a reason.

A file is imported under a private name: its folder becomes a package `_holdfast_tools_<hash>`, so a folder called
`tools` and a file called `http.py` collide with nobody's. While the files of a folder are imported, they may import
each other plainly (`import airline`) and mean the same module; what is installed goes first. Inside of functions,
where that time is over, `from . import airline` works.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.machinery import FileFinder, ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

from holdfast.errors import ConfigError
from holdfast.registry.place import shown_path

PREFIX: Final = "_holdfast_tools_"


def import_named(name: str, what: str) -> ModuleType:
    """Import a module by its dotted name. Raises ConfigError; `what` says what was being loaded."""
    try:
        return importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001 - a module may even call sys.exit; Ctrl-C passes as it is
        raise _told(error, what, name) from None


def import_file(path: Path) -> ModuleType:
    """Import one file. Raises ConfigError."""
    if not path.is_file():
        raise ConfigError(f"cannot load the tools in {shown_path(str(path))}: it is a folder, or a link to no file")
    path = path.resolve()
    package = _package(path.parent)
    with _siblings(path.parent, package):
        return import_named(f"{package}.{path.stem}", f"the tools in {shown_path(str(path))}")


def import_folder(folder: Path) -> list[ModuleType]:
    """Import every `*.py` of a folder that does not begin with `_`, in order of their names. Raises ConfigError."""
    return [import_file(path) for path in sorted(folder.glob("*.py")) if not path.name.startswith("_")]


def _package(folder: Path) -> str:
    name = PREFIX + hashlib.blake2b(str(folder).encode(errors="surrogateescape"), digest_size=8).hexdigest()
    if name not in sys.modules:
        package = ModuleType(name, f"The tools in {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    finder = sys.path_importer_cache.get(str(folder))
    if isinstance(finder, FileFinder):  # `importlib.invalidate_caches` loads much from Python 3.12 on
        finder.invalidate_caches()
    return name


@contextmanager
def _siblings(folder: Path, package: str) -> Generator[None]:
    finder = _Siblings(folder, package)
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.found:
            sys.modules.pop(name, None)


class _Siblings:
    """Finds `import airline` as the file beside the importing one. It stands last, so what is installed wins."""

    def __init__(self, folder: Path, package: str) -> None:
        self._folder, self._package = folder, package
        self.found: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Part of the import protocol."""
        if path is not None or "." in name or not self._holds(name):
            return None
        self.found.append(name)
        return ModuleSpec(name, _Alias(f"{self._package}.{name}"))  # type: ignore[arg-type]  # by duck typing

    def _holds(self, name: str) -> bool:
        return (self._folder / f"{name}.py").is_file() or (self._folder / name / "__init__.py").is_file()


class _Alias:
    """Gives a module that has another name already, and leaves it as it is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Part of the import protocol."""
        del spec
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import protocol."""
        module.__spec__ = self._spec


def _told(error: BaseException, what: str, name: str) -> BaseException:
    """The error for people; those that are not about the module pass as they are."""
    if isinstance(error, ConfigError | KeyboardInterrupt | GeneratorExit):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name and name.startswith(error.name):
        return ConfigError(f"cannot load {what}: there is no module `{error.name}`")
    if isinstance(error, SyntaxError):
        place = f" at {shown_path(error.filename)}:{error.lineno}" if error.filename else ""
        return ConfigError(f"cannot load {what}: {error.msg}{place}")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _machinery(frame.filename)]
    place = f" at {shown_path(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return ConfigError(f"cannot load {what}: {type(error).__name__}: {error}{place}")


def _machinery(file: str) -> bool:
    return file.startswith("<frozen ") or file == __file__ or f"{Path('importlib', '__init__.py')}" in file
