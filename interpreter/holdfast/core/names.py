"""The names that expressions see (11-hard-cases 26), found when they are asked for and not before."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Final

from holdfast.core.contract import Contract
from holdfast.core.failure import Failure
from holdfast.core.scope import Scope
from holdfast.core.state import Frame, RunState
from holdfast.core.times import iso
from holdfast.core.unsettled import settled
from holdfast.plan.expressions.errors import Fault, quoted


class Steps(Mapping[str, object]):
    """`steps`: results by id, this iteration's inside a loop and the list of all outside it."""

    __slots__ = ("_noted", "_scope")
    missing = "has not run yet"
    """What an expression says of a step that is not there: the compiler has seen to it that there is such a step."""

    def __init__(self, scope: Scope, noted: dict[str, None] | None = None) -> None:
        self._scope, self._noted = scope, noted

    def __getitem__(self, name: str) -> object:
        if self._noted is not None:
            self._noted[f"steps.{name}"] = None
        scope: Scope | None = self._scope
        while scope is not None:
            if scope.declared is not None and name in scope.declared:
                return scope.results[name]
            scope = scope.parent
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        scope: Scope | None = self._scope
        while scope is not None:
            yield from scope.results
            scope = scope.parent

    def __len__(self) -> int:
        return sum(1 for _ in self)


class SettledSteps(Steps):
    """The same for a reader who waits for outputs that rest on pending operations."""

    __slots__ = ("_pending",)

    def __init__(self, scope: Scope, pending: Container[str], noted: dict[str, None] | None = None) -> None:
        super().__init__(scope, noted)
        self._pending = pending

    def __getitem__(self, name: str) -> object:
        return settled(super().__getitem__(name), self._pending)


class FactUnresolved(BaseException):
    """An expression read a fact that is not known yet: what evaluates it is suspended, and evaluates again later."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


class Facts(Mapping[str, object]):
    """`facts`, where the plan declares some: reading one that is not known yet suspends the evaluation.

    Args:
        state: of the run.
        resolve: False: what is not known is not there, as abort conditions want it.
        noted: where what is read is written down, if anywhere.
    """

    __slots__ = ("_noted", "_resolve", "_state")
    missing = "is not known yet"

    def __init__(self, state: RunState, noted: dict[str, None] | None, *, resolve: bool) -> None:
        self._state, self._noted, self._resolve = state, noted, resolve

    def __getitem__(self, name: str) -> object:
        state = self._state
        if self._noted is not None:
            self._noted[f"facts.{name}"] = None
        if name in state.facts or name not in state.plan.facts or not self._resolve:
            return state.facts[name]
        error = state.missing.get(name)
        if error is None:
            raise FactUnresolved(name)
        raise Fault("expired" if error.code == "expired" else "failed_precondition", quoted(error.message))

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.facts)

    def __len__(self) -> int:
        return len(self._state.facts)


class Inputs(Mapping[str, object]):
    """`inputs` of a run some of whose inputs are more doubtful than others: which of them are read is written down."""

    __slots__ = ("_inputs", "_noted")

    def __init__(self, inputs: Mapping[str, object], noted: dict[str, None]) -> None:
        self._inputs, self._noted = inputs, noted

    def __getitem__(self, name: str) -> object:
        self._noted[f"inputs.{name}"] = None
        return self._inputs[name]

    def __iter__(self) -> Iterator[str]:
        self._noted["inputs"] = None
        return iter(self._inputs)

    def __len__(self) -> int:
        self._noted["inputs"] = None
        return len(self._inputs)


class RunNames(Mapping[str, object]):
    """All names at one place of a plan at one instant. `extra` goes before everything else.

    `noted`: where what is read is written down. `resolve`: whether reading a fact that is not known asks for it.
    `patient`: outputs that rest on pending operations are waited for; then reading one raises Unsettled.
    """

    __slots__ = ("_at", "_extra", "_noted", "_patient", "_resolve", "_scope", "_state")

    def __init__(
        self,
        state: RunState,
        scope: Scope,
        at: float,
        extra: Mapping[str, object],
        noted: dict[str, None] | None = None,
        *,
        resolve: bool = True,
        patient: bool = False,
    ) -> None:
        self._state, self._scope, self._at, self._extra = state, scope, at, extra
        self._noted, self._resolve, self._patient = noted, resolve, patient

    def __getitem__(self, name: str) -> object:
        if name in self._extra:
            return self._extra[name]
        scope: Scope | None = self._scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        if name == "steps":
            noted = self._noted
            return SettledSteps(self._scope, self._state.pending, noted) if self._patient else Steps(self._scope, noted)
        if name == "facts" and (self._noted is not None or self._state.plan.facts):
            return Facts(self._state, self._noted, resolve=self._resolve)
        if name == "inputs" and self._noted is not None:
            if self._state.input_labels or self._state.input_confidence:
                return Inputs(self._state.inputs, self._noted)
            self._noted[name] = None
        return _ROOTS[name](self._state, self._at)

    def __iter__(self) -> Iterator[str]:
        yield from self._extra
        scope: Scope | None = self._scope
        while scope is not None:
            yield from scope.names
            scope = scope.parent
        yield "steps"
        yield from _ROOTS

    def __len__(self) -> int:
        return sum(1 for _ in self)


class SecretNames(Mapping[str, object]):
    """`secrets`: every name stands for a reference; the value is filled in where the tool is called."""

    def __getitem__(self, name: str) -> object:
        return f"secret:{name}"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


_SECRETS: Final = SecretNames()


def _run(state: RunState, _at: float) -> object:
    return {"id": state.run, "task": state.task, "user": state.user, "plan": state.plan.name}


def spent_so_far(state: RunState, at: float) -> dict[str, object]:
    """`spent`: calls, tokens, cost, failures, and seconds since the run was requested."""
    spent = state.spent
    return {
        "calls": spent.calls,
        "tokens": spent.tokens,
        "cost": spent.cost,
        "failures": spent.failures,
        "elapsed": round(at - state.started_at, 3),
    }


_ROOTS: Final[Mapping[str, Callable[[RunState, float], object]]] = {
    "inputs": lambda state, _at: state.inputs,
    "facts": lambda state, _at: state.facts,
    "run": _run,
    "spent": spent_so_far,
    "secrets": lambda _state, _at: _SECRETS,
    "now": lambda _state, at: iso(at),
}


def error_data(error: Failure) -> dict[str, object]:
    """`error`, as fallbacks and triggers see it."""
    return {
        "code": error.code,
        "message": error.message,
        "happened": error.happened,
        "details": error.details,
        "address": error.address,
    }


def tool_data(contract: Contract) -> dict[str, object]:
    """`tool`, as triggers see it."""
    return {
        "name": contract.name,
        "effect": contract.effect,
        "idempotency": contract.idempotency,
        "reversible": contract.reversible,
        "tags": list(contract.tags),
    }


def frame_names(frame: Frame) -> dict[str, object]:
    """What a step's own expressions see of the step itself."""
    step = frame.step
    return {
        "address": frame.address,
        "started_at": iso(frame.entered),
        "step": {"id": step.id if step else "", "description": step.description if step else ""},
    }
