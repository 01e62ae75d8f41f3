"""Which file a PLAN on the command line is: a path, or a name looked up in `plans/`."""

from __future__ import annotations

from pathlib import Path

from holdfast.cli.command import UsageError
from holdfast.diagnostics import did_you_mean

ENDINGS = (".yaml", ".yml")


def find(plan: str, folder: Path | None = None) -> Path:
    """The file of a plan. Raises UsageError that names what there is."""
    path = Path(plan)
    if path.is_file():
        return path
    base = folder or Path("plans")
    for candidate in _candidates(plan, base):
        if candidate.is_file():
            return candidate
    if path.is_dir():
        raise UsageError(
            f"`{plan}` is a folder\n  = help: name one plan in it, such as `{_first(path) or plan + '/NAME.yaml'}`"
        )
    raise UsageError(_missing(plan, base))


def known(base: Path) -> dict[str, Path]:
    """The plans in a folder by name: `NAME.yaml`, `NAME/NAME.yaml`, `FOLDER/NAME.yaml`."""
    files = [path for ending in ENDINGS for depth in ("*", "*/*") for path in sorted(base.glob(depth + ending))]
    return {path.stem: path for path in reversed(files)}


def _candidates(plan: str, base: Path) -> list[Path]:
    if plan.endswith(ENDINGS) or "/" in plan:
        return [base / plan, *(base / (plan + ending) for ending in ENDINGS)]
    direct = [base / (plan + ending) for ending in ENDINGS]
    own_folder = [base / plan / (plan + ending) for ending in ENDINGS]
    elsewhere = [path for ending in ENDINGS for path in sorted(base.glob(f"*/{plan}{ending}"))]
    return direct + own_folder + elsewhere


def _missing(plan: str, base: Path) -> str:
    names = known(base) if base.is_dir() else {}
    if plan.endswith(ENDINGS) or "/" in plan:
        close = did_you_mean(plan, [str(path) for path in names.values()])
        return f"there is no file `{plan}`{close}"
    if not names:
        advice = "`holdfast init` makes a first plan"
        return f"no plan `{plan}`: there is no file of that name, and no plan in `{base}/`\n  = help: {advice}"
    listed = ", ".join(sorted(names)[:12])
    return f"no plan `{plan}` in `{base}/`{did_you_mean(plan, names)}\n  = help: there are {listed}"


def _first(folder: Path) -> str:
    return next((str(path) for ending in ENDINGS for path in sorted(folder.glob(f"*{ending}"))), "")
