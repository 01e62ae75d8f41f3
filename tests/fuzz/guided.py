"""Fuzzing that is led by which branches a text reaches: `python -m tests.fuzz.guided --seconds 600`.

Needs atheris, which has wheels for few versions of Python and systems: `pip install -e '.[guided]'` where there is one.
Without it `python -m tests.fuzz` changes plans without looking; both ask the same of every text.
"""

# ruff: noqa: T201 - it says what it found

from __future__ import annotations

import argparse
import random
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fuzz.corpus import corpus, tools
from tests.fuzz.examined import Slow, Wrong, examine
from tests.fuzz.mutations import mutated

LONGEST = 20_000
"""Bytes of a text that is tried."""


def main(words: list[str]) -> int:
    """Hunt until time is over; a fault ends it, with the text in `.fuzz/`. 2: atheris is not there."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args(words)
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        print("atheris is not installed: pip install -e '.[guided]', or python -m tests.fuzz", file=sys.stderr)
        return 2
    Path(".fuzz").mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        for number, text in enumerate(corpus()):
            Path(folder, f"{number}.yaml").write_text(text, encoding="utf-8")
        for name in [
            name for name in sys.modules if name.startswith(("holdfast.plan", "holdfast.lint", "holdfast.explain"))
        ]:
            _instrument(atheris, name)
        limits = [
            f"-max_total_time={args.seconds}",
            f"-max_len={LONGEST}",
            "-artifact_prefix=.fuzz/",
            "-print_final_stats=1",
        ]
        atheris.Setup(["guided", *limits, "-timeout=60", folder], _one, custom_mutator=_changed)
        atheris.Fuzz()
    return 0


def _instrument(atheris: Any, name: str) -> None:
    """Count the branches of a module's functions."""
    module = sys.modules[name]
    for one in list(vars(module).values()):
        if callable(one) and getattr(one, "__module__", "") == name and hasattr(one, "__code__"):
            atheris.instrument_func(one)


def _one(source: bytes) -> None:
    try:
        examine(source, tools())
    except Slow as slow:
        raise Wrong("it takes too long") from slow


def _changed(data: bytes, _longest: int, seed: int) -> bytes:
    """Changes that know what a plan is, with parts of the corpus: mere bytes hardly ever make YAML."""
    chance = random.Random(seed)
    return mutated(data.decode("utf-8", errors="replace"), chance.choice(corpus()), chance)[:LONGEST]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
