"""The command line: the commands, and what becomes of errors and bugs."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Annotated, Any, NoReturn

import typer

from pimsync.cli import build, categories, channels, check, explain, init, test, trace

BUG = 70
INTERRUPTED = 130

app = typer.Typer(
    name="pimsync",
    help="One master catalog in, a correct product feed for every channel out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("build")(build.build)
app.command("trace")(trace.trace)
app.command("test")(test.run_tests)
app.command("explain")(explain.explain)
app.command("channels")(channels.channels)
app.command("categories")(categories.categories)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pimsync {version('pimsync')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One master catalog in, a correct product feed for every channel out."""


def main() -> NoReturn:
    """Run the command line, and end with its exit code."""
    signal.signal(signal.SIGINT, _interrupt)
    gc.disable()  # a run is short and makes few cycles; to look for them would cost a tenth of a small one
    try:
        app(standalone_mode=True)
    except SystemExit as end:
        _leave(INTERRUPTED if _interrupted else end.code)
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except BrokenPipeError:
        _closed()
    except Exception as error:
        _leave(INTERRUPTED if _interrupted else _said(error))
    _leave(0)


_interrupted: list[int] = []


def _interrupt(number: int, frame: object) -> NoReturn:
    """Ctrl-C: whatever it breaks on its way out is no bug."""
    _interrupted.append(number)
    raise KeyboardInterrupt


def _said(error: Exception) -> int:
    """Say what went wrong, on stderr; the exit code."""
    from pimsync.errors import PimsyncError

    if not isinstance(error, PimsyncError):
        from pimsync.cli.bug import report

        report(error)
        return BUG
    print(f"error: {error.message}", file=sys.stderr)
    if error.where:
        print(f"  at: {error.where}", file=sys.stderr)
    if error.hint:
        print("  hint: " + error.hint.replace("\n", "\n        "), file=sys.stderr)
    return error.exit_code


def _leave(code: Any) -> NoReturn:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _closed()
    if code == INTERRUPTED:
        os._exit(code)  # a thread may still be in the engine, which would complain about being left
    sys.exit(code)


def _closed() -> NoReturn:
    from pimsync.report.console import gone

    gone()
