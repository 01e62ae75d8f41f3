"""A journal as lines of JSON that anybody can verify without Holdfast: docs/audit.md has a program that does.

Rules of the file:
- The text of an entry stands at the end of its line exactly as it was hashed: everything behind the first
  `,"event":`, up to the last brace. An append's text is those of its entries, in brackets, with commas between.
- The last entry of an append carries what else was hashed, and the digest.
- Text and numbers are written as the store has them; a line never depends on another version's way of writing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from holdfast.audit.chain import large_values
from holdfast.errors import StoreError
from holdfast.journal.digest import SIZE, StoredAppend, readable
from holdfast.journal.sqlite.raw import Raw, RawRun

FORMAT: Final = 1


def lines(raw: Raw, run: RawRun) -> Iterator[str]:
    """A run's journal: a line about it, one for each entry, one for each large value. Raises StoreError.

    Args:
        raw: the store.
        run: which.
    """
    head = {
        "journal": FORMAT, "run": run.run, "plan_hash": run.plan_hash, "entries": run.last_seq,
        "head": run.head.hex(), "seal": run.seal.hex(),
    }  # fmt: skip
    yield _text(head)
    large: dict[bytes, None] = {}
    for append in raw.appends(run.id):
        yield from _entries(run.run, append)
        large |= dict.fromkeys(large_values(append))
    for ref in large:
        if (content := raw.blob(ref)) is not None:
            yield f'{_text({"run": run.run, "large": ref.hex()})[:-1]},"content":{content.decode()}}}'


def _entries(run: str, append: StoredAppend) -> Iterator[str]:
    items = split(readable(append.version, append.body)[1].decode())
    for number, item in enumerate(items, start=append.seq):
        line: dict[str, object] = {"run": run, "seq": number, "at": append.at}
        if number == append.seq + len(items) - 1:
            line["append"] = _append(append)
        yield f'{_text(line)[:-1]},"event":{item}}}'


def _append(append: StoredAppend) -> dict[str, object]:
    said: dict[str, object] = {"first": append.seq, "format": abs(append.version), "digest": append.digest.hex()}
    return said | ({"erased": append.body[:SIZE].hex()} if append.erased else {})


def split(text: str) -> list[str]:
    """The texts of the items of a JSON array as it was written, one by one. Raises StoreError: it is none."""
    found: list[str] = []
    place = 1
    try:
        while place < len(text) and text[place] != "]":
            _, end = _DECODER.raw_decode(text, place)
            found.append(text[place:end])
            place = end + 1 if text[end] == "," else end
    except (ValueError, IndexError) as error:
        raise StoreError(f"a stored entry cannot be read: {error}; `holdfast audit verify` says more") from None
    return found


_DECODER: Final = json.JSONDecoder()


def _text(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
