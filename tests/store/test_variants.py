"""Variants: what they take from their parent, and what is said of groups that do not fit together."""

from __future__ import annotations

from decimal import Decimal

PARENT = """sku,parent_sku,title,description,brand,price,color,size,gtin
TEE,,Cotton tee,Soft cotton.,Nordvik,,,,
TEE-R-S,TEE,,,,25.00 EUR,red,S,4006381333931
TEE-R-M,TEE,Red tee M,,,26.00 EUR,red,M,
TEE-B-M,TEE,,,,27.00 EUR,blue,M,
"""


def told(reading):
    return [finding for finding in reading.findings if "variant" in finding]


def test_variants_take_what_their_parent_has(read):
    reading = read(PARENT)
    assert [p["sku"] for p in reading.products] == ["TEE-R-S", "TEE-R-M", "TEE-B-M"]
    assert [p["title"] for p in reading.products] == ["Cotton tee", "Red tee M", "Cotton tee"]
    assert {p["brand"] for p in reading.products} == {"Nordvik"}
    assert [p["gtin"] for p in reading.products] == ["4006381333931", None, None]
    assert reading.findings == ["1 record/left_out"]
    assert reading.result.left_out == 1
    assert reading.records == [2, 3, 4]


def test_a_parent_with_a_price_is_a_product(read):
    reading = read(PARENT.replace("Nordvik,,,,", "Nordvik,20.00 EUR,,,"))
    assert len(reading.products) == 4


def test_a_sale_goes_with_its_price(read):
    reading = read(
        "sku,parent_sku,price,sale_price,currency\nP,,20.00,15.00,EUR\nA,P,,,\nB,P,22.00,,EUR\nC,P,,12.00,EUR\n"
    )
    assert [(p["price"], p["sale_price"]) for p in reading.products] == [
        (Decimal("20"), Decimal("15")), (Decimal("20"), Decimal("15")), (Decimal("22"), None), (Decimal("20"), Decimal("12")),
    ]  # fmt: skip


def test_a_parent_may_come_after_its_variants_and_be_no_record_at_all(read):
    head, *lines = PARENT.splitlines()
    after = read("\n".join([head, *lines[1:], lines[0]]) + "\n")
    assert [p["brand"] for p in after.products] == ["Nordvik"] * 3
    alone = read("\n".join([head, *lines[1:]]) + "\n")
    assert [p["brand"] for p in alone.products] == [None] * 3


def test_attributes_of_both_are_kept(read):
    reading = read("sku,parent_sku,price,Season,Care\nP,,,winter,cold wash\nA,P,5.00 EUR,summer,\n")
    assert dict(reading.products[0]["attributes"]) == {"Season": "summer", "Care": "cold wash"}


def test_variants_that_are_alike_are_told(read):
    reading = read(
        "sku,parent_sku,price,color,size\nA,P,5 EUR,red,S\nB,P,5 EUR,red,S\nC,P,5 EUR,red,M\nD,Q,5 EUR,red,S\n"
    )
    assert told(reading) == ["1 variants/alike", "2 variants/alike"]


def test_a_variant_without_what_its_siblings_differ_by_is_told(read):
    reading = read("sku,parent_sku,price,color,size\nA,P,5 EUR,red,S\nB,P,5 EUR,,M\nC,Q,5 EUR,,S\nD,Q,5 EUR,,M\n")
    assert told(reading) == ["2 variants/missing"]


def test_siblings_of_two_brands_are_told(read):
    reading = read("sku,parent_sku,price,color,brand\nA,P,5 EUR,red,Nordvik\nB,P,5 EUR,blue,Sylva\nC,P,5 EUR,green,\n")
    assert told(reading) == ["1 variants/contradictory", "2 variants/contradictory"]
