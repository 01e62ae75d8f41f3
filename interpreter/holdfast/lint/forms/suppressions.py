"""What can be wrong with `# holdfast: ignore[CODE] reason`."""

from __future__ import annotations

from typing import Final

from holdfast.lint.forms.form import Form

_ASK: Final = "  - {id: pick, ask: {question: Which?, options: [a, b]}}"
_READ: Final = '\noutput: "{{ steps.pick.output }}"\n'
_GOOD: Final = f"steps:\n{_ASK}  # holdfast: ignore[HF209] somebody always sits there{_READ}"

FORMS: Final = (
    Form(
        code="HF050", slug="unknown-suppression", title="a suppression of a rule that does not exist",
        severity="warning",
        why="It silences nothing, and its author believes that it does. The same is said of a comment that only looks "
        "like a suppression: `# holdfast: ignore all`, `# noqa: HF209`.",
        bad=f"steps:\n{_ASK}  # holdfast: ignore[HF209, no-timeout] somebody always sits there{_READ}", good=_GOOD,
    ),
    Form(
        code="HF051", slug="unused-suppression", title="a suppression that silences nothing", severity="warning",
        why="What it was about is gone. If it comes back, nobody would be told.",
        bad="steps:\n  - {id: rest, wait: 1s}  # holdfast: ignore[HF209] somebody always sits there\n", good=_GOOD,
    ),
    Form(
        code="HF052", slug="suppression-without-reason", title="a suppression without a reason", severity="warning",
        why="Whoever reads the plan in a year has to know why it is right. Without a reason nothing is silenced.",
        bad=f"steps:\n{_ASK}  # holdfast: ignore[HF209]{_READ}", good=_GOOD,
    ),
    Form(
        code="HF053", slug="suppression-of-form", title="a suppression of what cannot be silenced", severity="warning",
        why="A mistake in the form keeps a plan from being read at all: there is nothing that could run in "
        "spite of it.",
        bad="steps:\n  - {id: rest, wait: 1s, optionl: true}  # holdfast: ignore[HF017] it is an option\n",
        good="steps:\n  - {id: rest, wait: 1s, optional: true}\n",
    ),
)  # fmt: skip
