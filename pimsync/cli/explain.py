"""pimsync explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pimsync.cli.options import Format, OutputFormat, ProjectPath


def _topics(incomplete: str) -> list[str]:
    from pimsync import knowledge

    return knowledge.completions(incomplete)


def explain(
    topic: Annotated[str, typer.Argument(help="A rule, an attribute, a channel or a macro.", autocompletion=_topics)],
    project: ProjectPath = Path(),
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Say what a channel wants of an attribute, why, and where it says so.

    Example: pimsync explain gtin
    """
    from pimsync import knowledge
    from pimsync.report import reference

    folder = project.parent if project.is_file() else project
    reference.show_topic(knowledge.explain(topic, folder), output_format.value)
