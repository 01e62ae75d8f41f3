"""A tool: a function with its contract, its check and its limits."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NoReturn, cast

from holdfast.core.contract import Contract
from holdfast.diagnostics import did_you_mean
from holdfast.registry.context import Context
from holdfast.registry.data import NotData, plain
from holdfast.registry.given import GivenSchema
from holdfast.registry.kind import Kind
from holdfast.registry.limits import NO_LIMITS, Limits
from holdfast.registry.outcome import Outcome
from holdfast.registry.parameters import Parameters, may_be_outcome, output_type
from holdfast.registry.place import Place
from holdfast.registry.said import as_data, fault_in
from holdfast.registry.settings import ToolSettings
from holdfast.registry.shapes import Misfit, Schema
from holdfast.registry.tool_error import ToolError

Trust = Literal["trusted", "untrusted"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tool:
    """A named operation with a contract.

    Args:
        contract: what the interpreter has to know.
        function: what is called, async or not.
        parameters: of the function.
        check: says whether an effect took place; for strategy `check`.
        check_parameters: of the check.
        limits: what protects the tool.
        trust: whether its outputs may be believed.
        cost: money one call costs, where the tool does not say it per call.
        place: where it is defined.
        given_input: a JSON Schema its author wrote for the arguments, in place of the hints' own.
        given_output: the same for the output.
    """

    contract: Contract
    function: Callable[..., object]
    parameters: Parameters
    place: Place
    check: Callable[..., object] | None = None
    check_parameters: Parameters | None = None
    limits: Limits = NO_LIMITS
    trust: Trust = "trusted"
    cost: float | None = None
    given_input: Mapping[str, Any] | None = None
    given_output: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Dotted, as plans write it."""
        return self.contract.name

    @cached_property
    def docs(self) -> str:
        """The function's docstring, without its indentation."""
        return inspect.getdoc(self.function) or ""

    @cached_property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.docs.partition("\n")[0]

    @cached_property
    def is_async(self) -> bool:
        """Whether `call` gives something to await; otherwise it blocks and belongs in a thread."""
        return inspect.iscoroutinefunction(self.function)

    @cached_property
    def check_is_async(self) -> bool:
        """The same for `call_check`."""
        return inspect.iscoroutinefunction(self.check)

    # --- Calling -------------------------------------------------------------------------------------------------

    def call(self, values: Mapping[str, object], ctx: Context) -> object:
        """Call the function with values from `validate_arguments`: its result, or its coroutine when it is async."""
        context = self.parameters.context
        return self.function(**values, **{context: ctx}) if context else self.function(**values)

    def call_check(self, values: Mapping[str, object], ctx: Context) -> object:
        """Call the check with the arguments of the call in question: None means that it did not happen."""
        if self.check is None or self.check_parameters is None:
            raise self.place.fault(f"tool `{self.name}` has no check")
        taken = {name: values[name] for name in self.check_parameters.names if name in values}
        context = self.check_parameters.context
        return self.check(**taken, **({context: ctx} if context else {}))

    # --- Arguments and outputs -----------------------------------------------------------------------------------

    def validate_arguments(self, args: Mapping[str, object]) -> dict[str, object]:
        """The values for `call`, copied and converted by the type hints.

        Raises:
            ToolError: `invalid`, nothing happened; the message names the argument.
        """
        kinds = self._kinds
        values: dict[str, object] = {}
        for name, given in args.items():
            if name not in kinds:
                self._refuse(f"has no argument `{name}`{did_you_mean(str(name), kinds) or f'; {self._takes}'}")
            try:
                values[name] = kinds[name].argument(given)
            except (Misfit, NotData) as error:
                self._refuse(f"argument `{name}` {error}")
        if len(values) < len(kinds) and (missing := [one for one in self.parameters.required if one not in values]):
            self._refuse(f"argument `{missing[0]}` is missing; {self._takes}")
        if self._given_input and (sentence := self._given_input.fault(args)):
            self._refuse(sentence)
        return values

    def to_data(self, value: object) -> object:
        """What the function (or the check) returned as plain JSON data, once it fits the return annotation.

        Raises:
            ToolError: `bad_output`, it happened.
        """
        try:
            data = self._output.output(value)
        except (Misfit, NotData) as fault:
            raise self._bad_output(str(fault)) from None
        if self._given_output and (sentence := self._given_output.fault(data)):
            raise self._bad_output(sentence)
        return data

    def outcome(self, returned: object) -> Outcome[object]:
        """What was returned as an Outcome whose value is plain JSON data.

        Raises:
            ToolError: `bad_output`: the value, or what the tool says of it, cannot be used.
        """
        if not isinstance(returned, Outcome):
            return Outcome(self.to_data(returned), cost=self.cost or 0.0)
        said = cast("Outcome[object]", returned)
        if fault := fault_in(said):
            raise self._bad_output(fault)
        value = None if said.deferred else self.to_data(said.value)
        said = replace(said, value=value, cost=said.cost or self.cost or 0.0)
        return as_data(said) if said.side_effects or said.partial is not None else said

    def input_schema(self) -> Schema:
        """JSON Schema (2020-12) of the arguments: an object, nothing beside its properties."""
        if self.given_input is not None:
            return dict(self.given_input)
        properties: Schema = {}
        definitions: Schema = {}
        for name, kind in self._kinds.items():
            schema = kind.schema("validation")
            definitions |= schema.pop("$defs", {})
            properties[name] = schema | self._default(name)
        required = {"required": list(self.parameters.required)} if self.parameters.required else {}
        shared = {"$defs": definitions} if definitions else {}
        return {"type": "object", "properties": properties, **required, "additionalProperties": False, **shared}

    def output_schema(self) -> Schema:
        """JSON Schema (2020-12) of the output; `{}`: anything."""
        return dict(self.given_output) if self.given_output is not None else self._output.schema("serialization")

    # --- Preparing -----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Resolve the type hints and schemas now, so that a mistake in them is found before a run.

        Raises:
            ConfigError: a hint names what does not exist, or a type or schema that cannot be checked.
        """
        _ = self._kinds, self._output, self._given_input, self._given_output

    def configured(self, settings: ToolSettings) -> Tool:
        """The same tool with what the configuration says over what its definition says."""
        return replace(
            self,
            contract=settings.contract(self.contract),
            limits=settings.limits(self.limits),
            cost=self.cost if settings.cost is None else settings.cost,
        )

    @cached_property
    def _hints(self) -> dict[str, object]:
        try:
            return self.parameters.resolved()
        except NameError as error:
            raise self.place.fault(
                f"tool `{self.name}`: a type hint uses `{error.name}`, which does not exist when the program runs",
                "import it outside of `if TYPE_CHECKING:`",
            ) from None
        except Exception as error:  # noqa: BLE001 - a hint is code: it may raise anything
            raise self.place.fault(f"tool `{self.name}`: its type hints cannot be read: {error}") from None

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {name: self._kind(f"argument `{name}`", self._hints.get(name, Any)) for name in self.parameters.names}

    @cached_property
    def _output(self) -> Kind:
        return self._kind("output", output_type(self._hints.get("return", Any)))

    def _kind(self, what: str, annotation: object) -> Kind:
        try:
            return Kind(annotation)
        except TypeError as error:
            raise self.place.fault(f"tool `{self.name}`: the type of its {what} cannot be checked: {error}") from None

    @cached_property
    def says_more(self) -> bool:
        """Whether it may give an `Outcome`, as far as its return annotation says."""
        return may_be_outcome(self._hints.get("return", Any))

    @cached_property
    def _given_input(self) -> GivenSchema | None:
        return self._given("input_schema", self.given_input)

    @cached_property
    def _given_output(self) -> GivenSchema | None:
        return self._given("output_schema", self.given_output)

    def _given(self, key: str, schema: Mapping[str, Any] | None) -> GivenSchema | None:
        return None if schema is None else GivenSchema.of(schema, f"{key} of `{self.name}`", self.place)

    @cached_property
    def _takes(self) -> str:
        return f"it takes {', '.join(f'`{name}`' for name in self.parameters.names) or 'none'}"

    def _default(self, name: str) -> Schema:
        try:
            return {"default": plain(self.parameters.defaults[name])}
        except (KeyError, NotData):
            return {}

    def _refuse(self, sentence: str) -> NoReturn:
        raise ToolError("invalid", f"tool `{self.name}`: {sentence}", happened=False) from None

    def _bad_output(self, sentence: str) -> ToolError:
        return ToolError("bad_output", f"the output of tool `{self.name}` cannot be used: {sentence}", happened=True)
