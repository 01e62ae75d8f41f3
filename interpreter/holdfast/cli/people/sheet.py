"""One review in full, as a person sees it who is to decide it."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from holdfast.cli.inspecting.runs import spent_text
from holdfast.cli.people.meaning import meanings
from holdfast.cli.people.reply import option_lines
from holdfast.cli.people.wanted import silence, wanted
from holdfast.cli.terminal import times
from holdfast.cli.terminal.output import compact, plain
from holdfast.cli.terminal.table import clip, fields
from holdfast.cli.waiting import review_commands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.afterwards.reading import Read
    from holdfast.cli.people.grounds import Grounds
    from holdfast.core.review import Review
    from holdfast.journal.store import ReviewRow

_VALUE: Final = 60
"""Characters of a value that was read."""


def sheet(row: ReviewRow, grounds: Grounds) -> str:
    """Everything there is to one review."""
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
        ("amount", grounds.amount),
        ("confidence", f"{grounds.confidence:g}" if grounds.confidence is not None else ""),
        ("labels", ", ".join(review.labels) if not grounds.paths else ""),
        *(("label", str(path)) for path in grounds.paths),
        *(("reads", _read(read)) for read in grounds.reads),
        ("spent so far", spent_text(grounds.spent)),
        ("decided before", _earlier(grounds.earlier, now)),
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


def outcome(row: ReviewRow) -> str:
    """How a review was closed that nobody decided: `withdrawn: the fact ... was corrected`."""
    return f"{row.outcome}: {row.why}" if row.why else row.outcome


def _answered(row: ReviewRow) -> str:
    if not row.decision:
        return outcome(row)
    looked = f", after looking for {row.looked:.0f} s" if row.looked is not None else ""
    source, remark = f" ({row.source})" if row.source else "", f": {row.remark}" if row.remark else ""
    return f"{row.decision} by {row.by or 'somebody'}{source}{looked}{remark}"


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


def _read(read: Read) -> str:
    """`facts.city = JFK (inferred, confidence 0.4)`."""
    sure = [f"confidence {read.confidence:g}"] if read.confidence is not None and read.confidence < 1 else []
    notes = ", ".join([*read.labels, *sure])
    return f"{plain(read.name)} = {clip(compact(read.value), _VALUE)}{f' ({notes})' if notes else ''}"


def _earlier(rows: Sequence[ReviewRow], now: float) -> str:
    """`approve 3, reject 1; last: reject by dee, 2d ago: too dear`."""
    if not rows:
        return ""
    counts = ", ".join(f"{plain(what)} {many}" for what, many in Counter(row.decision for row in rows).most_common())
    last = rows[0]
    by = f" by {plain(last.by)}" if last.by else ""
    when = f", {times.ago(last.answered_at, now)}" if last.answered_at is not None else ""
    return f"{counts}; last: {plain(last.decision)}{by}{when}{f': {plain(last.remark)}' if last.remark else ''}"
