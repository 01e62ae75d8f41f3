"""A policy as it was read, kept beside the store: neither YAML nor a model is needed for it a second time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from holdfast.core.policy import Policy, PolicyRule, QueueLimit
from holdfast.journal.codec import as_plain, from_plain
from holdfast.people.policy.book import Book, Queue
from holdfast.plan.shelf import hash_of
from holdfast.values import value

if TYPE_CHECKING:
    from holdfast.plan.shelf import Shelf


@value
class _Kept:
    """A book without its file."""

    hash: str
    rules: tuple[PolicyRule, ...] = ()
    limits: tuple[QueueLimit, ...] = ()
    queues: tuple[Queue, ...] = ()


def book_from(shelf: Shelf, source: str, file: str) -> Book | None:
    """The policy with this text, if it is kept; `file` is the name that messages show."""
    found = shelf.read(_name(source), _restored)
    if found is None:
        return None
    kept = found[1]
    policy = Policy(hash=kept.hash, rules=kept.rules, limits=kept.limits)
    return Book(policy=policy, queues={queue.name: queue for queue in kept.queues}, file=file)


def keep_book(shelf: Shelf, source: str, book: Book) -> None:
    """Keep a policy that was read from this text."""
    policy = book.policy
    kept = _Kept(hash=policy.hash, rules=policy.rules, limits=policy.limits, queues=tuple(book.queues.values()))
    shelf.write(_name(source), json.dumps(as_plain(kept)).encode())


def _name(source: str) -> str:
    return f"policy-{hash_of(source)}"


def _restored(body: bytes) -> _Kept:
    return from_plain(_Kept, json.loads(body))
