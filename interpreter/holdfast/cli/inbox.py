"""`holdfast inbox`, `decide`, `answer`: what waits for a person."""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, Final

from holdfast.cli import times
from holdfast.cli.command import Command, UsageError
from holdfast.cli.data import review_data
from holdfast.cli.meaning import meanings
from holdfast.cli.output import Output, plain
from holdfast.cli.person import who
from holdfast.cli.reply import decision, option_lines, question, value
from holdfast.cli.session import opened, policy_book, reading, wait_for
from holdfast.cli.table import fields, table
from holdfast.cli.values import document
from holdfast.cli.waiting import review_commands
from holdfast.cli.wanted import silence, wanted
from holdfast.errors import InputError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.cli.origins import Origin
    from holdfast.core.review import Review
    from holdfast.journal.store import ReviewRow, Store

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
        "--limit", metavar="N", type=int, default=100, help="at most so many, the most urgent first (default 100)"
    )


def _inbox(args: argparse.Namespace, out: Output) -> int:
    if args.review:
        row, paths = wait_for(_with_paths, args)
        told = [{"label": one.label, "path": list(one.path)} for one in paths]
        out.show(lambda: {**review_data(row), "paths": told}, lambda: _full(row, paths))
        return 0
    rows, given_up = wait_for(_list, args)
    if given_up:
        many = f"{given_up} notification{'s' if given_up != 1 else ''}"
        out.error(f"{many} could not be sent, so somebody may not know of a review: holdfast notify")
    out.show(lambda: [review_data(row) for row in rows], lambda: _table(rows, out))
    return 0


async def _one(args: argparse.Namespace) -> ReviewRow:
    """The review that is named; the unambiguous beginning of its id is enough, and open ones go first.

    Raises UnknownName; InputError if it fits several.
    """
    async with reading(args) as store:
        try:
            return await store.review(args.review)
        except UnknownName as unknown:
            known: list[str] = []
            for states in (("open",), ("answered", "closed")):
                rows = [row for state in states for row in await store.reviews(state=state, limit=_MANY)]
                known += [row.review.id for row in rows]
                close = [row for row in rows if args.review and row.review.id.startswith(args.review)]
                if states == ("open",) and args.review:
                    close += [row for row in await _of_family(store, args.review) if row not in close]
                if len(close) == 1:
                    return close[0]
                if close:
                    raise _several(args.review, close) from unknown
            raise UnknownName("review", args.review, known) from unknown


async def _with_paths(args: argparse.Namespace) -> tuple[ReviewRow, list[Origin]]:
    """The review, and how the labels of what it shows came to it."""
    row = await _one(args)
    if not row.review.labels:
        return row, []
    from holdfast.cli.origins import of_step, state_of

    async with reading(args) as store:
        state = await state_of(store, await store.run(row.run), await store.entries(row.run))
    return row, [] if state is None else of_step(state, row.review.address, row.review.labels)


async def _of_family(store: Store, name: str) -> list[ReviewRow]:
    """The open questions of the run that is named and of the child runs below it; none if no run has that name."""
    from holdfast.cli.family import live_below, open_reviews

    try:
        run = (await store.run(name)).run
    except (UnknownName, InputError):
        return []
    return await open_reviews(store, run, await live_below(store, run))


