"""Types that are more than plain (dates, enums, dataclasses, pydantic models), checked by pydantic, loaded when needed.

Arguments are read strictly as JSON: a text becomes a date where a date is wanted, but never a number.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from holdfast.registry.shapes import Misfit, Schema

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SHOWN: Final = 3
"""How many of the faults in one value a message names."""


def adapter_of(annotation: Any) -> TypeAdapter[Any]:
    """The pydantic adapter of a type.

    Raises:
        TypeError: pydantic cannot make one; the text says why.
    """
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        adapter.rebuild(force=False, raise_errors=True)
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        raise TypeError(str(error).splitlines()[0]) from None
    return adapter


def fit_argument(adapter: TypeAdapter[Any], value: object) -> object:
    """The Python value for plain JSON data. Raises `Misfit`."""
    from pydantic import ValidationError

    try:
        return adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise _misfit(error) from None


def fit_output(adapter: TypeAdapter[Any], value: object) -> object:
    """What a tool returned as JSON data, once it fits the type. Raises `Misfit`."""
    from pydantic import ValidationError
    from pydantic_core import PydanticSerializationError

    try:
        checked = adapter.validate_python(value)
        return adapter.dump_python(checked, mode="json", by_alias=True, warnings="error")
    except ValidationError as error:
        raise _misfit(error) from None
    except PydanticSerializationError as error:
        raise Misfit(f"cannot be written as JSON: {' '.join(str(error).split())[:200]}") from None


def schema_of(adapter: TypeAdapter[Any], mode: Literal["validation", "serialization"]) -> Schema:
    """Its JSON Schema (2020-12), with what it refers to under `$defs`."""
    from holdfast.registry.described import Described

    return adapter.json_schema(mode=mode, by_alias=True, schema_generator=Described)


def _misfit(error: Any) -> Misfit:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    said = [_sentence(fault) for fault in faults[:SHOWN]]
    more = f" (and {len(faults) - SHOWN} more)" if len(faults) > SHOWN else ""
    return Misfit(f"does not fit: {'; '.join(said)}{more}")


def _sentence(fault: dict[str, Any]) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
    message = fault["msg"][:1].lower() + fault["msg"][1:]
    return f"at `{where}` {message}" if where else message
