"""Delimited text: CSV, TSV and their kin."""

from __future__ import annotations

import functools
from pathlib import Path

from pimsync.engine import Engine, text
from pimsync.errors import CatalogError
from pimsync.project import Catalog
from pimsync.store.sources.careful import carefully
from pimsync.store.sources.dialect import RESAVE, Dialect, dialect
from pimsync.store.sources.source import File, Reject, Source, SourceColumn
from pimsync.store.sources.survey import Survey, survey

#: The engine's names for what it cannot read, and ours.
_DEMANDS = {"MISSING COLUMNS": "ragged", "TOO MANY COLUMNS": "ragged", "INVALID ENCODING": "encoding"}


def csv(file: File, catalog: Catalog) -> Source:
    """Read a delimited file; the delimiter is what fits its first records unless the catalog names one."""
    return _delimited(file, catalog.delimiter)


def tsv(file: File, catalog: Catalog) -> Source:
    """Read a file with tabs between its cells."""
    return _delimited(file, catalog.delimiter or "\t")


def _delimited(file: File, delimiter: str | None) -> Source:
    _plain_text(file)
    way = dialect(file.path, file.name, delimiter)
    seen = survey(file.path)
    careful = functools.partial(carefully, file, way, seen)
    if way.comments or "\0" in "".join(way.names):
        return careful()
    return Source(
        relation=_relation(file.path, way),
        columns=tuple(SourceColumn(name) for name in way.names),
        survey=seen,
        finish=functools.partial(_finish, way, seen),
        instead=careful,
        notices=way.notices,
    )


def _relation(path: Path, way: Dialect) -> str:
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in way.names)
    return (
        f"select * from read_csv({text(str(path))}, auto_detect = false, header = true, delim = {text(way.delimiter)},"
        f" quote = '\"', escape = '\"', strict_mode = true, store_rejects = true, columns = {{{columns}}})"
    )


def _finish(way: Dialect, seen: Survey, engine: Engine, rows: int) -> list[Reject] | None:
    """The records left out; None where the engine and the look over the bytes do not agree on what is there."""
    found = engine.rows(
        "select line, first(error_type order by error_type), first(csv_line) from reject_errors group by line order by line"
    )
    if any(kind not in _DEMANDS for _, kind, _ in found):
        return None
    if seen.blank and (found or len(way.names) == 1):
        return None
    if rows + len(found) != seen.lines - 1:
        return None
    return [Reject(line - 1, _DEMANDS[kind], value.strip("\r\n")) for line, kind, value in found]


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
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CatalogError("this is UTF-16 text", where=f"{file.name}, byte 1", hint=RESAVE)


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
