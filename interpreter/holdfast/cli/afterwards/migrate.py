"""`holdfast migrate`: parked runs move to another version of their plan."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Final

from holdfast.cli import plans
from holdfast.cli.afterwards.divergence import divergence_lines
from holdfast.cli.authoring.checking import checked
from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import registry, shelf, wait_for, writing
from holdfast.cli.terminal.output import Output, plain
from holdfast.cli.terminal.person import who
from holdfast.errors import HoldfastError

if TYPE_CHECKING:
    from holdfast.engine.migration import Migration
    from holdfast.journal.store import RunRow, Store
    from holdfast.plan.program import Plan

REFUSED: Final = 1
_MANY: Final = 1_000_000


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="its id, or an unambiguous beginning of it")
    parser.add_argument("--all", action="store_true", help="every run of the plan that is not over")
    parser.add_argument("--plan", metavar="PLAN", help="the new version; default: the plan of that name in plans/")
    parser.add_argument("--dry-run", action="store_true", help="only say whether they could move")
    parser.add_argument("--by", metavar="NAME", help="who says so; default: who is logged in")


def _migrate(args: argparse.Namespace, out: Output) -> int:
    if bool(args.run) == args.all:
        raise UsageError("name one run, or say `--all`\n  = help: `holdfast runs --status waiting` lists some")
    if args.all and not args.plan:
        raise UsageError("`--all` needs `--plan PLAN`: the runs of which plan are meant, and its new version")
    found = wait_for(_each, args, out)
    if not found:
        out.note("no run has to move: all of this plan are over, or at this version already")
    out.show(
        lambda: [_data(one) for one in found],
        lambda: "\n".join(line for one in found for line in _lines(one, dry=args.dry_run)) or "no runs",
    )
    return REFUSED if any(isinstance(one, _Kept) or not one.agrees for one in found) else 0


class _Kept:
    """A run that could not even be looked at: `error` says why."""

    def __init__(self, run: str, error: HoldfastError) -> None:
        self.run, self.error = run, error


async def _each(args: argparse.Namespace, _out: Output) -> list[Migration | _Kept]:
    from holdfast.engine.identity import worker_id

    async with writing(args) as store:
        rows, plan = await _runs(store, args)
        worker, one = worker_id(), args.run is not None
        return [await _one(store, args, plan, row, worker, alone=one) for row in rows]


async def _runs(store: Store, args: argparse.Namespace) -> tuple[list[RunRow], Plan]:
    from holdfast.journal.store import LIVE, RunFilter
    from holdfast.plan.load import load_plan

    row = await store.run(args.run) if args.run else None
    file = plans.find(args.plan or (row.plan if row is not None else ""))
    plan = checked(load_plan(file, shelf(args)), registry(args), shelf(args))
    if row is not None:
        return [row], plan
    live = await store.runs(RunFilter(plan=plan.name, status=sorted(LIVE), limit=_MANY))
    return [one for one in live if one.plan_hash != plan.hash], plan


async def _one(
    store: Store, args: argparse.Namespace, plan: Plan, row: RunRow, worker: str, *, alone: bool
) -> Migration | _Kept:
    from holdfast.engine.migration import migrate

    try:
        return await migrate(
            store, registry(args), plan, row.run, at=time.time(), worker=worker, by=who(args.by), dry=args.dry_run,
            shelf=shelf(args),
        )  # fmt: skip
    except HoldfastError as error:
        if alone:
            raise
        return _Kept(row.run, error)


def _data(one: Migration | _Kept) -> dict[str, object]:
    if isinstance(one, _Kept):
        return {"run": one.run, "moved": False, "agrees": False, "error": str(one.error)}
    differs = one.divergence
    return {
        "run": one.run, "moved": one.moved, "agrees": one.agrees, "before": one.before, "after": one.after,
        "divergence": None if differs is None else {"seq": differs.seq, "said": divergence_lines(differs)},
    }  # fmt: skip


def _lines(one: Migration | _Kept, *, dry: bool) -> list[str]:
    if isinstance(one, _Kept):
        return [f"{one.run}: stays as it is: {plain(one.error)}"]
    if one.divergence is not None:
        head = f"{one.run}: stays with {one.before[:8]}: entry {one.divergence.seq} would have been decided otherwise"
        return [head, *divergence_lines(one.divergence)]
    if one.before == one.after:
        return [f"{one.run}: is at {one.after[:8]} already"]
    could = "could move" if dry else "moved"
    return [f"{one.run}: {could} from {one.before[:8]} to {one.after[:8]}; all {one.entries} entries come out the same"]


COMMANDS = {
    "migrate": Command(
        run=_migrate,
        arguments=_arguments,
        examples=(
            "holdfast migrate hello-3k9f --dry-run",
            "holdfast migrate hello-3k9f --plan plans/hello.yaml",
            "holdfast migrate --all --plan hello",
        ),
        details="A run stays with the text of the plan it was started with. It moves to another one if that would have "
        "decided everything so far in the same way; else the first difference is shown, and it stays. A run that a "
        "process carries out is left alone: end the process first. Exit code 0: all moved, or could; 1: one stays.",
    ),
}
