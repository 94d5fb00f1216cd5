"""How a delimited file is written: what stands between its cells, and what its columns are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pimsync.errors import CatalogError
from pimsync.store.sources.records import Record, records
from pimsync.store.sources.source import Notice
from pimsync.words import count

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

#: The most columns that are read.
MOST = 2_000

#: The longest line that is looked at as a header.
_HEADER = 4 * 1024 * 1024

#: Records looked at to tell the delimiters apart.
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimited file's way of writing."""

    delimiter: str
    names: tuple[str, ...]
    comments: int  # records above the header that only speak to people
    notices: tuple[Notice, ...] = ()


def dialect(path: Path, name: str, delimiter: str | None) -> Dialect:
    """Find out how a file is written, by its first records.

    Raises:
        CatalogError: there is no header, or it is no UTF-8 text.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) == _HEADER and b"\n" not in head and b"\r" not in head:
        raise CatalogError("there is no line end in the first 4 MB", where=name)
    chosen = delimiter or max(DELIMITERS, key=lambda one: _fit(path, one))
    comments = 0
    for record in records(path, chosen):
        if record.flaw == "encoding":
            raise CatalogError("the header is no UTF-8 text", where=f"{name}, line {record.line}", hint=RESAVE)
        if record.flaw:
            raise CatalogError(
                "the header has a quotation mark that is never closed", where=f"{name}, line {record.line}"
            )
        if record.cells and record.cells[0].startswith("#") and comments < _SAMPLE:
            comments += 1
            continue
        names, notices = named(record.cells, _width(path, chosen, comments, len(record.cells)))
        return Dialect(chosen, names, comments, notices)
    raise CatalogError("the catalog is empty", where=name)


RESAVE = "save the file as UTF-8"


def _first(path: Path, delimiter: str, count: int) -> Iterator[Record]:
    for number, record in enumerate(records(path, delimiter)):
        if number >= count:
            return
        yield record


def _fit(path: Path, delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the first records: how many are as wide as the header, and how wide that is."""
    widths = [
        len(r.cells) for r in _first(path, delimiter, _SAMPLE + 3) if not (r.cells and r.cells[0].startswith("#"))
    ]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    same = sum(width == widths[0] for width in widths) / len(widths)
    return (round(same, 1) if widths[0] > 2 else same / 2, widths[0])


def _width(path: Path, delimiter: str, comments: int, header: int) -> int:
    """How many cells the records have: one more than the header where every line but that one ends with a delimiter."""
    sample = list(_first(path, delimiter, comments + _SAMPLE + 1))[comments + 1 :]
    longer = sample and all(len(r.cells) == header + 1 and not r.cells[-1] for r in sample)
    return header + 1 if longer else header


def named(cells: tuple[str, ...], width: int) -> tuple[tuple[str, ...], tuple[Notice, ...]]:
    """Names for the columns, each one once whatever its case; what had to be changed is said."""
    names: list[str] = []
    notices: list[Notice] = []
    taken = {"?texts", "?types"}  # what the JSON reader keeps beside the columns
    if len(cells) > MOST:
        raise CatalogError(f"there are {count(len(cells), 'column')}; pimsync reads up to {MOST:,}")
    for number, cell in enumerate([*cells, *[""] * (width - len(cells))], 1):
        wanted = " ".join(cell.replace("\0", "").split()).strip("\ufeff ")
        name = wanted or f"column {number}"
        copy = 2
        while name.casefold() in taken:
            name, copy = f"{wanted or f'column {number}'}_{copy}", copy + 1
        if not wanted and number <= len(cells):
            notices.append(Notice("column/unnamed", name))
        elif name != wanted and wanted:
            notices.append(Notice("column/duplicate", f"{wanted} → {name}"))
        taken.add(name.casefold())
        names.append(name)
    return tuple(names), tuple(notices)
