"""`World`: an invented world in which a test of one's own lets plans run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.diagnostics import did_you_mean
from holdfast.errors import InputError
from holdfast.plan.load import load_plan
from holdfast.registry import load_registry
from holdfast.testing.trial import Played, Trial

if TYPE_CHECKING:
    from pydantic import ValidationError

    from holdfast.plan.model.tests import TestModel
    from holdfast.plan.program import Plan
    from holdfast.registry import Registry

Answers = Mapping[str, Sequence[Mapping[str, object]]]


@dataclass(frozen=True, kw_only=True)
class World:
    """Scripted tools and people, and a time that passes at once; nothing real is called.

    Args:
        tools: where the tools' contracts come from, as for `holdfast.open`: modules, decorated functions, paths, lists
            of these; None: the folder `tools/`. Contracts and types hold, the functions are not called.
        script: what each call of a tool comes to, in order, by its name; the last one for all that follow. The words
            are those of `tests:` in plans: `{"returns": 3}`, `{"error": "timeout"}`, with `delay`, `effect`, `crash`.
        people: what is said, by the step that asks: an answer, an option, `approve`, or `{"decision": ..., "value":
            ...}`. Steps that are not named are never answered.
        events: what comes from outside, as `{"event": ..., "payload": ..., "after": "5m"}` or `{"correct": {...}}`.
    """

    tools: Sequence[object] | None = None
    script: Answers = field(default_factory=dict[str, Sequence[Mapping[str, object]]])
    people: Mapping[str, object] = field(default_factory=dict[str, object])
    events: Sequence[Mapping[str, object]] = ()

    def play(
        self, plan: Plan | str | Path, inputs: Mapping[str, object] | None = None, *, die: int | None = None
    ) -> Played:
        """Carry a plan out in this world, once, from its beginning to its end.

        Call it from a plain function, not from a coroutine: it has an event loop with a time of its own.

        Args:
            plan: loaded, or the file.
            inputs: of the run.
            die: the number of the moment at which its process dies, from 0, and another takes over; None: none does.

        Raises:
            InputError: the inputs do not fit, or the world's words cannot be understood.
            PlanError: the plan cannot be read.
            HoldfastError: the run does not end.
        """
        loaded = load_plan(plan) if isinstance(plan, str | Path) else plan
        return Trial(loaded, self._registry(), self._case(inputs), die=die).play()

    def every_death(self, plan: Plan | str | Path, inputs: Mapping[str, object] | None = None) -> Iterator[Played]:
        """The same in peace, then once for each moment at which its process may die.

        Raises as `play` does.
        """
        loaded = load_plan(plan) if isinstance(plan, str | Path) else plan
        calm = self.play(loaded, inputs)
        yield calm
        for moment in range(calm.moments):
            yield self.play(loaded, inputs, die=moment)

    def _registry(self) -> Registry:
        return load_registry(self.tools)

    def _case(self, inputs: Mapping[str, object] | None) -> TestModel:
        from pydantic import ValidationError

        from holdfast.plan.model.tests import TestModel

        script = {name: list(answers) for name, answers in self.script.items()}
        said = {
            "name": "world", "inputs": dict(inputs or {}), "tools": script, "people": dict(self.people),
            "events": list(self.events), "expect": {},
        }  # fmt: skip
        try:
            return TestModel.model_validate(said)
        except ValidationError as error:
            raise InputError(f"the world cannot be understood: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    from holdfast.plan.model.tests import EventModel, ReplyModel

    found = error.errors(include_url=False)[0]
    *above, last = map(str, found["loc"])
    where = ".".join(above).replace("tools.", "script.", 1)
    if found["type"] == "extra_forbidden":
        known = EventModel if above[:1] == ["events"] else ReplyModel
        return f"`{where}` has no `{last}`{did_you_mean(last, known.model_fields)}"
    return f"at `{where}.{last}` {found['msg'][:1].lower()}{found['msg'][1:]}"
