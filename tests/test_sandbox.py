"""Users' expressions reach their own product and nothing else: each known way out is closed twice."""

from __future__ import annotations

import duckdb
import pytest

from pimsync.engine import Engine
from pimsync.errors import ProjectError
from pimsync.expressions import checked

NAMES = ["brand", "title", "images", "price", "attributes", "settings"]

#: What an expression must not be, and a word of the sentence that says so.
ESCAPES = {
    "reads a file": ("(select content from read_text('/etc/passwd'))", "sub-select"),
    "reads a file without brackets": ("title from read_text('/etc/passwd')", "only what comes after"),
    "calls a table function": ("read_csv('/etc/passwd')", "not there"),
    "writes a file": ("title; copy (select 1) to '/tmp/pimsync-escape.csv'", "no SQL expression|more than one"),
    "attaches a database": ("title; attach '/tmp/pimsync-escape.db'", "no SQL expression|more than one"),
    "installs an extension": ("title; install httpfs", "no SQL expression|more than one"),
    "reads the environment": ("getenv('HOME')", "not there"),
    "reads the settings": ("(select value from duckdb_settings() limit 1)", "sub-select"),
    "reads one setting": ("current_setting('temp_directory')", "changes from run to run"),
    "reads a session variable": ("getvariable('x')", "changes from run to run"),
    "is two statements": ("title; select 2", "more than one statement"),
    "is two expressions": ("title, brand", "2 expressions"),
    "closes the bracket": ("title) as x, (brand", "no SQL expression"),
    "leaves a comment open": ("title /*", "no SQL expression"),
    "asks for all columns": ("*", "no place"),
    "asks for columns by pattern": ("columns('.*')", "no place"),
    "asks for a column by number": ("#1", "column number"),
    "takes a parameter": ("$1", "parameter"),
    "looks at other products": ("sum(price) over ()", "window"),
    "counts products": ("count(*)", "many products"),
    "is in a set of others": ("title in (select 'x')", "sub-select"),
    "makes rows": ("unnest(images)", "not there|changes"),
    "asks the clock": ("now()", "changes from run to run"),
    "throws dice": ("random()", "changes from run to run"),
    "sleeps": ("sleep_ms(1000)", "changes from run to run|not there"),
    "runs a text as a query": ("query('select 1')", "not there"),
    "writes a log": ("write_log('x')", "changes from run to run"),
    "raises": ("error('x')", "changes from run to run"),
    "reads what is not there": ("cost_price", "not there"),
    "is nothing": ("", "no SQL expression|expression"),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Engine(folders=[tmp_path_factory.mktemp("own")], threads=1) as engine:
        yield engine


@pytest.mark.parametrize("escape", ESCAPES)
def test_an_expression_is_refused_that(escape, engine):
    expression, says = ESCAPES[escape]
    with pytest.raises(ProjectError, match=says) as refused:
        checked(expression, engine, NAMES, "pimsync.toml")
    assert refused.value.where == "pimsync.toml"


def test_a_comment_cannot_swallow_what_follows(engine):
    expression = checked("title -- the end", engine, NAMES, "pimsync.toml")
    assert engine.value(f"select {expression.sql} || '!' from (select 'Mug' as title)") == "Mug!"


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/pimsync-escape.csv'",
        "attach '/tmp/pimsync-escape.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "set lock_configuration = false",
        "set memory_limit = '100GB'",
        "select * from glob('/etc/*')",
        "select * from 'https://shop.example/x.csv'",
        "export database '/tmp/pimsync-escape'",
    ],
)
def test_the_engine_is_closed_even_to_what_was_let_in(statement, engine):
    with pytest.raises(duckdb.Error):
        engine.rows(statement)


def test_the_engine_reads_and_writes_its_own_folder_only(tmp_path):
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    with Engine(folders=[own], threads=1) as engine:
        engine.run(f"copy (select 1 as a) to '{own / 'a.parquet'}'")
        assert engine.value(f"select a from read_parquet('{own / 'a.parquet'}')") == 1
        for path in (other / "b.parquet", own / ".." / "other" / "b.parquet"):
            with pytest.raises(duckdb.Error):
                engine.run(f"copy (select 1 as a) to '{path}'")


def test_the_memory_limit_holds(tmp_path):
    with Engine(folders=[tmp_path], threads=1, memory="100MB") as engine, pytest.raises(duckdb.OutOfMemoryException):
        engine.rows("select list(repeat('x', 1000) || range) from range(1000000)")


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ("concat_ws(' ', brand, title)", {"brand", "title"}),
        ("list_transform(images, lambda x: x || brand)", {"images", "brand"}),
        ("[x for x in images if x <> '']", {"images"}),
        ("attributes['season']", {"attributes"}),
        ("settings.location", {"settings"}),
        ("case when price > 500 then 'premium' end", {"price"}),
        ("try_cast(title as integer)", {"title"}),
        ("date '2026-01-01'", set()),
        ("BRAND", {"brand"}),
    ],
)
def test_an_ordinary_expression_is_let_in(expression, reads, engine):
    assert checked(expression, engine, NAMES, "pimsync.toml").columns == reads
