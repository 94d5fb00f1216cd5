"""What single values leave open, the whole column settles."""

from __future__ import annotations

import pytest

from pimsync.engine import Engine, text
from pimsync.store.columns import Column
from pimsync.store.product import FIELDS
from pimsync.store.reading import READINGS, Manner
from pimsync.store.reading.habits import habits


def settled(manner=None, **columns):
    """The habits of columns that hold these texts."""
    rows = zip(*columns.values(), strict=True)
    values = ", ".join(f"({', '.join('null' if cell is None else text(cell) for cell in row)})" for row in rows)
    relation = f"select * from (values {values}) t({', '.join(columns)})"
    with Engine(threads=1) as engine:
        asked = [Column(name, FIELDS[name.partition(":")[0]], f'"{name}"') for name in columns]
        return habits(engine, relation, asked, manner or Manner())


COMMA = ["12,50", "1.299,00", "1.299.000", "0,125", "1299,000", "1 299,00 zł", "12,5 kg", "PLN 12,50", "1.299,000"]
POINT = ["12.50", "1,299.00", "1,299,000", "0.125", "1299.000", "1'299.50", "$12.50", "12,34,567.50", "1,23,456"]
OPEN = ["1,299", "1.299", "12", "", None, "free", "1 299", "1,29,9", "12.50,30", "$1,299"]


@pytest.mark.parametrize(("values", "sign"), [(COMMA, ","), (POINT, "."), (OPEN, None)])
def test_each_of_these_shows_the_decimal_sign_or_does_not(values, sign):
    for value in values:
        assert (value, settled(price=[value]).manner.of("price").decimal) == (value, sign)


def test_a_column_that_contradicts_itself_stays_open():
    found = settled(price=["12,50", "12.50", "1,299"])
    assert found.manner == Manner()
    assert not found.notices


def test_columns_differ():
    found = settled(price=["12,50", "1.299", "7,00"], cost=["12.50", "1,299", "7.00"], weight=["1.250", "2", None])
    assert [found.manner.of(name).decimal for name in ("price", "cost", "weight")] == [",", ".", None]
    assert [(one.rule, one.value) for one in found.notices] == [
        ("column/decimal", "price: the comma is the decimal sign, by 2 values"),
        ("column/decimal", "cost: the point is the decimal sign, by 2 values"),
    ]


def test_what_the_catalog_says_is_not_asked_again():
    manner = Manner(decimal=".", date_order="mdy")
    assert settled(manner, price=["12,50"], sale_starts=["25.12.2027"]).manner is manner


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["25.12.2027", "03.04.2027"], "dmy"),
        (["12/25/2027 10:00", "03/04/2027"], "mdy"),
        (["03/04/2027", "05/06/2027"], "ymd"),
        (["25/12/2027", "12/25/2027"], "ymd"),
        (["2027-12-25", None], "ymd"),
        (["32/01/2027", "45.45.2027"], "ymd"),
    ],
)
def test_the_order_of_dates(dates, order):
    assert settled(sale_starts=dates).manner.of("sale_starts").date_order == order


def test_a_reading_follows_the_column():
    manner = settled(price=["12,50", "1.299"]).manner
    reading = READINGS["price"]("price", manner)
    assert reading != READINGS["price"]("price", Manner())
    assert reading == READINGS["price"]("price", Manner(decimal=","))
    assert READINGS["price"]("cost", manner) == READINGS["price"]("cost", Manner())


def test_a_catalog_is_read_by_what_its_columns_show(read):
    reading = read(
        'sku,price,currency,weight,sale_ends\nA,"1,299",PLN,"1,250 kg",03/04/2027\nB,"12,50",PLN,"2,5 kg",25/12/2026\n'
    )
    assert [str(p["price"]) for p in reading.products] == ["1.2990", "12.5000"]
    assert [str(p["weight"]) for p in reading.products] == ["1.2500", "2.5000"]
    assert reading.products[0]["sale_ends"].month == 4
    assert {finding.partition(" ")[2] for finding in reading.findings} == {
        "column/decimal",
        "column/date_order",
    }


def test_a_catalog_whose_columns_show_nothing_stays_in_doubt(read):
    reading = read('sku,price,currency\nA,"1,299",PLN\nB,"2,499",PLN\n')
    assert [finding.partition(" ")[2] for finding in reading.findings] == ["price/ambiguous"] * 2


def test_a_catalog_is_read_by_the_habits_of_its_columns(read):
    reading = read(
        "sku;price;cost;sale_starts\nA;12,50;7.25;25.12.2027\nB;1.299;1,299;03.04.2027\nC;1,299;1.299;2027-05-06\n",
        defaults={"currency": "PLN"},
    )
    assert [str(product["price"]) for product in reading.products] == ["12.5000", "1299.0000", "1.2990"]
    assert [str(product["cost"]) for product in reading.products] == ["7.2500", "1299.0000", "1.2990"]
    assert [f"{product['sale_starts']:%Y-%m-%d}" for product in reading.products] == [
        "2027-12-25",
        "2027-04-03",
        "2027-05-06",
    ]
    assert sorted(reading.findings) == ["None column/date_order", "None column/decimal", "None column/decimal"]


def test_a_column_in_doubt_is_reported_as_before(read):
    reading = read(
        "sku;price;sale_starts\nA;1,299;03/04/2027\nB;12,50;05/06/2027\nC;12.50;\n", defaults={"currency": "PLN"}
    )
    assert sorted(reading.findings) == ["1 price/ambiguous", "1 sale_starts/order", "2 sale_starts/order"]


def test_the_language_settles_a_column_that_shows_nothing_and_no_other(read):
    polish = {"language": "pl", "currency": "PLN"}
    assert str(read('sku,price\nA,"1,299"\nB,"2,499"\n', defaults=polish).products[0]["price"]) == "1.2990"
    assert str(read('sku,price\nA,"1,299"\nB,12.50\n', defaults=polish).products[0]["price"]) == "1299.0000"
    assert read('sku,price\nA,"1,299"\nB,12.50\nC,"12,50"\n', defaults=polish).findings == ["1 price/ambiguous"]
