"""A catalog in several files: one table, every record known by its file and its number there."""

from __future__ import annotations

import json

import pytest

from pimsync import api, project
from pimsync.findings import Finding


def test_files_come_one_after_the_other(read, tmp_path):
    (tmp_path / "part-10.csv").write_text("sku,title,price\nC,Cup,3 EUR\n")
    (tmp_path / "part-2.csv").write_text("sku,price,brand\nA,1 EUR,Nordvik\nB,oops\nB2,2 EUR,Nordvik\n")
    reading = read.file("part-*.csv")
    assert [(p["sku"], p["title"], p["brand"]) for p in reading.products] == [
        ("A", None, "Nordvik"), ("B2", None, "Nordvik"), ("C", "Cup", None),
    ]  # fmt: skip
    assert reading.records == [1, 3, 4]
    assert reading.findings == ["2 record/ragged"]
    assert [(place.file, place.first) for place in reading.result.places] == [("part-2.csv", 1), ("part-10.csv", 4)]


def test_files_of_different_kinds_are_one_catalog(read, tmp_path):
    (tmp_path / "a.csv").write_text("sku,price,quantity\nA,1.50,2\n")
    (tmp_path / "b.jsonl").write_text('{"sku": "B", "price": 2.5, "brand": "Nordvik"}\n{"sku": 3, "price": "x"}\n')
    reading = read.file("[ab].*", defaults={"currency": "EUR"})
    assert [(p["sku"], str(p["price"]), p["brand"]) for p in reading.products] == [
        ("A", "1.5000", None), ("B", "2.5000", "Nordvik"), ("3", "None", None),
    ]  # fmt: skip
    assert reading.findings == ["3 price/unreadable"]


def test_one_sku_in_two_files_is_a_duplicate(read, tmp_path):
    (tmp_path / "1.csv").write_text("sku,price\nA,1 EUR\n")
    (tmp_path / "2.csv").write_text("sku,price\nA,2 EUR\n")
    reading = read.file("*.csv")
    assert reading.findings == ["2 sku/duplicate"]
    (example,) = reading.result.examples["catalog/sku/duplicate"]
    assert isinstance(example, Finding)


def test_a_finding_names_its_file_and_the_record_there(tmp_path):
    (tmp_path / "1.csv").write_text("sku,price\nA,1 EUR\n")
    (tmp_path / "2.csv").write_text("sku,price\nB,2 EUR\nA,soon\n")
    (tmp_path / "stock.csv").write_text("sku,quantity\nA,1\nX,1\n")
    catalog = {"source": "[0-9].csv", "supplement": [{"source": "stock.csv"}]}
    channels = {"google": {"type": "google_shopping"}}
    shop = {"catalog": catalog, "channels": channels, "folder": tmp_path}
    found = api.build(project.checked(project.Project, shop, where=None), out=tmp_path / "out").frame()
    told = {rule: (row.file, row.record) for rule, row in found.set_index("rule").iterrows()}
    assert told["catalog/price/unreadable"] == ("2.csv", 2)
    assert told["catalog/supplement/unmatched"] == ("stock.csv", 2)
    assert told["google_shopping/title/required"][0] in ("1.csv", "2.csv")


@pytest.mark.parametrize("beside", ["a supplement", "a preset's rows"])
def test_the_variants_of_one_record_stay_in_their_order(beside, read, tmp_path):
    products = [
        {"id": n, "kind": "tee", "variants": [{"sku": f"{n}-{size}", "price": "5 EUR"} for size in "CABD"]}
        for n in range(40_000)
    ]
    (tmp_path / "catalog.json").write_text(json.dumps(products))
    options = {"variants": "variants"}
    if beside == "a supplement":
        (tmp_path / "stock.csv").write_text("sku,quantity\n7-A,3\n")
        options["supplement"] = [{"source": "stock.csv"}]
    else:
        (tmp_path / "catalog_presets").mkdir()
        (tmp_path / "catalog_presets" / "mine.toml").write_text(
            'name = "Mine"\nrows = "select source.* from source join (select distinct kind as k from source) on k = kind"\n'
            '[recognise]\ncolumns = ["kind"]\n[columns]\nsku = "sku"\n'
        )
    reading = read.file("catalog.json", **options)
    assert [product["sku"] for product in reading.products] == [f"{n}-{size}" for n in range(40_000) for size in "CABD"]
    assert reading.records == [n for n in range(1, 40_001) for _ in "CABD"]
