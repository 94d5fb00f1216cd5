"""pimsync init."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pimsync.cli.options import Format, OutputFormat, ProjectPath

CatalogArgument = Annotated[Optional[str], typer.Argument(help="The catalog: a file, a glob or an address; else the one in the folder.", show_default=False)]  # fmt: skip  # noqa: E501, UP045
StartChannels = Annotated[Optional[list[str]], typer.Option("--channel", help="A channel to start with; may be given several times.", show_default=False)]  # fmt: skip  # noqa: E501, UP045
Reading = Annotated[Optional[list[str]], typer.Option("--set", metavar="NAME=VALUE", help="How the catalog is read, where it cannot say so itself: encoding, sheet, items, query …", show_default=False)]  # fmt: skip  # noqa: E501, UP045
Currency = Annotated[Optional[str], typer.Option("--currency", help="The currency of the prices, e.g. EUR.", show_default=False)]  # fmt: skip  # noqa: E501, UP045
Language = Annotated[Optional[str], typer.Option("--language", help="The language of the texts, e.g. de.", show_default=False)]  # fmt: skip  # noqa: UP045
Country = Annotated[Optional[str], typer.Option("--country", help="The country it is sold in, e.g. DE.", show_default=False)]  # fmt: skip  # noqa: UP045
Force = Annotated[bool, typer.Option("--force", help="Replace a pimsync.toml that is there.")]


def init(
    catalog: CatalogArgument = None,
    project: ProjectPath = Path(),
    channel: StartChannels = None,
    currency: Currency = None,
    language: Language = None,
    country: Country = None,
    settings: Reading = None,
    force: Force = False,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Look at a catalog and write a pimsync.toml for it: recognised, or with a mapping to look over.

    Example: pimsync init examples/polish-fashion/catalog.csv -C my-shop
    """
    from pimsync import initial
    from pimsync.cli.project import reading_of
    from pimsync.report import mapping

    folder = project.parent if project.suffix == ".toml" else project
    defaults = {"currency": currency, "language": language, "country": country}
    made = initial.init(
        catalog, folder, channels=channel or (), reading=reading_of(settings), defaults=defaults, force=force
    )
    mapping.show(made, output_format.value)
    raise typer.Exit(int(not made.can_be_built))
