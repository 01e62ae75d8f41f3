"""HF308: an input that sounds like a secret and is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from holdfast.lint.rule import Found, Rule, Subject

_WORDS: Final = {"password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "credentials"}
_PAIRS: Final = ("api_key", "access_key", "private_key", "signing_key")
_HARMLESS: Final = {"page", "next", "max", "tokens", "count", "sync", "continuation", "cursor", "cancel"}


def _check(subject: Subject) -> Iterator[Found]:
    for name, declared in subject.plan.inputs.items():
        if not declared.secret and declared.schema.get("type", "string") == "string" and sounds_secret(name):
            yield (
                f"the input `{name}` is kept and shown like any other",
                subject.key(("inputs", name)),
                f"add `secret: true`, give it as `env:NAME`, and hand it on as `{{{{ secrets.{name} }}}}`",
            )


def sounds_secret(name: str) -> bool:
    """Whether a name is that of a secret: `api_key`, `smtp_password`; not `page_token`."""
    words = name.lower().split("_")
    named = bool(_WORDS & set(words)) or any(pair in name.lower() for pair in _PAIRS)
    return named and not _HARMLESS & set(words)


RULE = Rule(
    code="HF308",
    slug="secret-not-declared",
    severity="warning",
    title="an input that sounds like a secret and is none",
    why="""
An input without `secret: true` is kept in the store, shown on the run, and put into questions. By its name, this one
should not be.
""",
    bad="""
inputs:
  api_key: {type: string}
steps:
  - id: page
    tool: http.get
    with: {url: 'https://example.com', headers: {x-key: '{{ inputs.api_key }}'}}
""",
    good="""
inputs:
  api_key: {type: string, secret: true}
steps:
  - id: page
    tool: http.get
    with: {url: 'https://example.com', headers: {x-key: '{{ secrets.api_key }}'}}
""",
    check=_check,
    confidence="likely",
)
