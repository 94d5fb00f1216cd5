"""Delimited text: an item as a row, an attribute as a cell, quoted after RFC 4180."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pimsync.engine import ident, text
from pimsync.errors import ChannelError
from pimsync.format.encode.cells import Syntax, cell_text, conflict, first_text
from pimsync.format.encode.encoder import Column, headers, key_position
from pimsync.format.encode.options import DelimitedOptions
from pimsync.format.encode.settings import filled
from pimsync.format.encode.values import bound, scalar_text
from pimsync.format.schema.shape import Scalar

if TYPE_CHECKING:
    from pimsync.format.readback.delimited import DelimitedReader

#: What a spreadsheet takes for the start of a formula (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA_SIGNS = (*"=+-@", "\t", "\r")
_PLAIN_NUMBER = r"[+-]?[0-9]+(?:[.,][0-9]+)*%?"


def delimited(
    options: DelimitedOptions | None, columns: Sequence[Column], settings: Mapping[str, str], key: str | None = None
) -> DelimitedEncoder:
    """The encoder of a feed of rows and cells."""
    given = options or DelimitedOptions()
    before = tuple(_before(row, settings) for row in given.before)
    syntaxes = tuple(Syntax.of(column, given) for column in columns)
    names = tuple(headers(columns, settings))
    return DelimitedEncoder(given, tuple(columns), syntaxes, names, before, key_position(columns, key))


@dataclass(frozen=True)
class DelimitedEncoder:
    """A delimited feed for one list of attributes; `names` are its header."""

    options: DelimitedOptions
    columns: tuple[Column, ...]
    syntaxes: tuple[Syntax, ...]
    names: tuple[str, ...]
    rows_before: tuple[str, ...]
    key_place: int

    def before(self) -> bytes:
        """The byte order mark, the rows before the header as they stand, and the header."""
        header = self.options.delimiter.join(self._header(name) for name in self.names)
        rows = "".join(row + self.options.newline for row in (*self.rows_before, header))
        return (("\ufeff" if self.options.bom else "") + rows).encode()

    def item(self) -> str:
        """The SQL that writes one row."""
        cells = [self._cell(column, syntax) for column, syntax in zip(self.columns, self.syntaxes, strict=True)]
        if len(cells) == 1:
            cells = [f"coalesce(nullif({cells[0]}, ''), '\"\"')"]  # an empty line is no row
        delimiter = f", {text(self.options.delimiter)},\n"
        return f"concat(\n{delimiter.join(cells)}, {text(self.options.newline)})"

    def after(self) -> bytes:
        """Nothing: the last row ends as every row does."""
        return b""

    def key(self) -> str:
        """The SQL of the item's key as the reader gives it back."""
        column = self.columns[self.key_place]
        assert isinstance(column.shape, Scalar)
        return f"coalesce({scalar_text(column.shape.kind, ident(column.attribute))}, '')"

    def conflicts(self) -> dict[str, str]:
        """By attribute, the SQL that tells a value whose list or group would read back otherwise."""
        found = {s.attribute: conflict(c.shape, ident(s.attribute), s) for c, s in self._pairs()}
        return {attribute: fails for attribute, fails in found.items() if fails}

    def formulas(self) -> dict[str, str]:
        """By attribute, the SQL that tells a text which a spreadsheet would take for a formula."""
        found = {s.attribute: first_text(c.shape, ident(s.attribute), s) for c, s in self._pairs()}
        return {attribute: _is_formula(begins) for attribute, begins in found.items() if begins}

    def reader(self) -> DelimitedReader:
        """What reads such a feed back."""
        from pimsync.format.readback.delimited import DelimitedReader

        return DelimitedReader(self)

    def _pairs(self) -> list[tuple[Column, Syntax]]:
        return list(zip(self.columns, self.syntaxes, strict=True))

    def _cell(self, column: Column, syntax: Syntax) -> str:
        value = ident(column.attribute)
        written = cell_text(column.shape, value, syntax)
        if isinstance(column.shape, Scalar):
            kind = "number" if column.plain else column.shape.kind
            return self._quoted(value if column.shape.kind == "string" else written, kind)
        return bound(written, "cell", self._quoted("cell", "string"))

    def _quoted(self, cell: str, kind: str) -> str:
        """The SQL that quotes a cell where the feed asks for it. No number and no truth holds a sign to quote."""
        doubled = f"""replace({cell}, '"', '""')""" if kind == "string" else cell
        quoted = f"""'"' || {doubled} || '"'"""
        if self.options.quote == "all":
            return f"""coalesce({quoted}, '""')"""
        if kind != "string":
            return cell
        signs = (self.options.delimiter, '"', "\n", "\r")
        needs = [f"contains({cell}, chr({ord(sign)}))" for sign in signs]
        needs.append(f"starts_with({cell}, chr(65279))")  # a reader would take it for a byte order mark
        needs += [f"{cell} like {pattern}" for pattern in ("' %'", "'% '", "'\t%'", "'%\t'")]
        return f"case when {' or '.join(needs)} then {quoted} else {cell} end"

    def _header(self, name: str) -> str:
        signs = (self.options.delimiter, '"', "\n", "\r")
        if self.options.quote == "all" or any(sign in name for sign in signs) or name != name.strip():
            return '"' + name.replace('"', '""') + '"'
        return name


def _before(row: str, settings: Mapping[str, str]) -> str:
    written = filled(row, settings, "a row before the header")
    if "\n" in written or "\r" in written:
        raise ChannelError("a row before the header holds a line break", where=written.splitlines()[0])
    return written


def _is_formula(text_sql: str) -> str:
    signs = ", ".join(str(ord(sign)) for sign in _FORMULA_SIGNS)
    number = f"regexp_full_match({text_sql}, '{_PLAIN_NUMBER}')"
    return f"case when unicode({text_sql}) in ({signs}) then not {number} else false end"
