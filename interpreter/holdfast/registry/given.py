"""A JSON Schema that a tool's author wrote by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from holdfast.registry.place import Place
from holdfast.values import pair


@pair
class GivenSchema:
    """A schema (2020-12) that is known to be one. The validator costs 0.1 s to load, so only these tools pay it."""

    validator: Any

    @classmethod
    def of(cls, schema: Mapping[str, Any], what: str, place: Place) -> GivenSchema:
        """Raises ConfigError when it is no schema."""
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError

        try:
            Draft202012Validator.check_schema(dict(schema))
        except SchemaError as error:
            raise place.fault(f"the {what} is not a JSON Schema: {error.message}") from None
        return cls(Draft202012Validator(dict(schema), format_checker=Draft202012Validator.FORMAT_CHECKER))

    def fault(self, value: object) -> str:
        """What is wrong with plain data, as a sentence; empty: nothing."""
        from jsonschema import exceptions

        error: Any = cast("Any", exceptions).best_match(self.validator.iter_errors(value))
        if error is None:
            return ""
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        return f"{f'at `{where}`: ' if where else ''}{error.message[:300]}"
