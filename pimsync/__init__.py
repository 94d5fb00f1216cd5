"""pimsync: one master catalog in, a correct product feed for every channel out.

The library functions are the commands: `check` and `build` take a project and give back a Result; `explain` and `channels`
give back cards. None of them prints or exits. What goes wrong for a reason a user can mend is a PimsyncError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pimsync.api import build, check
    from pimsync.errors import PimsyncError
    from pimsync.knowledge import channels, explain
    from pimsync.project import Project, load, of_options
    from pimsync.result import Result
    from pimsync.tracing.trace import trace

__all__ = ["PimsyncError", "Project", "Result", "build", "channels", "check", "explain", "load", "of_options", "trace"]

_HOMES = {
    "build": "api", "check": "api", "PimsyncError": "errors", "channels": "knowledge", "explain": "knowledge",
    "Project": "project", "load": "project", "of_options": "project", "Result": "result",
    "trace": "tracing.trace",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for, so that `pimsync --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"pimsync.{_HOMES[name]}"), name)
