"""The baseline: a Google feed as a shop's developer would write it, one product at a time.

    python benchmarks/baseline.py CATALOG FEED --sample 5000

csv reads, a function maps, jsonschema checks each item against the channel's own schema (the validator is built once),
plain Python does the checks that no schema says, lxml writes one element after the other. Prints, as JSON, what the
loop took without the start of Python and the imports, so that it can be scaled.
"""

from __future__ import annotations

import argparse
import csv
import html
import itertools
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from lxml import etree
from referencing import Registry, Resource

CHANNELS = Path(__file__).resolve().parent.parent / "channel_schemas"
GOOGLE = "http://base.google.com/ns/1.0"
TAG = re.compile(r"<(?:!--|/?[a-zA-Z])[^<>]*>")
BLANKS = re.compile(r"\s+")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
PRICE = re.compile(r"\d+(\.\d+)? [A-Z]{3}")
URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/]+\S*")

LINK = re.compile(r"(?i)(?:https?://|www\.)\S+\.\S+")
PROMOTION = re.compile(
    r"(?i)\bfree (shipping|delivery)\b|\bversandkostenfrei|\bdarmowa (wysyłka|dostawa)\b|\d ?% off\b"
)
PLACEHOLDERS = {"n/a", "generic", "no brand", "does not exist", "unknown"}
RESTRICTED = ("2", "02", "04", "98", "99")

Item = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Build a Google feed one product at a time.")
    parser.add_argument("catalog", type=Path)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--sample", type=int, default=5000)
    chosen = parser.parse_args()
    validator = google_validator()
    started = time.perf_counter()
    products, items = build(chosen.catalog, chosen.feed, chosen.sample, validator)
    seconds = time.perf_counter() - started
    print(json.dumps({"products": products, "items": items, "seconds": seconds}))


def build(catalog: Path, feed: Path, sample: int, validator: Draft202012Validator) -> tuple[int, int]:
    """Write the feed of the first products; how many were read, and how many went in."""
    products = items = 0
    found: Counter[str] = Counter()
    with (
        catalog.open(encoding="utf-8", newline="") as lines,
        etree.xmlfile(str(feed), encoding="utf-8") as xml,
        xml.element("rss", version="2.0", nsmap={"g": GOOGLE}),
        xml.element("channel"),
    ):
        for row in itertools.islice(csv.DictReader(lines), sample):
            products += 1
            item = mapped(row)
            if list(validator.iter_errors(item)) or list(problems(item)):
                continue
            found.update(warnings(item))
            xml.write(element(item))
            items += 1
    return products, items


def mapped(row: dict[str, str]) -> Item:
    """The item that Google asks for, made of a row of the catalog."""
    currency = row["currency"]
    item = {
        "id": row["sku"],
        "title": shortened(plain(f"{row['title']} {row['color']} {row['size']}" if row["title"] else ""), 150),
        "description": shortened(plain(row["description"]), 5000),
        "link": row["url"],
        "image_link": row["image"],
        "additional_image_link": [url for url in row["images"].split("|") if url][:10],
        "availability": "in_stock" if int(row["quantity"] or 0) > 0 else "out_of_stock",
        "price": money(row["price"], currency),
        "sale_price": money(row["sale_price"], currency),
        "sale_price_effective_date": span(row["sale_starts"], row["sale_ends"]),
        "google_product_category": row["google_category"],
        "product_type": [row["category"]],
        "brand": row["brand"],
        "gtin": [row["gtin"].replace(" ", "").replace("-", "")],
        "mpn": row["mpn"],
        "condition": row["condition"],
        "age_group": row["age_group"],
        "gender": row["gender"],
        "color": row["color"],
        "size": row["size"],
        "material": row["material"],
        "item_group_id": row["parent_sku"],
        "shipping_weight": f"{row['weight']} {row['weight_unit']}" if row["weight"] else "",
    }
    return {name: CONTROLS.sub("", value) if isinstance(value, str) else value for name, value in item.items() if value}


