"""`findings.schema.json`: what `holdfast lint --format json` prints."""

from __future__ import annotations

from typing import Any, Final

from holdfast.lint.formats import JSON_VERSION
from holdfast.plan.schema import headed

_COUNT: Final = {"type": "integer", "minimum": 0}
_PLACE: Final = {
    "line": {"description": "Where it begins, from 1.", "type": "integer", "minimum": 1},
    "column": {"description": "In characters, from 1.", "type": "integer", "minimum": 1},
    "end_line": {"description": "Where it ends, from 1.", "type": "integer", "minimum": 1},
    "end_column": {"description": "The first character behind it.", "type": "integer", "minimum": 1},
}
_EDIT: Final = {
    "type": "object",
    "description": "A stretch of the file and what takes its place.",
    "properties": {**_PLACE, "text": {"description": "What is written there instead.", "type": "string"}},
    "required": [*_PLACE, "text"],
}
_FIX: Final = {
    "type": "object",
    "properties": {
        "title": {"description": "What it does, as a command.", "type": "string"},
        "safe": {"description": "Whether `--fix` does it without `--unsafe-fixes`.", "type": "boolean"},
        "edits": {
            "description": "All of them together, in the order of the text.",
            "type": "array",
            "items": _EDIT,
            "minItems": 1,
        },
    },
    "required": ["title", "safe", "edits"],
}
_FINDING: Final = {
    "type": "object",
    "properties": {
        "code": {"description": "Of the rule; stable for ever.", "type": "string", "pattern": "^HF[0-9]{3}$"},
        "rule": {"description": "The rule's name for people; may be empty.", "type": "string"},
        "severity": {"description": "An error keeps a plan from running.", "enum": ["error", "warning", "info"]},
        "confidence": {"description": "Whether it can be mistaken.", "enum": ["certain", "likely", "possible"]},
        "message": {"description": "What is wrong.", "type": "string", "minLength": 1},
        "help": {"description": "What to do about it; may be empty.", "type": "string"},
        "file": {"description": "As it was named.", "type": "string"},
        **_PLACE,
        "fix": {"$ref": "#/$defs/fix", "description": "What to change, where one way is plain."},
    },
    "required": ["code", "rule", "severity", "confidence", "message", "help"],
    "dependentRequired": {"file": list(_PLACE), **{name: ["file"] for name in _PLACE}},
}


def findings_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of findings as data. Fields may be added; readers pass over what they do not know."""
    many = {"type": "array", "items": {"$ref": "#/$defs/finding"}}
    severities = {name: {**_COUNT, "description": f"How many are of severity {name}."} for name in _SEVERITIES}
    return headed("findings", "Holdfast findings", {
        "type": "object",
        "properties": {
            "version": {
                "description": "Grows when a field changes its meaning or goes.",
                "const": JSON_VERSION,
            },
            "files": {**_COUNT, "description": "How many files were looked at."},
            "counts": {
                "description": "How many findings there are.",
                "type": "object",
                "properties": severities,
                "required": list(severities),
            },
            "findings": {**many, "description": "What is wrong, file by file, from top to bottom."},
            "fixed": {**many, "description": "What `--fix` has set right; left out where that is nothing."},
            "baseline": _BASELINE,
        },
        "required": ["version", "files", "counts", "findings"],
        "$defs": {"finding": _FINDING, "fix": _FIX},
    })  # fmt: skip


_BASELINE: Final = {
    "type": "object",
    "description": "With `--baseline`: what stands in that file.",
    "properties": {
        "hidden": {**_COUNT, "description": "How many findings are not shown because they are known."},
        "gone": {
            "type": "array",
            "description": "What is known and was not found again.",
            "items": {
                "type": "object",
                "description": "Findings of one rule at one place.",
                "properties": {
                    "file": {"type": "string", "description": "From the folder of the baseline."},
                    "code": {"type": "string", "description": "Of the rule.", "pattern": "^HF[0-9]{3}$"},
                    "at": {"type": "string", "description": "The way to the place through the plan."},
                    "count": {**_COUNT, "description": "How many are gone."},
                },
                "required": ["file", "code", "at", "count"],
            },
        },
    },
    "required": ["hidden", "gone"],
}

_SEVERITIES: Final = ("error", "warning", "info")
