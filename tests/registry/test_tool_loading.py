"""Where tools come from: files, folders, modules, objects, installed packages."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.errors import ConfigError, UnknownName
from holdfast.plan.program import Retry
from holdfast.registry import (
    Breaker,
    Packs,
    Permission,
    Rate,
    Registry,
    ToolSettings,
    load_registry,
    load_tools,
    tool,
)

ONE = 'from holdfast.registry import tool\n@tool("{name}", effect="read")\ndef one() -> str:\n    return {value}\n'


def write(path: Path, name: str, value: str = "'x'", before: str = "") -> Path:
    """A file with one tool."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before + ONE.format(name=name, value=value))
    return path


def called(registry: Registry, name: str) -> object:
    """What a tool without arguments gives."""
    return registry.get(name).function()


def refused(source: object) -> str:
    """The message with which a source is refused."""
    with pytest.raises(ConfigError) as caught:
        list(load_tools(source))
    return str(caught.value)


def test_a_folder_gives_the_tools_of_its_files(tmp_path: Path) -> None:
    """All `*.py` that do not begin with an underscore."""
    write(tmp_path / "b.py", "b.one")
    write(tmp_path / "a.py", "a.one")
    write(tmp_path / "_c.py", "c.one")
    assert ["a.one", "b.one"] == [found.name for found in load_tools(str(tmp_path))]


def test_what_only_looks_like_a_file_of_a_folder_is_told(tmp_path: Path) -> None:
    """A link to nothing, or a folder of that name."""
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    assert "gone.py: it is a folder, or a link to no file" in refused(tmp_path)


def test_the_default_is_the_folder_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it is there; nobody's package of that name is touched."""
    monkeypatch.chdir(tmp_path)
    assert ("http.get" in load_registry(), "mine.one" in load_registry()) == (True, False)
    write(tmp_path / "tools/mine.py", "mine.one")
    assert "x" == called(load_registry(), "mine.one")
    assert "tools" not in sys.modules


def test_files_may_import_each_other(tmp_path: Path) -> None:
    """Plainly or relatively, in any order, and it is one module, not two."""
    (tmp_path / "m_airline.py").write_text("calls = []\n")
    write(tmp_path / "a.py", "a.one", "id(m_airline.calls)", "import m_airline\n")
    write(tmp_path / "z.py", "z.one", "id(m_airline.calls)", "from . import m_airline\n")
    registry = load_registry([str(tmp_path)])
    assert called(registry, "a.one") == called(registry, "z.one")
    assert "m_airline" not in sys.modules


def test_a_file_that_imports_a_tool_shares_it(tmp_path: Path) -> None:
    """The same tool seen twice is one tool."""
    write(tmp_path / "airline.py", "airline.one")
    (tmp_path / "book.py").write_text("from airline import one\n")
    assert ("airline.one",) == load_registry([str(tmp_path), str(tmp_path / "book.py")], permission=Permission(
        allow=("airline.*",))).names()  # fmt: skip


def test_folders_do_not_mix(tmp_path: Path) -> None:
    """Two folders may hold files of one name, and files may be called as anyone's modules are."""
    for folder in ("one", "two"):
        write(tmp_path / folder / "json.py", f"{folder}.one", "sibling.NAME", "import sibling\n")
        (tmp_path / folder / "sibling.py").write_text(f"NAME = {folder!r}\n")
    registry = load_registry([str(tmp_path / "one"), str(tmp_path / "two")])
    assert ["one", "two"] == [called(registry, "one.one"), called(registry, "two.one")]
    import json

    assert '"x"' == json.dumps("x")


def test_one_file_by_its_path(tmp_path: Path) -> None:
    """Siblings can be imported all the same; other files are not loaded."""
    write(tmp_path / "other.py", "other.one")
    (tmp_path / "words.py").write_text("WORD = 'hi'\n")
    path = write(tmp_path / "mine.py", "mine.one", "words.WORD", "import words\n")
    assert ["mine.one"] == [found.name for found in load_tools(path)]


