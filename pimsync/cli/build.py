"""pimsync build."""

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
    Out,
    OutputFormat,
    ProjectPath,
    Settings,
    Strict,
    Threads,
)


def build(
    channels: Channels = None,
    project: ProjectPath = Path(),
    catalog: CatalogFile = None,
    channel: ChannelTypes = None,
    settings: Settings = None,
    out: Out = None,
    strict: Strict = False,
    fail_on: FailOnOption = FailOn.ERROR,
    output_format: OutputFormat = Format.TEXT,
    memory: Memory = None,
    threads: Threads = None,
) -> None:
    """Check, then write the channels' feeds.

    Example: pimsync build -C examples/polish-fashion
    """
    from pimsync import api, report
    from pimsync.cli.exit import exit_code
    from pimsync.cli.progress import Progress
    from pimsync.cli.project import project_of

    with Progress() as watch:
        chosen = project_of(project, catalog, channel, settings, memory, threads)
        result = api.build(chosen, channels or (), out=out, strict=strict, watch=watch)
    report.show(result, report.Format(output_format))
    raise typer.Exit(exit_code(result, fail_on))
