"""pimsync init."""

from __future__ import annotations

import sys
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
ShopUrl = Annotated[Optional[str], typer.Option("--shop-url", help="The shop's address, where links have to be made with it, e.g. https://shop.example.", show_default=False)]  # fmt: skip  # noqa: E501, UP045
NoInput = Annotated[bool, typer.Option("--no-input", help="Ask nothing on a terminal either: guess.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a pimsync.toml that is there.")]


def init(
    catalog: CatalogArgument = None,
    project: ProjectPath = Path(),
    channel: StartChannels = None,
    currency: Currency = None,
    language: Language = None,
    country: Country = None,
    shop_url: ShopUrl = None,
    settings: Reading = None,
    no_input: NoInput = False,
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
    defaults = {"currency": currency, "language": language, "country": country, "shop_url": shop_url}
    asking = sys.stdin.isatty() and sys.stdout.isatty() and not no_input and output_format is Format.TEXT
    made = initial.init(
        catalog,
        folder,
        channels=channel or (),
        reading=reading_of(settings),
        defaults=defaults,
        ask=_asked if asking else None,
        force=force,
    )
    mapping.show(made, output_format.value)
    raise typer.Exit(int(not made.can_be_built))


#: The exit code where a person breaks off, or where their input ends.
_INTERRUPTED = 130

#: What a person is asked for each default that the catalog does not say.
_QUESTIONS = {"currency": "In which currency are the prices?", "shop_url": "What is the shop's address?"}


def _asked(name: str, guess: str) -> str:
    """What a person says; asked again until it can be used."""
    from pimsync.errors import UsageError
    from pimsync.project import Defaults, checked

    def usable(answer: str) -> str:
        try:
            said = checked(
                Defaults, {name: answer.upper() if name == "currency" else answer}, where=None, error=UsageError
            )
        except UsageError:
            raise typer.BadParameter(f"{answer!r} is no currency's code: write EUR, PLN, USD …") from None
        return str(said.values[name])

    try:
        return str(typer.prompt(_QUESTIONS[name], default=guess, value_proc=usable, err=True))
    except typer.Abort:
        raise typer.Exit(_INTERRUPTED) from None