def test_a_module_by_its_name(tmp_path: Path) -> None:
    """From the working directory too, which a console script does not search."""
    write(tmp_path / "my_pack/flights.py", "flights.one")
    (tmp_path / "my_pack/__init__.py").touch()
    script = "from holdfast.registry import load_tools; print(*[one.name for one in load_tools('my_pack.flights')])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "flights.one\n" == done.stdout


def test_objects() -> None:
    """Modules, decorated functions, and lists of these."""

    @tool("a.one", effect="read")
    def one() -> None: ...

    @tool("b.two", effect="read")
    def two() -> None: ...

    module = ModuleType("mine")
    module.__dict__.update(two=two, number=3)
    assert ["a.one", "b.two"] == [found.name for found in load_tools([one, [module]])]
    assert "function `write` is not a tool: put @tool(...) over it" == refused(write)
    assert "`3` is not a tool, nor a module or a list with tools" == refused([3])


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("x = 1\nimport no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'", 2),
        ("def f(:\n", "invalid syntax", 1),
        ("\n\n1 / 0\n", "ZeroDivisionError: division by zero", 3),
        ("import sys\nsys.exit('bye')\n", "SystemExit: bye", 2),
        ("import json\njson.loads('[')\n", "JSONDecodeError", 355),
    ],
)
def test_a_file_that_cannot_be_imported(tmp_path: Path, text: str, reason: str, line: int) -> None:
    """Reason and place in one line, no traceback."""
    (tmp_path / "bad.py").write_text(text)
    said = refused(str(tmp_path))
    assert said.startswith(f"cannot load the tools in {tmp_path}/bad.py: {reason}")
    assert f":{line}" in said or line == 355
    assert "Traceback" not in said


def test_a_wrong_definition_in_a_file_shows_its_line(tmp_path: Path) -> None:
    """The message of the decorator arrives as it is."""
    (tmp_path / "mail.py").write_text(
        'from holdfast.registry import tool\n\n@tool("mail.send", effect="write")\ndef send() -> None: ...\n'
    )
    said = refused(str(tmp_path))
    assert said.startswith(f"{tmp_path}/mail.py:3: tool `mail.send`: a write needs `idempotency`")
    assert '3 | @tool("mail.send", effect="write")' in said


def test_what_is_not_there(tmp_path: Path) -> None:
    """Paths, modules and names that cannot be."""
    assert f"cannot load tools from `{tmp_path}/no.py`: there is no such file or folder" == refused(f"{tmp_path}/no.py")
    assert "there is no module `no_such_tools`" in refused("no_such_tools")
    assert "there is no module `holdfast.nothing`" in refused("holdfast.nothing")
    assert "give a module's name, a .py file or a folder" in refused("my-tools")
    (tmp_path / "my-tools.py").touch()
    assert "rename it" in refused(str(tmp_path / "my-tools.py"))


def test_two_tools_of_one_name(tmp_path: Path) -> None:
    """Both places are named."""
    write(tmp_path / "a.py", "mail.one")
    write(tmp_path / "b.py", "mail.one")
    with pytest.raises(ConfigError) as caught:
        load_registry([str(tmp_path)])
    assert f"{tmp_path}/b.py:2: tool `mail.one` is defined already, at {tmp_path}/a.py:2" in str(caught.value)


def test_an_unknown_name_suggests_a_known_one() -> None:
    """From added tools and from installed packages."""
    with pytest.raises(UnknownName, match=r"no tool `htp.get`: did you mean `http.get`"):
        load_registry([]).get("htp.get")


