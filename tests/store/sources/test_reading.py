"""The same few products from every kind of source."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pimsync.engine import Engine
from pimsync.project import Catalog, Defaults
from pimsync.store.catalog import read_catalog

PRODUCTS = [
    {"sku": "A-1", "title": "Żółty sweter & szalik", "price": "1299.50", "gtin": "4006381333931", "color": "żółty"},
    {"sku": "007", "title": 'Stół 1/2"', "price": "12", "gtin": None, "color": None},
]


def as_csv(folder):
    lines = ["sku,title,price,gtin,color"]
    lines += [",".join('"' + (one or "").replace('"', '""') + '"' for one in product.values()) for product in PRODUCTS]
    (folder / "shop.csv").write_text("\n".join(lines), encoding="utf-8")
    return "shop.csv"


def as_xml(folder):
    from xml.sax.saxutils import escape

    items = [
        "".join(f"<g:{key}>{escape(value or '')}</g:{key}>" for key, value in product.items()) for product in PRODUCTS
    ]
    whole = f"<rss><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    (folder / "shop.xml").write_text(whole, encoding="utf-8")
    return "shop.xml"


def as_nodes(folder):
    nodes = [{"cursor": str(n), "node": one} for n, one in enumerate(PRODUCTS)]
    (folder / "shop.json").write_text(json.dumps({"data": {"products": {"edges": nodes}}}), encoding="utf-8")
    return "shop.json"


def as_xlsx(folder):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(list(PRODUCTS[0]))
    for one in PRODUCTS:
        book.active.append(
            [one["sku"], one["title"], float(one["price"]), one["gtin"] and int(one["gtin"]), one["color"]]
        )
    book.save(folder / "shop.xlsx")
    return "shop.xlsx"


def as_sqlite(folder):
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("create table products (sku text, title text, price real, gtin text, color text)")
        connection.executemany("insert into products values (:sku, :title, :price, :gtin, :color)", PRODUCTS)
    return "sqlite:///shop.db"


@pytest.fixture
def server(tmp_path):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()


def products(source, folder):
    import pyarrow.parquet as pq

    defaults = Defaults(currency="PLN")
    result = read_catalog(Catalog(source=source), defaults, folder=folder, into=folder / "snapshot", threads=2)
    columns = ["sku", "title", "price", "gtin", "color"]
    rows = pq.read_table(result.snapshot.products, columns=columns).to_pylist()
    assert [path.name for path in (folder / "snapshot").iterdir() if path.name.startswith("records")] == []
    return [{key: None if one is None else str(one) for key, one in row.items()} for row in rows]


@pytest.mark.parametrize("form", [as_xml, as_nodes, as_xlsx, as_sqlite])
def test_the_same_products_come_from_every_source(form, tmp_path):
    (tmp_path / "csv").mkdir()
    wanted = products(as_csv(tmp_path / "csv"), tmp_path / "csv")
    assert [one["sku"] for one in wanted] == ["A-1", "007"]
    assert products(form(tmp_path), tmp_path) == wanted


@pytest.mark.parametrize("form", [as_csv, as_xml, as_xlsx])
def test_the_same_products_come_from_a_server(form, tmp_path, server):
    wanted = products(form(tmp_path), tmp_path)
    assert products(f"{server}/{form(tmp_path)}?key=1", tmp_path) == wanted


VARIANTS = {
    "shop.json": json.dumps({"products": [
        {"sku": "P", "title": "Sweter", "price": 10, "variants": [{"sku": "A", "size": "M"}, {"sku": "B", "size": "L", "price": 12.5}]},
        5,
        {"sku": "C", "title": "Szalik", "price": 3},
        {"title": "Bez", "price": 3},
    ]}),
    "shop.xml": """<products>
        <product><sku>P</sku><title>Sweter</title><price>10</price>
        <variants><v><sku>A</sku><size>M</size></v><v><sku>B</sku><size>L</size><price>12.5</price></v></variants></product>
        <product/><product><sku>C</sku><title>Szalik</title><price>3</price></product>
        <product><title>Bez</title><price>3</price></product></products>""",
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_have_the_number_of_their_product(tmp_path, name):
    import pyarrow.parquet as pq

    (tmp_path / name).write_text(VARIANTS[name], encoding="utf-8")
    catalog = Catalog(source=name, variants="variants.v" if name == "shop.xml" else "variants")
    result = read_catalog(catalog, Defaults(currency="PLN"), folder=tmp_path, into=tmp_path / "snapshot", threads=2)
    rows = pq.read_table(result.snapshot.products).to_pylist()
    made = [(row["sku"], row["title"], float(row["price"]), row["size"]) for row in rows if row["sku"]]
    assert made == [("A", "Sweter", 10, "M"), ("B", "Sweter", 12.5, "L"), ("C", "Szalik", 3, None)]
    found = pq.read_table(result.findings).to_pylist()
    expected = {
        (2, "catalog/record/malformed" if name == "shop.json" else "catalog/sku/required"),
        (4, "catalog/sku/required"),
    }
    assert {(row["record"], row["rule"]) for row in found if row["severity"] == "error"} == expected


MANUAL = Path(__file__).parents[3] / "docs" / "reading-xml-and-json.md"
RECIPES = re.findall(r"^\| [^|]* \| `(.+?)`(?: \(.*\)| itself.*)? \|$", MANUAL.read_text(encoding="utf-8").partition("## Taking")[2], re.MULTILINE)  # fmt: skip
ITEMS = """<s>
<item><vendor code="7">Acme</vendor><picture>a</picture><picture>b</picture><param name="Colour">red</param><param name="Size">M</param>
<imgs><main url="1"/><i url="2"/><i url="3"/></imgs></item>
<item><vendor code="8">Bolt</vendor><picture>a</picture><param name="Colour">blue</param><imgs><main url="1"/></imgs></item>
<item/></s>"""


def test_recipes_take_values_apart(read, tmp_path):
    source = read(ITEMS, "xml").source
    with Engine(folders=[tmp_path]) as engine:
        made = {one: engine.rows(f"select {one} from ({source.relation})") for one in RECIPES}
    assert len(made) == 10
    for recipe, ((first,), (second,), (nothing,)) in made.items():
        assert first, recipe
        assert second or ".i.." in recipe, recipe
        assert nothing is None, recipe
