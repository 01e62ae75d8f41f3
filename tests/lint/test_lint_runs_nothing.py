"""Lint looks at tools and never runs any of their code beyond registration; what plans name is never imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Project

TOOLS = '''
import enum
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer
from pydantic import field_validator, model_validator

from holdfast import Context, Outcome, tool


def ran(what):
    with open("ran.txt", "a") as file:
        file.write(what + "\\n")
    return what


def __getattr__(name):
    if not name.startswith("__"):
        ran(f"__getattr__ {name}")
    raise AttributeError(name)


class Kind(enum.Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value):
        ran("enum")


class Order(BaseModel):
    name: Annotated[str, AfterValidator(lambda value: ran("after")), BeforeValidator(lambda value: ran("before"))]
    many: Annotated[int, PlainSerializer(lambda value: ran("serializer"))] = 1
    made: str = Field(default_factory=lambda: ran("factory"))
    kind: Kind = Kind.A

    @field_validator("name")
    @classmethod
    def checked(cls, value):
        return ran("field validator")

    @model_validator(mode="after")
    def whole(self):
        ran("model validator")
        return self

    @property
    def price(self):
        return ran("property")

    def __init__(self, **given):
        ran("__init__")
        super().__init__(**given)


@dataclass
class Row:
    lines: list = field(default_factory=lambda: [ran("dataclass factory")])

    def __post_init__(self):
        ran("__post_init__")


@tool("shop.order", effect="write", idempotency="check", amount="price", tags={"payment"})
async def order(
    order: Order,
    row: Row,
    ctx: Context,
    price: Annotated[float, Field(gt=0), AfterValidator(lambda value: ran("price"))] = 1.0,
    kind: Kind = Kind.A,
    maker: str = Field(default_factory=lambda: ran("argument factory")),
) -> Order:
    """Order."""
    return ran("the tool")


@order.check
async def ordered(
    order: Order, row: Row, ctx: Context, price: float = 1.0, kind: Kind = Kind.A, maker: str = ""
) -> Order | None:
    return ran("the check")


@tool("shop.look", effect="read")
def look(name: Annotated[str, AfterValidator(lambda value: ran("argument validator"))]) -> Outcome[Order]:
    """Look."""
    return ran("a plain tool")


def helper():
    ran("a helper")


class Unused:
    def __init_subclass__(cls, **more):
        ran("subclass")

    def __set_name__(self, owner, name):
        pass


def __dir__():
    ran("__dir__")
    return []
'''
TRAP = "open('ran.txt', 'a').write('imported ' + __name__)\n"
PLAN = """
holdfast: 1
plan: trap
inputs:
  a: {type: string, default: x}
  b: {$ref: "trap.json"}
defaults: {timeout: 5s}
steps:
  - id: look
    tool: shop.look
    with: {name: x}
  - id: order
    tool: shop.order
    with: {order: {name: 5, kind: b, many: x}, row: {lines: 1}, price: -1, kind: zzz}
    human: [{when: "amount > 5 and trap.x", to: trap, reason: r, timeout: 1h, on_timeout: reject}]
  - {id: price, tool: shop.order, with: {order: "{{ steps.look.output }}", row: "{{ steps.look.output.price }}"}}
  - {id: one, tool: trap.run, with: {cmd: "{{ trap.run }}"}}
  - {id: two, tool: os.system, with: {command: touch ran.txt}}
  - {id: three, tool: trap, with: {run: 1}}
  - {id: four, plan: trap}
  - {id: five, plan: trap.py}
  - {id: six, plan: {source: "steps.look.output"}}
  - {id: seven, tool: helper}
  - {id: eight, tool: tools.shop.helper}
output: "{{ steps.look.output.__class__ }} {{ trap.__import__('os').system('touch ran.txt') }}"
tests:
  - name: t
    tools: {trap.run: [{returns: 1}]}
    expect: {status: succeeded}
"""
SOUND = """
holdfast: 1
plan: sound
inputs: {a: {type: string}}
steps:
  - id: look
    tool: shop.look
    with: {name: "{{ inputs.a }}"}
  - id: order
    tool: shop.order
    with: {order: {name: x, kind: a}, row: {lines: []}, price: 3, maker: "{{ steps.look.output.name }}"}
output: "{{ steps.order.output.price }}"
"""


@pytest.fixture
def trapped(tmp_path: Path) -> Project:
    """A folder in which everything that runs leaves a line in `ran.txt`."""
    project = Project(tmp_path)
    project.write("tools/shop.py", TOOLS)
    for name in ("trap.py", "plans/trap.py", "zzz.py", "conftest.py", "sitecustomize_trap.py"):
        project.write(name, TRAP)
    project.write("trap.json", "{}")
    project.write("plans/all.yaml", PLAN)
    for number, line in enumerate(line for line in PLAN.splitlines() if line.startswith("  - {id:")):
        project.write(f"plans/p{number}.yaml", f"holdfast: 1\nplan: p{number}\nsteps:\n{line}\n")
    project.write("plans/sound.yaml", SOUND)
    return project


@pytest.mark.parametrize(
    "words",
    [
        ("lint", "plans", "--profile", "production"),
        ("lint", "plans", "--format", "json", "--fix", "--unsafe-fixes"),
        ("explain", "sound", "--format", "html"),
        ("format", "plans"),
        ("tools", "list"),
    ],
    ids=" ".join,
)
def test_no_code_of_a_tool_runs(trapped: Project, words: tuple[str, ...]) -> None:
    """Functions, checks, validators, factories, constructors, `__getattr__`, modules with the name of a tool."""
    done = trapped(*words)
    assert "Traceback" not in done.err
    if words[0] == "lint":
        assert "shop.order" in done.out
    assert not trapped.path.joinpath("ran.txt").exists(), trapped.read("ran.txt")


def test_the_trap_is_one(trapped: Project) -> None:
    """What is run does leave a trace, so that the test above could fail."""
    trapped("tools", "call", "shop.look", "--input", "name=x")
    assert "argument validator" in trapped.read("ran.txt")


def test_nothing_that_a_plan_names_is_imported(tmp_path: Path) -> None:
    """Names of modules are names of tools; whether they are loaded before or not makes no difference."""
    from holdfast.errors import PlanError
    from holdfast.lint.linter import lint
    from holdfast.lint.rules import every_rule
    from holdfast.plan.load import load_source
    from holdfast.registry import load_registry

    del tmp_path
    tools = load_registry([])
    every_rule()
    before = set(sys.modules)
    for name in ("antigravity", "this.that", "idlelib.idle", "turtle.done", "holdfast_tools.nothing", "a.b.c.d"):
        source = f"holdfast: 1\nplan: p\nsteps: [{{id: a, tool: {name}, with: {{x: '{{{{ run.id }}}}'}}}}]\n"
        try:
            found = lint(load_source(source, "p.yaml"), tools, rules=every_rule())
        except PlanError as error:
            found = list(error.diagnostics)
        assert "HF040" in {one.code for one in found}
    new = {name for name in set(sys.modules) - before if not name.startswith("holdfast.")}
    assert set() == {
        name for name in new if name.partition(".")[0] in {"antigravity", "this", "idlelib", "turtle", "a"}
    }
