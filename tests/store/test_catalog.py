"""What a catalog as a whole gives: columns, relations between fields, packed files, the snapshot's file."""

from __future__ import annotations

import datetime
import gzip
import io
import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pimsync.errors import CatalogError, ProjectError
from pimsync.store.snapshot import ROW_GROUP


def test_columns_are_found_by_field_and_synonym_whatever_their_spelling(read):
    reading = read(
        "ID,Item-Group ID,image_link,Additional Image Link,Google Product Category,season\nA,P,i,j,632,winter\n"
    )
    (product,) = reading.products
    assert product["sku"] == "A"
    assert product["parent_sku"] == "P"
    assert product["image"] == "i"
    assert product["images"] == ["j"]
    assert product["google_category"] == "632"
    assert product["attributes"] == [("season", "winter")]
    assert reading.result.snapshot.fields == ("sku", "parent_sku", "image", "images", "google_category", "attributes")


def test_the_field_itself_wins_over_its_synonyms_and_the_loser_is_kept(read):
    reading = read("id,sku\n1,A\n")
    assert reading.products[0]["sku"] == "A"
    assert reading.products[0]["attributes"] == [("id", "1")]
    assert reading.findings == ["None column/two_for_one"]


def test_empty_attributes_are_left_out(read):
    reading = read("sku,season,cut\nA,,slim\nB, ,\n")
    assert [product["attributes"] for product in reading.products] == [[("cut", "slim")], None]


def test_variants_have_columns_of_their_own(read):
    reading = read('sku,title,title:pl,price,price:DE\nA,Mug,Kubek,5,"12,50 €"\n', defaults={"currency": "PLN"})
    (product,) = reading.products
    assert product["title:pl"] == "Kubek"
    assert product["price:DE"] == Decimal("12.5")
    assert product["currency"] == "PLN"
    assert product["currency:DE"] == "EUR"


def test_a_mapping_computes_a_field(read):
    columns = {"title": "upper(name)", "price": "round(net::decimal(18,4) * 1.23, 2)", "sku": "code"}
    reading = read("code,name,net\nA,mug,100\nB,jug,1000\nC,cup,nothing\n", columns=columns)
    assert [product["title"] for product in reading.products] == ["MUG", "JUG", "CUP"]
    assert [product["price"] for product in reading.products] == [123, 1230, None]
    assert reading.findings == ["3 price/expression"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"titel": "name"}, "the master product has no field `titel`"),
        ({"title": "nam"}, "`nam` reads `nam`, which is not there"),
        ({"title": "(select 1)"}, "`(select 1)` holds a sub-select, which has no place in an expression"),
    ],
)
def test_a_wrong_mapping_is_an_error_of_the_project(read, columns, message):
    with pytest.raises(ProjectError) as raised:
        read("sku,name\nA,mug\n", columns=columns)
    assert raised.value.message == message
    assert "[catalog.columns]" in (raised.value.where or "")


def test_the_currency_comes_from_the_price_then_from_the_project(read):
    reading = read("sku,price\nA,5 zł\nB,5\nC,5 EUR\n", defaults={"currency": "CZK"})
    assert [product["currency"] for product in reading.products] == ["PLN", "CZK", "EUR"]


def test_a_shared_sign_means_the_project_s_currency_or_is_found(read):
    reading = read("sku,price\nA,$5\nB,5\n", defaults={"currency": "CAD"})
    assert [product["currency"] for product in reading.products] == ["CAD", "CAD"]
    reading = read("sku,price\nA,$5\nB,5\n")
    assert reading.findings == ["1 price/which_currency"]
    reading = read("sku,price\nA,$5\nB,5\n", defaults={"currency": "PLN"})
    assert reading.findings == ["1 price/currency"]


def test_prices_of_one_product_are_in_one_currency(read):
    reading = read("sku,price,sale_price,currency\nA,5 EUR,4 EUR,EUR\nB,5 EUR,4 PLN,\nC,5 USD,,EUR\nD,$5,4 USD,USD\n")
    assert reading.findings == ["2 sale_price/currency", "3 price/currency"]
    assert [product["rejected"] for product in reading.products] == [False, True, True, False]


def test_a_weight_names_its_unit(read):
    reading = read("sku,shipping_weight,weight_unit\nA,1.2 kg,\nB,5,lb\nC,5 kg,g\n")
    assert [(product["weight"], product["weight_unit"]) for product in reading.products] == [
        (Decimal("1.2"), "kg"), (5, "lb"), (None, "g"),
    ]  # fmt: skip
    assert reading.findings == ["3 weight/unit"]


