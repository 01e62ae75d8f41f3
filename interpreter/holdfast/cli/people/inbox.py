"""`holdfast inbox`, `decide`, `answer`: what waits for a person."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import Command, UsageError, count
from holdfast.cli.nearest import SEEN
from holdfast.cli.people.reply import decision, question, value
from holdfast.cli.session import opened, policy_book, reading, wait_for
from holdfast.cli.terminal import times
from holdfast.cli.terminal.data import review_data
from holdfast.cli.terminal.output import Output, compact, plain
from holdfast.cli.terminal.person import who
from holdfast.cli.terminal.table import table
from holdfast.cli.terminal.values import document
from holdfast.cli.waiting import decided_text, review_commands
from holdfast.diagnostics import did_you_mean
from holdfast.errors import InputError, UnknownName
from holdfast.journal.store import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.cli.people.grounds import Grounds
    from holdfast.core.review import Review
    from holdfast.journal.store import ReviewRow, RunRow, Store

_MANY = 10_000


def _inbox_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "review",
        metavar="ID",
        nargs="?",
        help="show this one in full; the beginning of its id is enough where one alone begins so",
    )
    parser.add_argument("--to", metavar="QUEUE", help="only reviews for this queue")
    parser.add_argument("--run", metavar="RUN", help="only reviews of this run")
    parser.add_argument(
        "--mine", action="store_true", help="only what I may decide: my queues by the policy, questions of my own runs"
    )
    parser.add_argument("--by", metavar="NAME", default="", help="who I am (default: the user of this computer)")
    parser.add_argument(
        "--limit", metavar="N", type=count, default=100, help="at most so many, the most urgent first (default 100)"
    )


def _inbox(args: argparse.Namespace, out: Output) -> int:
    if args.review:
        from holdfast.cli.people.sheet import sheet

        row, grounds = wait_for(_in_full, args)
        out.show(lambda: {**review_data(row), **grounds.data()}, lambda: sheet(row, grounds))
        return 0
    rows, given_up = wait_for(_list, args)
    if given_up:
        many = f"{given_up} notification{'s' if given_up != 1 else ''}"
        out.error(f"{many} could not be sent, so somebody may not know of a review: holdfast notify")
    out.show(lambda: [review_data(row) for row in rows], lambda: _table(rows, out))
    return 0


async def _in_full(args: argparse.Namespace) -> tuple[ReviewRow, Grounds]:
    from holdfast.cli.people.grounds import grounds_of

    row = await _one(args)
    async with reading(args) as store:
        return row, await grounds_of(store, row)


async def _one(args: argparse.Namespace) -> ReviewRow:
    """The review that is named; the unambiguous beginning of its id is enough, and open ones go first.

    Raises UnknownName; InputError if it fits several.
    """
    async with reading(args) as store:
        try:
            return await store.review(args.review)
        except UnknownName as unknown:
            rows = await _called(store, args.review) if args.review else []
            if len(rows) > 1:
                raise _several(args.review, rows) from unknown
            if rows:
                return rows[0]
            run = await _run_of(store, args.review)
            if run is not None:
                raise InputError(await _nothing_asked(store, run)) from unknown
            raise UnknownName("review", args.review, [*unknown.known, *await _beside(store, args.review)]) from unknown


async def _nothing_asked(store: Store, run: RunRow) -> str:
    """Why a run that is named has nothing to decide."""
    if run.status not in LIVE:
        return f"run {run.run} is over ({run.status}): nothing of it is to be decided"
    for row in await store.reviews(state="answered", run=run.run, limit=1):
        return f"{row.review.id} was {decided_text(row)}"
    return f"run {run.run} asks nobody just now\n  = help: holdfast show {run.run} says what it waits for"


async def _called(store: Store, name: str) -> list[ReviewRow]:
    """Reviews whose id begins so, or that a run of this name or one below it has open; open ones go before others."""
    close = await store.reviews(beginning=name, limit=_MANY)
    close += [row for row in await _of_family(store, name) if row not in close]
    return close or [
        row for state in ("answered", "closed") for row in await store.reviews(state=state, beginning=name, limit=_MANY)
    ]


async def _beside(store: Store, name: str) -> list[str]:
    """Other reviews of the same run, if the name is that of one."""
    run, dot, _ = name.rpartition(".")
    states = ("open", "answered", "closed") if dot and run else ()
    return [row.review.id for state in states for row in await store.reviews(state=state, beginning=f"{run}.")]


async def _run_of(store: Store, name: str) -> RunRow | None:
    """The run of this name, if there is one."""
    try:
        return await store.run(name) if name else None
    except (UnknownName, InputError):
        return None


async def _of_family(store: Store, name: str) -> list[ReviewRow]:
    """The open questions of the run that is named and of the child runs below it; none if no run has that name."""
    from holdfast.cli.family import live_below, open_reviews

    run = await _run_of(store, name)
    return [] if run is None else await open_reviews(store, run.run, await live_below(store, run.run))


def _several(name: str, rows: Sequence[ReviewRow]) -> InputError:
    rows = sorted(rows, key=lambda row: row.opened_at, reverse=True)
    shown = [f"  {row.review.id}  {_standing(row)}" for row in rows[:_SHOWN]]
    more = [f"  and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return InputError("\n".join([f"`{name}` fits several questions; give more of the id:", *shown, *more]))


def _standing(row: ReviewRow) -> str:
    if row.state == "open":
        return f"open: {plain(row.review.question)}"
    from holdfast.cli.people.sheet import outcome

    by = f" by {plain(row.by)}" if row.by else ""
    return f"decided `{plain(row.decision)}`{by}" if row.decision else f"closed: {plain(outcome(row))}"


_SHOWN: Final = 10


async def _list(args: argparse.Namespace) -> tuple[list[ReviewRow], int]:
    """Open reviews, and how many notices were given up."""
    async with reading(args) as store:
        run = (await store.run(args.run)).run if args.run else None
        rows = await (_mine(args, store, run) if args.mine else store.reviews(run=run, to=args.to, limit=args.limit))
        if args.to and not rows:
            await _check_queue(args, store)
        given_up = await store.notices(state="given_up", limit=_MANY)
    return rows, len(given_up)


async def _check_queue(args: argparse.Namespace, store: Store) -> None:
    """Raises UnknownName: nobody ever asked this queue, and the policy names others."""
    from holdfast.journal.desk import REQUESTER

    book = policy_book(args)
    named = [] if book is None else list(book.queues)
    if args.to in {*named, REQUESTER}:
        return
    earlier = [await store.reviews(state=state, to=args.to, limit=1) for state in ("answered", "closed")]
    asked = {row.review.to for row in await store.reviews(limit=SEEN)}
    if not any(earlier) and (named or did_you_mean(args.to, {*asked, REQUESTER})):
        raise UnknownName("queue", args.to, [*named, REQUESTER, *asked])


async def _mine(args: argparse.Namespace, store: Store, run: str | None) -> list[ReviewRow]:
    """What waits for this person; the store leaves out most of the rest, so few rows more than these are read."""
    from holdfast.people.access import concerns, desk

    book, me = policy_book(args), who(args.by)
    sits, limit = desk(book, me), args.limit
    while True:
        rows = await store.reviews(run=run, to=args.to, desk=sits, limit=limit)
        mine = [row for row in rows if concerns(book, row, me)]
        if len(mine) >= args.limit or len(rows) < limit:
            return mine[: args.limit]
        limit *= 4


def _table(rows: Sequence[ReviewRow], out: Output) -> str:
    if not rows:
        return "nothing waits for a person"
    now = time.time()
    lines = [
        (row.review.id, row.review.to, times.until(row.review.due, now), row.plan, row.review.question) for row in rows
    ]
    return (
        table(("ID", "FOR", "DUE", "PLAN", "QUESTION"), lines, out.width, out.paint)
        + f"\n\nholdfast inbox {rows[0].review.id}   shows all about one"
    )


def _person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; kept in the journal")
    parser.add_argument("--by", metavar="NAME", default="", help="who decides (default: the user of this computer)")


def _decide_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("review", metavar="ID", help="the review's id, as `holdfast inbox` shows it")
    parser.add_argument(
        "decision", metavar="DECISION", help="one of those the review allows: approve, edit, reject, retry, ..."
    )
    parser.add_argument("--args", metavar="JSON", dest="arguments", help="the new arguments, for edit")
    parser.add_argument("--value", metavar="JSON", help="the output or choice that goes with the decision")
    _person(parser)


def _decide(args: argparse.Namespace, out: Output) -> int:
    review = wait_for(_one, args).review
    chosen = decision(review, args.decision)
    return _send(args, review, chosen, _decision_value(args, review, chosen), out)


def _decision_value(args: argparse.Namespace, review: Review, chosen: str) -> object:
    if chosen == "edit":
        if args.arguments is None:
            raise UsageError("`edit` needs the new arguments: --args '{...}'")
        return document(args.arguments, "--args")
    if args.arguments is not None:
        raise UsageError(f"--args goes with `edit`, not with `{chosen}`")
    if args.value is None:
        if chosen == "output":
            raise UsageError("`output` needs what it gave: --value JSON (null for nothing)")
        return None
    return value(review, args.value) if chosen in {"choose", "answer"} else document(args.value, "--value")


def _answer_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "review", metavar="ID", help="the question's id, as `holdfast inbox` shows it; or a run that asks only this"
    )
    parser.add_argument(
        "value", metavar="VALUE", help="the answer: an option's number or id, text, or JSON where text does not fit"
    )
    _person(parser)


def _answer(args: argparse.Namespace, out: Output) -> int:
    review = wait_for(_one, args).review
    asked = question(review)
    if asked is None:
        raise UsageError(f"{review.id} wants a decision, not an answer\n  = help: {review_commands(review)[0]}")
    return _send(args, review, asked, value(review, args.value), out)


def _send(args: argparse.Namespace, review: Review, chosen: str, given: object, out: Output) -> int:
    row = wait_for(_recorded, args, review, chosen, given)
    out.show(lambda: review_data(row), lambda: _recorded_text(row, chosen, given))
    lacking_still = row.state == "open" and _lacking(row)
    then = f"a process that sits with the run goes on now; if none does: holdfast resume {row.run}"
    out.note(f"somebody else says: holdfast decide {row.review.id} {chosen} --by NAME" if lacking_still else then)
    return 0


def _lacking(row: ReviewRow) -> int:
    from holdfast.journal.answers import lacking

    return lacking(row)


def _recorded_text(row: ReviewRow, chosen: str, given: object) -> str:
    more = _lacking(row) if row.state == "open" else 0
    missing = f"; {more} more {'person has' if more == 1 else 'people have'} to approve" if more else ""
    changed = _changed(row.review.args or {}, given) if chosen == "edit" and isinstance(given, Mapping) else []
    return "\n".join([f"{row.review.id}: {row.decision or chosen} recorded{missing}", *changed])


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """`amount: 700 -> 90`: each argument that an edit changes."""
    names = [name for name in {**before, **after} if before.get(name, _GONE) != after.get(name, _GONE)]
    return [f"  {plain(name)}: {_said(before, name)} -> {_said(after, name)}" for name in names]


def _said(arguments: Mapping[str, object], name: str) -> str:
    return compact(arguments[name]) if name in arguments else "(nothing)"


_GONE: Final = object()


async def _recorded(args: argparse.Namespace, review: Review, chosen: str, given: object) -> ReviewRow:
    from holdfast.api.decisions import Decision

    async with opened(args) as holdfast:
        said = Decision(chosen, given, who(args.by), args.reason)
        return await holdfast.decide(review.id, said, source="command line")


COMMANDS = {
    "inbox": Command(
        run=_inbox,
        arguments=_inbox_arguments,
        examples=("holdfast inbox", "holdfast inbox hello-3k9f.1", "holdfast inbox --mine --to finance"),
    ),
    "decide": Command(
        run=_decide,
        arguments=_decide_arguments,
        examples=(
            "holdfast decide pay-3k9f.1 approve",
            "holdfast decide pay-3k9f.1 edit --args '{\"amount\": 90}' --reason 'agreed price'",
        ),
        details="The decision is stored when the command ends. The same one twice counts once; another one is refused.",
    ),
    "answer": Command(
        run=_answer,
        arguments=_answer_arguments,
        examples=("holdfast answer hello-3k9f.1 JFK", "holdfast answer hello-3k9f.1 2"),
    ),
}
