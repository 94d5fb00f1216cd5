"""Databases: what a query gives, row by row."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.dialect import named
from pimsync.store.sources.remote import expanded, scheme, shown
from pimsync.store.sources.rows import Exact, Rows
from pimsync.store.sources.source import File, Source
from pimsync.store.sources.survey import Survey

if TYPE_CHECKING:
    import sqlalchemy as sa

#: What a URL begins with that is a database's; a driver may follow: postgresql+psycopg.
DATABASES = frozenset(
    "sqlite postgresql postgres mysql mariadb mssql oracle redshift snowflake bigquery cockroachdb".split()
)

#: How many rows are fetched at a time.
_AT_ONCE = 2_000

#: How long a server may take to let us in, in seconds.
_CONNECT = 30

_TABLE = re.compile(r"\w+(\.\w+){0,2}")


def is_database(source: str) -> bool:
    """Whether a source is the URL of a database."""
    return (scheme(source) or "").partition("+")[0] in DATABASES


def file_of(source: str, folder: Path, work: Path) -> File:
    """A database in the place of a file: its `path` is the folder where relative paths start."""
    return File(folder, shown(source), work)


def database(file: File, catalog: Input) -> Source:
    """Read what a query gives, or a table.

    Raises:
        CatalogError: nobody is let in, there is no driver, or the query is wrong.
    """
    url = _url(catalog.source, file)
    with _in_words(file, url), _connected(url) as connection, Rows(file, typed=True) as table:
        result = _asked(connection, catalog.query, file)
        names, notices = named(tuple(map(str, result.keys())), len(result.keys()))
        for name in names:
            table.column(name)
        for row in result:
            table.add(dict(zip(names, map(as_text, row), strict=True)))
        table.flush()
        if not table.records:
            raise CatalogError("the query gives no rows", where=file.name)
    return table.source(Survey(), [], notices)


def _url(source: str, file: File) -> sa.URL:
    try:
        import sqlalchemy as sa
    except ImportError:
        hint = "pip install sqlalchemy, and the driver of the database"
        raise CatalogError(
            "databases need a package that is not installed, sqlalchemy", where=file.name, hint=hint
        ) from None
    try:
        url = sa.make_url(re.sub(r"^postgres(?=[:+])", "postgresql", expanded(source)))
    except (sa.exc.ArgumentError, ValueError):
        hint = "postgresql+psycopg://${USER}:${PASSWORD}@host/database, or sqlite:///file.db"
        raise CatalogError("this is no URL of a database", where=file.name, hint=hint) from None
    return _read_only(url, file) if url.get_backend_name() == "sqlite" else url


def _read_only(url: sa.URL, file: File) -> sa.URL:
    """A SQLite file as it may be read and not changed."""
    if not url.database or url.database == ":memory:":
        raise CatalogError("no file is named", where=file.name, hint="sqlite:///shop.db")
    path = (file.path / url.database).resolve()
    if not path.is_file():
        raise CatalogError("there is no such file", where=str(path))
    return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})


@contextmanager
def _connected(url: sa.URL) -> Iterator[sa.Connection]:
    """A connection in a transaction that is undone at its end."""
    import sqlalchemy as sa

    waits = {"connect_timeout": _CONNECT} if url.get_backend_name() in ("postgresql", "mysql", "mariadb") else {}
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=waits)
    try:
        with engine.connect() as connection:
            if url.get_backend_name() == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            yield connection.execution_options(stream_results=True, yield_per=_AT_ONCE, no_parameters=True)
            connection.rollback()
    finally:
        engine.dispose()


def _asked(connection: sa.Connection, query: str | None, file: File) -> sa.CursorResult[Any]:
    statement = (query or "").strip().rstrip(";")
    if not statement or _TABLE.fullmatch(statement):
        names = statement.split(".") if statement else [_only_table(connection, file)]
        statement = f"select * from {'.'.join(map(connection.dialect.identifier_preparer.quote, names))}"
    result = connection.exec_driver_sql(statement)
    if not result.returns_rows:
        raise CatalogError("the query gives no rows: it is no select", where=file.name)
    return result


def _only_table(connection: sa.Connection, file: File) -> str:
    """The table that is meant where no query is given: there must be but one."""
    import sqlalchemy as sa

    tables = sorted(sa.inspect(connection.engine).get_table_names())
    if len(tables) == 1:
        return tables[0]
    listed = f"; there is {', '.join(tables[:8])}{' …' if tables[8:] else ''}" if tables else "; there is no table"
    raise CatalogError(
        f"no query is given{listed}", where=file.name, hint='query = "select …" under [catalog], or the name of a table'
    )


@contextmanager
def _in_words(file: File, url: sa.URL) -> Iterator[None]:
    """What a database or its driver says, without the password.

    Raises:
        CatalogError: always in place of theirs.
    """
    import sqlalchemy as sa

    try:
        yield
    except sa.exc.NoSuchModuleError:
        raise CatalogError(f"there is no driver for {url.drivername}://", where=file.name) from None
    except ModuleNotFoundError as error:
        hint = f"pip install {error.name}"
        raise CatalogError(
            f"{url.drivername}:// needs a package that is not installed, {error.name}", where=file.name, hint=hint
        ) from None
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        raise CatalogError(f"the database says: {_without(said, url)}", where=file.name) from None
    except sa.exc.SQLAlchemyError as error:
        said = str(error).partition("\n")[0]
        raise CatalogError(f"the database cannot be read: {_without(said, url)}", where=file.name) from None


def _without(said: str, url: sa.URL) -> str:
    secret = url.password
    return said.replace(str(secret), "…") if secret else said


def as_text(value: Any) -> str | None:
    """A value of a database as text."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return Exact(value)
    if isinstance(value, float | Decimal):
        return _number(Decimal(repr(value)) if isinstance(value, float) else value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return None
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_text)
    return str(value)


def _number(value: Decimal) -> str | None:
    """The digits of a number; those behind the point that say nothing, `12.50` or `3.0`, stay as they are in a decimal."""
    if not value.is_finite():
        return None
    written = f"{value:f}"
    return Exact(written.removesuffix(".0"))
