"""The catalog's categories as a person reads them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from rich.table import Table

from pimsync.categories import Categories, Category, said
from pimsync.report.console import Console
from pimsync.report.console import write as print_
from pimsync.words import count, shown

#: Where Google has its taxonomy, in English; other languages have their own.
SOURCE = "https://www.google.com/basepages/producttype/taxonomy-with-ids.en-US.txt"


def show(found: Categories, output_format: str, file: Path | None, written: int | None) -> None:
    """Each category with its products and what it is mapped to, or may be; `written` are the lines added to a file."""
    if output_format == "json":
        document = {
            "version": 1, "channel": found.channel, "taxonomy": str(found.taxonomy) if found.taxonomy else None,
            "categories": [dataclasses.asdict(one) for one in found.categories],
            "written": {"path": str(file), "lines": written} if file else None,
        }  # fmt: skip
        return print_(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    console = Console()
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("category", overflow="fold")
    table.add_column("products", justify="right")
    table.add_column("Google's category", overflow="fold")
    for one in found.categories:
        table.add_row(shown(one.name or "none", 80), f"{one.products:,}", "\n".join(_told(one, found)))
    console.print(table)
    console.print("\n" + _summed(found))
    if file is not None:
        console.print(f"{count(written or 0, 'line')} added to {file}.")
    elif found.unmapped:
        console.print(_next(found))
    return None


def _told(one: Category, found: Categories) -> list[str]:
    lines = []
    if one.to is not None:
        known = one.path or (one.to if found.taxonomy is None else f"{one.to}: not in the taxonomy")
        part = f" ({one.mapped:,} of them)" if one.mapped < one.products else ""
        lines.append(shown((known if known.startswith(one.to) else f"{one.to} {known}") + part, 120))
    elif one.name is not None:
        lines.append("not mapped" + ("; perhaps" if one.suggestions else ""))
    return [*lines, *(f"  {said(suggestion)}" for suggestion in one.suggestions)]


def _summed(found: Categories) -> str:
    named = [one for one in found.categories if one.name is not None]
    mapped = sum(1 for one in named if one.mapped)
    where = f" for {found.channel}" if found.channel else ""
    without = sum(one.products for one in found.categories if one.name is None)
    rest = f" {count(without, 'product has', 'products have')} no category." if without else ""
    return (
        f"{count(len(named), 'category', 'categories')}: {mapped:,} mapped{where}, {len(named) - mapped:,} not.{rest}"
    )


def _next(found: Categories) -> str:
    if found.taxonomy is None:
        return f'For suggestions, put Google\'s taxonomy beside pimsync.toml: [taxonomy] google = "…"\n  {SOURCE}'
    return "To map them: pimsync categories --write categories.csv, then fill in its second column."
