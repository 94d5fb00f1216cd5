"""Delimited text: CSV, TSV and their kin."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.careful import carefully
from pimsync.store.sources.dialect import Dialect, dialect
from pimsync.store.sources.encoding import looked_through
from pimsync.store.sources.records import at_line
from pimsync.store.sources.source import File, Notice, Reject, Source, SourceColumn
from pimsync.store.sources.survey import Survey, survey
from pimsync.store.sources.transcoding import in_utf8

#: The engine's names for what it cannot read, and ours.
_DEMANDS = {"MISSING COLUMNS": "ragged", "TOO MANY COLUMNS": "ragged", "INVALID ENCODING": "encoding"}

#: What no cell holds: an empty cell is told from a missing one by it.
_NEVER = "\x1e\x1f\x1e"


def csv(file: File, catalog: Input) -> Source:
    """Read a delimited file; how it is written is what fits its first records unless the catalog says it."""
    return _delimited(file, catalog, catalog.delimiter)


def tsv(file: File, catalog: Input) -> Source:
    """Read a file with tabs between its cells."""
    return _delimited(file, catalog, catalog.delimiter or "\t")


def _delimited(file: File, catalog: Input, delimiter: str | None, notices: tuple[Notice, ...] = ()) -> Source:
    _plain_text(file)
    way = dialect(file.path, file.name, delimiter, catalog.header)
    way = replace(way, notices=(*notices, *way.notices))
    seen = survey(file.path, quote=way.quote, delimiter=way.delimiter)
    careful = functools.partial(_carefully, file, catalog, way, seen)
    if "\0" in "".join(way.names):
        return careful()
    return Source(
        relation=_relation(file.path, way),
        columns=tuple(SourceColumn(name) for name in way.names),
        survey=seen,
        finish=functools.partial(_finish, file, way, seen),
        instead=careful,
        notices=way.notices,
    )


def _relation(path: Path, way: Dialect) -> str:
    return f"select * from {_reading(path, way, way.names, 'store_rejects = true')}{_no_header(way)}"


def _reading(path: Path, way: Dialect, names: Sequence[str], how: str) -> str:
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({text(str(path))}, auto_detect = false, header = {str(way.header is not None).lower()},"
        f" skip = {way.lines}, delim = {text(way.delimiter)}, quote = {text(way.quote)}, escape = {text(way.quote)},"
        f" strict_mode = true, {how}, columns = {{{columns}}})"
    )


def _whole(path: Path, way: Dialect) -> str:
    """The query that counts the records with a cell for each column and no more.

    The engine itself does not mind further cells that are empty, and so takes a record whose cells are moved for a whole one.
    """
    more = max(way.names, key=len) + "+"
    how = f"null_padding = true, parallel = false, ignore_errors = true, nullstr = {text(_NEVER)}"
    exact = f"{ident(way.names[-1])} is not null and {ident(more)} is null"
    return f"select count(*) from (select * from {_reading(path, way, [*way.names, more], how)}{_no_header(way)}) where {exact}"


def _no_header(way: Dialect) -> str:
    """Leave out a header that comes again: then the numbers do not fit, and the file is read carefully."""
    said = next(((name, cell) for name, cell in zip(way.names, way.header or (), strict=False) if cell.strip()), None)
    return f" where {ident(said[0])} is distinct from {text(said[1])}" if said else ""


def _finish(file: File, way: Dialect, seen: Survey, engine: Engine, rows: int) -> list[Reject] | None:
    """The records left out; None where the engine and the look over the bytes do not agree on what is there."""
    found = engine.rows(
        "select line, first(error_type order by error_type), first(csv_line), min(line_byte_position) from reject_errors"
        f" join reject_scans using (scan_id, file_id) where file_path = {text(str(file.path))} group by line order by line"
    )
    if any(kind not in _DEMANDS or not value.strip() for _, kind, value, _ in found):
        return None
    if any(kind == "INVALID ENCODING" for _, kind, _, _ in found) and not file.sure:
        return None
    if seen.trailing and engine.value(_whole(file.path, way)) != rows:
        return None
    if seen.blank and (found or len(way.names) == 1):
        return None
    if rows + len(found) != seen.lines - way.above:
        return None
    lines = _line_numbers(file.path, [place for _, _, _, place in found], b"\r" if seen.carriage else b"\n")
    before = way.lines + (way.header is not None)
    return [
        Reject(number - before, _DEMANDS[kind], at_line(line, value.strip("\r\n")))
        for (number, kind, value, _), line in zip(found, lines, strict=True)
    ]


def _line_numbers(path: Path, places: Sequence[int], newline: bytes) -> Iterator[int]:
    """The numbers of the lines that start at these places, in the order of the file."""
    line, at = 1, 0
    with path.open("rb") as file:
        for place in places:
            while at < place:
                piece = file.read(min(place - at, 1 << 20))
                line, at = line + piece.count(newline), place if not piece else at + len(piece)
            yield line


def _carefully(file: File, catalog: Input, way: Dialect, seen: Survey) -> Source:
    """Record by record; but first, in a file of which only places were looked at, what all of it is written in."""
    if file.sure:
        return carefully(file, way, seen)
    whole = in_utf8(replace(file, notices=()), looked_through(file.path))
    return _delimited(whole, catalog, way.delimiter, whole.notices)


def _plain_text(file: File) -> None:
    """Refuse what is no delimited text at all.

    Raises:
        CatalogError: it says what the file is instead, where that is known.
    """
    with file.path.open("rb") as opened:
        head = opened.read(4096)
    for start, what in _OTHERS.items():
        if head.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(start)].lower() == start:
            raise CatalogError(f"this is {what}, and no delimited text", where=file.name)


_OTHERS = {
    b"pk\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"par1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"%pdf": "a PDF file",
    b"<?xml": "an XML file",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<rss": "an XML file",
    b'{"': "JSON",
    b'[{"': "JSON",
}
