"""Where the time goes: profiles of the goals' workloads, in microseconds per step.

cProfile makes small functions look dearer than they are and sees the event loop's thread only: the order counts.
"""

from __future__ import annotations

import pstats
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from child import python, store
from measures import Sizes, cold_folder, killed


def show(sizes: Sizes, loop: str, top: int) -> None:
    """Print the profiles, most expensive functions first."""
    _work("one run", sizes.steps, top, "--loop", loop, "--runs", 1, "--steps", sizes.steps)
    _work("many runs", sizes.runs * sizes.short, top, "--loop", loop, "--runs", sizes.runs, "--steps", sizes.short)
    with store() as folder:
        killed(folder, sizes.resumed, "literal")
        file = folder / "profile"
        python("resume", "go", folder, "--steps", sizes.resumed, "--loop", loop, "--profile", file)
        _print(f"resume after {sizes.resumed:,} steps", file, sizes.resumed, top)
    _imports(top)


def parts(sizes: Sizes, loop: str) -> None:
    """Print what a step is made of: each part measured alone, and the parts of the event loop's thread at work."""
    print("alone: microseconds of processor time per step, at best")
    _listed(python("parts", "--loop", loop))
    shapes = {
        "many runs": ("--runs", sizes.runs, "--steps", sizes.short, "--rounds", 4 * sizes.repeats),
        "one run": ("--runs", 1, "--steps", sizes.steps, "--rounds", sizes.repeats),
    }
    for title, work in shapes.items():
        print(f"\n{title}, at work: microseconds of processor time of the event loop's thread per step; they add up")
        _listed(python("budget", "--loop", loop, *work))


def _listed(parts: Mapping[str, float]) -> None:
    for part, took in parts.items():
        print(f"{took:6.1f}  {part}")


def _work(title: str, steps: int, top: int, *arguments: object) -> None:
    with store() as folder:
        file = folder / "profile"
        python("ours", folder, "--profile", file, *arguments)
        _print(title, file, steps, top)


def _print(title: str, file: Path, steps: int, top: int) -> None:
    stats = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
    print(f"\n{title}: microseconds per step\n   own  with callees  calls per step")
    for where, (_, calls, own, cumulative, _) in sorted(stats.items(), key=lambda item: -item[1][2])[:top]:
        print(f"{1e6 * own / steps:6.1f} {1e6 * cumulative / steps:13.1f} {calls / steps:15.2f}  {_place(*where)}")


def _place(file: str, line: int, function: str) -> str:
    parts = Path(file).parts
    short = "/".join(parts[parts.index("holdfast") :]) if "holdfast" in parts else "/".join(parts[-2:])
    return function if file == "~" else f"{short}:{line} {function}"


def _imports(top: int) -> None:
    """What a cold `holdfast run` imports, by own time."""
    with store() as folder:
        command = cold_folder(folder)
        timed = [sys.executable, "-X", "importtime", *command]
        for _ in range(2):  # the first writes compiled files
            said = subprocess.run(timed, cwd=folder, capture_output=True, text=True, check=True).stderr
    head = "import time:"
    rows = [line.removeprefix(head).split("|") for line in said.splitlines() if line.startswith(head)]
    times = [(int(own), int(whole), name.strip()) for own, whole, name in rows[1:]]
    print(f"\nimports of a cold start: {len(times)} modules, {sum(own for own, _, _ in times) / 1000:.0f} ms")
    print("   own   whole ms")
    for own, whole, name in sorted(times, reverse=True)[:top]:
        print(f"{own / 1000:6.1f} {whole / 1000:7.1f}  {name}")