def test_the_stock_says_whether_there_is_any(read):
    reading = read("sku,quantity,availability\nA,3,\nB,0,\nC,0,preorder\nD,,\n")
    assert [product["availability"] for product in reading.products] == ["in_stock", "out_of_stock", "preorder", None]
    assert [p["availability"] for p in read("sku,quantity\nA,-1\n").products] == ["out_of_stock"]


def test_google_s_sale_period_fills_both_fields(read):
    reading = read(
        "sku,sale_price_effective_date\nA,2027-01-02T00:00Z/2027-01-16T23:59Z\nB,2027-01-02 / 2027-01-16\nC,always\n"
    )
    utc = datetime.UTC
    assert reading.products[0]["sale_starts"] == datetime.datetime(2027, 1, 2, tzinfo=utc)
    assert reading.products[0]["sale_ends"] == datetime.datetime(2027, 1, 16, 23, 59, tzinfo=utc)
    assert reading.products[1]["sale_ends"] == datetime.datetime(2027, 1, 16, 23, 59, 59, tzinfo=utc)
    assert reading.findings == ["3 sale_starts/unreadable"]


def test_text_is_composed_and_without_control_characters(read):
    reading = read("sku,title,note\nA,Cafe\u0301\x07,a\u0301\nB,Zażółć,\nC,\ufffe\x85,\x01\n")
    assert [product["title"] for product in reading.products] == ["Café", "Zażółć", None]
    assert reading.products[0]["attributes"] == [("note", "á")]
    assert reading.fixes == {
        "title/control_characters": 2, "title/unicode_form": 1, "attributes/unicode_form": 1,
        "attributes/control_characters": 1,
    }  # fmt: skip


def test_blanks_at_the_ends_of_a_text_are_no_part_of_it(read):
    reading = read('sku,title\n" A ","\u00a0 \tMug\n"\nB," "\n')
    assert [(product["sku"], product["title"]) for product in reading.products] == [("A", "Mug"), ("B", None)]


def test_product_text_can_hold_anything(read):
    anything = ["]]>", "$& \\1 %s {0}", "<b>&amp;</b>", "'; drop table x; --", "\U0001f600", "=1+1", "\u202e", "NULL"]
    cells = "".join(f'B{n},"{text}"\n' for n, text in enumerate(anything))
    assert [product["title"] for product in read("sku,title\n" + cells).products] == anything


def test_a_cell_of_ten_megabytes_does_not_harm_its_neighbours(read):
    big = "x" * 10_000_000
    reading = read(f'sku,title\nA,a\nB,{big}\nC\nD,"{big}\n"\nE,e\n')
    assert [product["sku"] for product in reading.products] == ["A", "B", "D", "E"]
    assert len(reading.products[1]["title"]) == len(reading.products[2]["title"]) == 10_000_000
    assert reading.findings == ["3 record/ragged"]


def test_numbers_in_json_keep_their_digits_and_are_not_ambiguous(read):
    reading = read(
        '[{"sku": 12345678901234567890, "gtin": 5901234123457, "price": 1.299, "cost": 1e3, "weight": 19.990000000000002},'
        ' {"sku": "B", "gtin": 5.90123e+12, "price": "1.299"}]',
        ".json",
    )
    first = reading.products[0]
    assert first["sku"] == "12345678901234567890"
    assert first["gtin"] == "5901234123457"
    assert (first["price"], first["cost"], first["weight"]) == (Decimal("1.299"), 1000, Decimal("19.99"))
    assert "2 price/ambiguous" in reading.findings


def test_nested_json_arrives_as_json(read):
    reading = read('[{"sku": "A", "size": {"w": 2}, "labels": ["a", "b"], "more": [1, {"x": null}]}]', ".json")
    (product,) = reading.products
    assert product["size"] == '{"w":2}'
    assert product["labels"] == ["a", "b"]
    assert product["attributes"] == [("more", '[1,{"x":null}]')]


def test_json_escapes_are_text(read):
    reading = read('[{"sku": "A", "title": "a\\u0000b\\nc \\ud83d\\ude00"}]', ".json")
    assert reading.products[0]["title"] == "ab\nc 😀"
    assert reading.fixes == {"title/control_characters": 1}