def plain(text: str) -> str:
    """Text without HTML, on one line."""
    if "<" in text or "&" in text:
        text = html.unescape(TAG.sub("", re.sub(r"(?i)<(?:br|/p|/li|/ul)\b[^<>]*>", " ", text)))
    return BLANKS.sub(" ", text).strip()


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit + 1].rsplit(" ", 1)[0]


def money(amount: str, currency: str) -> str:
    if not amount:
        return ""
    try:
        return f"{Decimal(amount):.2f} {currency}"
    except InvalidOperation:
        return amount


def span(starts: str, ends: str) -> str:
    if not (starts and ends):
        return ""
    return "/".join(datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M%z") for moment in (starts, ends))


def problems(item: Item) -> Iterator[str]:
    """What is wrong with an item that its schema does not say."""
    price, sale = item.get("price", ""), item.get("sale_price", "")
    if not price or Decimal(price.split()[0]) <= 0:
        yield "price/minimum"
        return
    if sale and (Decimal(sale.split()[0]) >= Decimal(price.split()[0]) or sale.split()[1] != price.split()[1]):
        yield "sale_price/lower"
    if dates := item.get("sale_price_effective_date"):
        starts, ends = (datetime.fromisoformat(moment) for moment in dates.split("/"))
        if starts >= ends or ends > datetime.now(UTC) + timedelta(days=3650):
            yield "sale_price_effective_date/order"
    if any(gtin.rjust(14, "0")[1:].startswith(RESTRICTED) for gtin in item.get("gtin", ())):
        yield "gtin/restricted_prefix"


def warnings(item: Item) -> Iterator[str]:
    """What Google would rather not see; the item stays in."""
    title, description = item["title"], item["description"]
    for name, text in (("title", title), ("description", description)):
        if len(text) >= 10 and text.isupper():
            yield f"{name}/capitals"
        if PROMOTION.search(text):
            yield f"{name}/promotional"
    if TAG.search(title):
        yield "title/html"
    if LINK.search(description):
        yield "description/link"
    if item.get("brand", "").lower() in PLACEHOLDERS:
        yield "brand/placeholder"
    if not (item.get("gtin") or (item.get("brand") and item.get("mpn"))):
        yield "mpn/required"


def element(item: Item) -> etree._Element:
    """An item as an element of the feed."""
    node = etree.Element("item", nsmap={"g": GOOGLE})
    for name, value in item.items():
        for single in value if isinstance(value, list) else [value]:
            etree.SubElement(node, f"{{{GOOGLE}}}{name}").text = single
    return node


def google_validator() -> Draft202012Validator:
    """The validator of the channel's own schema, with what its formats mean."""
    shared = Resource.from_contents(json.loads((CHANNELS / "_shared" / "defs.json").read_text(encoding="utf-8")))
    schema = json.loads((CHANNELS / "google_shopping" / "item.schema.json").read_text(encoding="utf-8"))
    registry = Registry().with_resource(shared.id(), shared)
    return Draft202012Validator(schema, registry=registry, format_checker=formats())


def formats() -> FormatChecker:
    checker = FormatChecker()
    checker.checks("gtin")(lambda value: not isinstance(value, str) or is_gtin(value))
    checker.checks("price")(lambda value: not isinstance(value, str) or bool(PRICE.fullmatch(value)))
    checker.checks("uri")(lambda value: not isinstance(value, str) or bool(URL.fullmatch(value)))
    checker.checks("iso-time", raises=ValueError)(lambda value: bool(datetime.fromisoformat(value)))
    checker.checks("iso-range", raises=ValueError)(lambda value: all(map(datetime.fromisoformat, value.split("/"))))
    return checker


def is_gtin(value: str) -> bool:
    if len(value) not in (8, 12, 13, 14) or not value.isdecimal():
        return False
    digits = [int(digit) for digit in reversed(value)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0 < sum(digits)


if __name__ == "__main__":
    main()
