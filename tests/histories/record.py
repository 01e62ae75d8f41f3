"""Records the journals that are replayed for ever: `python -m tests.histories.record [PLAN...]`.

Each plan of plans/ is played at its real counterpart as `tales.py` tells, and its journal is put into `runs/` with the
text of its plan. What is there is never changed: a plan gets another file, with the next number, when its text, or what
it decides in its tale, is no longer that of its newest file.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from holdfast.core.events import Entry
from holdfast.journal import codec
from holdfast.journal.open import open_store
from tests.histories.tales import TALES, played

CHECKOUT = Path(__file__).parents[2]
RUNS = Path(__file__).parent / "runs"


def files(name: str) -> list[Path]:
    """What there is of a plan, the newest last."""
    return sorted(RUNS.glob(f"{name}-[0-9]*.json"), key=lambda file: int(file.stem.rpartition("-")[2]))


def record(name: str) -> Path | None:
    """Play a plan and keep its journal; None: nothing has changed."""
    with tempfile.TemporaryDirectory() as folder, played(name, Path(folder)) as (home, run):
        entries, file, source = asyncio.run(_journal(home.path / ".holdfast" / "runs.db", run))
    stored = json.loads(codec.encode([entry.event for entry in entries]).body)
    lines = [_line([entry.at, *item]) for entry, item in zip(entries, stored, strict=True)]
    there = files(name)
    kinds = [type(entry.event).__name__ for entry in entries]
    if there and _same(json.loads(there[-1].read_text(encoding="utf-8")), source, kinds):
        return None
    number = int(there[-1].stem.rpartition("-")[2]) + 1 if there else 1
    head = {"format": codec.VERSION, "run": run, "file": Path(file).name, "source": source}
    RUNS.mkdir(exist_ok=True)
    path = RUNS / f"{name}-{number}.json"
    said = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    path.write_text("\n".join([f"{said},", ' "entries": [', ",\n".join(lines), "]}", ""]), encoding="utf-8")
    return path


def _line(stored: list[object]) -> str:
    """An entry without the folders of the machine that it was recorded on."""
    text = json.dumps(stored, ensure_ascii=False)
    for place in (str(CHECKOUT), str(Path(json.__file__).parents[2])):
        text = text.replace(f"{place}/", "")
    return text


def _same(old: dict[str, object], source: str, kinds: list[str]) -> bool:
    entries = old["entries"]
    assert isinstance(entries, list)
    return old["source"] == source and [entry[1] for entry in entries] == kinds


async def _journal(db: Path, run: str) -> tuple[list[Entry], str, str]:
    async with open_store(f"sqlite:{db}") as store:
        row = await store.run(run)
        return await store.entries(run), *await store.plan_source(row.plan_hash)


if __name__ == "__main__":
    for told in sys.argv[1:] or TALES:
        sys.stdout.write(f"{told}: {record(told) or 'as before'}\n")
