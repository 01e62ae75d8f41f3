"""Which file a plan's name stands for: `NAME.yaml`, `NAME/NAME.yaml`, `FOLDER/NAME.yaml` in a folder of plans."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ENDINGS: Final = (".yaml", ".yml")

PLANS: Final = Path("plans")
"""Where plans are kept if nothing else is said, from the folder one works in."""


def is_path(plan: str) -> bool:
    """Whether this is the path of a file rather than a name."""
    return plan.endswith(ENDINGS) or "/" in plan


def find_in(base: Path, plan: str) -> Path | None:
    """The file of a plan in a folder of plans, by name or by path from there."""
    return next((candidate for candidate in _candidates(plan, base) if candidate.is_file()), None)


def known(base: Path) -> dict[str, Path]:
    """The plans in a folder by name."""
    files = [path for ending in ENDINGS for depth in ("*", "*/*") for path in sorted(base.glob(depth + ending))]
    return {path.stem: path for path in reversed(files)}


def _candidates(plan: str, base: Path) -> list[Path]:
    if is_path(plan):
        return [base / plan, *(base / (plan + ending) for ending in ENDINGS)]
    direct = [base / (plan + ending) for ending in ENDINGS]
    own_folder = [base / plan / (plan + ending) for ending in ENDINGS]
    elsewhere = [path for ending in ENDINGS for path in sorted(base.glob(f"*/{plan}{ending}"))]
    return direct + own_folder + elsewhere
