"""The macros' examples are their tests."""

from __future__ import annotations

import pytest

from pimsync.engine import Engine
from pimsync.macros import MACROS

EXAMPLES = [(call, gives) for macro in MACROS.values() for call, gives in macro.examples.items()]


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as engine:
        yield engine


@pytest.mark.parametrize(("call", "gives"), EXAMPLES, ids=[call for call, _ in EXAMPLES])
def test_example(call, gives, engine):
    assert engine.value(f"select cast(({call}) as varchar)") == gives


@pytest.mark.parametrize("name", MACROS)
def test_every_macro_has_a_sentence_and_an_example(name):
    assert MACROS[name].says.endswith(".")
    assert MACROS[name].examples


@pytest.mark.parametrize("name", MACROS)
def test_a_macro_makes_nothing_of_nothing(name, engine):
    """A value that is absent stays absent: no macro invents one, and none raises."""
    count = MACROS[name].sql.split(")")[0].count(",")
    types = {
        "keep": "varchar[]",
        "distinct_items": "varchar[]",
        "iso_time": "timestamptz",
        "check_digit_holds": "bigint",
        "code_point": "integer",
    }
    kind = types.get(name, "timestamptz" if name in ("iso_time_colon", "iso_range", "utc_offset") else "varchar")
    kind = "decimal(18, 4)" if name in ("money", "decimal_text", "measure", "plain_number") else kind
    rest = {"truncate": ", 5", "keep": ", 5", "utc_offset": ", ':'", "respell": ", 'a', 'b'", "iso_range": ", now()"}
    rest |= {"money": ", 'EUR'", "measure": ", 'kg'"}
    arguments = f"cast(null as {kind}){rest.get(name, '')}"
    assert arguments.count(",") - kind.count(",") == count
    assert engine.value(f"select cast(({name}({arguments})) as varchar)") in (None, "false")


def test_no_macro_hides_a_function_of_the_engine():
    """A macro named as one of DuckDB's functions would answer in its place, in pimsync's own queries too."""
    import duckdb

    named = {name for (name,) in duckdb.sql("select distinct function_name from duckdb_functions()").fetchall()}
    assert MACROS.keys() & named == set()
