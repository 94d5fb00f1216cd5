"""pimsync test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pimsync.cli.options import Format, Memory, OutputFormat, ProjectPath, Threads


def run_tests(
    project: ProjectPath = Path(),
    only: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("-k", "--only", metavar="TEXT", help="Run the tests with this in their name or file."),
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="List what of the project's own rules nothing in the catalog meets.")
    ] = False,
    junit: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--junit", metavar="FILE", help="Write the outcome as JUnit XML too.", show_default=False),
    ] = None,
    output_format: OutputFormat = Format.TEXT,
    memory: Memory = None,
    threads: Threads = None,
) -> None:
    """Run the project's tests: what has to become of a product in a channel.

    Example: pimsync test -C examples/polish-fashion
    """
    from pimsync.cli.progress import Progress
    from pimsync.cli.project import project_of
    from pimsync.projecttests.cases import any_in
    from pimsync.projecttests.coverage import covered
    from pimsync.projecttests.run import run
    from pimsync.report import tests as report

    with Progress() as watch:
        chosen = project_of(project, None, None, None, memory, threads)
        tested = run(chosen, only, watch=watch) if any_in(chosen) or not coverage else None
        found = covered(chosen, watch=watch) if coverage else None
    report.show(tested, found, output_format.value)
    if junit and tested:
        report.write_junit(tested, junit)
    raise typer.Exit(int(bool(tested and tested.failed)))
