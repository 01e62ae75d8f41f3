"""What a person may say to a review, as values: `await hf.decide(review, holdfast.Approve(by="ana"))`."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.values import pair


@pair
class Decision:
    """Any decision by its name.

    Args:
        decision: one of the review's `decisions`: `retry`, `happened`, `fallback`, ...
        value: what goes with it, plain JSON data.
        by: who decided.
        reason: why, for the journal.
    """

    decision: str
    value: object = None
    by: str = ""
    reason: str = ""


@pair
class Approve:
    """The call may be made with exactly these arguments."""

    by: str = ""
    reason: str = ""

    def as_decision(self) -> Decision:
        """The same by its name."""
        return Decision("approve", None, self.by, self.reason)


@pair
class Reject:
    """The call must not be made; the step fails with `rejected`, so its fallbacks may apply."""

    by: str = ""
    reason: str = ""

    def as_decision(self) -> Decision:
        """The same by its name."""
        return Decision("reject", None, self.by, self.reason)


@pair
class Edit:
    """The call may be made with these arguments instead (all of them)."""

    args: Mapping[str, object]
    by: str = ""
    reason: str = ""

    def as_decision(self) -> Decision:
        """The same by its name."""
        return Decision("edit", dict(self.args), self.by, self.reason)


@pair
class Choose:
    """One of the options: by its id, by the `id` field of its value, by its value, or by its number from 1."""

    option: object
    by: str = ""
    reason: str = ""

    def as_decision(self) -> Decision:
        """The same by its name."""
        return Decision("choose", self.option, self.by, self.reason)


@pair
class Answer:
    """The answer to a question, as its schema wants it."""

    value: object
    by: str = ""
    reason: str = ""

    def as_decision(self) -> Decision:
        """The same by its name."""
        return Decision("answer", self.value, self.by, self.reason)


@pair
class Close:
    """The run that was handed over ends here, as `succeeded`, `failed` or `aborted` (then what it did is undone)."""

    status: str = "failed"
    output: object = None
    by: str = ""
    reason: str = ""

    def as_decision(self) -> Decision:
        """The same by its name."""
        said = {"status": self.status, "output": self.output, "reason": self.reason}
        return Decision("close", said, self.by, self.reason)


AnyDecision = Decision | Approve | Reject | Edit | Choose | Answer | Close
