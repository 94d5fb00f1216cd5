"""Measures how long other catalogs take to be read than a plain CSV of the same products.

    python -m benchmarks.sources --variants 500000 --items 200000

Writes a Shopify product export and a Google feed (RSS), and beside each the plain CSV that has the same products, column for
column and text for text. The catalog stage reads each in a process of its own, three times, in turns; the medians are printed as
Markdown. A catalog that does not give the same products as its plain CSV ends the run.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import catalog
from benchmarks.catalog import text
from benchmarks.run import OUT, BrokenRunError, Run, Target, machine, measured, process

if TYPE_CHECKING:
    import duckdb

#: How much longer a product may take than in a plain CSV.
LIMIT = 4
SHOP = "https://shop.example"
VARIANTS = 500_000
ITEMS = 200_000

#: The plain CSV of a pair.
PLAIN = "plain.csv"

#: What both files of a pair have to agree on, product by product.
SAME = (
    "sku", "title", "description", "url", "brand", "category", "price", "sale_price", "gtin", "availability", "image", "images", "color",
    "size", "gender", "age_group", "weight",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A catalog as people have it, and the plain CSV of its products."""

    name: str
    products: int
    file: Path
    plain: Path


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure other catalogs against a plain CSV of their products.")
    parser.add_argument("--variants", type=int, default=VARIANTS, help="in the Shopify export")
    parser.add_argument("--items", type=int, default=ITEMS, help="in the Google feed")
    parser.add_argument("--runs", type=int, default=3, help="how often each file is read; the median counts")
    parser.add_argument("--read", type=Path, metavar="FILE", help="read this catalog, and say how long it took")
    chosen = parser.parse_args()
    if chosen.read:
        print(json.dumps(read(chosen.read)))
        return
    try:
        targets = compare(chosen.variants, chosen.items, chosen.runs)
    except BrokenRunError as error:
        sys.exit(f"error: {error}")
    if missed := [target.what for target in targets if not target.met]:
        sys.exit(f"missed: {'; '.join(missed)}")


