"""pimsync trace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pimsync.cli.options import (
    CatalogFile,
    ChannelTypes,
    Format,
    Memory,
    OutputFormat,
    ProjectPath,
    Settings,
    Threads,
)

UNKNOWN = 2


def trace(
    sku: Annotated[str, typer.Argument(help="The product's sku.")],
    channels: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(help="Channels of the project; all of them where none is named.", show_default=False),
    ] = None,
    project: ProjectPath = Path(),
    catalog: CatalogFile = None,
    channel: ChannelTypes = None,
    settings: Settings = None,
    output_format: OutputFormat = Format.TEXT,
    memory: Memory = None,
    threads: Threads = None,
) -> None:
    """Follow one product from its record to the feeds, or to where it was lost.

    Example: pimsync trace SUK-ZOSIA-GRA-S google -C examples/polish-fashion
    """
    from pimsync.cli.progress import Progress
    from pimsync.cli.project import project_of
    from pimsync.report import trace as report
    from pimsync.tracing.trace import trace as follow

    named = [*(channels or ()), *((channel or ()) if catalog is None else ())]
    with Progress() as watch:
        types = channel if catalog is not None else None
        chosen = project_of(project, catalog, types, settings, memory, threads)
        found = follow(chosen, sku, named, watch=watch)
    report.show(found, output_format.value)
    raise typer.Exit(0 if found.known else UNKNOWN)
