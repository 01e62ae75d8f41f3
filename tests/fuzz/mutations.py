"""Changes to the text of a plan: of its characters, its words and its tree."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import yaml

Tree = Any
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_SIGNS = (
    "{{", "}}", "{{ ", " }}", "|", ">-", "&a ", "*a", "!!str ", "---\n", "...\n", "? ", "\t", "#", "'", '"', "~", "- ",
    ": ", ",", "[", "]", "{", "}", "%", "\\", "\r", "\u2028", "\x00", "\ufeff", "é", "😀", "\n\n", "<<: ", "null",
    "true", "0x", "1e999", "-0", ".inf", "9" * 400, "9d", "0s", "999999999d", "a" * 5000, "(" * 300, "not " * 200,
    "steps", "inputs.", "facts", "error.code", "holdfast: 1", "# holdfast: ignore[HF208] x", "__class__", "\ud83d",
)  # fmt: skip
_VALUES: Sequence[Tree] = (
    None, True, False, 0, 1, -1, 3.5, 10**30, 1e308, "", "x", "10s", "0s", "{{", "{{ }}", "{{ steps }}", "all", "a b",
    "{{ inputs.a[0].b['c'](1) }}", "x" * 70_000, "{{ " + "(" * 400 + ")" * 400 + " }}", "{{ " + "a." * 500 + "b }}",
    "{{ " + " + ".join(["1"] * 900) + " }}", "{{ '" + "a" * 3000 + "' * 99999999 }}", "{{ 9 ** 9 ** 9 }}",
    "not " * 900 + "x", [], {}, [1], [[]], {"x": 1}, {"": ""}, {"id": "x", "tool": "t"}, [{"id": "x", "tool": "t"}],
    {"type": "object", "properties": {"a": {"$ref": "#"}}}, {"$ref": "#/nowhere"}, {"pattern": "(a+)+$"},
    {"pattern": "["},
)  # fmt: skip
_MODIFIERS: Sequence[tuple[str, Tree]] = (
    ("retry", {"attempts": 9999, "delay": "9d"}), ("deadline", "1ms"), ("timeout", "9999999d"), ("optional", True),
    ("when", "steps.x.output"), ("human", [{"when": "args", "to": "a"}]), ("subject", "{{ run.id }}"),
    ("each", {"in": "inputs", "concurrency": 9999}), ("repeat", {"max": 1_000_000}), ("join", 99), ("undo_first", True),
    ("compensate", {"tool": "mail.send", "with": {"to": "{{ output }}"}}), ("abort", [{"when": "labels"}]),
    ("fallback", [{"id": "f", "tool": "t"}]), ("facts", {"a": {"given": "{{ facts.a }}"}}), ("plan", "../../x"),
    ("idempotency_key", "{{ now }}"), ("accept_pending", True), ("deferred", {"timeout": "1s"}),
    ("budget", {"calls": 1}),
)  # fmt: skip


def mutated(text: str, other: str, chance: random.Random) -> bytes:
    """A text with some changes; `other` lends parts of itself."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        text = chance.choice((_characters, _words, _tree, _tree, _tree))(text, other, chance)
        if len(text) > 200_000:
            break
    raw = text.encode("utf-8", errors="surrogatepass")
    return _bytes(raw, chance) if chance.random() < 0.1 else raw


def _bytes(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw or b" ")
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _characters(text: str, other: str, chance: random.Random) -> str:
    begin, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    end = min(end, begin + chance.choice((1, 2, 10, 100)))
    part = text[begin:end]
    start = chance.randrange(len(other) + 1)
    new = chance.choice(("", part * 2, part[::-1], chance.choice(_SIGNS), other[start : start + 60], part.upper()))
    if chance.random() < 0.03:
        return text.replace("\n", chance.choice(("\r\n", "\r", " \n", "\n\n")))
    return text[:begin] + new + text[end:]


def _words(text: str, other: str, chance: random.Random) -> str:
    words, lent = _TOKEN.findall(text) or [""], _TOKEN.findall(other) or [""]
    here = chance.randrange(len(words))
    there = chance.randrange(len(words))
    way = chance.randrange(5)
    if way == 0:
        words[here], words[there] = words[there], words[here]
    elif way == 1:
        words[here] = chance.choice(lent)
    elif way == 2:
        words.insert(here, chance.choice(_SIGNS))
    elif way == 3:
        del words[here]
    else:
        words[here] *= chance.choice((2, 3, 1000 if len(words[here]) < 9 else 2))
    return "".join(words)


# --- the tree -----------------------------------------------------------------------------------------------------


def _tree(text: str, other: str, chance: random.Random) -> str:
    tree = _parsed(text)
    if not isinstance(tree, dict | list):
        return _words(text, other, chance)
    tree = copy.deepcopy(tree)
    places = _containers(tree)
    chance.choice(_CHANGES)(chance.choice(places), tree, other, chance)
    return _dumped(tree, chance)


