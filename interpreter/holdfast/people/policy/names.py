"""The names that the condition of a policy's rule may read: those of triggers, without what belongs to one plan."""

from __future__ import annotations

from typing import Final

from holdfast.diagnostics import did_you_mean

_FIELDS: Final[dict[str, frozenset[str]]] = {
    "tool": frozenset({"name", "effect", "idempotency", "reversible", "tags"}),
    "step": frozenset({"id", "description"}),
    "run": frozenset({"id", "task", "user", "plan"}),
    "spent": frozenset({"calls", "tokens", "cost", "failures", "elapsed"}),
}
NAMES: Final = frozenset({*_FIELDS, "args", "amount", "confidence", "labels", "facts", "inputs", "address", "now"})
"""What stands in front of a dot, or alone."""


def complaint(dotted: str) -> tuple[str, str, str] | None:
    """What is wrong with a dotted name: the kind of finding, the message, advice; None: nothing."""
    root, *rest = dotted.split(".")
    if root == "steps":
        return "undefined-name", "`steps` belongs to one plan, and a policy holds for all of them", _KNOWN
    if root in {"output", "error", "result"}:
        return "undefined-name", f"there is no `{root}` yet: a policy's rules are asked before a call", _KNOWN
    if root not in NAMES:
        return "undefined-name", f"`{root}` is not defined here{did_you_mean(root, NAMES)}", _KNOWN
    known = _FIELDS.get(root)
    if not rest or known is None or rest[0] in {*known, "*"}:
        return None
    message = f"`{root}` has no `{rest[0]}`{did_you_mean(rest[0], known)}"
    return "unknown-field", message, f"known are {', '.join(sorted(known))}"


_KNOWN: Final = f"known are {', '.join(sorted(NAMES))}"
