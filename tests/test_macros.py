"""The macros' examples are their tests."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pimsync.engine import Engine
from pimsync.macros import MACROS
from pimsync.macros.tables import EXAMPLES

CALLS = [(call, gives) for macro in MACROS.values() for call, gives in macro.examples.items()]


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1, tables=EXAMPLES) as engine:
        yield engine


@pytest.mark.parametrize(("call", "gives"), CALLS, ids=[call for call, _ in CALLS])
def test_example(call, gives, engine):
    assert engine.value(f"select cast(({call}) as varchar)") == gives


@pytest.mark.parametrize("name", MACROS)
def test_every_macro_has_a_sentence_and_an_example(name):
    assert MACROS[name].says.endswith(".")
    assert MACROS[name].examples


#: What a macro takes first, where that is no text.
FIRST = {
    "option_value": "varchar[]", "keep": "varchar[]", "distinct_items": "varchar[]", "iso_time": "timestamptz", "iso_time_colon": "timestamptz",
    "iso_range": "timestamptz", "utc_offset": "timestamptz", "check_digit_holds": "bigint", "code_point": "integer",
    "money": "decimal(18, 4)", "decimal_text": "decimal(18, 4)", "measure": "decimal(18, 4)", "plain_number": "decimal(18, 4)",
}  # fmt: skip
#: What it takes besides.
REST = {
    "shortened": "50", "named_values": "'$.k', '$.v'", "from_minor_units": "'EUR'", "option_value": "['a'], 'color'",
    "truncate": "5", "keep": "5", "utc_offset": "':'", "respell": "'a', 'b'", "iso_range": "now()", "money": "'EUR'", "measure": "'kg'",
    "with_vat": "23", "without_vat": "23", "percent_off": "10", "saving": "10", "margin": "10", "with_margin": "10", "nearest": "5",
    "charm": "0.99", "charm_up": "0.99", "price_band": "[10, 20]", "weight_in": "'g', 'kg'", "length_in": "'cm', 'm'",
    "with_parameter": "'ref', 'a'", "utm": "'google', 'cpc'", "replace_all": "map {'a': 'b'}", "template": "['a', 'b']",
    "lead_with": "'Nike'", "remove_words": "['sale']", "category_level": "1", "lower_case": "'tr'", "upper_case": "'tr'", "lookup": "'Mugs'", "convert": "'EUR', 'PLN'",
}  # fmt: skip


@pytest.mark.parametrize("name", MACROS)
def test_a_macro_makes_nothing_of_nothing(name, engine):
    """A value that is absent stays absent: no macro invents one, and none raises."""
    demanded = [one for one in MACROS[name].sql.split(")")[0].split(",") if ":=" not in one]
    arguments = [f"cast(null as {FIRST.get(name, 'varchar')})", *([REST[name]] if name in REST else [])]
    assert engine.value(f"select cast(({name}({', '.join(arguments)})) as varchar)") in (None, "false")
    assert (len(demanded) > 1) == (name in REST)


@pytest.mark.parametrize(
    ("call", "gives"),
    [
        ("title_case('BUTY NIKE AIR MAX 90 II, 500 ML')", "Buty Nike Air Max 90 II, 500 ml"),
        ("title_case('McDonald''s x adidas t-shirt 4k', ['adidas'])", "McDonald's x adidas T-Shirt 4k"),
        ("title_case('the north face jacket', ['The North Face'])", "The North Face Jacket"),
        ("title_case('wool socks', [null::varchar])", "Wool Socks"),
        ("title_case('Ο ΔΡΟΜΟΣ ΤΗΣ ΑΘΗΝΑΣ')", "Ο Δρομος Της Αθηνας"),
        ("sentence_case('KOSZULKA XL. 100% BAWEŁNA! NOWA')", "Koszulka XL. 100% bawełna! Nowa"),
        ("template('{1} [{2}]', ['a [b]', 'c'])", "a [b] c"),
        ("template('{2} {10}', ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'ten'])", "2 ten"),
        ("charm('free', 0.99)", None),
        ("charm(12.49, 0.99)", "12.99"),
        ("nearest(5, 0)", None),
        ("with_vat('free', 23)", None),
        ("with_vat(0.05, 10)", "0.06"),
        ("with_vat(99999999.99, 23)", "122999999.99"),
        ("saving(0, 0)", None),
        ("price_band('12.5', [20, 10.5])", "10.5-20"),
        ("utm('https://a.example/?', 'g', 'c')", "https://a.example/?utm_source=g&utm_medium=c"),
        ("utm('https://a.example/p?a=1&utm_id=3#/x?y', 'g', 'c')", "https://a.example/p?a=1&utm_source=g&utm_medium=c#/x?y"),
        ("with_parameter('https://a.example/p?x', 'x', '1')", "https://a.example/p?x=1"),
        ("remove_words('Best - sale - mug', ['sale'])", "Best - mug"),
        ("remove_words('SALE!', ['sale'])", None),
        ("unique_words('Buty buty, Męskie buty')", "Buty Męskie"),
        ("first_sentence('Great!!! Buy now. Or later.')", "Great!!!"),
        ("without_emoji('1️⃣ 👨‍👩‍👧 ©️ ★ 5°C')", "1 © 5°C"),
        ("without_emoji('نمی‌خواهم')", "نمی‌خواهم"),
        ("weight_in(2, null, 'g')", None),
    ],
)  # fmt: skip
def test_a_macro_is_right_about(call, gives, engine):
    assert engine.value(f"select cast(({call}) as varchar)") == gives


#: What is made of any text, by `t`.
OF_TEXT = [
    "title_case(t)", "title_case(t, [t], 'tr')", "sentence_case(t, [t])", "unshout(t)", "lower_case(t, 'tr')", "upper_case(t, 'az')",
    "template(t, [t, null])", "lead_with(t, t)", "remove_words(t, [t])", "unique_words(t)", "first_sentence(t)", "without_emoji(t)",
    "replace_all(t, map {'a': t})", "category_level(t, -1)", "utm(t, t, t, t)", "with_parameter(t, t, t)", "with_vat(t, 23)",
    "charm(t, 0.99)", "nearest(t, 0.05)", "price_band(t, [1, 2])", "saving(t, t)", "margin(t, t)", "weight_in(t, t, 'kg')",
    "lookup('categories', t)", "convert(t, t, 'PLN')",
]  # fmt: skip


#: Texts that are no ordinary ones.
ODD = ["NaN", "-1e400", "{1}[{2}]\x01\x02", "A'’ΣÇ  İ1. ", "?&#=", ">", "", "1e308", "a" * 5000]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(deadline=None, max_examples=5)
@given(st.lists(TEXTS, min_size=20, max_size=60))
@example(ODD)
def test_no_text_makes_a_macro_raise(engine, texts):
    engine.rows(f"select {', '.join(OF_TEXT)} from (select unnest($1::varchar[]) as t)", [texts])


def test_no_macro_hides_a_function_of_the_engine():
    """A macro named as one of DuckDB's functions would answer in its place, in pimsync's own queries too."""
    import duckdb

    named = {name for (name,) in duckdb.sql("select distinct function_name from duckdb_functions()").fetchall()}
    assert MACROS.keys() & named == set()
