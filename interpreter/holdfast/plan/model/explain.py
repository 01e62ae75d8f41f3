"""What is wrong with the form of a document, in an author's words and at its place."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from holdfast.diagnostics import Edit, did_you_mean, only_near
from holdfast.plan.findings import finding
from holdfast.plan.model.document import PlanModel
from holdfast.plan.model.foreign import called_here
from holdfast.plan.model.known import known_keys, model_at, sample
from holdfast.plan.model.steps import ACTIONS, BELONGS
from holdfast.plan.source.editing import fix, put_in_quotes, rename_key, set_value
from holdfast.plan.source.quoting import flowing
from holdfast.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from holdfast.diagnostics import Diagnostic, Fix, Span
    from holdfast.plan.model.base import Node
    from holdfast.plan.source import Document

_TAGS: Final = frozenset({"<number>", "<text>", "<list>", "<map>"})
_TYPES: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
}
_FORMS: Final = {
    "^[a-z][a-z0-9_]": "a name here has lower-case letters, digits and `_`, begins with a letter",
    "^[a-z][a-z0-9-]": "a plan's name has lower-case letters, digits and `-`, and begins with a letter",
    "^[a-z][a-z0-9_-]": "a name here has lower-case letters, digits, `-` and `_`, and begins with a letter",
    "^[A-Za-z][A-Za-z0-9_-]*(": "a tool's name is words of letters, digits, `_`, `-`, joined by dots: `flights.book`",
    "^[A-Za-z0-9_.*-]": "write names of tools, with `*` for any text: `flights.*`",
    "^[A-Za-z][A-Za-z0-9_.@": "a queue's name has letters, digits and `_ . @ + -`, and cannot be a template",
}
_BOUNDS: Final = {
    "greater_than_equal": "must be at least {ge:.15g}",
    "greater_than": "must be above {gt:.15g}",
    "less_than_equal": "must be at most {le:.15g}",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length:,} characters",
}
_BESIDE: Final = frozenset({"id", "when", "with", "retry", "timeout", "compensate"})
"""What a word of another engine may mean that stands beside an action."""
_WHOLE: Final = r"(?:0|[1-9]\d{0,8})"
_NUMBER: Final = _WHOLE + r"(?:\.\d{1,9})?"
_WORDS_FOR_TRUTH: Final = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


@value
class Form:
    """What a document should be.

    Args:
        model: of the whole document.
        noun: what a person calls it: `a plan`.
        items: what the items of a list are called, by the list's key.
    """

    model: type[Node]
    noun: str
    items: Mapping[str, str]


PLAN: Final = Form(
    model=PlanModel,
    noun="a plan",
    items={
        "steps": "a step",
        "do": "a step",
        "fallback": "a step",
        "cleanup": "a step",
        "switch": "a case",
        "human": "a trigger",
        "abort": "an abort condition",
        "invariants": "an invariant",
    },
)


class Fault:
    """One of pydantic's errors: `kind` and `message`, `path` in the document, `value` there, and `context`."""

    __slots__ = ("context", "form", "kind", "message", "of_key", "path", "suggestion", "value")

    def __init__(self, error: ErrorDetails, form: Form) -> None:
        self.form = form
        self.kind, self.message = error["type"], error["msg"]
        self.value: object = error["input"]
        self.context: dict[str, Any] = error.get("ctx", {})
        location = error["loc"]
        self.of_key = location[-1:] == ("[key]",)
        parts = location[:-1] if self.of_key else location
        self.path = tuple(part for part in parts if part not in _TAGS)
        self.suggestion = self._suggest() if self.kind == "extra_forbidden" else ""

    @property
    def name(self) -> str:
        """The name of what the fault is in, as the author knows it."""
        names = [part for part in self.path if isinstance(part, str)]
        if not names:
            return self.form.noun
        return f"`{names[-1]}`" if isinstance(self.path[-1], str) else f"an item of `{names[-1]}`"

    def known(self, path: tuple[str | int, ...]) -> tuple[str, ...]:
        """The keys that a map in the document may have."""
        return known_keys(path, self.form.model)

    def name_of_map(self, path: tuple[str | int, ...]) -> str:
        """What a person calls the map at a path."""
        names = [part for part in path if isinstance(part, str)]
        if not names:
            return self.form.noun
        if isinstance(path[-1], int):
            return "a step" if "parallel" in names[-2:-1] else self.form.items.get(names[-1], f"`{names[-1]}`")
        return f"`{names[-1]}`"

    def called_here(self, path: tuple[str | int, ...]) -> str:
        """What the key at a path, a word of another engine, is called here."""
        return called_here(model_at(path[:-1], self.form.model), str(path[-1]))

    @property
    def sample(self) -> str:
        """Advice that shows what may stand at this place; empty where there is no example."""
        held = sample(self.path, self.form.model)
        if held in (None, "") or not self.path:
            return ""
        key = self.path[-1]
        return f"write it like `{f'{key}: ' if isinstance(key, str) else '- '}{flowing(held)}`"

    def _suggest(self) -> str:
        meant = self.called_here(self.path)
        if meant:
            return meant if meant in self.known(self.path[:-1]) else ""
        close = difflib.get_close_matches(str(self.path[-1]), self.known(self.path[:-1]), n=1, cutoff=0.6)
        return close[0] if close else ""