def _several(name: str, rows: Sequence[ReviewRow]) -> InputError:
    rows = sorted(rows, key=lambda row: row.opened_at, reverse=True)
    shown = [f"  {row.review.id}  {_standing(row)}" for row in rows[:_SHOWN]]
    more = [f"  and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return InputError("\n".join([f"`{name}` fits several questions; give more of the id:", *shown, *more]))


def _standing(row: ReviewRow) -> str:
    if row.state == "open":
        return f"open: {plain(row.review.question)}"
    by = f" by {plain(row.by)}" if row.by else ""
    return f"decided `{plain(row.decision)}`{by}" if row.decision else f"closed: {plain(_outcome(row))}"


_SHOWN: Final = 10


async def _list(args: argparse.Namespace) -> tuple[list[ReviewRow], int]:
    """Open reviews, and how many notices were given up."""
    async with reading(args) as store:
        run = (await store.run(args.run)).run if args.run else None
        limit = _MANY if args.mine else args.limit
        rows = list(await store.reviews(run=run, to=args.to, limit=limit))
        if args.to and not rows:
            await _check_queue(args, store)
        given_up = await store.notices(state="given_up", limit=_MANY)
    return (_mine(args, rows)[: args.limit] if args.mine else rows), len(given_up)


async def _check_queue(args: argparse.Namespace, store: Store) -> None:
    """Raises UnknownName: nobody ever asked this queue, and the policy names others."""
    from holdfast.people.policy.book import REQUESTER

    book = policy_book(args)
    if book is None or not book.queues or args.to in {*book.queues, REQUESTER}:
        return
    earlier = [await store.reviews(state=state, to=args.to, limit=1) for state in ("answered", "closed")]
    if not any(earlier):
        raise UnknownName("queue", args.to, [*book.queues, REQUESTER])


def _mine(args: argparse.Namespace, rows: Sequence[ReviewRow]) -> list[ReviewRow]:
    from holdfast.people.access import concerns

    book = policy_book(args)
    return [row for row in rows if concerns(book, row, who(args.by))]


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


def _full(row: ReviewRow, paths: Sequence[Origin]) -> str:
    review, now = row.review, time.time()
    top = fields([
        ("review", review.id),
        ("for", review.to),
        ("run", f"{row.run}, plan {row.plan}, started by {row.user}"),
        ("step", review.address),
        ("asked", times.ago(row.opened_at, now) + _follows(review)),
        ("question", review.question),
        ("reason", review.reason),
        ("rules", ", ".join(review.rules)),
        ("labels", ", ".join(review.labels) if not paths else ""),
        *(("label", str(path)) for path in paths),
        ("without an answer", silence(review, now)),
        ("approvals", _approvals(row)),
        ("not by", ", ".join(review.excluded) and f"{', '.join(review.excluded)}, who started the run"),
        ("answered", _answered(row) if row.state != "open" else ""),
    ])  # fmt: skip
    call = ["", f"the call: {plain(review.tool)}", _indented(review.args)] if review.tool else []
    context = ["", "context:", _indented(review.context)] if review.context is not None else []
    options = ["", "options:", *option_lines(review.options)] if review.options is not None else []
    schema = ["", f"the answer is {wanted(review.schema)}"] if review.schema and review.options is None else []
    commands = ["", "to decide:", *(f"  {line}" for line in review_commands(review))] if row.state == "open" else []
    means = ["", *(f"  {line}" for line in meanings(review).splitlines())] if row.state == "open" else []
    return "\n".join([top, *call, *context, *options, *schema, *commands, *means]).rstrip()


def _follows(review: Review) -> str:
    """Where it was asked before: `, after r.1, which nobody decided in time`."""
    if not review.follows:
        return ""
    return f", after {review.follows}" + (", which nobody decided in time" if review.stage else "")


def _outcome(row: ReviewRow) -> str:
    """How a review was closed that nobody decided: `withdrawn: the fact ... was corrected`."""
    return f"{row.outcome}: {row.why}" if row.why else row.outcome


def _answered(row: ReviewRow) -> str:
    if not row.decision:
        return _outcome(row)
    looked = f", after looking for {row.looked:.0f} s" if row.looked is not None else ""
    return f"{row.decision} by {row.by or 'somebody'}{f' ({row.source})' if row.source else ''}{looked}"


def _approvals(row: ReviewRow) -> str:
    """How many people have to approve, and who has."""
    from holdfast.core.review import approvers

    review = row.review
    if review.approvals == 1:
        return ""
    people = approvers(review, [(given.by, given.decision) for given in row.given])
    return f"{len(people)} of {review.approvals}{': ' + ', '.join(map(plain, people)) if people else ''}"


def _indented(data: object) -> str:
    return "\n".join(
        f"  {line}" for line in plain(json.dumps(data, indent=2, ensure_ascii=False, default=str)).splitlines()
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
    out.show(lambda: review_data(row), lambda: _recorded_text(row, chosen))
    out.note(f"a process that sits with the run goes on now; if none does: holdfast resume {row.run}")
    return 0


def _recorded_text(row: ReviewRow, chosen: str) -> str:
    from holdfast.journal.answers import lacking

    more = lacking(row) if row.state == "open" else 0
    missing = f"; {more} more {'person has' if more == 1 else 'people have'} to approve" if more else ""
    return f"{row.review.id}: {row.decision or chosen} recorded{missing}"


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
