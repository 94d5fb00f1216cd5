"""What people and programs read of a result: one text in every place."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pimsync.report import json, text
from pimsync.result import Result


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"


REPORTS: dict[Format, Callable[[Result], None]] = {Format.TEXT: text.show, Format.JSON: json.show}


def show(result: Result, output_format: Format) -> None:
    """Print a result to stdout."""
    REPORTS[output_format](result)