def explain(document: Document, fault: Fault) -> Diagnostic:
    """The finding for a fault."""
    special = _SPECIAL.get(fault.kind)
    if special:
        return special(document, fault)
    span = document.key_span(fault.path) if fault.of_key else _value_span(document, fault)
    if fault.kind in _TYPES:
        return _wrong_type(document, fault, span)
    if fault.kind in _BOUNDS:
        saying = _BOUNDS[fault.kind].format(**fault.context)
        return finding("wrong-value", f"{fault.name} {saying}{_quoted(fault.value)}", span)
    return finding("wrong-value", f"{fault.name}: {fault.kind.replace('_', ' ')}{_quoted(fault.value)}", span)


def _value_span(document: Document, fault: Fault) -> Span:
    return document.key_span(fault.path) if fault.value in (None, "") else document.span(fault.path)


def _quoted(value: object) -> str:
    return f", and this is `{str(value)[:40]}`" if isinstance(value, str | int | float) and value != "" else ""


def _kind_of(value: object) -> str:
    names = (
        (bool, "`{}`"),
        (str, "the text `{}`"),
        (int | float, "the number `{}`"),
        (list, "a list"),
        (dict, "a map"),
    )
    form = next((name for kind, name in names if isinstance(value, kind)), "nothing")
    return form.format(str(value).lower() if isinstance(value, bool) else str(value)[:40])


def _wrong_type(document: Document, fault: Fault, span: Span) -> Diagnostic:
    advice, cure = "", None
    if fault.kind == "bool_type" and isinstance(fault.value, str):
        meant = _WORDS_FOR_TRUTH.get(fault.value.lower())
        advice = f"write `{meant}`: `{fault.value}` is text in YAML 1.2" if meant else ""
        cure = fix(f"write `{meant}`", set_value(document, fault.path, meant == "true")) if meant else None
    elif fault.kind == "string_type" and isinstance(fault.value, int | float):
        advice = f'put it in quotes: "{str(fault.value).lower()}"'
        cure = fix("put it in quotes", put_in_quotes(document, fault.path))
    elif fault.kind in {"int_type", "float_type"} and isinstance(fault.value, str):
        advice, cure = _number(document, fault)
    elif fault.kind == "list_type" and isinstance(fault.value, dict):
        advice = "begin each item with `- `"
    message = f"{fault.name} must be {_TYPES[fault.kind]}, and this is {_kind_of(fault.value)}"
    return finding("wrong-type", message, span, advice or fault.sample, cure)


def _number(document: Document, fault: Fault) -> tuple[str, Fix | None]:
    """A number that was written as text, or as a share of a hundred."""
    text = str(fault.value)
    if re.fullmatch(_NUMBER + "%", text, re.ASCII) and fault.kind == "float_type":
        number: float = round(float(text[:-1]) / 100, 12)
        cure = fix(f"write `{number}`", set_value(document, fault.path, number))
        return f"write `{number}`: a share is a number from 0 to 1", cure
    if re.fullmatch(_WHOLE if fault.kind == "int_type" else _NUMBER, text, re.ASCII):
        return "leave out the quotes", fix("leave out the quotes", set_value(document, fault.path, json.loads(text)))
    return "", None


