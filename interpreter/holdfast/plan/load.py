"""Plans from files and texts, compiled once per content."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from holdfast.errors import PlanError
from holdfast.plan.size import MAX_BYTES

if TYPE_CHECKING:
    from holdfast.plan.model import PlanModel
    from holdfast.plan.program import Plan
    from holdfast.plan.shelf import Shelf
    from holdfast.plan.source import Document

_KEPT: Final = 64
"""How many compiled plans are kept at most."""

_KEPT_TEXT: Final = 2 * MAX_BYTES
"""Characters of their texts together, at most: a compiled plan takes some 40 times as much memory as its text."""


class _Cache:
    """The plans that were used last, by file name and content."""

    def __init__(self) -> None:
        self._plans: OrderedDict[tuple[str, bytes], Plan] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: tuple[str, bytes]) -> Plan | None:
        """The plan under a key, if it is kept."""
        with self._lock:
            plan = self._plans.get(key)
            if plan is not None:
                self._plans.move_to_end(key)
            return plan

    def keep(self, key: tuple[str, bytes], plan: Plan) -> None:
        """Keep a plan, and forget those that were not used for longest."""
        with self._lock:
            if self._plans.setdefault(key, plan) is plan:
                self._size += len(plan.source)
            while len(self._plans) > _KEPT or self._size > _KEPT_TEXT:
                self._size -= len(self._plans.popitem(last=False)[1].source)


_CACHE: Final = _Cache()


def load_plan(path: str | Path, shelf: Shelf | None = None) -> Plan:
    """The plan in a file.

    Args:
        path: of the file.
        shelf: where it may be kept, compiled by another process.

    Raises:
        PlanError: there is no such file, it cannot be read, or it is not a plan; with every finding.
    """
    return load_source(_bytes(path), str(path), shelf)


def load_document(path: str | Path, source: str | None = None) -> tuple[Plan, Document]:
    """The plan in a file and its text as it was read, for who looks at both: so it is read once.

    Args:
        path: of the file.
        source: what the file is to hold; by default what it does.

    Raises:
        PlanError: there is no such file, it cannot be read, or it is not a plan; with every finding.
    """
    from holdfast.plan.source import read

    raw = _bytes(path) if source is None else source.encode(errors="surrogatepass")
    key, document = _key(raw, str(path)), read(raw if source is None else source, str(path))
    plan = _CACHE.get(key)
    if plan is None:
        plan = _compiled(document)
        _CACHE.keep(key, plan)
    return plan, document


def _bytes(path: str | Path) -> bytes:
    """What a file holds, as far as a plan may be long. Raises PlanError."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 4)
    except (OSError, ValueError) as error:
        raise _unreadable(Path(path), error) from None


def load_source(source: str | bytes, file: str = "<plan>", shelf: Shelf | None = None) -> Plan:
    """The plan in a text.

    Args:
        source: the text.
        file: the name that findings show.
        shelf: where it may be kept, compiled by another process.

    Raises:
        PlanError: it is not a plan; with every finding.
    """
    raw = source if isinstance(source, bytes) else source.encode(errors="surrogatepass")
    key = _key(raw, file)
    plan = _CACHE.get(key)
    if plan is None:
        plan = (shelf and _kept(raw, file, shelf)) or _read(source, file)
        _CACHE.keep(key, plan)
    return plan


def _kept(raw: bytes, file: str, shelf: Shelf) -> Plan | None:
    try:
        return shelf.get(raw.decode().removeprefix("\ufeff"), file)
    except UnicodeDecodeError:  # not a plan, and the reader says it better
        return None


def _key(raw: bytes, file: str) -> tuple[str, bytes]:
    return file, blake2b(raw, digest_size=16).digest()


def _read(source: str | bytes, file: str) -> Plan:
    from holdfast.plan.source import read

    return _compiled(read(source, file))


def _compiled(document: Document) -> Plan:
    from holdfast.plan.compile import compile_plan
    from holdfast.plan.form import formed

    return compile_plan(document, formed(document.data) or _checked(document))


def _checked(document: Document) -> PlanModel:
    """What the quick way does not take: the model says what is wrong with it, or that nothing is."""
    from holdfast.plan.model import check

    return check(document)


def _unreadable(path: Path, error: Exception) -> PlanError:
    from holdfast.diagnostics import Span
    from holdfast.plan.findings import finding

    return PlanError([finding("unreadable", _why(path, error), Span(str(path), 1, 1, 1, 1))])


def _why(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file `{path}`{_neighbour(path)}"
    if isinstance(error, IsADirectoryError):
        return f"`{path}` is a folder: name a plan in it"
    if isinstance(error, PermissionError):
        return f"`{path}` may not be read by this user"
    return f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}"


def _neighbour(path: Path) -> str:
    import difflib

    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in {".yaml", ".yml"}]
    except OSError:
        return f": there is no folder `{path.parent}`"
    close = difflib.get_close_matches(path.name, names, n=1)
    return f": did you mean `{path.parent / close[0]}`?" if close else ""
