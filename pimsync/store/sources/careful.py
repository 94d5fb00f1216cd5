"""The careful way: a delimited file read record by record and put down as a table of texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pimsync.engine import Engine, text
from pimsync.store.sources.dialect import Dialect
from pimsync.store.sources.records import SHOWN, at_line, records
from pimsync.store.sources.source import File, Reject, Source, SourceColumn
from pimsync.store.sources.survey import Survey

#: How much text is gathered before it is written.
_BATCH = 4 * 1024 * 1024
_ROWS = 5_120


def carefully(file: File, way: Dialect, seen: Survey) -> Source:
    """Read every record that can be read; the others are known by number."""
    path = file.work / "records.parquet"
    rejects: list[Reject] = []
    with Table(path, way.names) as table:
        for number, record in enumerate(records(file.path, way.delimiter, way.quote), 1 - way.above):
            flaw = record.flaw or _flaw(record.cells, way)
            if number > 0 and flaw:
                value = record.text or way.delimiter.join(record.cells)[:SHOWN]
                rejects.append(Reject(number, flaw, at_line(record.line, value)))
            elif number > 0:
                table.add(record.cells)
    return table_source(path, way.names, seen, rejects, way)


def _flaw(cells: tuple[str, ...], way: Dialect) -> str | None:
    if cells == way.header:
        return "header"
    return "ragged" if len(cells) != len(way.names) else None


def table_source(path: Path, names: tuple[str, ...], seen: Survey, rejects: list[Reject], way: Dialect) -> Source:
    """A table of texts as a source."""

    def finish(engine: Engine, rows: int) -> list[Reject] | None:
        return rejects

    relation = f"select * from read_parquet({text(str(path))})"
    return Source(relation, tuple(SourceColumn(name) for name in names), seen, finish, notices=way.notices)


class Table:
    """A Parquet file of texts, written in batches of bounded size."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.schema = pa.schema([(name, pa.string()) for name in names])
        self.writer: Any = pq.ParquetWriter(path, self.schema, compression="snappy", use_dictionary=False)
        self.rows: list[tuple[str, ...]] = []
        self.size = 0

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *failure: object) -> None:
        self._flush()
        self.writer.close()

    def add(self, cells: tuple[str, ...]) -> None:
        """One more row."""
        self.rows.append(cells)
        self.size += sum(map(len, cells))
        if self.size >= _BATCH or len(self.rows) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self.rows:
            return
        columns = [pa.array(column, pa.string()) for column in zip(*self.rows, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(columns, schema=self.schema))
        self.rows, self.size = [], 0
