"""What was found out about a catalog, and what became of its columns: init."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from rich.table import Table

from pimsync.initial import Initial
from pimsync.report.console import Console, write
from pimsync.store.proposal import Proposal
from pimsync.words import count, shown

#: How many of the columns that are left over are shown; all of them stand in the file.
_SHOWN = 15


def show(made: Initial, output_format: str) -> None:
    """Print it, for a person or a program."""
    if output_format == "json":
        write(json.dumps(_document(made), ensure_ascii=False, indent=2) + "\n")
        return
    console = Console()
    look, proposals = made.look, made.proposals
    console.print(
        f"{shown(look.name)}: {count(look.records, 'record')}, {count(len(look.columns), 'column')}.", style="bold"
    )
    if look.preset:
        console.print(f"Recognised as {look.preset_name}: preset {look.preset} maps its columns.")
    else:
        console.print("No export that pimsync knows: this mapping is a proposal.\n")
        console.print(_table(proposals.fields))
    if proposals.defaults:
        console.print()
        console.print(_table(proposals.defaults, of="default"))
    _left_over(console, made)
    _to_do(console, made)
    there = "" if made.file.parent == Path() else f" -C {made.file.parent}"
    done = f"pimsync build{there}" if made.can_be_built else "name a key in it: sku = …"
    console.print(f"\nWritten: {made.file}\nNext: {done}")


def _table(lines: tuple[Proposal, ...], of: str = "field") -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in (of, "from" if of == "field" else "value", "why"):
        table.add_column(head, overflow="fold")
    for one in lines:
        table.add_row(one.field, shown(one.expression, 60), one.why)
    return table


def _left_over(console: Console, made: Initial) -> None:
    left = made.proposals.leftover
    if not left:
        return
    console.print(f"\nLeft over: {count(len(left), 'column')}", style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in left[:_SHOWN]:
        table.add_row(f"  {shown(one.column, 36)}", shown(one.why, 150))
    console.print(table)
    if len(left) > _SHOWN:
        console.print(f"  … and {len(left) - _SHOWN} more, in the file")


def _to_do(console: Console, made: Initial) -> None:
    lines = [*made.notes, *(f"{one.field}: {one.why}" for one in made.missing)]
    if lines:
        console.print("\nTo look at", style="bold")
    for line in lines:
        console.print(f"  {shown(line, 220)}", soft_wrap=True)
    if any(one.is_guess for one in made.proposals.defaults):
        console.print(
            "  Guesses are reported until you take their names from `guessed` in pimsync.toml.", soft_wrap=True
        )


def _document(made: Initial) -> dict[str, object]:
    """The same for a program."""
    look, proposals = made.look, made.proposals
    return {
        "version": 1,
        "file": str(made.file),
        "catalog": {"source": look.name, "format": look.format, "records": look.records, "preset": look.preset},
        "columns": [dataclasses.asdict(one) for one in proposals.fields],
        "defaults": [dataclasses.asdict(one) for one in proposals.defaults],
        "guessed": [one.field for one in proposals.defaults if one.is_guess],
        "leftover": [dataclasses.asdict(one) for one in proposals.leftover],
        "missing": [{"field": one.field, "why": one.why} for one in made.missing],
        "notes": list(made.notes),
    }
