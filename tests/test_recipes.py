"""Every recipe of the manual, run: its products go in, and what the page says stands in the feed."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest
from lxml import etree
from support.accounting import rows

from pimsync import api, project

PAGE = Path(__file__).parents[1] / "docs" / "recipes.md"
#: What a product of a recipe is where the recipe says nothing else.
PRODUCT = {
    "sku": "P-1", "title": "Stoneware mug", "description": "A mug of grey stoneware for a large coffee.", "url": "https://shop.example/p/1",
    "image": "https://shop.example/i/1.jpg", "price": "89.00", "availability": "in_stock", "quantity": "7", "brand": "Northpeak",
    "mpn": "NP-1", "condition": "new", "category": "Kitchen > Mugs",
}  # fmt: skip
SHOP = {
    "catalog": {"source": "catalog.csv", "decimal": "."},
    "defaults": {"currency": "PLN"},
    "channels": {"google": {"type": "google_shopping"}},
}
LEFT_OUT = "not in the feed"


def recipes():
    """Each run of snippets and tables: its heading, the settings, the files, and the rows of its table."""
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading = section.partition("\n")[0]
        for number, part in enumerate(re.findall(r"```toml\n.*?(?=```toml\n|\Z)", section, re.DOTALL)):
            settings = tomllib.loads(re.match(r"```toml\n(.*?)```", part, re.DOTALL)[1])
            files = dict(re.findall(r"```csv (\S+)\n(.*?)```", part, re.DOTALL))
            table = [
                [cell.strip() for cell in line.strip("|").split(" | ")]
                for line in re.findall(r"^\|.*\|$", part, re.MULTILINE)
            ]
            name = heading if number == 0 else f"{heading} ({number + 1})"
            yield pytest.param(settings, files, table[0][1:], table[2:], id=name)


def said(cell):
    """The values that a cell of a table names."""
    return {
        name.strip(): value.strip() for name, _, value in (one.partition("=") for one in re.findall(r"`([^`]+)`", cell))
    }


def merged(one, other):
    """Two documents as one."""
    both = {**one, **other}
    return both | {
        name: merged(one[name], other[name]) for name in one.keys() & other.keys() if isinstance(one[name], dict)
    }


def items(folder):
    """The items of a feed by their id, each a text by attribute; lists are joined."""
    found = {}
    for path in folder.glob("*"):
        if path.suffix == ".xml":
            for item in etree.parse(path).findall(".//item"):
                values = {}
                for element in item:
                    values.setdefault(etree.QName(element).localname, []).append(element.text or "")
                found[values["id"][0]] = {name: ", ".join(texts) for name, texts in values.items()}
        elif path.suffix == ".csv":
            header, listed = rows(path, "meta_catalog")
            found |= {row[header.index("id")]: dict(zip(header, row, strict=True)) for row in listed}
    return found


@pytest.mark.parametrize(("settings", "files", "channels", "examples"), list(recipes()))
def test_a_recipe_does_what_it_says(settings, files, channels, examples, tmp_path):
    products = [{**PRODUCT, "sku": f"R-{n}", **said(example[0])} for n, example in enumerate(examples)]
    columns = list(dict.fromkeys(name for product in products for name in product))
    with (tmp_path / "catalog.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(products)
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    shop = project.checked(project.Project, {**merged(SHOP, settings), "folder": tmp_path}, where=None)
    api.build(shop, out=tmp_path / "out")
    for number, channel in enumerate(channels, 1):
        feed = items(tmp_path / "out" / channel)
        for product, example in zip(products, examples, strict=True):
            item = feed.get(product["sku"])
            if example[number] == LEFT_OUT:
                assert item is None
                continue
            wanted = said(example[number])
            assert wanted
            assert {name: (item or {}).get(name, "") for name in wanted} == wanted


def test_every_recipe_has_an_example_of_each_of_its_channels():
    found = [one.values for one in recipes()]
    assert len(found) >= PAGE.read_text(encoding="utf-8").count("\n## ")
    for settings, _, channels, examples in found:
        assert examples
        assert settings.get("channels", {}).keys() <= {*channels}