def test_packs_load_when_they_are_asked_for() -> None:
    """A tool of its own does not even read the list of installed packages."""
    script = """
import sys
from holdfast.registry import load_registry, tool
@tool("a.one", effect="read")
def one() -> None: ...
registry = load_registry([one])
registry.get("a.one")
assert "importlib.metadata" not in sys.modules
registry.get("time.now")
print(sorted(name for name in sys.modules if name.startswith("holdfast_tools.")))
print(len({name.partition(".")[0] for name in registry.names()}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ("['holdfast_tools.time_']\n4\n", "") == (done.stdout, done.stderr)


def test_a_pack_keeps_to_its_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody's package can put itself in place of another's tools; a broken one names itself."""
    write(tmp_path / "pack_of_mail.py", "files.one")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry(packs=Packs({"mail": "pack_of_mail", "crm": "no_such_pack"}))
    with pytest.raises(ConfigError, match=r"its name has to begin `mail\.`"):
        registry.get("mail.one")
    with pytest.raises(ConfigError, match=r"cannot load the tools `crm\.\*` of an installed package"):
        registry.get("crm.one")
    with pytest.raises(UnknownName):
        registry.get("else.one")


def test_undo_names_a_writing_tool() -> None:
    """Checked when all is loaded, since the order of definitions does not matter."""

    @tool("a.book", effect="write", idempotency="key", undo="a.cancel")
    def book() -> None: ...

    @tool("a.cancle", effect="write", idempotency="natural")
    def cancle() -> None: ...

    @tool("a.cancel", effect="read")
    def looks() -> None: ...

    @tool("a.cancel", effect="write", idempotency="natural")
    def cancel() -> None: ...

    with pytest.raises(ConfigError, match=r"undo names `a.cancel`, which is not a tool: did you mean `a.cancle`"):
        load_registry([book, cancle]).get("a.book")
    with pytest.raises(ConfigError, match=r"undo names `a.cancel`, which only reads"):
        load_registry([book, looks]).get("a.book")
    assert ["a.book", "a.cancel"] == [one.name for one in load_registry([book, cancel]).contracts(["a.book"])]


def test_permission() -> None:
    """`deny` wins, and an `allow` permits nothing else."""

    @tool("a.one", effect="read")
    def one() -> None: ...

    registry = load_registry([one], permission=Permission(allow=("a.*", "time.*"), deny=("time.sleep",)))
    assert ("a.one", "time.now", "time.parse") == registry.names()
    with pytest.raises(ConfigError, match=r"tool `time.sleep` may not be used here: the configuration denies"):
        registry.get("time.sleep")
    with pytest.raises(ConfigError, match=r"allows only `a\.\*`, `time\.\*`"):
        registry.get("http.get")


def test_settings_go_over_definitions() -> None:
    """What the configuration does not say stays."""

    @tool("a.one", effect="read", timeout="5s", concurrency=3, cost=1)
    def one() -> None: ...

    settings = {"a.one": ToolSettings(timeout=1.5, retry=Retry(attempts=2)), "time.now": ToolSettings(concurrency=7)}
    registry = load_registry([one], settings=settings)
    found = registry.get("a.one")
    assert (1.5, Retry(attempts=2), 3, 1.0) == (
        found.contract.timeout, found.contract.retry, found.limits.concurrency, found.cost,
    )  # fmt: skip
    assert 7 == registry.get("time.now").limits.concurrency


def test_every_limit_may_be_overridden() -> None:
    """Each by itself: timeout, retry, concurrency, rate, breaker, cost; those of the definition stay beside it."""

    @tool("a.one", effect="read", timeout="5s", retry=2, concurrency=3, rate="1/s", breaker=BREAKER, cost=1)
    def one() -> None: ...

    says = {"timeout": 1.0, "retry": Retry(attempts=9), "concurrency": 8, "rate": Rate(7, 1.0), "cost": 0.0,
            "breaker": Breaker(6, 1.0, 1.0)}  # fmt: skip
    kept = held(load_registry([one]))
    assert says.keys() == kept.keys() == {field.name for field in fields(ToolSettings)}
    for name, value in says.items():
        assert kept | {name: value} == held(load_registry([one], settings={"a.one": ToolSettings(**{name: value})}))


def held(registry: Registry) -> dict[str, object]:
    """What protects the one tool there is."""
    tool = registry.get("a.one")
    limits = {name: getattr(tool.limits, name) for name in ("concurrency", "rate", "breaker")}
    return {"timeout": tool.contract.timeout, "retry": tool.contract.retry, "cost": tool.cost, **limits}


BREAKER = {"failures": 5, "window": "1m", "open": "30s"}
