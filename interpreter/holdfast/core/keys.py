"""Addresses, idempotency keys, digests and draws: everything that has to come out the same for ever.

Rules: an address is the ids of the enclosing steps joined by `/`, loop iterations as `[key]`. Attempts are not part
of it, so all attempts of one intent share one key (2-plan-language 4, 11-hard-cases 3).
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Final

from holdfast.compact import kept

_ESCAPES: Final = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%:/[]#"})
_LONGEST: Final = 200
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_CANONICAL: Final = kept(json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False))
UNDO: Final = "~undo"
CLEANUP: Final = "~cleanup"
FACTS: Final = "~facts"


def escape(part: str) -> str:
    """One part of an address or key, with the signs that separate parts written as `%XX`."""
    return part.translate(_ESCAPES)


def child(parent: str, name: str) -> str:
    """The address of a step below another; the plan itself is the empty address."""
    return f"{parent}/{name}" if parent else name


def parent_of(address: str) -> str:
    """The address of the step that encloses this one. The parent of an iteration is its loop."""
    if address.endswith("]"):
        return address[: address.rindex("[")]
    return address.rpartition("/")[0]


def step_id(address: str) -> str:
    """The id at the end of a step's address."""
    return address.rpartition("/")[2]


def bare_id(address: str) -> str:
    """The id of a step as its author wrote it, without loops and revisions: `all[3]/pick#2` is `pick`."""
    return step_id(address).partition("#")[0].partition("[")[0]


def is_below(address: str, ancestor: str) -> bool:
    """Whether an address is the ancestor's own or lies below it."""
    if not ancestor or address == ancestor:
        return True
    return address.startswith(ancestor) and address[len(ancestor)] in "/[#~"


def fact_address(name: str) -> str:
    """Where a fact is resolved."""
    return f"{FACTS}/{name}"


def default_key(user: str, plan: str, task: str, address: str) -> str:
    """The idempotency key of a step that names none: `user:plan:task:address`."""
    return f"{escape(user)}:{escape(plan)}:{escape(task)}:{address}"


def shorten(key: str) -> str:
    """A key of at most 200 characters: the beginning stays readable, the rest becomes a digest."""
    if len(key) <= _LONGEST:
        return key
    return f"{key[: _LONGEST - 33]}~{blake2b(key.encode(), digest_size=16).hexdigest()}"


def child_run(plan: str, run: str, number: int) -> str:
    """The id of a run's child, given how many it began before: `send-invoice-0k9f2m7q4x0c`, the same for ever."""
    raw = blake2b(f"{run}\x1f{number}".encode(), digest_size=8).digest()
    number = int.from_bytes(raw, "big")
    name = plan.rpartition("/")[2].partition(".")[0]
    return f"{name[:40]}-{''.join(_LETTERS[number >> shift & 31] for shift in range(55, -1, -5))}"


def revised(key: str, revision: int) -> str:
    """The key of a later revision of the same step: `#2`, `#3`."""
    return key if revision == 1 else f"{key}#{revision}"


def forked_key(key: str, run: str) -> str:
    """An author's key in a fork: it carries the fork's id, so that it never meets that of the run it came from."""
    return shorten(f"{key}@{run}")


def canonical(value: object) -> str:
    """Plain data as JSON that does not depend on the order of keys."""
    return _CANONICAL(value)


def call_digest(tool: str, version: str, key: str, args: object) -> str:
    """What approvals and the ledger are bound to: hex BLAKE2b-128 over tool, contract version, key and arguments."""
    return blake2b(canonical([tool, version, key, args]).encode(), digest_size=16).hexdigest()


def draw(*seed: object) -> float:
    """A number in [0, 1) that depends on the seed alone, so that a replay draws the same."""
    raw = blake2b("\x1f".join(map(str, seed)).encode(), digest_size=8).digest()
    return (int.from_bytes(raw, "big") >> 11) / (1 << 53)
