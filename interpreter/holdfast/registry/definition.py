"""What `@tool` was given, checked when it is given: a mistake shows the line that made it."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from holdfast.core.contract import Contract
from holdfast.diagnostics import did_you_mean
from holdfast.errors import ConfigError
from holdfast.plan.durations import parse_duration
from holdfast.registry.limits import Limits, parse_breaker, parse_concurrency, parse_rate, parse_timeout
from holdfast.registry.parameters import Parameters, parameters_of
from holdfast.registry.place import Place, place_of
from holdfast.registry.registered import Tool
from holdfast.registry.retries import parse_retry

NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
EFFECTS: Final = ("read", "write")
STRATEGIES: Final = ("key", "natural", "check", "none")
TRUSTS: Final = ("trusted", "untrusted")
_STRATEGY_HINT: Final = (
    'say why repeating it is safe: idempotency="key" (the other side deduplicates on ctx.idempotency_key), "natural" '
    '(a repeat leaves the same state), "check" (it can be asked whether it happened), or "none" (a person decides)'
)
Options = Mapping[str, Any]


def define(function: Callable[..., object], name: str, options: Options, surroundings: dict[str, Any]) -> Tool:
    """The tool that a decorator describes, still without its check. Raises ConfigError."""
    if not inspect.isfunction(function):
        raise ConfigError(f"@tool({name!r}) stands over `{function!r}`, which is not a function")
    place = place_of(function)
    _check_function(function, place)
    parameters = parameters_of(function, place, surroundings)
    try:
        contract = _contract(name, options, parameters)
        limits = _limits(options)
        cost = _cost(options["cost"])
    except _Wrong as fault:
        raise place.fault(f"tool `{name}`: {fault}", fault.hint) from None
    return Tool(
        contract=contract, function=function, parameters=parameters, place=place, limits=limits,
        trust=options["trust"], cost=cost,
        given_input=_schema(options, "input_schema", place), given_output=_schema(options, "output_schema", place),
    )  # fmt: skip


def with_check(tool: Tool, function: Callable[..., object], surroundings: dict[str, Any]) -> Tool:
    """The same with its check. Raises ConfigError."""
    if not inspect.isfunction(function):
        raise tool.place.fault(f"tool `{tool.name}`: its check `{function!r}` is not a function")
    place, strategy = place_of(function), tool.contract.idempotency
    if strategy != "check":
        hint = f'the tool has idempotency="{strategy}", which never asks; remove one of the two'
        raise place.fault(f'tool `{tool.name}` has a check but not idempotency="check"', hint)
    if tool.check is not None:
        raise place.fault(f"tool `{tool.name}` has a check already, at {place_of(tool.check)}")
    _check_function(function, place)
    parameters = parameters_of(function, place, surroundings)
    known = tool.parameters.names
    if unknown := [one for one in parameters.required if one not in known]:
        sentence = f"wants `{unknown[0]}`, which the tool does not take{did_you_mean(unknown[0], known)}"
        hint = "a check is given the arguments of the call in question, and ctx"
        raise place.fault(f"the check of `{tool.name}` {sentence}", hint)
    return replace(tool, check=function, check_parameters=parameters)


def complete(tool: Tool) -> Tool:
    """The tool, if it lacks nothing. Raises ConfigError when its check is missing."""
    if tool.contract.idempotency == "check" and tool.check is None:
        hint = f"add `@{tool.function.__name__}.check` over a function that says whether it happened"
        raise tool.place.fault(f'tool `{tool.name}` has idempotency="check" but no check', hint)
    return tool


class _Wrong(ValueError):
    """What is wrong with an option, and what to do about it."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


def _check_function(function: Callable[..., object], place: Place) -> None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise place.fault(f"`{function.__name__}` yields: a tool returns one value", "return a list")


