"""Options, each declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def _channel_names(incomplete: str) -> list[str]:
    from pimsync.format.channel import folders

    return [key for key in folders() if key.startswith(incomplete)]


Channels = Annotated[Optional[list[str]], typer.Argument(help="Channels of the project; all of them where none is named.", show_default=False)]  # fmt: skip
ProjectPath = Annotated[Path, typer.Option("-C", "--project", envvar="PIMSYNC_PROJECT", help="The project's folder, or its pimsync.toml.")]  # fmt: skip
CatalogFile = Annotated[Optional[str], typer.Option("--catalog", help="A catalog, instead of a project; - reads standard input.", show_default=False)]  # fmt: skip
ChannelTypes = Annotated[Optional[list[str]], typer.Option("--channel", help="A channel for --catalog; may be given several times.", autocompletion=_channel_names, show_default=False)]  # fmt: skip
Settings = Annotated[Optional[list[str]], typer.Option("--set", metavar="NAME=VALUE", help="A default (currency, language …), how the catalog is read (decimal, date_order …), or a channel's setting.", show_default=False)]  # fmt: skip
Out = Annotated[Optional[Path], typer.Option("--out", help="Where the feeds go; build/ in the project.", show_default=False)]  # fmt: skip
OutputFormat = Annotated[
    Format, typer.Option("--output-format", envvar="PIMSYNC_OUTPUT_FORMAT", help="How to print the report.")
]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", envvar="PIMSYNC_FAIL_ON", help="Exit with 1 at findings from this severity on.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Write no feed for a channel with an erroneous item.")]
Memory = Annotated[Optional[str], typer.Option("--memory", envvar="PIMSYNC_MEMORY", help="What the engine may take, e.g. 512MB.", show_default=False)]  # fmt: skip
Threads = Annotated[Optional[int], typer.Option("--threads", envvar="PIMSYNC_THREADS", min=1, help="How many cores to use.", show_default=False)]  # fmt: skip
