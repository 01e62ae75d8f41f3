"""`make bench-peers`: other engines on the same work, each in an environment of its own. See bench/README.md."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from child import HERE, Data, interleaved, python, ratio, store
from figures import table
from machine import described, load

PEERS = HERE / "peers"
HOMES = HERE.parent / ".venv-peers"
HEAD = ["engine", "version", "ms/step, one run", "x Holdfast", "steps/s, many runs", "Holdfast is x", "bytes/step"]


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who does the work. `script` is run by `executable`."""

    name: str
    version: str
    executable: str
    script: str
    folder: Path

    def work(self, *arguments: object) -> Data:
        """Do it in a fresh store."""
        with store() as folder:
            return python(self.script, folder, *arguments, executable=self.executable, folder=self.folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Install what is missing, measure all, print the table."""
    args = _arguments(arguments)
    work = f"one run of {args.steps:,} steps; {args.runs} runs of 10 at once; medians of {args.rounds} rounds"
    lines = [*described(Path(tempfile.gettempdir())), f"{work}; event loop: asyncio's own for all"]
    contenders, absent = _contenders()
    alone = interleaved(args.rounds, _work(contenders, "--runs", 1, "--steps", args.steps))
    many = interleaved(args.rounds, _work(contenders, "--runs", args.runs, "--steps", 10))
    longer = interleaved(1, _work(contenders, "--runs", 1, "--steps", 3 * args.steps))
    sizes = [_size(alone[contender.name][0], longer[contender.name][0]) for contender in contenders]
    told = [_row(contender, alone, many, args.steps, args.runs * 10) for contender in contenders]
    rows = [[*row, size] for row, size in zip(told, sizes, strict=True)]
    mark = "- " if args.markdown else ""
    print("\n".join(f"{mark}{line}" for line in [*lines, f"load at the end: {load()}", *absent]), end="\n\n")
    print(table([HEAD, *rows], markdown=args.markdown))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=500, help="of the one run")
    parser.add_argument("--runs", type=int, default=100, help="at once, of ten steps each")
    parser.add_argument("--markdown", action="store_true", help="as in bench/README.md")
    return parser.parse_args(arguments)


def _contenders() -> tuple[list[Contender], list[str]]:
    """Holdfast, the floor and the peers; and a sentence for each peer that cannot be had here."""
    found = [
        Contender("Holdfast", "", sys.executable, "ours", HERE / "children"),
        Contender("floor", "", sys.executable, "floor", HERE / "children"),
    ]
    absent: list[str] = []
    for pins in sorted(PEERS.glob("*.txt")):
        try:
            home = _installed(pins)
        except (OSError, subprocess.CalledProcessError) as error:
            absent.append(f"{pins.stem} could not be installed here and is left out: {_why(error)}")
        else:
            version = _version(pins)
            found.append(Contender(pins.stem, version, str(home / "bin" / "python"), f"on_{pins.stem}", PEERS))
    return found, absent


def _installed(pins: Path) -> Path:
    """The environment with just these versions in it, made when it is not there or the versions are others."""
    home = HOMES / pins.stem
    marker = home / "installed.txt"
    wanted = pins.read_text(encoding="utf-8")
    if not marker.exists() or marker.read_text(encoding="utf-8") != wanted:
        print(f"installing {pins.stem} into {home.relative_to(HERE.parent)}", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(pins)], check=True, capture_output=True, text=True)
        marker.write_text(wanted, encoding="utf-8")
    return home


def _why(error: Exception) -> str:
    said = getattr(error, "stderr", "") or str(error)
    return (said.strip().splitlines() or ["no reason given"])[-1]


def _version(pins: Path) -> str:
    for line in pins.read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        if name == pins.stem:
            return version
    return ""


def _work(contenders: Sequence[Contender], *arguments: object) -> dict[str, Callable[[], Data]]:
    return {contender.name: lambda it=contender: it.work(*arguments) for contender in contenders}  # type: ignore[misc]


def _row(
    contender: Contender, alone: dict[str, list[Data]], many: dict[str, list[Data]], steps: int, count: int
) -> list[str]:
    """One engine beside Holdfast, by the median of the rounds' ratios."""
    name = contender.name
    one = {who: [median(data["seconds"]) for data in alone[who]] for who in (name, "Holdfast")}
    all_ = {who: [median(data["seconds"]) for data in many[who]] for who in (name, "Holdfast")}
    return [
        name,
        contender.version,
        f"{1e3 * median(one[name]) / steps:.2f}",
        f"{ratio(one[name], one['Holdfast']):.2f}",
        f"{count / median(all_[name]):,.0f}",
        f"{ratio(all_[name], all_['Holdfast']):.2f}",
    ]


def _size(shorter: Data, longer: Data) -> str:
    """Bytes that a further step takes: what an empty store takes is left out."""
    return f"{(longer['bytes'] - shorter['bytes']) / (longer['effects'] - shorter['effects']):,.0f}"


if __name__ == "__main__":
    main()