def compare(variants: int, items: int, runs: int) -> list[Target]:
    """Print how long each catalog takes, and its plain CSV; how many times as long, and how many times it may be."""
    print(machine(), f"The catalog stage alone; medians of {runs}", sep="\n\n", flush=True)
    pairs = write(OUT / "sources", variants, items)
    files = [file for one in pairs for file in (one.plain, one.file)]
    same: dict[str, tuple[int, int]] = {}
    medians = measured(runs, {str(file): partial(stage, file, same) for file in files})
    print("\n| catalog | products | seconds | µs a product | times the plain CSV | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    targets = []
    for one in pairs:
        plain, other = medians[str(one.plain)], medians[str(one.file)]
        times = other.seconds / plain.seconds
        print(row("plain CSV of the same", plain, one.products, 1))
        print(row(one.name, other, one.products, times), flush=True)
        targets.append(Target(f"{one.name}, times the plain CSV", times, LIMIT, ""))
    return targets


def row(name: str, run: Run, products: int, times: float) -> str:
    each = 1e6 * run.seconds / products
    return f"| {name} | {products:,} | {run.seconds:,.1f} | {each:,.0f} | {times:,.1f} | {run.megabytes:,.0f} |"


def stage(file: Path, same: dict[str, tuple[int, int]]) -> Run:
    """The catalog stage on one file, in a process of its own; the seconds are the stage's, without the start."""
    run = process([sys.executable, "-m", "benchmarks.sources", "--read", str(file)])
    said = json.loads(run.output)
    found = said["products"], said["same"]
    if same.setdefault(file.parent.name, found) != found:
        raise BrokenRunError(
            f"{file} gives other products than its plain CSV: {found} instead of {same[file.parent.name]}"
        )
    return Run(said["seconds"], run.megabytes)


def read(file: Path) -> dict[str, float]:
    """Run the catalog stage on a file: how many products, how long, and a sum over what both files of a pair agree on."""
    from pimsync.engine import Engine
    from pimsync.project import Catalog, Defaults
    from pimsync.store.catalog import read_catalog

    gc.disable()  # as a command does
    defaults = Defaults(currency="EUR", language="en", country="DE", shop="Bench", shop_url=SHOP)
    with tempfile.TemporaryDirectory(dir=file.parent) as into:
        started = time.perf_counter()
        given = Catalog(source=file.name, list_separator="|" if file.name == PLAIN else None)
        result = read_catalog(given, defaults, folder=file.parent, into=Path(into) / "catalog", threads=2)
        seconds = time.perf_counter() - started
        products = text(str(result.snapshot.products))
        with Engine(folders=[Path(into)], threads=2) as engine:
            same = engine.value(f"select bit_xor(hash({', '.join(SAME)})) from read_parquet({products})")
    return {"products": result.snapshot.rows - result.rejected, "seconds": seconds, "same": same}


def write(folder: Path, variants: int, items: int) -> list[Pair]:
    """Both catalogs, each in a folder with its plain CSV."""
    import duckdb

    shutil.rmtree(folder, ignore_errors=True)
    made = {"shopify": (variants, VARIANT, SHOPIFY, "export.csv"), "google": (items, ITEM, GOOGLE, "feed.xml")}
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(catalog.MACROS + ESCAPED)
        for name, (products, plain, other, file) in made.items():
            (folder / name).mkdir(parents=True)
            connection.execute(f"create or replace view products as {numbered(products)}")
            _copied(plain, "header", folder / name / PLAIN, connection)
            _copied(other, LINES if file.endswith(".xml") else "header", folder / name / file, connection)
    return [
        Pair("Shopify export", variants, folder / "shopify" / "export.csv", folder / "shopify" / PLAIN),
        Pair("Google feed (RSS)", items, folder / "google" / "feed.xml", folder / "google" / PLAIN),
    ]


def _copied(query: str, form: str, file: Path, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"copy ({query}) to {text(str(file))} (format csv, {form})")


def numbered(products: int) -> str:
    """The first products of the benchmarks' catalog, none of them flawed, and where each stands in its group."""
    return f"""
    select *, i % 7 in (0, 3) or parent_sku is null as is_first, i % 7 in (2, 6) or i = {products - 1} or parent_sku is null as is_last,
        lower(coalesce(parent_sku, sku)) as handle, '{SHOP}/products/' || handle as page,
        'https://img.shop.example/full/' || handle || '.jpg' as common_image
    from (select *, sku[3:]::bigint as i from ({catalog.query(products, "null")}))"""


#: What Shopify has of a product, in a plain catalog's columns.
VARIANT = """
select sku, if(parent_sku is null, null, handle) as parent_sku, gtin, brand, title, description, page as url, image, common_image as images,
    category, google_category, price, sale_price, quantity, condition, color, size, gender,
    age_group, weight, weight_unit
from products
"""

#: The same as Shopify exports it: a product's first row says what is all variants', a row more brings one more image.
SHOPIFY = """
select handle as "Handle", if(opens, title, null) as "Title", if(opens, description, null) as "Body (HTML)",
    if(opens, brand, null) as "Vendor", if(opens, category, null) as "Type", if(opens, season, null) as "Tags",
    if(opens, 'true', null) as "Published", if(opens, 'Color', null) as "Option1 Name", if(sold, color, null) as "Option1 Value",
    if(opens, 'Size', null) as "Option2 Name", if(sold, size, null) as "Option2 Value", if(sold, sku, null) as "Variant SKU",
    if(sold, weight, null) as "Variant Grams", if(sold, 'shopify', null) as "Variant Inventory Tracker",
    if(sold, quantity, null) as "Variant Inventory Qty", if(sold, 'deny', null) as "Variant Inventory Policy",
    if(sold, coalesce(sale_price, price), null) as "Variant Price",
    if(sold and sale_price is not null, price, null) as "Variant Compare At Price", if(sold, gtin, null) as "Variant Barcode",
    if(sold, image, common_image) as "Image Src", if(sold, image, null) as "Variant Image", if(opens, 'false', null) as "Gift Card",
    if(opens, google_category, null) as "Google Shopping / Google Product Category",
    if(opens, gender, null) as "Google Shopping / Gender", if(opens, age_group, null) as "Google Shopping / Age Group",
    if(opens, condition, null) as "Google Shopping / Condition", if(sold, 'kg', null) as "Variant Weight Unit",
    if(opens, 'active', null) as "Status"
from (select *, is_first and sold as opens from (select *, unnest(if(is_last, [true, false], [true])) as sold from products))
"""

#: What a Google feed has of a product, in a plain catalog's columns.
ITEM = """
select sku, parent_sku, gtin, mpn, brand, title, description, url, image, images, category, google_category, price, sale_price, sale_starts,
    sale_ends, currency, if(quantity > 0, 'in_stock', 'out_of_stock') as availability, condition, color, size, material, gender,
    age_group, weight, weight_unit
from products
"""

#: The same as a feed.
GOOGLE = """
select '<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
<channel><title>Bench</title><link>https://shop.example</link><description>Everything</description>'
union all
select concat('<item><g:id>', sku, '</g:id>', '<g:item_group_id>' || parent_sku || '</g:item_group_id>',
    '<title>', escaped(title), '</title><description>', escaped(description), '</description><link>', escaped(url), '</link>',
    '<g:image_link>', image, '</g:image_link><g:additional_image_link>',
    replace(images, '|', '</g:additional_image_link><g:additional_image_link>'), '</g:additional_image_link>',
    '<g:price>', price, ' EUR</g:price>', '<g:sale_price>' || sale_price || ' EUR</g:sale_price>',
    '<g:sale_price_effective_date>' || sale_starts || '/' || sale_ends || '</g:sale_price_effective_date>',
    '<g:availability>', if(quantity > 0, 'in_stock', 'out_of_stock'), '</g:availability><g:condition>', condition, '</g:condition>',
    '<g:brand>', escaped(brand), '</g:brand><g:gtin>', gtin, '</g:gtin><g:mpn>', mpn, '</g:mpn>',
    '<g:product_type>', escaped(category), '</g:product_type>',
    '<g:google_product_category>', google_category, '</g:google_product_category>',
    '<g:color>', color, '</g:color><g:size>', size, '</g:size><g:material>', material, '</g:material>',
    '<g:gender>', gender, '</g:gender><g:age_group>', age_group, '</g:age_group>',
    '<g:shipping_weight>', weight, ' ', weight_unit, '</g:shipping_weight></item>')
from products
union all
select '</channel>
</rss>'
"""

#: A text as XML has it.
ESCAPED = "create macro escaped(t) as replace(replace(replace(t, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');"

#: CSV without signs around texts: lines as they are.
LINES = r"header false, quote '', escape '', delim e'\x01'"


if __name__ == "__main__":
    main()
