"""Reading a delimited feed back.

Arrow's parser sees every row and makes only the key into values; it lets go of Python's lock. Under the lock run three
passes at the speed of memory (UTF-8, the number of quotes, their places), because Arrow forgives a misplaced quote.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pimsync.errors import FeedError
from pimsync.format.readback.cells import value_of
from pimsync.format.readback.key_column import KeyColumn
from pimsync.format.readback.reader import Opening, Sample, Samples, pieces
from pimsync.format.readback.rows import Quoting, first_row, has_empty_line, rows_end
from pimsync.format.readback.values import pruned

if TYPE_CHECKING:
    from pimsync.format.encode.delimited import DelimitedEncoder

#: Rows are parsed this many bytes at a time: Arrow has a price for each call.
_BLOCK = 1 << 18

#: No row is longer than this; where one seems to be, a quote is missing.
_LONGEST_ROW = 1 << 26


class DelimitedReader:
    """Reads one delimited feed: its rows and cells counted, their keys and a sample handed back."""

    def __init__(self, encoder: DelimitedEncoder) -> None:
        self._encoder = encoder
        self._opening = Opening(encoder.before())
        self._quoting = Quoting(encoder.options.delimiter, encoder.options.newline)
        self._key_column = KeyColumn(encoder.options.delimiter, len(encoder.columns), encoder.key_place)
        self._rest = bytearray()
        self._wanted = _BLOCK
        self._items = 0
        self._keys: list[str] = []
        self._samples = Samples()

    def feed(self, data: bytes) -> None:
        """Read on."""
        for piece in pieces(data):
            self._rest += self._opening.without(piece)
            if len(self._rest) >= self._wanted:
                self._read_rows()

    def close(self) -> int:
        """The end of the feed: how many items it holds."""
        self._opening.close()
        self._read_rows()
        if self._rest:
            raise FeedError("the feed ends inside a row", where=self._place(0))
        return self._items

    def take_keys(self) -> list[str]:
        """The keys of the items read since the last time, in order."""
        self._read_rows()
        keys, self._keys = self._keys, []
        return keys

    def take_samples(self) -> list[Sample]:
        """Items in full, read since the last time: the first, and about one in a megabyte."""
        self._read_rows()
        return self._samples.take()

    def expected(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An item's values as a sample would give them."""
        return pruned(values) or {}

    def _read_rows(self) -> None:
        """Read the rows that are complete, and keep what is not for the next time."""
        end = rows_end(self._rest)
        rows = bytes(self._rest[:end])
        del self._rest[:end]
        if not rows:
            self._wait_for_more()
            return
        self._wanted = _BLOCK
        self._check(rows)
        keys = self._key_column.read(rows, self._items)
        if self._samples.due(len(rows)):
            self._samples.add(self._items, self._sample(first_row(rows)))
        self._keys += keys
        self._items += len(keys)

    def _wait_for_more(self) -> None:
        if len(self._rest) > _LONGEST_ROW:
            raise FeedError("a quote is opened and never closed", where=self._place(0))
        self._wanted = max(_BLOCK, 2 * len(self._rest))

    def _check(self, rows: bytes) -> None:
        """See that the rows are text, and their quotes where they should be."""
        try:
            rows.decode()
        except UnicodeDecodeError as error:
            raise FeedError("the feed is not UTF-8", where=self._place(rows.count(b"\n", 0, error.start))) from None
        if (fault := self._quoting.fault(rows)) is not None:
            raise FeedError("a quote stands where none should", where=self._place(rows.count(b"\n", 0, fault)))
        if has_empty_line(rows):
            raise FeedError("there is an empty line between the rows", where=self._place(0))

    def _sample(self, row: bytes) -> dict[str, Any]:
        """One row by Python's own parser, as the values of its attributes."""
        delimiter = self._encoder.options.delimiter
        cells = next(csv.reader(io.StringIO(row.decode(), newline="\n"), delimiter=delimiter, strict=True))
        pairs = zip(self._encoder.columns, self._encoder.syntaxes, cells, strict=True)
        try:
            return pruned({c.attribute: value_of(c.shape, cell, syntax) for c, syntax, cell in pairs}) or {}
        except FeedError as error:
            raise FeedError(error.message, where=f"item {self._items + 1:,}") from None

    def _place(self, lines: int) -> str:
        """A place for people: lines behind the last item that was read."""
        return f"{lines + 1:,} lines after item {self._items:,}" if lines else f"after item {self._items:,}"
