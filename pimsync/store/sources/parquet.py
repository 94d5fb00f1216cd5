"""Parquet: columns that already have types."""

from __future__ import annotations

from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.dialect import named
from pimsync.store.sources.source import File, Reject, Source, SourceColumn, as_text
from pimsync.store.sources.survey import Survey


def parquet(file: File, catalog: Input) -> Source:
    """Read a Parquet file; what is a number there is an exact one.

    Raises:
        CatalogError: it is no whole Parquet file.
    """
    import duckdb

    table = f"read_parquet({text(str(file.path))}, binary_as_string = true)"
    try:
        with Engine(files=[file.path], threads=1, temporary=file.work / "spill") as engine:
            described = [(str(row[0]), str(row[1])) for row in engine.rows(f"describe select * from {table}")]
    except duckdb.Error:
        raise CatalogError("this is no whole Parquet file", where=file.name) from None
    names, notices = named(tuple(name for name, _ in described), len(described))
    chosen, columns = [], []
    for (column, kind), name in zip(described, names, strict=True):
        value, exact = as_text(ident(column), kind)
        chosen.append(f"{value} as {ident(name)}")
        columns.append(SourceColumn(name, exact))

    def finish(engine: Engine, rows: int) -> list[Reject] | None:
        return []

    return Source(f"select {', '.join(chosen)} from {table}", tuple(columns), Survey(), finish, notices=notices)
