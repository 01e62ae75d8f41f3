"""The long run: `python -m tests.fuzz --seconds 3600`. What it finds is kept in `.fuzz/`, smallest first."""

# ruff: noqa: T201 - it says what it found

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.fuzz.corpus import Called, corpus, tools
from tests.fuzz.examined import Slow, examine
from tests.fuzz.mutations import mutated

KEPT = Path(".fuzz")


def main(words: list[str]) -> int:
    """Mutate until time is over; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="by default another one each time")
    parser.add_argument("files", nargs="*", type=Path, help="look at these texts again instead")
    args = parser.parse_args(words)
    if args.files:
        return _again(args.files)
    seed = args.seed if args.seed is not None else time.time_ns() % 10**9
    outcomes, found, slowest = _hunt(seed, args.seconds)
    counts, took = f"{sum(outcomes.values())} inputs, {dict(outcomes)}", f"{time.process_time():.0f} s of the processor"
    print(f"seed {seed}: {counts}; {took}, the slowest {slowest:.2f} s; faults {len(found)}")
    for name, sentence in found.items():
        print(f"  {name}: {sentence}")
    return 1 if found else 0


def _again(files: list[Path]) -> int:
    for file in files:
        print(file, *examine(file.read_bytes(), tools()))
    return 0


def _hunt(seed: int, seconds: float) -> tuple[Counter[str], dict[str, str], float]:
    chance, texts = random.Random(seed), list(corpus())
    pool, outcomes, found, slowest = list(texts), Counter[str](), dict[str, str](), 0.0
    until = time.monotonic() + seconds
    with suppress(KeyboardInterrupt):  # who has seen enough is told what it came to
        while time.monotonic() < until:
            base = chance.choice(texts if chance.random() < 0.5 else pool)
            source = mutated(base, chance.choice(texts), chance)
            try:
                outcome, took = examine(source, tools())
            except (Exception, Slow, Called) as fault:  # noqa: BLE001 - whatever it is, it is what we look for
                outcome, took = "FAULT", 0.0
                _keep(source, fault, found)
            outcomes[outcome] += 1
            slowest = max(slowest, took)
            if outcome != "no plan" and len(source) < 20_000:  # what is a plan is worth changing further
                _remember(pool, source.decode("utf-8", errors="replace"), len(texts), chance)
    return outcomes, found, slowest


def _remember(pool: list[str], text: str, fixed: int, chance: random.Random) -> None:
    if len(pool) < fixed + 2_000:
        pool.append(text)
    else:
        pool[chance.randrange(fixed, len(pool))] = text


def _keep(source: bytes, fault: BaseException, found: dict[str, str]) -> None:
    """One text for each way to fail, the shortest."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "/holdfast/" in frame.filename] or frames
    name = f"{type(fault).__name__}-{Path(ours[-1].filename).stem}-{ours[-1].name}".replace("<", "").replace(">", "")
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{name}.yaml"
    if name not in found:
        print(f"FAULT {name}: {type(fault).__name__}: {str(fault)[:300]}", file=sys.stderr, flush=True)
    if name not in found or len(source) < path.stat().st_size:
        path.write_bytes(source)
        found[name] = f"{type(fault).__name__}: {str(fault)[:200]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
