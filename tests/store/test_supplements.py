"""Supplements: joined by a key, the last one that says something wins, and what does not match is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pimsync.errors import CatalogError, ProjectError

CATALOG = """sku,title,price,currency,quantity,gtin
MUG-1,Blue mug,12.90,EUR,4,4006381333931
MUG-2,Red mug,13.90,EUR,0,
MUG-3,Green mug,14.90,EUR,7,
"""


@pytest.fixture
def joined(read, tmp_path):
    """Reads the catalog with supplements, given as texts by name."""

    def joined(catalog=CATALOG, /, *, options=None, **supplements):
        listed = []
        for name, content in supplements.items():
            (tmp_path / f"{name}.csv").write_text(content)
            listed.append({"source": f"{name}.csv", **(options or {}).get(name, {})})
        return read(catalog, supplement=listed)

    return joined


def by_sku(reading, *fields):
    return {product["sku"]: tuple(product[name] for name in fields) for product in reading.products}


def test_a_supplement_fills_and_overrides(joined):
    reading = joined(stock="sku,quantity\nMUG-2,5\nMUG-1,\nMUG-3,0\n")
    assert by_sku(reading, "quantity", "availability") == {
        "MUG-1": (4, "in_stock"), "MUG-2": (5, "in_stock"), "MUG-3": (0, "out_of_stock"),
    }  # fmt: skip
    assert [product["sku"] for product in reading.products] == ["MUG-1", "MUG-2", "MUG-3"]


def test_later_supplements_win(joined):
    reading = joined(one="sku,title\nMUG-1,One\nMUG-2,One\n", two="sku,title\nMUG-2,Two\nMUG-3,Two\n")
    assert by_sku(reading, "title") == {"MUG-1": ("One",), "MUG-2": ("Two",), "MUG-3": ("Two",)}


def test_a_supplement_brings_fields_markets_and_attributes(joined):
    reading = joined(more="sku,title:pl,price:PL,Season\nMUG-2,Kubek,59.00 PLN,winter\n")
    product = reading.products[1]
    assert (product["title:pl"], product["price:PL"], product["currency:PL"]) == ("Kubek", Decimal("59"), "PLN")
    assert dict(product["attributes"]) == {"Season": "winter"}
    assert reading.products[0]["price:PL"] is None


def test_a_price_brings_its_currency_and_no_price_brings_none(joined):
    reading = joined(prices="sku,price,currency\nMUG-1,59.00,PLN\nMUG-2,,PLN\n")
    assert by_sku(reading, "price", "currency") == {
        "MUG-1": (Decimal("59"), "PLN"), "MUG-2": (Decimal("13.90"), "EUR"), "MUG-3": (Decimal("14.90"), "EUR"),
    }  # fmt: skip


def test_a_sale_price_in_another_currency_is_no_sale(joined):
    reading = joined(sale="sku,sale_price,currency\nMUG-1,9.00,PLN\nMUG-2,9.00,EUR\n")
    assert "1 sale_price/currency" in reading.findings
    assert [product["rejected"] for product in reading.products] == [True, False, False]


def test_what_does_not_match_is_told_with_its_record(joined):
    reading = joined(stock="sku,quantity\nMUG-1,1\nCUP-9,2\nMUG-1,3\n")
    assert by_sku(reading, "quantity")["MUG-1"] == (3,)
    told = [finding for finding in reading.findings if "supplement" in finding]
    assert told == ["2 supplement/missing", "3 supplement/missing", "4 supplement/twice", "5 supplement/unmatched"]


def test_a_value_that_cannot_be_read_is_not_replaced_by_the_old_one(joined):
    reading = joined(prices="sku,price\nMUG-1,soon\n")
    assert "4 price/unreadable" in reading.findings
    assert [product["rejected"] for product in reading.products] == [True, False, False]


def test_a_supplement_has_a_key_and_columns_of_its_own(joined):
    reading = joined(
        stock="barcode;free\n04006381333931;9\n",
        options={"stock": {"key": "gtin", "columns": {"gtin": "barcode", "quantity": "free"}}},
    )
    assert by_sku(reading, "quantity")["MUG-1"] == (9,)


def test_a_supplement_without_its_key_is_refused(joined):
    with pytest.raises(CatalogError, match="no column is the sku") as raised:
        joined(stock="amount\n3\n")
    assert raised.value.where == "stock.csv"


def test_a_key_that_the_catalog_lacks_is_refused(joined):
    with pytest.raises(ProjectError, match=r"the catalog has no mpn to join stock\.csv by"):
        joined(stock="mpn,quantity\nA,3\n", options={"stock": {"key": "mpn"}})


def test_rows_left_out_of_the_catalog_do_not_shift_the_numbers(joined):
    reading = joined(CATALOG.replace("MUG-2,Red mug", "MUG-2,Red, mug, large"), stock="sku,quantity\nMUG-3,8\n")
    assert by_sku(reading, "quantity") == {"MUG-1": (4,), "MUG-3": (8,)}
    assert reading.records == [1, 3]
    assert "2 record/ragged" in reading.findings
