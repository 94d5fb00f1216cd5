"""A bug in pimsync: one line, and the path to a log."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def report(error: BaseException) -> None:
    """Write the log and say where it is."""
    lines = [f"pimsync {_version('pimsync')}", f"Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name} {_version(name)}" for name in ("duckdb", "pyarrow", "pydantic", "jsonschema", "lxml", "typer")]
    lines += [f"command: {' '.join(sys.argv)}", "", *traceback.format_exception(error)]
    with tempfile.NamedTemporaryFile("w", prefix="pimsync-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write("\n".join(lines))
    print(f"error: a bug in pimsync ({type(error).__name__}); the log is {Path(log.name)}", file=sys.stderr)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
