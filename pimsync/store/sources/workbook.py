"""Workbooks: XLSX, XLS and ODS, one sheet of them."""

from __future__ import annotations

import datetime
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.dialect import named
from pimsync.store.sources.header import header_of
from pimsync.store.sources.rows import Exact, Rows
from pimsync.store.sources.source import File, Notice, Source
from pimsync.store.sources.survey import Survey
from pimsync.words import closest

#: What all parts of a workbook may unpack to: its sheets are held in memory.
_UNPACKED = 2 * 1024 * 1024 * 1024

#: What a workbook of a few kilobytes unpacks to without being one.
_RATIO, _ANYWAY = 500, 64 * 1024 * 1024

#: How many rows are looked at for the header.
_SAMPLE = 60

#: A workbook that is locked is an old container around this.
_LOCKED = "EncryptedPackage".encode("utf-16-le")

_ERROR_CELL = {"xlsx": re.compile(rb"""<(?:\w+:)?c\s[^>]*\bt=["']e["']"""), "ods": re.compile(rb'value-type="error"')}

_HINT = 'say which one: sheet = "…" under [catalog] in pimsync.toml'

Row = list[Any]


def workbook(file: File, catalog: Input) -> Source:
    """Read a sheet of a workbook: numbers are exact, dates are ISO, formulas are what they gave last.

    Raises:
        CatalogError: it is damaged or locked, there is no such sheet, or there is nothing in it.
    """
    _harmless(file)
    name, rows, notices = _sheet(_opened(file), catalog.sheet, file.name)
    head = list(itertools.islice(rows, _SAMPLE))
    found = header_of([tuple(one or "" for one in row) for row in head], catalog.header)
    names, said = named(found.cells or (), len(head[0]))
    used: set[str] = set()
    with Rows(file, typed=True) as table:
        for column in names[: _width(found.cells or ())]:
            table.column(column)
        for row in itertools.chain(head[found.above :], rows):
            values = {column: text for column, text in zip(names, row, strict=True) if text is not None}
            for column in values.keys() - used:
                used.add(column)
                table.column(column)
            table.add(values)
    said = tuple(one for one in said if one.rule != "column/unnamed" or one.value in used)
    errors = _errors(file, name)
    fixes = {"catalog/record/error_cells": errors} if errors else {}
    return table.source(Survey(), [], (*notices, *found.notices, *said), fixes)


def _harmless(file: File) -> None:
    """Refuse what would fill the memory, and what cannot be read without its password.

    Raises:
        CatalogError: with the way out.
    """
    with file.path.open("rb") as opened:
        if opened.read(4) == b"\xd0\xcf\x11\xe0":
            if _LOCKED in opened.read():
                raise _locked(file)
            return
    try:
        with zipfile.ZipFile(file.path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise _damaged(file) from None
    if size > min(_UNPACKED, max(_ANYWAY, _RATIO * file.path.stat().st_size)):
        raise CatalogError(
            f"the workbook unpacks to {size / 1024**2:,.0f} MB, more than pimsync takes into memory",
            where=file.name,
            hint="save the sheet as CSV",
        )


def _locked(file: File) -> CatalogError:
    return CatalogError("the workbook is locked with a password", where=file.name, hint="save it without one")


def _damaged(file: File) -> CatalogError:
    return CatalogError("the workbook is damaged, or no workbook", where=file.name, hint="open it and save it anew")


def _opened(file: File) -> Any:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_path(file.path)
    except calamine.PasswordError:
        raise _locked(file) from None
    except (calamine.CalamineError, OSError):
        raise _damaged(file) from None


def _sheet(book: Any, wanted: str | None, name: str) -> tuple[str, Iterator[Row], tuple[Notice, ...]]:
    """The sheet that is named, or the first one with a table in it: its name, its rows, and what to say of that."""
    if wanted is not None:
        chosen = next((one for one in book.sheet_names if one.strip().casefold() == wanted.casefold()), None)
        if chosen is None:
            near = closest(wanted, book.sheet_names)
            listed = ", ".join(repr(one) for one in book.sheet_names)
            raise CatalogError(
                f"there is no sheet {wanted!r}; there is {listed}",
                where=name,
                hint=f"did you mean {near!r}?" if near else None,
            )
        return chosen, _filled(book, chosen, name), ()
    full = [one for one in book.sheet_names if len(list(itertools.islice(_filled(book, one, name), 2))) == 2]
    if not full:
        raise CatalogError("no sheet has a header and a record", where=name)
    notices = (Notice("file/sheet", f"{full[0]} (there is also {', '.join(full[1:4])})"),) if full[1:] else ()
    return full[0], _filled(book, full[0], name), notices


def _filled(book: Any, sheet: str, name: str) -> Iterator[Row]:
    """The rows of a sheet as texts, without the empty ones."""
    import python_calamine as calamine

    try:
        for cells in book.get_sheet_by_name(sheet).iter_rows():
            row = [as_text(cell) for cell in cells]
            if any(one is not None for one in row):
                yield row
    except calamine.CalamineError as error:
        raise CatalogError(f"the sheet {sheet!r} cannot be read: {error}", where=name) from None


def as_text(cell: Any) -> str | None:
    """A cell as text; a number has the digits that a spreadsheet shows, which are fifteen at most."""
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return Exact(cell)
    if isinstance(cell, float):
        shown = f"{cell:.15g}"
        return Exact(shown if "e+" in shown else f"{Decimal(shown):f}")
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return None if cell is None else str(cell)


def _width(header: tuple[str, ...]) -> int:
    """How many columns there are for certain: up to the last one that has a name."""
    return max((place for place, cell in enumerate(header, 1) if cell.strip()), default=0)


def _errors(file: File, sheet: str) -> int:
    """How many cells of a sheet hold an error such as #N/A: they come as empty ones."""
    from lxml import etree

    try:
        with zipfile.ZipFile(file.path) as archive:
            part, pattern = _part(archive, sheet)
            if part is None:
                return 0
            found, rest = 0, b""
            with archive.open(part) as stream:
                while piece := stream.read(1 << 20):
                    whole = rest + piece
                    cut = whole.rfind(b">") + 1
                    found += len(pattern.findall(whole[:cut]))
                    rest = whole[cut:]
            return found
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        zlib.error,
        NotImplementedError,
        StopIteration,
        etree.XMLSyntaxError,
    ):
        return 0


def _part(archive: zipfile.ZipFile, sheet: str) -> tuple[str | None, re.Pattern[bytes]]:
    """Where in a workbook the cells of a sheet are, and what a cell with an error looks like there."""
    from lxml import etree

    if "content.xml" in archive.namelist():
        return "content.xml", _ERROR_CELL["ods"]
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    if "xl/workbook.xml" not in archive.namelist():
        return None, _ERROR_CELL["xlsx"]
    sheets = etree.fromstring(archive.read("xl/workbook.xml"), parser).iterfind(".//{*}sheet")
    ids = {
        one.get("name"): next(str(value) for key, value in one.items() if str(key).endswith("}id")) for one in sheets
    }
    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {one.get("Id"): str(one.get("Target")) for one in links}
    target = targets.get(ids.get(sheet, ""))
    if target is None:
        return None, _ERROR_CELL["xlsx"]
    return target[1:] if target.startswith("/") else f"xl/{target}", _ERROR_CELL["xlsx"]
