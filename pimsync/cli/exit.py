"""Exit codes of runs that came to their end."""

from __future__ import annotations

from pimsync.cli.options import FailOn
from pimsync.findings import Severity
from pimsync.result import Result


def exit_code(result: Result, fail_on: FailOn) -> int:
    """0 where all is well, 1 where there are findings that count."""
    counting = {FailOn.NEVER: set(), FailOn.ERROR: {Severity.ERROR}, FailOn.WARNING: {Severity.ERROR, Severity.WARNING}}
    return int(result.worst in counting[fail_on])
