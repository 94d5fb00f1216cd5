"""pimsync categories."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pimsync.cli.options import Format, OutputFormat, ProjectPath


def categories(
    channel: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="A channel of the project; its first one that takes them.", show_default=False),
    ] = None,
    project: ProjectPath = Path(),
    taxonomy: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Google's taxonomy with ids, instead of the project's.", show_default=False),
    ] = None,
    write: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A lookup table to add the categories to that are not mapped.", show_default=False),
    ] = None,
    accept: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, max=100, help="From which score on a suggestion is filled in.", show_default=False),
    ] = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """List the catalog's categories, and which of Google's they are or may be.

    Example: pimsync categories google -C examples/polish-fashion
    """
    from pimsync import categories as found
    from pimsync.cli.progress import Progress
    from pimsync.errors import UsageError
    from pimsync.project import find, load
    from pimsync.report import categories as report

    if accept is not None and write is None:
        raise UsageError("--accept goes with --write", hint=f"--write categories.csv --accept {accept}")
    chosen = load(find(project))
    with Progress() as watch:
        watch.stage("reading the catalog", None)
        listed = found.categories(chosen, channel, taxonomy=taxonomy)
    written = found.extended(listed, chosen, write, accept / 100 if accept else None) if write else None
    report.show(listed, output_format.value, write, written)
