"""Rows by Arrow's parser: each has to have its cells, and one column is made into keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pimsync.errors import FeedError

if TYPE_CHECKING:
    from pyarrow import csv as arrow_csv


class KeyColumn:
    """Reads complete rows, of which it makes one column into values; the others it only delimits."""

    def __init__(self, delimiter: str, columns: int, key: int) -> None:
        self._delimiter = delimiter
        self._names = [str(number) for number in range(columns)]
        self._key = str(key)
        self._wrong: arrow_csv.InvalidRow | None = None

    def read(self, rows: bytes, read: int) -> list[str]:
        """The keys of these rows, which come after so many `read` before.

        Raises:
            FeedError: a row has more or fewer cells than the header.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        source: Any = pa.BufferReader(rows)
        table = arrow_csv.read_csv(
            source,
            arrow_csv.ReadOptions(column_names=self._names, use_threads=False, block_size=len(rows) + 1),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._refuse,
            ),
            arrow_csv.ConvertOptions(include_columns=[self._key], column_types={self._key: pa.string()}),
        )
        if self._wrong:
            found, place = self._wrong.actual_columns, read + (self._wrong.number or 1)
            raise FeedError(f"a row has {found} cells where {len(self._names)} should stand", where=f"item {place:,}")
        keys: list[Any] = table.column(0).to_pylist()
        return keys

    def _refuse(self, row: arrow_csv.InvalidRow) -> Literal["skip"]:
        self._wrong = self._wrong or row
        return "skip"
