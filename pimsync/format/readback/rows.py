"""Where rows end, and whether their quotes stand as RFC 4180 has them."""

from __future__ import annotations

import re

_EMPTY_LINE = re.compile(rb"\n\r?\n")


def rows_end(data: bytes | bytearray) -> int:
    """Where the last complete row ends: at the last line break with an even number of quotes before it; 0 for none."""
    place, quotes = len(data), data.count(b'"')
    while place > 0:
        if quotes % 2:
            place, quotes = data.rfind(b'"', 0, place), quotes - 1
        found = data.rfind(b"\n", 0, place)
        quotes -= data.count(b'"', max(found, 0), place)
        if quotes % 2 == 0:
            return found + 1
        place = found
    return 0


def has_empty_line(rows: bytes) -> bool:
    """Whether an empty line stands among these complete rows: Arrow takes it for a row of empty cells."""
    if rows.startswith((b"\n", b"\r\n")):
        return True
    place, quotes = 0, 0
    for found in _EMPTY_LINE.finditer(rows):
        quotes += rows.count(b'"', place, found.start())
        place = found.start()
        if quotes % 2 == 0:
            return True
    return False


def first_row(data: bytes) -> bytes:
    """The first complete row."""
    place, quotes = 0, 0
    while (found := data.find(b"\n", place)) >= 0:
        quotes += data.count(b'"', place, found)
        place = found + 1
        if quotes % 2 == 0:
            return data[:place]
    return data


class Quoting:
    """The strict rule: a quoted cell begins behind a delimiter or a line break and ends before one."""

    def __init__(self, delimiter: str, newline: str) -> None:
        sign, end = re.escape(delimiter).encode(), newline.encode()
        self._rows = re.compile(rb'(?:[^"]*+(?:(?<=[%s\n"])|\A)"[^"]*+"(?=%s|%s|"))*+[^"]*+' % (sign, sign, end))

    def fault(self, data: bytes) -> int | None:
        """Where in these complete rows the first quote stands that should not; None where all is well."""
        match = self._rows.match(data)
        end = match.end() if match else 0
        return None if end == len(data) else data.index(b'"', end)
