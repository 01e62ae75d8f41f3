"""What `import holdfast` gives is written down, sorted, importable and documented."""

from __future__ import annotations

import inspect
import subprocess
import sys

import holdfast


def test_public_names_are_sorted_and_unique() -> None:
    """`__all__` is the list of the public names, in order."""
    assert sorted(set(holdfast.__all__)) == list(holdfast.__all__)


def test_every_public_name_exists() -> None:
    """Each name in `__all__` can be had from the package."""
    assert [] == [name for name in holdfast.__all__ if not hasattr(holdfast, name)]


def test_every_public_name_is_documented() -> None:
    """Each public class, function and method of our own says what it is."""
    assert [] == [name for name in holdfast.__all__ for name in undocumented(name, getattr(holdfast, name))]


def undocumented(name: str, value: object) -> list[str]:
    """The name itself and its public methods, where their docstring is missing or was made by `dataclass`."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return []
    own = [] if _documented(value) else [name]
    if not inspect.isclass(value):
        return own
    methods = {key: item for key, item in vars(value).items() if not key.startswith("_") and inspect.isfunction(item)}
    return own + [f"{name}.{key}" for key, item in methods.items() if not inspect.getdoc(item)]


def _documented(value: object) -> bool:
    text = inspect.getdoc(value) or ""
    return bool(text) and not text.startswith(f"{getattr(value, '__name__', '')}(")


def test_star_import_brings_the_public_names_only() -> None:
    """`from holdfast import *` brings exactly `__all__`, in a fresh interpreter."""
    script = "from holdfast import *; print(*sorted(n for n in dir() if not n.startswith('__')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [name for name in holdfast.__all__ if not name.startswith("__")] == done.stdout.split()
