"""pimsync check."""

from __future__ import annotations

from pathlib import Path

import typer

from pimsync.cli.options import (
    CatalogFile,
    Channels,
    ChannelTypes,
    FailOn,
    FailOnOption,
    Format,
    Memory,
    OutputFormat,
    ProjectPath,
    Settings,
    Threads,
)


def check(
    channels: Channels = None,
    project: ProjectPath = Path(),
    catalog: CatalogFile = None,
    channel: ChannelTypes = None,
    settings: Settings = None,
    fail_on: FailOnOption = FailOn.ERROR,
    output_format: OutputFormat = Format.TEXT,
    memory: Memory = None,
    threads: Threads = None,
) -> None:
    """Check the catalog and the channels' items; write no feed.

    Example: pimsync check google -C examples/polish-fashion --fail-on warning
    """
    from pimsync import api, report
    from pimsync.cli.exit import exit_code
    from pimsync.cli.progress import Progress
    from pimsync.cli.project import project_of

    with Progress() as watch:
        result = api.check(
            project_of(project, catalog, channel, settings, memory, threads), channels or (), watch=watch
        )
    report.show(result, report.Format(output_format))
    raise typer.Exit(exit_code(result, fail_on))
