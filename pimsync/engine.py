"""The only place that opens DuckDB: threads, memory, macros, and the sandbox for users' expressions."""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pimsync.lookups import FUNCTION, Table, finder
from pimsync.macros import MACROS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: What one run may take unless it is told otherwise. DuckDB spills to disk beyond it.
DEFAULT_MEMORY = "512MB"


def ident(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


class Engine:
    """One DuckDB, in memory, that sees only the folders it is given and whose settings cannot be changed after.

    `folders` may be read and written, `files` may be read. Both are closed over before the first query runs: whatever
    an expression tries, it reaches nothing else on the machine and nothing on the network. `tables` are what `lookup()` and
    `convert()` look things up in, by their names. A `thorough` one plans with more care, for queries over many products.
    """

    def __init__(
        self,
        *,
        folders: Iterable[Path] = (),
        files: Iterable[Path] = (),
        threads: int | None = None,
        memory: str | None = None,
        temporary: Path | None = None,
        timezone: str = "UTC",
        tables: Mapping[str, Table] | None = None,
        thorough: bool = False,
    ) -> None:
        import duckdb

        self.threads = threads or os.cpu_count() or 2
        self.memory = memory or DEFAULT_MEMORY
        self.tables = tables or {}
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(
            ":memory:",
            config={
                "threads": self.threads,
                "memory_limit": self.memory,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "allow_unsigned_extensions": False,
            },
        )
        self._macros = Known()
        run = self.connection.execute
        run(f"set temp_directory = {text(str(temporary or ''))}")
        run(f"set global TimeZone = {text(timezone)}")
        run("set enable_progress_bar = false")
        # `x in (…)` with many values is run as a join otherwise, and a join does not keep the catalog's order. The others cost
        # more to plan, on queries as wide as these, than they save; what is said twice saves a tenth of a long one.
        off = ["in_clause", "statistics_propagation", *([] if thorough else ["common_subexpressions"])]
        run(f"set disabled_optimizers = {text(', '.join(off))}")
        install_tables(self.connection, self.tables)
        allowed = ", ".join(text(f"{Path(folder).resolve()}{os.sep}") for folder in folders)
        paths = ", ".join(text(str(Path(file).resolve())) for file in files)
        run(f"set allowed_directories = [{allowed}]")
        run(f"set allowed_paths = [{paths}]")
        run("set enable_external_access = false")
        run("set lock_configuration = true")

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def run(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> None:
        """Run a statement for its effect."""
        self._ready(sql).execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return self._ready(sql).execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> Any:
        """The one value of a result of one row and one column; None where there is no row."""
        row = next(iter(self.rows(sql, parameters)), None)
        return None if row is None else row[0]

    def arrow(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> pa.Table:
        """A whole result as an Arrow table."""
        return self._ready(sql).sql(sql, params=parameters).to_arrow_table()

    def stream(self, sql: str, rows: int, *, few: bool = False) -> Iterator[pa.RecordBatch]:
        """A result in batches of up to so many rows, made as they are asked for; in order on an engine of one thread.

        `few` says that the result is small: then it costs less to copy its rows than to plan the query twice, as DuckDB's
        relations do.
        """
        if few:
            warnings.filterwarnings("ignore", message="Arrow output on a DB-API result makes an extra copy")
            batches: Any = self._ready(sql).execute(sql).to_arrow_reader(rows)
            yield from batches
        else:
            yield from self._ready(sql).sql(sql).to_arrow_reader(rows)

    def another(self) -> Engine:
        """Another way into the same engine, for another thread: the memory and the macros are shared."""
        twin = object.__new__(Engine)
        twin.threads, twin.memory, twin.tables = self.threads, self.memory, self.tables
        twin.connection, twin._macros = self.connection.cursor(), self._macros
        return twin

    def _ready(self, sql: str) -> duckdb.DuckDBPyConnection:
        """The connection, once it knows the macros that a query calls."""
        self._macros.learn(sql, self.connection)
        return self.connection


class Known:
    """The macros that an engine has been told of: each when a query first names it, for to tell it of all takes 50 ms."""

    def __init__(self) -> None:
        self._lacking = tuple(MACROS)
        self._lock = threading.Lock()

    def learn(self, sql: str, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the macros known that this SQL names, and those that they call."""
        if _named(sql, self._lacking):
            with self._lock:
                for name in [*self._called(sql, set())]:
                    connection.execute(MACROS[name].create)
                    self._lacking = tuple(one for one in self._lacking if one != name)

    def _called(self, sql: str, seen: set[str]) -> Iterator[str]:
        """The macros to create, each after those that it calls."""
        for name in _named(sql, self._lacking):
            if name not in seen:
                seen.add(name)
                yield from self._called(MACROS[name].sql, seen)
                yield name


def _named(sql: str, names: Iterable[str]) -> list[str]:
    lowered = sql.lower()
    return [name for name in names if name in lowered and re.search(rf"\b{name}\b", lowered)]


def install_tables(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    """Make the lookup tables known to a connection."""
    if not tables:
        connection.execute(f"create macro {FUNCTION}(name, key) as cast(null as varchar)")
        return
    create: Any = connection.create_function
    # Without special handling of nulls the engine takes it ill that a key has no value.
    create(FUNCTION, finder(tables), ["VARCHAR", "VARCHAR"], "VARCHAR", type="arrow", null_handling="special")
