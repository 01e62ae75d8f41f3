"""Measurements happen in processes of their own: each starts clean, and the peers need other environments."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
CHILDREN = HERE / "children"
Data = dict[str, Any]

PATIENCE = 600
"""Seconds after which a measurement is given up."""


def python(script: str, *arguments: object, executable: str = sys.executable, folder: Path = CHILDREN) -> Data:
    """What a script prints as its last line, as data. Raises RuntimeError with what it said when it fails."""
    env = {**os.environ, "PYTHONPATH": str(CHILDREN)} if folder != CHILDREN else None
    command = [executable, str(folder / f"{script}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=PATIENCE)
    if done.returncode:
        raise RuntimeError(f"{script} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    result: Data = json.loads(done.stdout.strip().splitlines()[-1])
    return result


@contextmanager
def store() -> Iterator[Path]:
    """An empty folder, gone afterwards. On the disk that TMPDIR names; a RAM disk would measure nothing."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took. `seconds` on the wall, `cpu` seconds, `memory` bytes resident at most."""

    seconds: float
    cpu: float
    memory: int


def cost(command: Sequence[str], cwd: Path) -> Cost:
    """Run a program to its end. This process has to stay small: its own memory counts as the child's before `exec`."""
    began = time.perf_counter()
    started = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, used = os.wait4(started.pid, 0)
    seconds = time.perf_counter() - began
    started.returncode = os.waitstatus_to_exitcode(status)
    said = started.stderr.read().decode() if started.stderr is not None else ""
    if started.stderr is not None:
        started.stderr.close()
    if started.returncode:
        raise RuntimeError(f"{command[0]} ended with {started.returncode}: {said.strip()[-2000:]}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def interleaved(rounds: int, contenders: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """A B A B ...: whatever the machine does meanwhile, it does to all of them."""
    found: dict[str, list[Any]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            found[name].append(measure())
    return found


def ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """The median of the rounds' own ratios: each round saw the same weather."""
    return median(mine / other for mine, other in zip(ours, others, strict=True))
