"""The inputs a plan declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.diagnostics import did_you_mean
from holdfast.plan.compile.schemas import schema_fault, value_fault
from holdfast.plan.program import Input

if TYPE_CHECKING:
    from holdfast.plan.compile.site import Site
    from holdfast.plan.model import PlanModel
    from holdfast.plan.source import Path

_OURS = frozenset({"default", "secret"})
_KEYWORDS = frozenset({
    "type", "enum", "const", "format", "title", "description", "examples", "deprecated", "readOnly", "writeOnly",
    "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
    "items", "prefixItems", "contains", "maxContains", "minContains", "maxItems", "minItems", "uniqueItems",
    "unevaluatedItems", "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
    "maxProperties", "minProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties",
    "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "contentEncoding", "contentMediaType", "contentSchema",
    "$ref", "$defs", "$comment", "$schema", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary",
})  # fmt: skip
"""The keywords of JSON Schema 2020-12. JSON Schema lets others pass in silence; here they are taken for misspelt."""


def compile_inputs(site: Site, model: PlanModel) -> dict[str, Input]:
    """Every input by name; defaults are checked against their schemas."""
    return {name: _input(site, name) for name in model.inputs or ()}


def _input(site: Site, name: str) -> Input:
    path: Path = ("inputs", name)
    given: Any = site.document.get(path)
    schema = {key: value for key, value in given.items() if key not in _OURS}
    unknown = [key for key in schema if key not in _KEYWORDS and not key.startswith("x-")]
    for key in unknown:
        hint = did_you_mean(key, _KEYWORDS | _OURS) or ", and would be ignored; begin it with `x-` if you mean that"
        site.note("unknown-key", f"`{key}` is no keyword of JSON Schema{hint}", (*path, key), key=True)
    if not unknown:
        _check(site, path, schema, given)
    default = given.get("default")
    return Input(schema=schema, required="default" not in given, default=default, secret=given.get("secret") is True)


def _check(site: Site, path: Path, schema: dict[str, object], given: dict[str, object]) -> None:
    fault = schema_fault(schema)
    if fault is not None:
        site.note("json-schema", fault.message, (*path, *fault.path))
    elif "default" in given:
        fault = value_fault(given["default"], schema)
        if fault is not None:
            message = f"the default of `{path[-1]}` does not fit: {fault.message}"
            site.note("bad-default", message, (*path, "default", *fault.path))
