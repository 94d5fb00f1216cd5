"""Channels, attributes, rules and macros as a person reads them: explain and channels."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from rich.padding import Padding
from rich.table import Table

from pimsync.knowledge import AttributeCard, Card, ChannelCard, MacroCard, RuleCard
from pimsync.report.console import Console, write


def show_channels(cards: Sequence[ChannelCard], output_format: str) -> None:
    """The channels there are, a line each."""
    if output_format == "json":
        return _json([{k: v for k, v in dataclasses.asdict(card).items() if k != "attributes"} for card in cards])
    console = Console()
    table = _table("key", "about", "checked")
    for card in cards:
        table.add_row(card.key, f"{card.name}. {card.about}", card.checked)
    console.print(table)
    console.print(f"\nOne channel's attributes: pimsync channels {cards[0].key}")
    return None


def show_channel(card: ChannelCard, output_format: str) -> None:
    """One channel: its attributes and settings."""
    if output_format == "json":
        return _json(dataclasses.asdict(card))
    console = Console()
    _head(console, card)
    table = _table("attribute", "level", "type", "limits", "from")
    for one in card.attributes:
        table.add_row(one.name, one.level, one.type, one.limits, one.mapping)
    console.print(table)
    console.print(
        f"\n{len(card.attributes)} attributes. One in full: pimsync explain {card.key}/{card.attributes[0].name}"
    )
    return None


def show_topic(cards: Sequence[Card], output_format: str) -> None:
    """What is known about a topic."""
    if output_format == "json":
        return _json([dataclasses.asdict(card) for card in cards])
    console = Console()
    for number, card in enumerate(cards):
        if number:
            console.print()
        if isinstance(card, RuleCard):
            _rule(console, card)
        elif isinstance(card, AttributeCard):
            _attribute(console, card)
        elif isinstance(card, MacroCard):
            _macro(console, card)
        else:
            _head(console, card)
            console.print(f"{len(card.attributes)} attributes: pimsync channels {card.key}")
    return None


def _head(console: Console, card: ChannelCard) -> None:
    console.print(f"{card.key}: {card.name}. {card.about}", style="bold")
    console.print(f"format: {card.format}\nspec: {card.spec} (compared {card.checked})")
    for name, says in card.settings.items():
        console.print(Padding(f"setting {name}: {says}", (0, 0, 0, 2)))
    console.print()


def _attribute(console: Console, card: AttributeCard) -> None:
    console.print(f"{card.channel}/{card.name}", style="bold")
    lines = {
        "": card.description,
        "level": card.level + (f": {card.when}" if card.when else ""),
        "type": card.type,
        "limits": card.limits,
        "from": card.mapping,
        "repaired by": ", ".join(card.fixes),
        "for example": " · ".join(card.examples),
        "source": card.source,
    }
    _lines(console, lines)
    for rule in card.rules:
        console.print(Padding(f"{rule.severity}  {rule.id}", (0, 0, 0, 2)))


def _rule(console: Console, card: RuleCard) -> None:
    console.print(f"{card.id} ({card.severity})", style="bold")
    _lines(console, {"": card.wants, "what to do": card.help, "source": card.source})


def _macro(console: Console, card: MacroCard) -> None:
    console.print(f"{card.name}()", style="bold")
    console.print(Padding(card.says, (0, 0, 0, 2)))
    for call, gives in card.examples.items():
        console.print(Padding(f"{call} gives {gives if gives is not None else 'nothing'}", (0, 0, 0, 2)))


def _lines(console: Console, lines: dict[str, str]) -> None:
    for label, value in lines.items():
        if value:
            console.print(Padding(f"{label}: {value}" if label else value, (0, 0, 0, 2)))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("key", "level", "checked"))
    return table


def _json(document: object) -> None:
    write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
