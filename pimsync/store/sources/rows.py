"""Records that come one by one, whose columns are known only at the end, put down as a table of texts."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.store.sources.dialect import MOST, named
from pimsync.store.sources.source import RECORD, File, Notice, Reject, Source, SourceColumn
from pimsync.store.sources.survey import Survey
from pimsync.words import count

#: How many records are gathered before they are written.
_BATCH = 8_192


class Exact(str):
    """The text of a number that is exact: its point is a decimal one."""

    __slots__ = ()


class Rows:
    """Parquet files in the reader's folder: another one whenever there are more columns than before.

    What has been gathered is written by a thread of its own, while the next records are read.
    """

    def __init__(self, file: File, *, numbered: bool = False, typed: bool = False) -> None:
        self.file = file
        self.numbered = numbered  # each row says which product it is of
        self.typed = typed  # there are exact numbers among the texts
        self.columns: dict[str, int] = {}  # a record's keys, in order of first appearance
        self.exact: set[int] = set()
        self.records = 0
        self._rows: list[Mapping[str, str | None]] = []
        self._numbers: list[int] = []
        self._paths: list[Path] = []
        self._writer: Any = None
        self._pool = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.flush()
                self._written()
        finally:
            self._pool.shutdown()
            if self._writer is not None:
                self._writer.close()

    def column(self, name: str) -> None:
        """Make sure that there is a column, though nothing may ever stand in it.

        Raises:
            CatalogError: there are too many.
        """
        if name not in self.columns:
            if len(self.columns) == MOST:
                raise CatalogError(
                    f"the products have more than {count(MOST, 'key')} of their own", where=self.file.name
                )
            self.columns[name] = len(self.columns)

    def add(self, row: Mapping[str, str | None], number: int = 0) -> None:
        """One more row; each of its keys is a column already."""
        self._rows.append(row)
        if self.numbered:
            self._numbers.append(number)
        if len(self._rows) == _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered."""
        if not self._rows:
            return
        self._written()
        self.records += len(self._rows)
        self._writing = self._pool.submit(self._write, self._rows, self._numbers, list(self.columns))
        self._rows, self._numbers = [], []

    def source(
        self, seen: Survey, rejects: list[Reject], notices: tuple[Notice, ...] = (), fixes: dict[str, int] | None = None
    ) -> Source:
        """All of it as a source.

        Raises:
            CatalogError: there are no rows.
        """
        if not self.records:
            raise CatalogError("the catalog holds no product", where=self.file.name)
        names, said = named(tuple(self.columns), len(self.columns))
        files = ", ".join(text(str(path)) for path in self._paths)
        chosen = [f'"c{number}" as {ident(name)}' for number, name in enumerate(names)]
        chosen += [f'coalesce("x{number}", false) as "?exact {number}"' for number in sorted(self.exact)]
        chosen += [ident(RECORD)] if self.numbered else []
        columns = tuple(
            SourceColumn(name, f'"?exact {number}"' if number in self.exact else "false")
            for number, name in enumerate(names)
        )

        def finish(engine: Engine, rows: int) -> list[Reject] | None:
            return rejects

        relation = f"select {', '.join(chosen)} from read_parquet([{files}], union_by_name = true)"
        extras = (RECORD,) if self.numbered else ()
        return Source(relation, columns, seen, finish, notices=(*said, *notices), fixes=fixes or {}, extras=extras)

    def _written(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _write(self, rows: list[Mapping[str, str | None]], numbers: list[int], names: list[str]) -> None:
        import pyarrow as pa

        columns: dict[str, Any] = {}
        for number, name in enumerate(names):
            values = [row.get(name) for row in rows]
            columns[f"c{number}"] = pa.array(values, pa.string())
            exact = [type(value) is Exact for value in values] if self.typed else []
            if number in self.exact or any(exact):
                self.exact.add(number)
                columns[f"x{number}"] = pa.array(exact, pa.bool_())
        if self.numbered:
            columns[RECORD] = pa.array(numbers, pa.int64())
        self._put(pa.table(columns))

    def _put(self, table: Any) -> None:
        import pyarrow.parquet as pq

        if self._writer is None or self._writer.schema != table.schema:
            if self._writer is not None:
                self._writer.close()
            self._paths.append(self.file.work / f"records-{len(self._paths) + 1}.parquet")
            self._writer = pq.ParquetWriter(self._paths[-1], table.schema, compression="snappy", use_dictionary=False)
        self._writer.write_table(table)