def _contract(name: object, options: Options, parameters: Parameters) -> Contract:
    _check_name(name, "the name of a tool")
    _check_choice("effect", options["effect"], EFFECTS)
    _check_choice("trust", options["trust"], TRUSTS)
    strategy = _strategy(options)
    if (undo := options["undo"]) is not None:
        _check_name(undo, "undo")
        if not options["reversible"]:
            raise _Wrong("reversible=False, but `undo` names a tool that undoes it", "remove one of the two")
    amount = options["amount"]
    if amount is not None and amount not in parameters.names:
        known = parameters.names
        raise _Wrong(f"amount names `{amount}`, which the function does not take{did_you_mean(str(amount), known)}")
    return Contract(
        name=str(name), effect=options["effect"], idempotency=strategy, reversible=bool(options["reversible"]),
        undo=undo, amount=amount, tags=_tags(options["tags"]), version=_version(options["version"]),
        untrusted=options["trust"] == "untrusted",
        dedup_window=_option(options, "dedup_window", parse_timeout),
        settles_within=_option(options, "settles_within", parse_duration),
        timeout=_option(options, "timeout", parse_timeout),
        retry=_option(options, "retry", parse_retry),
    )  # fmt: skip


def _strategy(options: Options) -> Any:
    strategy = options["idempotency"]
    if options["effect"] == "read":
        for key in ("idempotency", "undo", "dedup_window", "settles_within"):
            if options[key] is not None:
                raise _Wrong(f"a read has no effect, so {key}={options[key]!r} says nothing", f"remove `{key}`")
        if not options["reversible"]:
            raise _Wrong("a read has no effect, so reversible=False says nothing", "remove `reversible`")
        return "none"
    if strategy is None:
        raise _Wrong("a write needs `idempotency`", _STRATEGY_HINT)
    _check_choice("idempotency", strategy, STRATEGIES)
    for key, needed in (("dedup_window", "key"), ("settles_within", "check")):
        if options[key] is not None and strategy != needed:
            raise _Wrong(f'`{key}` is a limit of idempotency="{needed}", but this is "{strategy}"', f"remove `{key}`")
    return strategy


def _limits(options: Options) -> Limits:
    return Limits(
        concurrency=_option(options, "concurrency", parse_concurrency),
        rate=_option(options, "rate", parse_rate),
        breaker=_option(options, "breaker", parse_breaker),
    )


def _option(options: Options, key: str, parse: Callable[[Any], Any]) -> Any:
    if options[key] is None:
        return None
    try:
        return parse(options[key])
    except ValueError as error:
        raise _Wrong(f"{key}: {error}") from None


def _check_name(name: object, what: str) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _Wrong(f"`{name}` cannot be {what}", "lower case words joined by dots, like `flights.book`")


def _check_choice(key: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        guess = did_you_mean(value, allowed) if isinstance(value, str) else ""
        raise _Wrong(f"unknown {key} `{value}`{guess}", f"one of {', '.join(allowed)}")


def _tags(tags: Iterable[object]) -> tuple[str, ...]:
    if isinstance(tags, str) or not all(isinstance(tag, str) and tag for tag in tags):
        raise _Wrong(f"tags are a set of words, not `{tags!r}`", 'write tags={"payment"}')
    return tuple(sorted({str(tag) for tag in tags}))


def _version(version: object) -> str:
    if not isinstance(version, str) or not version:
        raise _Wrong(f"version is a text, not `{version!r}`", f'write version="{version}"')
    return version


def _cost(cost: object) -> float | None:
    if cost is None:
        return None
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not math.isfinite(cost) or cost < 0:
        raise _Wrong(f"cost is money per call, a number from 0 on, not `{cost!r}`")
    return float(cost)


def _schema(options: Options, key: str, place: Place) -> Mapping[str, Any] | None:
    schema = options[key]
    if schema is None:
        return None
    if not isinstance(schema, Mapping):
        raise place.fault(f"{key} is a JSON Schema as a mapping, not `{schema!r}`")
    return cast("Mapping[str, Any]", schema)
