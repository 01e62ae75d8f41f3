"""Which file a PLAN on the command line is: a path, or a name looked up in `plans/`."""

from __future__ import annotations

from pathlib import Path

from holdfast.cli.command import UsageError
from holdfast.diagnostics import did_you_mean
from holdfast.plan.lookup import ENDINGS, PLANS, find_in, is_path, known


def find(plan: str, folder: Path | None = None) -> Path:
    """The file of a plan. Raises UsageError that names what there is."""
    path = Path(plan)
    if path.is_file():
        return path
    base = folder or PLANS
    found = find_in(base, plan)
    if found is not None:
        return found
    if path.is_dir():
        raise UsageError(
            f"`{plan}` is a folder\n  = help: name one plan in it, such as `{_first(path) or plan + '/NAME.yaml'}`"
        )
    raise UsageError(_missing(plan, base))


def _missing(plan: str, base: Path) -> str:
    names = known(base) if base.is_dir() else {}
    if is_path(plan):
        close = did_you_mean(plan, [str(path) for path in names.values()])
        return f"there is no file `{plan}`{close}"
    if not names:
        advice = "`holdfast init` makes a first plan"
        return f"no plan `{plan}`: there is no file of that name, and no plan in `{base}/`\n  = help: {advice}"
    listed = ", ".join(sorted(names)[:12])
    return f"no plan `{plan}` in `{base}/`{did_you_mean(plan, names)}\n  = help: there are {listed}"


def _first(folder: Path) -> str:
    return next((str(path) for ending in ENDINGS for path in sorted(folder.glob(f"*{ending}"))), "")
