"""The inputs a plan declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.diagnostics import did_you_mean, only_near
from holdfast.plan.compile.schemas import TYPES, schema_fault, value_fault
from holdfast.plan.program import Input

if TYPE_CHECKING:
    from holdfast.diagnostics import Fix
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
        message, cure = f"`{key}` is no keyword of JSON Schema{hint}", _keyword(site, (*path, key))
        site.note("unknown-key", message, (*path, key), key=True, fix=cure)
    if not unknown:
        _check(site, path, schema, given)
    default = given.get("default")
    return Input(schema=schema, required="default" not in given, default=default, secret=given.get("secret") is True)


def _keyword(site: Site, path: Path) -> Fix | None:
    from holdfast.plan.source.editing import fix, rename_key

    near, given = only_near(str(path[-1]), _KEYWORDS | _OURS), site.document.get(path[:-1])
    if near is None or (isinstance(given, dict) and near[0] in given):
        return None
    return fix(f"write `{near[0]}`", rename_key(site.document, path, near[0]), safe=near[1])


def _type(site: Site, path: Path) -> Fix | None:
    """A misspelt type that comes near to one."""
    from holdfast.plan.source.editing import fix, set_value

    near = only_near(str(site.document.get(path)), TYPES) if path[-1:] == ("type",) else None
    return None if near is None else fix(f"write `{near[0]}`", set_value(site.document, path, near[0]), safe=near[1])


def _check(site: Site, path: Path, schema: dict[str, object], given: dict[str, object]) -> None:
    fault = schema_fault(schema)
    if fault is not None:
        site.note("json-schema", fault.message, (*path, *fault.path), fix=_type(site, (*path, *fault.path)))
    elif "default" in given:
        fault = value_fault(given["default"], schema)
        if fault is not None:
            message = f"the default of `{path[-1]}` does not fit: {fault.message}"
            site.note("bad-default", message, (*path, "default", *fault.path))
