"""How a delimited file is written: what stands between and around its cells, and what its columns are called."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from pimsync.errors import CatalogError
from pimsync.store.sources.header import fits, header_of, width_of
from pimsync.store.sources.records import Record, records
from pimsync.store.sources.source import LEFT_OUT, RECORD, Notice
from pimsync.words import count

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

#: The most columns that are read.
MOST = 2_000

#: The longest line that is looked at as a header.
_HEADER = 4 * 1024 * 1024

#: Records looked at to tell how a file is written.
_SAMPLE = 60

#: Bytes looked at to tell which quotation mark is used.
_LOOK = 1 << 16

#: So many records that differ from the header alike are no accident; of fewer, the values have to fit the names.
_ENOUGH = 3

RESAVE = "save the file as UTF-8"

_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimited file's way of writing."""

    delimiter: str
    names: tuple[str, ...]
    quote: str = '"'
    above: int = 1  # records above the first product: titles, comments, the header
    lines: int = 0  # lines above the header, or above the first product where there is no header
    header: tuple[str, ...] | None = None  # as it is written
    notices: tuple[Notice, ...] = ()


def dialect(path: Path, name: str, delimiter: str | None, header: bool | None = None) -> Dialect:
    """Find out how a file is written, by its first records.

    Args:
        delimiter: what stands between the cells, where that is known.
        header: whether the file names its columns, where that is known.

    Raises:
        CatalogError: it has no lines, or its header cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) == _HEADER and b"\n" not in head and b"\r" not in head:
        raise CatalogError("there is no line end in the first 4 MB", where=name)
    separator = _SEPARATOR.fullmatch(re.split(rb"[\r\n]", head, maxsplit=1)[0].decode("utf-8", "replace"))
    apart = delimiter or (separator[1] if separator else None)
    quote = _quote(head[:_LOOK], apart)
    samples = {one: _first(path, one, quote, bool(separator)) for one in ([apart] if apart else DELIMITERS)}
    chosen = max(samples, key=lambda one: _fit(samples[one]))
    sample = samples[chosen]
    if not sample:
        raise CatalogError("the catalog is empty", where=name)
    found = header_of([record.cells or tuple(record.text.split(chosen)) for record in sample], header)
    below = [record for record in sample[found.above :] if not record.flaw]
    if found.cells is None:
        names, notices = named((), width_of([record.cells for record in below]))
        start = sample[found.above]
    else:
        names, notices = _aligned(found.cells, below)
        start = sample[found.above - 1]
        _readable(start, name)
    above = found.above + bool(separator)
    return Dialect(chosen, names, quote, above, start.line - 1, found.cells, (*found.notices, *notices))


def _first(path: Path, delimiter: str, quote: str, skip: bool) -> list[Record]:
    return list(itertools.islice(records(path, delimiter, quote), int(skip), _SAMPLE + int(skip)))


def _quote(head: bytes, delimiter: str | None) -> str:
    """The quotation mark around cells: a single one only where no double one opens a cell, and many lines have it."""
    edge = rb"(?:^|[\r\n" + re.escape((delimiter or "".join(DELIMITERS)).encode()) + rb"]) *"
    if re.search(edge + rb'"', head):
        return '"'
    closed = re.findall(edge + rb"'(?=[^'\r\n]*' *(?:$|[\r\n]|" + edge + rb"))", head)
    return "'" if len(closed) * 2 >= len(head.splitlines()) else '"'


def _fit(sample: list[Record]) -> tuple[float, int]:
    """How well a delimiter explains the first records: how many are equally wide, and how wide that is."""
    rows = [record.cells for record in sample if not (record.cells and record.cells[0].startswith("#"))]
    usual = width_of(rows)
    if usual < 2:
        return (0.0, 0)
    same = sum(len(row) == usual for row in rows) / len(rows)
    return (round(same, 1) if usual > 2 else same / 2, usual)


def _aligned(cells: tuple[str, ...], below: list[Record]) -> tuple[tuple[str, ...], tuple[Notice, ...]]:
    """The columns' names, as many as the records have cells, where they all differ from the header in the same way.

    One more: each line but the header ends with a delimiter. One less: there is nothing in the last column. In a record or two
    that may also be a cell too many or too few in their middle, which moves the others under names that are not theirs.
    """
    widths = {len(record.cells) for record in below}
    sure = len(below) >= _ENOUGH or all(fits(cells, record.cells) for record in below)
    if sure and widths == {len(cells) + 1} and not any(record.cells[-1] for record in below):
        return named(cells, len(cells) + 1)
    if widths == {len(cells) - 1} and (sure or not cells[-1].strip()):
        names, notices = named(cells[:-1], len(cells) - 1)
        return names, (*notices, Notice("column/empty", cells[-1].strip())) if cells[-1].strip() else notices
    return named(cells, len(cells))


def _readable(header: Record, name: str) -> None:
    """Refuse a header that cannot be read.

    Raises:
        CatalogError: with the line.
    """
    where = f"{name}, line {header.line}"
    if header.flaw == "encoding":
        raise CatalogError("the header has bytes that are no text in the file's encoding", where=where, hint=RESAVE)
    if header.flaw:
        raise CatalogError("the header has a quotation mark that is never closed", where=where)


def named(cells: tuple[str, ...], width: int) -> tuple[tuple[str, ...], tuple[Notice, ...]]:
    """Names for the columns, each one once whatever its case; what had to be changed is said."""
    names: list[str] = []
    notices: list[Notice] = []
    taken = {"?texts", "?types", RECORD, LEFT_OUT}  # what readers and presets keep beside the columns
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
