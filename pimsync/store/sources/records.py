"""A delimited file, record by record, in plain Python: slow, and sure of every record's number and text.

The engine reads catalogs some ten times as fast. This is for headers, and for files with a quotation mark that does not close,
line ends of two kinds, or a cell of many megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

#: The longest record that is read.
LONGEST = 64 * 1024 * 1024

#: How much of a record's text is kept with its finding.
SHOWN = 1000

_QUOTED = {quote: re.compile(f"[^{quote}]*(?:{quote * 2}[^{quote}]*)*") for quote in ('"', "'")}
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells, the line it starts on, and the demand it fails, if any (then `text` is its text)."""

    cells: tuple[str, ...]
    line: int
    flaw: str | None = None
    text: str = ""


def records(path: Path, delimiter: str, quote: str = '"') -> Iterator[Record]:
    """Every record of a file, blank lines left out, the header among them.

    A quotation mark that does not close, or closes in the middle of a cell, spoils its own line and no other.
    """
    with path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        yield from _Lines(file, delimiter, quote).records()


class _Lines:
    """The lines of a file, and those that were put back to be read again."""

    def __init__(self, file: TextIO, delimiter: str, quote: str) -> None:
        self.file = file
        self.delimiter = delimiter
        self.quote = quote
        self.again: list[str] = []
        self.number = 0

    def next(self) -> str:
        self.number += 1
        return self.again.pop() if self.again else self.file.readline(LONGEST)

    def put_back(self, lines: list[str]) -> None:
        self.again += reversed(lines)
        self.number -= len(lines)

    def records(self) -> Iterator[Record]:
        while line := self.next():
            start = self.number
            if not line.endswith(("\n", "\r")) and len(line) >= LONGEST:
                self._skip_line()
                yield Record((), start, "too_long", readable(line[:SHOWN]))
                continue
            bare = line.rstrip("\r\n")
            if not bare.strip(" "):
                continue
            if self.quote not in bare:
                yield _decoded(tuple(bare.split(self.delimiter)), start, bare)
                continue
            yield self._quoted(line, start)

    def _skip_line(self) -> None:
        while (rest := self.file.readline(LONGEST)) and not rest.endswith(("\n", "\r")):
            pass

    def _quoted(self, line: str, start: int) -> Record:
        """A record with quotation marks, over as many lines as it takes."""
        lines, cells, position = [line], [], 0
        size = len(line)
        while True:
            start_of_text = _blanks(line, position)
            if not line.startswith(self.quote, start_of_text):
                end = line.find(self.delimiter, position)
                stop = len(line.rstrip("\r\n")) if end < 0 else end
                cells.append(line[position:stop])
                if end < 0:
                    return _decoded(tuple(cells), start, "".join(lines))
                position = end + 1
                continue
            pieces, position = [], start_of_text + 1
            while (closed := _QUOTED[self.quote].match(line, position)) and closed.end() >= len(line):
                pieces.append(line[position:])
                line = self.next() if size < LONGEST else ""
                if not line:
                    return self._spoiled(lines, start, "quote")
                lines.append(line)
                size += len(line)
                position = 0
            assert closed is not None
            pieces.append(line[position : closed.end()])
            cells.append("".join(pieces).replace(self.quote * 2, self.quote))
            position = _blanks(line, closed.end() + 1)
            if line.startswith(self.delimiter, position):
                position += 1
            elif line[position : position + 1] not in ("", "\r", "\n"):
                return self._spoiled(lines, start, "quote")
            else:
                return _decoded(tuple(cells), start, "".join(lines))

    def _spoiled(self, lines: list[str], start: int, flaw: str) -> Record:
        """The record ends where its first line does; the other lines are read again."""
        self.number = start + len(lines) - 1
        self.put_back(lines[1:])
        return Record((), start, flaw, readable(lines[0].rstrip("\r\n")[:SHOWN]))


def _blanks(line: str, position: int) -> int:
    """Where the blanks that start at a position end."""
    while line.startswith(" ", position):
        position += 1
    return position


def _decoded(cells: tuple[str, ...], line: int, text: str) -> Record:
    if _UNDECODED.search(text):
        return Record(cells, line, "encoding", readable(text.rstrip("\r\n")[:SHOWN]))
    return Record(cells, line)


def readable(text: str) -> str:
    """A text with U+FFFD for each byte that is none."""
    return _UNDECODED.sub("\N{REPLACEMENT CHARACTER}", text)


def at_line(line: int, text: str) -> str:
    """A record's text, and where it stands."""
    return f"line {line}: {text}"
