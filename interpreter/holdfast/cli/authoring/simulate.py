"""`holdfast simulate`: a plan against everything that tools, people and machines may do."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli import plans
from holdfast.cli.command import Command, UsageError
from holdfast.cli.session import registry
from holdfast.cli.terminal.output import Output, plain
from holdfast.cli.terminal.progress_line import ProgressLine
from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.plan.program import Plan
    from holdfast.simulate.cast import Cast
    from holdfast.simulate.explorer import Bounds, Explored, Explorer, Found
    from holdfast.simulate.world import World

_SHOWN: Final = 6
"""Things that never went wrong, told by name."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="a file, or the name of a plan in plans/")
    parser.add_argument(
        "--bound", type=int, default=2, metavar="N", help="try all worlds in which up to N things go wrong (2)"
    )
    parser.add_argument(
        "--worlds", type=int, default=20_000, metavar="N", help="of these worlds, try at most so many (20,000)"
    )
    parser.add_argument("--seeds", type=int, default=2_000, metavar="N", help="then draw N worlds more (2,000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first of the drawn worlds (1)")
    parser.add_argument(
        "--faults", metavar="A,B", help="only these: errors, values, later, crashes, people, signals, time, runs"
    )
    parser.add_argument(
        "--until", metavar="LAW", default="", help="go on until this law is broken; `never` goes on to the end"
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; one per core")
    parser.add_argument(
        "--world", metavar="WHAT", action="append",
        help="live through one world instead, in which this goes wrong; may be given several times, in their order",
    )  # fmt: skip
    parser.add_argument("--save", metavar="FILE", help="write the first counterexample there, as a plan with a test")


def _run(args: argparse.Namespace, out: Output) -> int:
    from holdfast.simulate.explorer import Explorer

    if args.world is not None:
        return _one_world(args, out)
    cast, progress = _cast(args), ProgressLine(out)
    explorer = Explorer(cast, _bounds(args, cast.plan), lambda so_far: progress.say(_so_far(so_far)))
    explored = explorer.run()
    progress.clear()
    found = [explorer.simpler(one) for one in explored.found.values()]
    if found and args.save:
        out.note(_save(args.save, found[0], cast))
    out.show(
        lambda: _data(cast, explored, found, explorer),
        lambda: "\n".join([_summary(cast, explored), *(_told(explorer, one, out) for one in found)]),
    )
    return 1 if found else 0


def _one_world(args: argparse.Namespace, out: Output) -> int:
    """Live through the world that is named."""
    from holdfast.simulate.laws import LAWS
    from holdfast.simulate.named import NoWorld, play

    cast = _cast(args)
    try:
        world, broken = play(cast, [name for name in args.world if name])
    except NoWorld as unknown:
        raise UsageError(str(unknown)) from None
    status = world.mind.summary().status
    law = (
        "every law holds in it"
        if broken is None
        else f"BROKEN: {LAWS.get(broken.law, 'a law of the plan')} (`{broken.law}`)"
    )
    out.show(
        lambda: {
            "plan": cast.plan.name,
            "world": args.world,
            "status": status,
            "broken": None if broken is None else {"law": broken.law, "said": broken.said},
            "timeline": _lines(world),
        },
        lambda: "\n".join([*_shown(world, out), f"{plain(cast.plan.name)}: {status}; {law}"]),
    )
    return 0 if broken is None else 1


def _lines(world: World) -> list[dict[str, object]]:
    from holdfast.simulate.story import timeline

    return [{"after": line.after, "address": line.where, "said": line.said} for line in timeline(world)]


def _shown(world: World, out: Output) -> Iterator[str]:
    """The timeline of a world, for people."""
    from holdfast.simulate.story import timeline

    for line in timeline(world):
        if line.after is None:
            yield out.paint(f"  {'':>9}  *** {plain(line.said)}", "yellow")
        else:
            yield f"  {line.after:>8.2f}s  {plain(f'{line.where}: ' if line.where else '')}{plain(line.said)}"


def _cast(args: argparse.Namespace) -> Cast:
    from holdfast.cli.authoring.checking import checked
    from holdfast.plan.load import load_plan
    from holdfast.simulate.cast import FAULTS, cast_of

    tools = registry(args)
    plan = checked(load_plan(plans.find(args.plan)), tools)
    faults = frozenset(args.faults.split(",")) if args.faults else FAULTS
    for unknown in sorted(faults - FAULTS):
        raise UsageError(f"`{unknown}` is no fault{did_you_mean(unknown, FAULTS) or f'; {_listed(sorted(FAULTS))}'}")
    return cast_of(plan, tools, faults)


def _bounds(args: argparse.Namespace, plan: Plan) -> Bounds:
    from holdfast.simulate.explorer import Bounds
    from holdfast.simulate.laws import LAWS

    known = [*LAWS, *(law.name for law in plan.invariants)]
    if args.until not in {"", "never", *known}:
        raise UsageError(f"`{args.until}` is no law{did_you_mean(args.until, known) or f'; {_listed(known)}'}")
    return Bounds(
        depth=args.bound, worlds=args.worlds, seeds=args.seeds, first_seed=args.seed, seconds=args.seconds,
        until=None if args.until == "never" else args.until, jobs=max(1, args.jobs),
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    return f"they are {', '.join(names)}"


def _so_far(explored: Explored) -> str:
    rate = explored.worlds / max(explored.seconds, 0.001)
    return f"{explored.worlds:,} worlds, {explored.distinct:,} differ ({rate:,.0f}/s)"


def _summary(cast: Cast, explored: Explored) -> str:
    ends = ", ".join(f"{count:,} {status}" for status, count in explored.ends.most_common())
    lines = [
        f"{plain(cast.plan.name)}: {explored.worlds:,} worlds, {explored.distinct:,} differ, {explored.seconds:.1f} s",
        f"  all in which up to {explored.depth} thing{'' if explored.depth == 1 else 's'} went wrong; the others drawn",
        f"  they ended: {ends or 'none did'}",
        *_reach(cast.plan, explored),
        *_chances(cast, explored),
        *_misfits(cast, explored),
    ]
    if not explored.found:
        lines.append("  every law held in each of them")
    return "\n".join(lines)


def _reach(plan: Plan, explored: Explored) -> Iterator[str]:
    """How many parts of each kind were reached, and which never were."""
    from holdfast.simulate.reach import KINDS, missed, parts_of

    for kind, said in KINDS.items():
        total = sum(1 for part in parts_of(plan) if part[0] == kind)
        if total:
            never = missed(plan, explored.reached, kind)
            names = f"; never: {', '.join(map(plain, never))}" if never else ""
            yield f"  {total - len(never)} of {total} {said}{names}"


def _chances(cast: Cast, explored: Explored) -> Iterator[str]:
    """How many of the things that may go wrong did, which never did and why, and what cannot."""
    from holdfast.simulate.chances import impossible, possible

    every = possible(cast, explored.reached)
    never = [name for name in every if ("chance", name, 0) not in explored.reached]
    more = f" and {len(never) - _SHOWN} more" if len(never) > _SHOWN else ""
    shown = ", ".join(map(plain, never[:_SHOWN])) + more
    names = f"; never: {shown}" if never else ""
    yield f"  {len(every) - len(never)} of {len(every)} things that may go wrong did{names}"
    if never or any(_missing(cast.plan, explored)):
        yield f"  why never: {_why_never(explored)}"
    said = [
        *(f"no {fault}: --faults leaves them out" for fault in _left_out(cast)),
        *impossible(cast, explored.reached),
    ]
    yield from (f"  {sentence}" for sentence in said)


def _missing(plan: Plan, explored: Explored) -> Iterator[bool]:
    """Whether something of each kind was never reached."""
    from holdfast.simulate.reach import KINDS, missed

    return (bool(missed(plan, explored.reached, kind)) for kind in KINDS)


def _left_out(cast: Cast) -> list[str]:
    from holdfast.simulate.cast import FAULTS

    return sorted(FAULTS - cast.faults)


def _why_never(explored: Explored) -> str:
    if explored.cut:
        return f"{explored.cut} ended the search before all worlds with up to {explored.wanted} things wrong were tried"
    return f"it takes more than {explored.wanted} things at once (--bound), other values, or never comes to it"


def _misfits(cast: Cast, explored: Explored) -> Iterator[str]:
    """Arguments that tools refused, and tools of which nothing could be invented."""
    for said in _refused(explored):
        yield f"  arguments were refused: {plain(said)}"
    for tool in sorted(cast.unknown):
        yield f"  no value of `{tool}` could be invented: give its output schema `examples`, or the plan a test"


def _refused(explored: Explored) -> list[str]:
    return sorted(said for kind, said, _ in explored.reached if kind == "refused")


def _told(explorer: Explorer, found: Found, out: Output) -> str:
    from holdfast.simulate.laws import LAWS
    from holdfast.simulate.named import names_in

    drawn = f" (seed {found.seed})" if found.seed is not None else ""
    lines = [
        "",
        out.paint(f"BROKEN: {LAWS.get(found.law, 'a law of the plan')}", "red") + f" (`{found.law}`){drawn}",
        f"  {plain(found.said)}",
    ]
    lines += [*_shown(explorer.told(found), out), f"  {_again(explorer.cast, names_in(explorer.cast, found.schedule))}"]
    return "\n".join(lines)


def _save(name: str, found: Found, cast: Cast) -> str:
    """Write a counterexample as a test; whether that test fails, too."""
    from holdfast.plan.load import load_source
    from holdfast.plan.source import read
    from holdfast.simulate.named import names_in
    from holdfast.simulate.story import as_test, with_test
    from holdfast.testing.runner import cases_of, verdicts

    names = names_in(cast, found.schedule)
    text = with_test(cast.plan.source, as_test(names, f"found by simulation: {found.said}"))
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"`--save {plain(name)}` cannot be written: {error.strerror}") from None
    document = read(text, name)
    (verdict,) = verdicts(load_source(text, name), document, cast.tools, cases_of(document)[-1:])
    if verdict.passed:
        return f"wrote {plain(name)}; its test passes: that world cannot be told by name. {_again(cast, names)}"
    return f"wrote {plain(name)}; its test fails: {plain(verdict.faults[0])}"


def _again(cast: Cast, names: Sequence[str]) -> str:
    """How to live through a world once more."""
    from shlex import quote

    worlds = " ".join(f"--world {quote(name)}" for name in names) or "--world ''"
    return f"again: holdfast simulate {quote(cast.plan.file or cast.plan.name)} {worlds}"


def _data(cast: Cast, explored: Explored, found: Sequence[Found], explorer: Explorer) -> dict[str, object]:
    from holdfast.simulate.chances import impossible, possible
    from holdfast.simulate.named import names_in
    from holdfast.simulate.reach import KINDS, missed

    every = possible(cast, explored.reached)
    return {
        "plan": cast.plan.name,
        "worlds": explored.worlds,
        "different": explored.distinct,
        "bound": explored.depth,
        "seconds": round(explored.seconds, 3),
        "ends": dict(explored.ends),
        "steps": {
            "reached": sorted({id_ for kind, id_, _ in explored.reached if kind == "step"} & set(cast.plan.steps)),
            "all": list(cast.plan.steps),
        },
        "never": {kind: missed(cast.plan, explored.reached, kind) for kind in KINDS},
        "chances": {
            "possible": every,
            "never": [name for name in every if ("chance", name, 0) not in explored.reached],
            "cut": explored.cut,
            "left_out": _left_out(cast),
            "impossible": impossible(cast, explored.reached),
        },
        "refused": _refused(explored),
        "unknown": sorted(cast.unknown),
        "broken": [
            {
                "law": one.law,
                "said": one.said,
                "seed": one.seed,
                "world": names_in(cast, one.schedule),
                "timeline": _lines(explorer.told(one)),
            }
            for one in found
        ],
    }


COMMANDS = {
    "simulate": Command(
        run=_run,
        arguments=_arguments,
        examples=("holdfast simulate hello", "holdfast simulate plans/saga.yaml --seeds 100000 --until once"),
        details="Invents worlds: tools that fail before and after their effect, answer twice or too late, processes "
        "that die, runs that two workers hold, people who say no or nothing, corrections at any moment. Nothing is "
        "called: values come from the plan's tests, else from the tools' schemas. In every world the laws have to "
        "hold: once, ends, undone, limits, replay, total. Exit code: 0 they did, 1 one is broken, told as a timeline.",
    )
}
