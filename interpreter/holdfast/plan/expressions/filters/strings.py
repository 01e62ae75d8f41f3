"""Filters on texts. Each bounds its result before it makes it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from holdfast.plan.expressions import limits
from holdfast.plan.expressions.arguments import a_list, a_string, an_integer, field_of
from holdfast.plan.expressions.errors import Fault
from holdfast.plan.expressions.operators import joined
from holdfast.plan.expressions.scope import checked
from holdfast.plan.expressions.text import as_json, shown

if TYPE_CHECKING:
    from holdfast.plan.expressions.scope import Scope


def lower(scope: Scope, value: object) -> str:
    """In small letters."""
    return _bounded(a_string(scope, "lower", value).lower())


def upper(scope: Scope, value: object) -> str:
    """In capital letters."""
    return _bounded(a_string(scope, "upper", value).upper())


def capitalize(scope: Scope, value: object) -> str:
    """The first letter capital, the others small."""
    return _bounded(a_string(scope, "capitalize", value).capitalize())


def title(scope: Scope, value: object) -> str:
    """The first letter of every word capital, the others small."""
    text = a_string(scope, "title", value)
    return _bounded(re.sub(r"[^\s\-({\[<]+", lambda word: word.group().capitalize(), text))


def _bounded(text: str) -> str:
    if len(text) > limits.OUTPUT:
        raise Fault("limit", f"the text would have more than {limits.OUTPUT} characters")
    return text


def trim(scope: Scope, value: object, chars: object = None) -> str:
    """Without blanks at both ends, or without any of `chars`."""
    text, unwanted = a_string(scope, "trim", value), None if chars is None else a_string(scope, "trim", chars)
    if unwanted and len(unwanted) > 64:  # noqa: PLR2004 - each is looked for at each place
        raise Fault("limit", "`trim` takes at most 64 characters to remove")
    return text.strip(unwanted)


def replace(scope: Scope, value: object, old: object, new: object, count: object = None) -> str:
    """Every `old`, or the first `count` of them, becomes `new`."""
    text, was = a_string(scope, "replace", value), a_string(scope, "replace", old)
    becomes = a_string(scope, "replace", new)
    if not was:
        raise Fault("value", "`replace` needs a text to look for, got an empty one")
    times = text.count(was)
    if count is not None:
        times = min(times, an_integer("replace", count, 0, limits.OUTPUT))
    if len(text) + times * (len(becomes) - len(was)) > limits.OUTPUT:
        raise Fault("limit", f"`replace` would make more than {limits.OUTPUT} characters")
    return text.replace(was, becomes, times)


def split(scope: Scope, value: object, separator: object = None, limit: object = None) -> list[str]:
    """The parts between separators (blanks, when none is given); at most `limit` splits."""
    text = a_string(scope, "split", value)
    mark = None if separator is None else a_string(scope, "split", separator)
    if mark == "":
        raise Fault("value", "`split` needs a separator, got an empty one")
    most = limits.ITEMS if limit is None else an_integer("split", limit, 0, limits.ITEMS)
    parts = text.split(mark, most)
    scope.spend(len(parts))
    return parts


def truncate(scope: Scope, value: object, length: object = 255, killwords: object = None, end: object = "...") -> str:
    """At most `length` characters, `end` included; cut between words unless `killwords`."""
    text, mark = a_string(scope, "truncate", value), a_string(scope, "truncate", end)
    most = an_integer("truncate", length, len(mark), limits.OUTPUT)
    if len(text) <= most:
        return text
    cut = most - len(mark)
    return (text[:cut] if killwords or text[cut] == " " else text[:cut].rsplit(" ", 1)[0]) + mark


def join(scope: Scope, value: object, separator: object = "", attribute: object = None) -> str:
    """The items as text, with a separator between them."""
    field = field_of("join", attribute)
    texts = [shown(scope, field(item)) for item in a_list(scope, "join", value)]
    return joined(scope, texts, a_string(scope, "join", separator))


def to_string(scope: Scope, value: object) -> str:
    """As it would stand in a text."""
    return shown(scope, value)


def to_json(scope: Scope, value: object, indent: object = None) -> str:
    """As JSON; `indent` up to 4 blanks puts every item on its own line."""
    return as_json(scope, value, indent=None if indent is None else an_integer("tojson", indent, 0, 4))


def from_json(scope: Scope, value: object) -> object:
    """The data that a JSON text holds."""
    text = a_string(scope, "fromjson", value)
    scope.spend(len(text) >> 3)
    if len(text) > limits.OUTPUT:
        raise Fault("limit", f"`fromjson` reads at most {limits.OUTPUT} characters")
    try:
        data: object = json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=_constant)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode()
    except ValueError as error:  # json.JSONDecodeError, and UnicodeEncodeError for half a surrogate pair
        sentence = error.msg if isinstance(error, json.JSONDecodeError) else "it is not valid text"
        raise Fault("value", f"`fromjson` cannot read {{}}: {sentence.lower()}", value) from None
    return data


def _integer(text: str) -> int:
    if len(text) > 40:  # noqa: PLR2004 - the digits of 128 bits, and a sign
        raise Fault("limit", "`fromjson`: an integer has at most 128 bits")
    return int(text)


def _float(text: str) -> float:
    return float(checked(float(text)))


def _constant(text: str) -> NoReturn:
    raise Fault("value", f"`fromjson`: {text} is not JSON")
