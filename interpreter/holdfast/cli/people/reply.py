"""What a person's words mean as the answer to a review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from holdfast.cli.command import UsageError
from holdfast.cli.terminal.output import compact
from holdfast.cli.terminal.values import by_schema, document
from holdfast.core.review import chosen
from holdfast.diagnostics import did_you_mean

if TYPE_CHECKING:
    from holdfast.core.review import Review

QUESTIONS: Final = ("choose", "answer")
"""Decisions that are a value and nothing else."""

WITH_VALUE: Final = frozenset({"edit", "output", "happened", "done", "close", *QUESTIONS})


def question(review: Review) -> str | None:
    """How a plain value answers the review: `choose`, `answer`; None where a decision has to be named."""
    return next((decision for decision in QUESTIONS if decision in review.decisions), None)


def value(review: Review, text: str) -> object:
    """The answer a person typed: the name or number of an option, or what the schema wants."""
    return text if review.options is not None else by_schema(text, review.schema)


def decision(review: Review, word: str) -> str:
    """The decision a word names; its unambiguous beginning is enough. Raises UsageError."""
    close = [name for name in review.decisions if name.startswith(word)] if word else []
    if word in review.decisions or len(close) == 1:
        return word if word in review.decisions else close[0]
    allowed = ", ".join(f"`{name}`" for name in review.decisions)
    raise UsageError(
        f"{review.id} cannot be decided with `{word}`{did_you_mean(word, review.decisions)}\n"
        f"  = help: it takes {allowed}"
    )


def takes_default(review: Review) -> bool:
    """Whether an empty line answers the review: with its default, if that is an answer it takes."""
    given = review.default
    return given is not None and (review.options is None or chosen(review.options, given) is not None)


def typed(review: Review, line: str) -> tuple[str, object, str]:
    """A line typed at the prompt: decision, value, reason. Raises UsageError."""
    word, _, rest = line.strip().partition(" ")
    asked = question(review)
    if asked and not word and takes_default(review):
        return asked, review.default, ""
    if asked and (word not in review.decisions or word in QUESTIONS):
        return asked, value(review, rest if word in QUESTIONS and rest else line.strip()), ""
    chosen = decision(review, word)
    if chosen not in WITH_VALUE:
        return chosen, None, rest
    if chosen == "edit" and not rest.strip():
        raise UsageError('an edit needs the new arguments: edit {"price": 120}')
    return chosen, document(rest, chosen) if rest.strip() else None, ""


def option_lines(options: tuple[Mapping[str, object], ...]) -> list[str]:
    """The options, numbered, one a line."""
    return [f"  {number}) {_option_text(option)}" for number, option in enumerate(options, 1)]


def _labelled(held: object, label: object) -> bool:
    """Whether the label is the value itself, written out."""
    if not isinstance(held, Mapping):
        return str(held) == label
    return label in (held.get("label"), ", ".join(f"{name} {part}" for name, part in held.items()))


def _option_text(option: Mapping[str, object]) -> str:
    name, label, held = (option.get(key) for key in ("id", "label", "value"))
    parts = [compact(name)]
    parts += [compact(label)] if label not in (None, "", name) else []
    parts += [compact(held)] if held not in (None, name, label) and not _labelled(held, label) else []
    return "  ".join(parts)
