"""What `holdfast.toml` may hold, as JSON Schema: for editors that know TOML. `holdfast.config` decides."""

from __future__ import annotations

from typing import Final

from holdfast.config import MAIL_KEYS, SECURITY, TOP_KEYS
from holdfast.plan.schema import DIALECT

Schema = dict[str, object]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_WORDS: Final[Schema] = {"type": "array", "items": _TEXT}
_REFERENCE: Final[Schema] = {
    "type": "string",
    "pattern": "^(env|file):.*[^:]$",
    "description": "where the value is, never the value: `env:NAME` or `file:PATH`",
}
_DURATION: Final[Schema] = {"type": ["string", "number"], "description": "`500ms`, `5s`, `2m`, `1h30m`, `7d`"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 1}


def config_schema() -> Schema:
    """JSON Schema (2020-12) of the configuration."""
    return {
        "$schema": DIALECT,
        "title": "holdfast.toml",
        **_table({name: _TOP[name] for name in TOP_KEYS}),
    }


def _table(properties: Schema, description: str = "", **more: object) -> Schema:
    told: Schema = {"description": description} if description else {}
    return {"type": "object", **told, "properties": properties, "additionalProperties": False, **more}


_TOOL: Final = _table({
    "timeout": {**_DURATION, "description": "for one attempt, where neither step nor plan says"},
    "retry": {"type": ["integer", "object"], "description": "attempts, or a table with the words of a plan"},
    "concurrency": {**_COUNT, "description": "calls at once"},
    "rate": {"type": "string", "description": "`10/s`, `100/1m`"},
    "breaker": _table({"failures": _COUNT, "window": _DURATION, "open": _DURATION}),
    "cost": {"type": "number", "minimum": 0, "description": "money one call costs, where it does not say so itself"},
}, "over what the definition says")  # fmt: skip

_MAIL: Final[Schema] = {
    "host": _TEXT,
    "port": {"type": "integer", "minimum": 1, "maximum": 65_535, "default": 587},
    "from": _TEXT,
    "user": _TEXT,
    "password": _REFERENCE,
    "security": {"enum": list(SECURITY), "default": "starttls"},
}

_TOP: Final[Schema] = {
    "store": {**_TEXT, "description": "where runs live", "default": "sqlite:.holdfast/runs.db"},
    "tools": {
        "description": "where tools come from, who may use them, and a table for each that is to be otherwise",
        "anyOf": [
            _WORDS,
            {
                "type": "object",
                "properties": {
                    "load": {**_WORDS, "description": "folders, files, modules"},
                    "allow": {**_WORDS, "description": "patterns; nothing else may be used"},
                    "deny": {**_WORDS, "description": "patterns; goes before allow"},
                },
                "additionalProperties": _TOOL,
            },
        ],
    },
    "durability": {
        "enum": ["power", "process"], "default": "power",
        "description": "power: survives a power cut; process: survives kill -9, and is faster",
    },
    "limits": _table({"concurrency": {**_COUNT, "description": "tool calls at once in one process"}}),
    "people": _table({
        "policy": {**_TEXT, "description": "the policy of the installation", "default": "policy.yaml"},
        "mail": _table({name: _MAIL[name] for name in MAIL_KEYS}, "the server that notices go through",
                       required=["host", "from"]),
    }),
    "secrets": {"type": "object", "additionalProperties": _REFERENCE, "description": "references, never values"},
    "audit": _table({
        "key": {**_REFERENCE, "description": "seals every journal; whoever writes to the store needs it"},
        "old_keys": {"type": "array", "items": {"anyOf": [_REFERENCE, {"const": "none"}]},
                     "description": "they still verify; `none`: what was written before there was a key"},
    }),
    "retention": _table({"payloads": {**_DURATION, "type": "string", "description": "how long contents are kept"}}),
}  # fmt: skip
