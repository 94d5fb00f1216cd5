"""pimsync channels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pimsync.cli.options import Format, OutputFormat, ProjectPath


def channels(
    key: Annotated[Optional[str], typer.Argument(help="A channel's key.", show_default=False)] = None,  # noqa: UP045
    project: ProjectPath = Path(),
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """List the channels there are, or the attributes of one.

    Example: pimsync channels
    """
    from pimsync import knowledge
    from pimsync.report import reference

    folder = project.parent if project.is_file() else project
    if key is None:
        reference.show_channels(knowledge.channels(folder), output_format.value)
    else:
        reference.show_channel(knowledge.channel(key, folder), output_format.value)