def _renamed(document: Document, path: tuple[str | int, ...], known: Sequence[str]) -> Fix | None:
    """The key at a path as the only known one that it comes near to, unless that is there already."""
    near, parent = only_near(str(path[-1]), known), document.get(path[:-1])
    if near is None or (isinstance(parent, dict) and near[0] in parent):
        return None
    return fix(f"write `{near[0]}`", rename_key(document, path, near[0]), safe=near[1])


def _unknown_key(document: Document, fault: Fault) -> Diagnostic:
    key, known = str(fault.path[-1]), fault.known(fault.path[:-1])
    where, meant = fault.name_of_map(fault.path[:-1]), fault.called_here(fault.path)
    span, message = document.key_span(fault.path), f"{where} has no key `{key}`"
    if meant in known:
        cure = _called(document, fault.path, meant)
        return finding("unknown-key", f"{message}: here it is `{meant}`", span, fix=cure)
    if meant:
        return finding("unknown-key", message, span, meant)
    if fault.suggestion:
        message = f"`{key}`: did you mean `{fault.suggestion}`?"
    advice = f"{where} may have {', '.join(known)}"
    return finding("unknown-key", message, span, advice, _renamed(document, fault.path, known))


def _called(document: Document, path: tuple[str | int, ...], name: str) -> Fix | None:
    """The key at a path under the name it has here, unless that is there already; what it holds may not fit."""
    parent = document.get(path[:-1])
    if isinstance(parent, dict) and name in parent:
        return None
    return fix(f"write `{name}`", rename_key(document, path, name), safe=False)


def _missing(document: Document, fault: Fault) -> Diagnostic:
    where = fault.name_of_map(fault.path[:-1])
    message = f"{where} needs `{fault.path[-1]}`, which is missing here"
    first = fault.path == ("holdfast",)
    advice, cure = ("write `holdfast: 1`", _version_line(document)) if first else (fault.sample, None)
    return finding("missing-key", message, document.key_span(fault.path[:-1]), advice, cure)


def _version_line(document: Document) -> Fix | None:
    """There is one version so far, so that is what is missing."""
    start = document.bounds(())[0]
    if not isinstance(document.data, dict) or not document.data or document.source[start : start + 1] == "{":
        return None
    return fix("write `holdfast: 1`", Edit(document.exact(start, start), "holdfast: 1\n"))


def _literal(document: Document, fault: Fault) -> Diagnostic:
    span = _value_span(document, fault)
    if fault.path == ("holdfast",):
        advice = "write `holdfast: 1`"
        message = f"this program knows version 1 of the language{_quoted(fault.value)}"
        meant = str(fault.value) in {"1", "1.0"}
        cure = fix("write `1`", set_value(document, fault.path, 1)) if meant else None
        return finding("version", message, span, advice, cure)
    expected = str(fault.context["expected"])
    allowed = re.findall(r"'([^']*)'", expected)
    hint = did_you_mean(fault.value, allowed) if isinstance(fault.value, str) else ""
    shown = expected.replace("'", "`")
    if hint:
        cure = _other_word(document, fault, allowed)
        return finding("wrong-value", f"`{fault.value}`{hint}", span, f"{fault.name} may be {shown}", cure)
    return finding("wrong-value", f"{fault.name} must be {shown}, and this is {_kind_of(fault.value)}", span)


def _other_word(document: Document, fault: Fault, allowed: Sequence[str]) -> Fix | None:
    near = only_near(str(fault.value), allowed)
    if near is None:
        return None
    return fix(f"write `{near[0]}`", set_value(document, fault.path, near[0]), safe=near[1])


def _pattern(document: Document, fault: Fault) -> Diagnostic:
    pattern = str(fault.context["pattern"])
    advice = next((saying for start, saying in _FORMS.items() if pattern.startswith(start)), f"it must match {pattern}")
    span = document.key_span(fault.path) if fault.of_key else document.span(fault.path)
    what = "is not a name that can stand here" if fault.of_key else f"cannot be {_article(fault)}"
    return finding("wrong-value", f"`{str(fault.value)[:60]}` {what}", span, advice)