def test_parquet_keeps_its_types(read, tmp_path):
    table = pa.table(
        {
            "sku": [1, 2],
            "price": pa.array([Decimal("1.299"), None], pa.decimal128(10, 3)),
            "cost": [1299.5, float("nan")],
            "gtin": [5901234123457.0, None],
            "sale_starts": pa.array([datetime.datetime(2027, 1, 1), None], pa.timestamp("us")),
            "images": [["https://a.example/1.jpg"], []],
            "shipping": [[{"country": "PL", "price": 9.99}], None],
            "title": pa.array([b"Mug", None], pa.binary()),
            "adult": [True, None],
        }
    )
    pq.write_table(table, tmp_path / "catalog.parquet")
    reading = read.file("catalog.parquet", defaults={"timezone": "Europe/Warsaw"})
    first = reading.products[0]
    assert (first["sku"], first["gtin"], first["title"], first["adult"]) == ("1", "5901234123457", "Mug", True)
    assert (first["price"], first["cost"]) == (Decimal("1.299"), Decimal("1299.5"))
    assert first["sale_starts"] == datetime.datetime(2026, 12, 31, 23, tzinfo=datetime.UTC)
    assert first["images"] == ["https://a.example/1.jpg"]
    assert first["shipping"][0]["price"] == Decimal("9.99")
    assert reading.findings == ["2 cost/unreadable"]


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".csv", b"sku\nA\n"),
        (".tsv", b"sku\ttitle\nA\tx, y\n"),
        (".json", b'[{"sku":"A"}]'),
        (".jsonl", b'{"sku":"A"}\n'),
    ],
)
def test_packed_and_from_standard_input(read, tmp_path, monkeypatch, suffix, content):
    assert read(gzip.compress(content), suffix + ".gz").products[0]["sku"] == "A"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert read.file("-", format=suffix[1:]).products[0]["sku"] == "A"
    assert not (tmp_path / "snapshot" / "source").exists()


def test_a_damaged_archive_is_an_error(read):
    with pytest.raises(CatalogError, match="damaged"):
        read(gzip.compress(b"sku\nA\n" * 1000)[:-20], ".csv.gz")
    with pytest.raises(CatalogError, match="no whole Parquet"):
        read(b"PAR1 and more", ".parquet")


def test_no_such_file_and_a_folder(read, tmp_path):
    with pytest.raises(CatalogError, match="there is no such file"):
        read.file("nothing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(CatalogError, match="this is a folder"):
        read.file("folder.csv")


def test_many_records_keep_their_order_and_numbers(read):
    """More than one thread reads a file of this size; every 997th record is ragged."""
    text = "some words that make the record a little longer than it would be " * 4
    lines = [f"S{n:06d}" if n % 997 == 0 else f"S{n:06d},in stock,$5,{text}" for n in range(1, 90_001)]
    reading = read("sku,availability,price,title\n" + "\n".join(lines) + "\n", defaults={"currency": "USD"})
    assert [int(product["sku"][1:]) for product in reading.products] == reading.records
    assert reading.result.snapshot.skipped == tuple(range(997, 90_001, 997))
    groups = pq.ParquetFile(reading.result.snapshot.products).metadata
    assert groups.num_row_groups >= 90_000 // (2 * ROW_GROUP)


def test_reading_twice_gives_the_same_bytes(read):
    content = 'sku,price,note\nA,1299,x\nB,"1,299",\nB,5,\n'
    first = read(content).result
    bytes_ = first.snapshot.products.read_bytes(), first.findings.read_bytes()
    second = read(content).result
    assert (second.snapshot.products.read_bytes(), second.findings.read_bytes()) == bytes_
    assert not list(second.findings.parent.glob(".*partial"))


def test_prices_without_a_currency_are_told_once(read):
    result = read("sku,price\nA,12.99\nB,5 EUR\nC,\nD,7\n").result
    (found,) = result.examples["catalog/currency/missing"]
    assert (found.record, found.message) == (None, "2 prices have no currency: channels get no price from them")


def test_a_sale_price_of_zero_is_no_sale(read):
    reading = read("sku,price,sale_price,currency\nA,12,0.00,EUR\nB,12,9,EUR\nC,12,,EUR\nD,0,0,EUR\n")
    assert [str(product["sale_price"]) for product in reading.products] == ["None", "9.0000", "None", "None"]
    assert str(reading.products[3]["price"]) == "0.0000"
    assert reading.fixes == {"sale_price/no_sale": 2}
    assert reading.findings == []
