"""XML: product feeds of every kind, and catalogs of one's own; each product's elements are its columns."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.categories import Categories
from pimsync.store.sources.rows import Rows
from pimsync.store.sources.source import File, Notice, Source
from pimsync.store.sources.survey import Survey, survey
from pimsync.store.sources.variants import rows, steps
from pimsync.store.sources.walk import LONGEST
from pimsync.store.sources.xml_bytes import broken, chunks, in_utf8
from pimsync.store.sources.xml_items import Item, Items
from pimsync.store.sources.xml_look import Layout, local, looked_at

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

#: A character written as a number that may be one of those that the look over a file's bytes is for.
_NUMBERED = re.compile(rb"&#(?:x0*[1-9a-fA-F][0-9a-fA-F]{2,}|0*[1-9][0-9]{2,}|x[89a-fA-F][0-9a-fA-F]);")


def xml(file: File, catalog: Input) -> Source:
    """Read the products of an XML file.

    Raises:
        CatalogError: it is no whole XML, it declares entities, or there are no products where they should be.
    """
    path = in_utf8(file, catalog.encoding)
    wanted = tuple(map(local, steps(catalog.items))) if catalog.items else None
    layout = looked_at(file, path, wanted)
    variants = tuple(map(local, steps(catalog.variants))) if catalog.variants else ()
    with ThreadPoolExecutor(1) as beside, Rows(file, numbered=bool(variants)) as table:
        seen = beside.submit(survey, path)
        products = _Products(file, table, variants)
        numbered = products.read(path, layout)
    notices: tuple[Notice, ...] = ()
    if products.elsewhere:
        notices = (Notice("file/elsewhere", f"{products.elsewhere} × {layout.products[-1]}"),)
    return table.source(Survey() if numbered else seen.result(), [], notices)


class _Products:
    """The products of a file on their way into a table."""

    def __init__(self, file: File, table: Rows, variants: tuple[str, ...]) -> None:
        self.file = file
        self.table = table
        self.variants = variants
        self.categories = Categories()
        self.records = 0
        self.called = ""  # what the products are called
        self.elsewhere = 0  # elements of that name that are no products

    def read(self, path: Path, layout: Layout) -> bool:
        """Read the file through; whether there are characters in it that are written as numbers."""
        items = Items(self.file, layout.products, self.found, self.outside, self.learnt)
        self.called = layout.products[-1]
        numbered, first = False, True
        try:
            for chunk in chunks(path):
                items.feed(layout.ready(chunk) if first else chunk)
                numbered = numbered or (b"&#" in chunk and _NUMBERED.search(chunk) is not None)
                first = False
                if items.size > LONGEST:
                    raise CatalogError(f"product {self.records + 1:,} is longer than 64 MB", where=self.file.name)
            items.close()
        except ElementTree.ParseError as error:
            raise _judged(self.file, path, layout, error) from None
        return numbered

    def outside(self, name: str, element: ElementTree.Element) -> None:
        """An element that is in no product."""
        self.elsewhere += name == self.called
        if element.attrib and element.text:
            self.categories.add(name, element.attrib, element.text)

    def learnt(self, key: str) -> None:
        self.table.column(key)
        if self.categories.refers(key):
            self.table.column("category_path")

    def found(self, item: Item, rich: bool) -> None:
        self.records += 1
        if self.categories.references:
            self.categories.name(item)
        if self.variants:
            for row in rows(item, self.variants):
                for key in row:
                    self.table.column(key)
                self.table.add(_flat(row), self.records)
        else:
            self.table.add(_flat(item) if rich else item)


def _flat(item: Item) -> dict[str, Any]:
    """What is more than a text, as JSON."""
    return {key: one if one is None or type(one) is str else _dump(one) for key, one in item.items()}


def _judged(file: File, path: Path, layout: Layout, error: ElementTree.ParseError) -> CatalogError:
    """What is wrong with a file that cannot be read, by a parser that knows its bytes."""
    from xml.parsers import expat

    parser: Any = expat.ParserCreate("utf-8")
    try:
        for number, chunk in enumerate(chunks(path)):
            parser.Parse(chunk if number else layout.plain(chunk), False)
        parser.Parse(b"", True)
    except expat.ExpatError as exact:
        return broken(exact, parser, file, path)
    line, column = error.position
    message = "a prefix is not declared" if "prefix" in str(error) else "it cannot be read"
    return CatalogError(f"this is no whole XML: {message}", where=f"{file.name}, line {line}, column {column + 1}")