def _article(fault: Fault) -> str:
    return f"the value of {fault.name}" if fault.name.startswith("`") else fault.name


def _too_short(document: Document, fault: Fault) -> Diagnostic:
    return finding(
        "wrong-value",
        f"{fault.name} is empty: it needs at least one entry",
        document.key_span(fault.path),
        fault.sample,
    )


def _action(document: Document, fault: Fault) -> Diagnostic:
    actions = fault.context["actions"]
    allowed = ", ".join(f"`{action}`" for action in ACTIONS)
    if actions:
        message = f"`{actions[1]}` beside `{actions[0]}`: a step has exactly one action"
        return finding("action", message, document.key_span((*fault.path, actions[1])), "put each in a step of its own")
    given = fault.value if isinstance(fault.value, dict) else {}
    known = fault.known(fault.path)
    unknown = [key for key in given if key not in known and fault.called_here((*fault.path, key)) not in _BESIDE]
    for key in unknown:
        hint = did_you_mean(key, ACTIONS)
        if hint:
            path = (*fault.path, key)
            cure = _renamed(document, path, ACTIONS)
            return finding("action", f"`{key}`{hint}", document.key_span(path), f"actions: {allowed}", cure)
    path = (*fault.path, unknown[0]) if unknown else fault.path
    message = f"`{unknown[0]}` is not an action" if unknown else "this step has no action"
    meant = fault.called_here(path) if unknown else ""
    if meant in ACTIONS:
        cure = _called(document, path, meant)
        return finding("action", f"{message}: here it is `{meant}`", document.key_span(path), fix=cure)
    return finding("action", message, document.key_span(path), meant or f"a step has exactly one of {allowed}")


def _misplaced(document: Document, fault: Fault) -> Diagnostic:
    key, action = fault.context["key"], fault.context["action"]
    advice = {
        "timeout": f"put it inside `{action}:`" if action in {"ask", "wait"} else "`deadline` limits a whole block",
        "each": "put the action into a `do:` block and `each` beside that",
        "repeat": "put the action into a `do:` block and `repeat` beside that",
    }.get(key, "")
    step = document.get(fault.path)
    if key == "on_failure" and isinstance(step, dict) and "each" in step:
        message, advice = "`on_failure` of a loop stands in its `each`", "put it into `each:`, beside `in` and `as`"
        return finding("misplaced-key", message, document.key_span((*fault.path, key)), advice)
    wanted = " or ".join(f"`{one}`" for one in BELONGS[key])
    message = f"`{key}` goes with {wanted}, and this step is {'an' if action == 'ask' else 'a'} `{action}`"
    return finding("misplaced-key", message, document.key_span((*fault.path, key)), advice)


def _custom(document: Document, fault: Fault) -> Diagnostic:
    key = str(fault.context.get("key", ""))
    path = (*fault.path, key) if key else fault.path
    kind = "duration" if fault.kind == "duration" else "contradiction"
    span = document.key_span(path) if kind == "contradiction" else _value_span(document, fault)
    cure = _seconds(document, fault) if kind == "duration" else None
    return finding(kind, str(fault.context["why"]), span, fix=cure)


def _seconds(document: Document, fault: Fault) -> Fix | None:
    """A bare number is mostly of seconds; milliseconds are counted elsewhere, so the author should look."""
    number = fault.value
    if isinstance(number, bool) or not isinstance(number, int) or number <= 0:
        return None
    return fix(f"write `{number}s`", set_value(document, fault.path, f"{number}s"), safe=False)


def _no_alternative(document: Document, fault: Fault) -> Diagnostic:
    message = f"{fault.message}; this is {_kind_of(fault.value)}"
    return finding("wrong-type", message, _value_span(document, fault), fault.sample)


_SPECIAL: Final[dict[str, Callable[[Document, Fault], Diagnostic]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _literal,
    "string_pattern_mismatch": _pattern,
    "too_short": _too_short,
    "action": _action,
    "misplaced": _misplaced,
    "duration": _custom,
    "contradiction": _custom,
    "kind": _no_alternative,
}
