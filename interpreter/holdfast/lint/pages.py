"""The pages of the rules, made from the rules themselves: `python -m holdfast.lint.pages docs/rules`."""

from __future__ import annotations


def example(text: str) -> str:
    """A rule's example as a whole plan."""
    body = text.strip("\n")
    return f"holdfast: 1\nplan: example\n{body}\n"
