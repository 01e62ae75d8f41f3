"""`holdfast`: reads the command line, imports the one command that is used, turns errors into sentences and exit codes.

Exit codes: 0 succeeded; 1 failed or aborted; 2 usage, configuration or an invalid plan; 3 parked; 4 store unavailable
or fenced; 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from typing import TYPE_CHECKING, Final, TextIO

from holdfast.cli.command import Failed, Interrupted, UsageError, build
from holdfast.cli.commands import COMMANDS, load, resolve
from holdfast.cli.terminal.faults import single
from holdfast.cli.terminal.output import Output, claimed_stdout
from holdfast.errors import CallbackError, EventRefused, HoldfastError, PlanError, ReviewError, StoreError
from holdfast.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

SUCCEEDED: Final = 0
FAILED: Final = 1
USAGE: Final = 2
PARKED: Final = 3
STORE: Final = 4
INTERRUPTED: Final = 130

COLLECTED: Final = 10_000
"""Objects after which garbage is looked for, where the process is ours.

What runs remember lives on: looking at it after every 700, as Python does, took a tenth of the event loop's time.
"""

FIRST_STEPS: Final = """first steps:
  holdfast init                 a plan and a tool to start from
  holdfast run hello            run plans/hello.yaml
  holdfast COMMAND --help       what a command does, with examples"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's own) and give its exit code."""
    if argv is None:
        gc.set_threshold(COLLECTED)
    with claimed_stdout() as stdout:
        code = _guarded(list(sys.argv[1:] if argv is None else argv), stdout)
    if argv is None:
        _leave_stuck_threads(code)
        gc.freeze()  # all is closed: to look for garbage among what goes with the process took a sixth of a lint
    return code


def _guarded(words: list[str], stdout: TextIO) -> int:
    out = Output(stdout, json="--json" in words, quiet="--quiet" in words, environ=os.environ)
    try:
        return _dispatch(words, out)
    except KeyboardInterrupt as interrupt:
        return _interrupted(interrupt, out)
    except SystemExit as exit_:  # argparse, after it printed the help
        return exit_.code if isinstance(exit_.code, int) else USAGE
    except BaseException as error:  # noqa: BLE001 - the outermost line: every error becomes a sentence and a code
        return _report(single(error), out)


def _interrupted(interrupt: KeyboardInterrupt, out: Output) -> int:
    told = interrupt if isinstance(interrupt, Interrupted) else None
    out.error("interrupted" if told is None else str(told))
    if out.json:
        error = {"kind": "Interrupted", "message": "interrupted"}
        out.show(lambda: {"error": error, **(told.to_data() if told else {})}, str)
    return INTERRUPTED


def _dispatch(words: list[str], out: Output) -> int:
    if "--version" in words:
        out.show(lambda: {"version": VERSION}, lambda: f"holdfast {VERSION}")
        return SUCCEEDED
    for word in words:
        if not word.isascii() and any("\udc80" <= sign <= "\udcff" for sign in word):
            raise UsageError(f"`{word.encode(errors='replace').decode()}` is not UTF-8")
    name, rest = resolve(words)
    if name is None:
        out.show(lambda: {"commands": {key: summary for key, (_, summary) in COMMANDS.items()}}, overview)
        return SUCCEEDED if {"-h", "--help"} & set(words) else USAGE
    command = load(name)
    parser = build(name, COMMANDS[name][1], command)
    if {"-h", "--help"} & set(rest):
        out.show(lambda: {"help": parser.format_help()}, parser.format_help)
        return SUCCEEDED
    return command.run(parser.parse(rest), out)


def overview() -> str:
    """The help of `holdfast` itself."""
    size = max(map(len, COMMANDS))
    lines = [f"  {name.ljust(size)}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join([
        "usage: holdfast [--store URL] [--config FILE] [--tools MODULE_OR_PATH] [--json] [--quiet] COMMAND ...", "",
        "Runs plans that survive timeouts, crashes and second thoughts, and never books twice.", "",
        "commands:", *lines, "", FIRST_STEPS,
    ])  # fmt: skip


def _report(error: BaseException, out: Output) -> int:
    if os.environ.get("HOLDFAST_DEBUG"):
        import traceback

        out.error("".join(traceback.format_exception(error)).rstrip())
    out.error(_sentence(error, out))
    if out.json:
        out.show(lambda: {"error": _error_data(error)}, str)
    return _code(error)


def _sentence(error: BaseException, out: Output) -> str:
    if isinstance(error, PlanError):
        return str(error)
    mark = out.paint_note("error:", "red")
    if isinstance(error, HoldfastError):
        return f"{mark} {error}"
    if isinstance(error, OSError) and error.filename:
        return f"{mark} {error.filename}: {(error.strerror or str(error)).lower()}"
    again = "" if os.environ.get("HOLDFAST_DEBUG") else "; HOLDFAST_DEBUG=1 shows where"
    return f"{mark} this is a mistake in holdfast, not in your plan: {type(error).__name__}: {error}{again}"


def _error_data(error: BaseException) -> dict[str, object]:
    data: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, PlanError):
        from holdfast.lint.render import diagnostic_data

        data["diagnostics"] = [diagnostic_data(found) for found in error.diagnostics]
    return data


def _code(error: BaseException) -> int:
    if isinstance(error, StoreError):
        return STORE
    if isinstance(
        error, CallbackError | EventRefused | Failed | ReviewError
    ):  # well formed, but it did not succeed or came too late
        return FAILED
    return USAGE if isinstance(error, HoldfastError | OSError) else FAILED


def _leave_stuck_threads(code: int) -> None:
    """A tool that never returns keeps its thread for ever; the process does not wait for it."""
    stuck = [thread for thread in threading.enumerate() if thread is not threading.main_thread() and not thread.daemon]
    if stuck:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