def _parsed(text: str) -> Tree:
    from holdfast.errors import PlanError
    from holdfast.plan.source import read

    try:
        return read(text, "p.yaml").data
    except PlanError:
        return None


def _dumped(tree: Tree, chance: random.Random) -> str:
    try:
        if chance.random() < 0.2:
            return json.dumps(tree, ensure_ascii=chance.random() < 0.5)
        # Scalars that repeat are the same object here; an anchor would end the trial before it began.
        return yaml.dump(
            tree, Dumper=_Plain, allow_unicode=True, sort_keys=False, default_flow_style=chance.random() < 0.2
        )
    except RecursionError:
        return "[" * 500


_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_Dumper):
    """Writes equal parts out in full."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _containers(tree: Tree) -> list[Tree]:
    found, waiting = [], [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found.append(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found


def _key(place: Tree, chance: random.Random) -> Any:
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    return chance.choice(keys) if keys else None


def _delete(place: Tree, _tree: Tree, _other: str, chance: random.Random) -> None:
    key = _key(place, chance)
    if key is not None:
        del place[key]


def _retype(place: Tree, _tree: Tree, _other: str, chance: random.Random) -> None:
    key = _key(place, chance)
    if key is not None:
        place[key] = copy.deepcopy(chance.choice(_VALUES))


def _swap(place: Tree, tree: Tree, _other: str, chance: random.Random) -> None:
    there = chance.choice(_containers(tree))
    one, two = _key(place, chance), _key(there, chance)
    if one is not None and two is not None:
        place[one], there[two] = copy.deepcopy(there[two]), copy.deepcopy(place[one])


def _splice(place: Tree, _tree: Tree, other: str, chance: random.Random) -> None:
    lent = _parsed(other)
    there = chance.choice(_containers(lent)) if isinstance(lent, dict | list) else {}
    key, from_there = _key(place, chance), _key(there, chance)
    if key is not None and from_there is not None:
        place[key] = there[from_there]
    elif isinstance(place, dict) and isinstance(there, dict):
        place.update(there)


def _duplicate(place: Tree, _tree: Tree, _other: str, chance: random.Random) -> None:
    if isinstance(place, list) and place:
        place += copy.deepcopy(place[: chance.choice((1, 2, 20))]) * chance.choice((1, 1, 10))
    elif isinstance(place, dict) and place:
        key = _key(place, chance)
        place[f"{key}{chance.choice(('', '_', '2', 'x'))}"] = copy.deepcopy(place[key])


def _rename(place: Tree, tree: Tree, _other: str, chance: random.Random) -> None:
    if isinstance(place, dict) and place:
        names = [name for one in _containers(tree) if isinstance(one, dict) for name in one]
        place[chance.choice(names)] = place.pop(_key(place, chance))


def _modify(place: Tree, _tree: Tree, _other: str, chance: random.Random) -> None:
    if isinstance(place, dict):
        name, given = chance.choice(_MODIFIERS)
        place[name] = copy.deepcopy(given)


def _nest(place: Tree, _tree: Tree, _other: str, chance: random.Random) -> None:
    key = _key(place, chance)
    if key is None:
        return
    inner, deep = place[key], chance.choice((1, 3, 20, 28, 70))
    wrap = chance.choice(_WRAPS)
    for number in range(deep):
        inner = wrap(inner, f"n{chance.randrange(1000)}_{number}")
    place[key] = inner


def _call(name: str) -> Tree:
    return {"id": f"{name}x", "tool": "t"}


def _steps(inner: Tree) -> list[Tree]:
    return inner if isinstance(inner, list) else [inner]


_WRAPS: Sequence[Callable[[Tree, str], Tree]] = (
    lambda inner, _: [inner],
    lambda inner, _: {"x": inner},
    lambda inner, name: [{"id": name, "do": _steps(inner)}],
    lambda inner, name: [{"id": name, "do": _steps(inner), "retry": 3, "when": f"steps.{name}.output"}],
    lambda inner, name: [{"id": name, "parallel": {"l": _steps(inner), "r": [_call(name)]}}],
    lambda inner, name: [{"id": name, "switch": [{"when": "inputs", "do": _steps(inner)}, {"do": [_call(name)]}]}],
    lambda inner, name: [{"id": name, "tool": "t", "fallback": _steps(inner)}],
    lambda inner, name: [{"id": name, "each": {"in": "inputs.a"}, "do": _steps(inner)}],
)  # fmt: skip

_CHANGES: Sequence[Callable[[Tree, Tree, str, random.Random], None]] = (
    _delete, _retype, _retype, _swap, _splice, _duplicate, _rename, _modify, _modify, _nest,
)  # fmt: skip
