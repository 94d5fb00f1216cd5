"""Step 1: read a catalog file, check it, and put it down as a snapshot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pimsync import project
from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.expressions import plain
from pimsync.findings import Finding, Rule
from pimsync.store.columns import arranged
from pimsync.store.outcome import outcome
from pimsync.store.query import query
from pimsync.store.reading.currencies import DECIMAL_SIGNS
from pimsync.store.reading.reading import Manner
from pimsync.store.rules import RULES
from pimsync.store.snapshot import PRODUCTS, ROW_GROUP, Snapshot
from pimsync.store.sources import READERS, Notice, Reject, Source
from pimsync.store.sources.dialect import RESAVE
from pimsync.store.sources.opening import opened
from pimsync.words import count

#: What readers put beside the snapshot while they work.
LEFTOVERS = ("records.parquet", "records.jsonl", "source", "unpacked")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class CatalogResult:
    """The snapshot, and everything found on the way to it.

    `findings` has one row a finding and one a repair (severity `fix`); `counts`, `examples` and `fixes` sum them up.
    """

    snapshot: Snapshot
    findings: Path
    rules: tuple[Rule, ...]
    counts: dict[Rule, int] = field(default_factory=dict)
    examples: dict[str, list[Finding]] = field(default_factory=dict)
    fixes: dict[Rule, int] = field(default_factory=dict)
    rejected: int = 0  # rows of the snapshot that no channel gets


def read_catalog(
    catalog: project.Catalog,
    defaults: project.Defaults,
    *,
    folder: Path,
    into: Path,
    threads: int | None = None,
    memory: str | None = None,
    progress: Progress | None = None,
) -> CatalogResult:
    """Read the project's catalog.

    Args:
        folder: where relative paths start.
        into: a folder of this stage's own; what is in it goes.
        progress: is told the step and how much of it is done, 0 to 1.

    Raises:
        CatalogError: the catalog cannot be read at all.
        ProjectError: `[catalog.columns]` is wrong.
    """
    _emptied(into)
    tell = progress or (lambda step, done: None)
    tell("catalog", 0.0)
    file, format_ = opened(catalog, folder, into)
    with _in_words(file.name):
        source = READERS[format_](file, catalog)
        with Engine(
            folders=[into], files=[file.path], threads=threads, memory=memory, temporary=into / "spill",
            timezone=defaults.timezone,
        ) as engine:  # fmt: skip
            written = _written(source, catalog, _manner(catalog, defaults), into, engine, file.name)
            tell("catalog", 0.8)
            result = _result(written, into, engine, file.name)
    for leftover in LEFTOVERS:
        (into / leftover).unlink(missing_ok=True)
    shutil.rmtree(into / "spill", ignore_errors=True)
    tell("catalog", 1.0)
    return result


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """What stops the engine, in people's words.

    Raises:
        CatalogError: the memory or the disk is too small, or the file cannot be read.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        hint = 'give more: memory = "2GB" under [run] in pimsync.toml, or --memory 2GB'
        raise CatalogError("the memory limit is too small for this catalog", where=name, hint=hint) from None
    except (
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.OutOfRangeException,
    ) as error:
        raise CatalogError(f"the catalog cannot be read: {plain(error)}", where=name) from None
    except OSError as error:
        raise CatalogError(f"the snapshot cannot be written: {error.strerror}", where=name) from None


@dataclass(frozen=True)
class _Written:
    """The snapshot's file, and what its source says about it."""

    fields: tuple[str, ...]
    rows: int
    rejects: list[Reject]
    notices: tuple[Notice, ...]
    fixes: dict[str, int]


def _written(
    source: Source, catalog: project.Catalog, manner: Manner, into: Path, engine: Engine, name: str
) -> _Written:
    """Run the query; where its reader is in doubt, once more with the reader that is not."""
    import duckdb

    columns = arranged(source.columns, catalog.columns, source.relation, engine, name)
    sql, fields = query(source, columns, manner)
    partial = into / f".{PRODUCTS}.partial"
    copy = f"copy (\n{sql}\n) to {text(str(partial))} (format parquet, row_group_size {ROW_GROUP}, compression snappy)"
    rejects = None
    try:
        rows = int(engine.value(copy))
        rejects = source.finish(engine, rows)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        if source.instead is None:
            raise
    if rejects is None:
        assert source.instead is not None
        return _written(source.instead(), catalog, manner, into, engine, name)
    partial.replace(into / PRODUCTS)
    return _Written(fields, rows, rejects, (*source.notices, *columns.notices), source.fixes)


def _result(written: _Written, into: Path, engine: Engine, name: str) -> CatalogResult:
    records = written.rows + len(written.rejects)
    _readable(written, records, engine, into, name)
    found = outcome(into, engine, written.rejects, written.notices, written.fixes)
    snapshot = Snapshot(
        into / PRODUCTS,
        written.rows,
        records,
        written.fields,
        tuple(one.record for one in written.rejects),
        found.duplicates,
    )
    return CatalogResult(snapshot, found.path, found.rules, found.counts, found.examples, found.fixes, found.rejected)


def _readable(written: _Written, records: int, engine: Engine, into: Path, name: str) -> None:
    """Refuse a catalog without records, or of which next to nothing can be read.

    Raises:
        CatalogError: with the first record that cannot be read.
    """
    if not records:
        raise CatalogError("the catalog has a header and no records", where=name)
    undecoded = [one for one in written.rejects if one.demand == "encoding"]
    if len(undecoded) > records / 2 or (len(undecoded) > 9 and len(undecoded) > _beyond_ascii(written, engine, into)):
        where = f"{name}, record {undecoded[0].record}"
        raise CatalogError("this is no UTF-8 text", where=where, hint=RESAVE)
    if not written.rows:
        first = written.rejects[0]
        raise CatalogError(
            f"not one of {count(records, 'record')} can be read: {RULES[f'catalog/record/{first.demand}'].message}",
            where=f"{name}, record {first.record}",
        )


def _beyond_ascii(written: _Written, engine: Engine, into: Path) -> int:
    """How many rows have text beyond ASCII that could be decoded: next to none where the encoding is another one."""
    texts = [f"coalesce({ident(name)}::varchar, '')" for name in written.fields]
    whole = f"concat({', '.join(texts)})"
    return int(
        engine.value(
            f"select count_if(strlen({whole}) <> length({whole})) from read_parquet({text(str(into / PRODUCTS))})"
        )
    )


def _manner(catalog: project.Catalog, defaults: project.Defaults) -> Manner:
    sign = catalog.decimal or DECIMAL_SIGNS.get(defaults.language or "")
    return Manner(sign, catalog.list_separator, catalog.date_order or "ymd", defaults.currency)


def _emptied(into: Path) -> None:
    try:
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogError(f"the snapshot cannot be written: {error.strerror}", where=str(into)) from None
