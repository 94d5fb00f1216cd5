"""Feeds of many kinds, and items with any text in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feeds import TEXT, column
from hypothesis import strategies as st

from pimsync.format.encode import ENCODERS, Column, DelimitedOptions, Encoder, XmlOptions
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

LABELS = {"open": "[", "quote": "'", "join": ",", "close": "]"}
SHIPPING = Group({"country": TEXT, "days": Scalar("integer"), "price": TEXT})
DEEP = Group({"t": TEXT, "n": Scalar("number"), "many": ListOf(Group({"x": TEXT, "y": ListOf(TEXT)}))})

FLAT = [column("id"), column("title"), column("n", Scalar("number")), column("i", Scalar("integer"))]
FLAT += [column("yes", Scalar("boolean")), column("pictures", ListOf(TEXT)), column("odd name", header="other")]
FLAT += [column("ships", ListOf(SHIPPING)), column("one", SHIPPING), column("sizes", ListOf(Scalar("number")))]
NESTED = [column("deep", DEEP, group={"json": True}), column("deeper", ListOf(DEEP), group={"json": True})]
NESTED += [column("labels", ListOf(TEXT), list=LABELS)]


@dataclass(frozen=True)
class Layout:
    """One kind of feed."""

    encoding: str
    options: XmlOptions | DelimitedOptions
    columns: list[Column]
    key: str = "id"
    settings: Mapping[str, str] = field(default_factory=lambda: {"shop": "M&M", "shop_url": "https://shop.example"})

    @property
    def encoder(self) -> Encoder:
        return ENCODERS[self.encoding](self.options, self.columns, self.settings, self.key)


GOOGLE = XmlOptions(namespaces={"g": "http://base.google.com/ns/1.0"}, prefix="g")
BARE = XmlOptions(
    root=("shop", "goods"), item="good", namespaces={"": "urn:goods", "c": "urn:c"}, attributes={"v": "1"}
)
TABS = DelimitedOptions.model_validate({"delimiter": "\t", "newline": "\r\n", "bom": True, "before": ["#x\ty", "#"]})
QUOTED = DelimitedOptions.model_validate({"quote": "all", "delimiter": ";", "list": {"join": " | "}})

LAYOUTS = {
    "rss": Layout("rss", GOOGLE, FLAT + NESTED),
    "xml": Layout("xml", BARE, [*NESTED, *FLAT, column("c:own")]),
    "csv": Layout("delimited", DelimitedOptions(), FLAT + NESTED),
    "tsv": Layout("delimited", TABS, NESTED + FLAT),
    "quoted": Layout("delimited", QUOTED, FLAT + NESTED, "title"),
    "lone": Layout("delimited", DelimitedOptions(), [column("id")]),
}

NASTY = [
    "&",
    "<",
    ">",
    '"',
    "'",
    "]]>",
    "$&",
    "\\1",
    "\ufffe",
    "\uffff",
    "\u200f",
    "\x00",
    "\x01",
    "\x1f",
    "\x7f",
    "\x85",
]
NASTY += ["\r", "\n", "\r\n", "\t", " ", ",", ";", ":", "|", "\\", "&amp;", "&#13;", "<b>", "=1", "é", "\U0001f600"]
NASTY += [
    "\u2028",
    "\ufeff",
    "<item>\n",
    "</item>\n",
    "<g:id>",
    '","',
    '""',
    "\x0b",
    "\x0c",
    "\x1a",
    "[]",
    "null",
    "{}",
]

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
TEXTS = st.lists(st.sampled_from(NASTY) | ANY, max_size=5).map("".join)
SINGLE = {
    "string": TEXTS,
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(),
    "boolean": st.booleans(),
}


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Any value of a shape, or none."""
    match shape:
        case Scalar(kind):
            return st.none() | SINGLE[kind]
        case ListOf(of):
            return st.none() | st.lists(values(of), max_size=3)
        case Group(fields):
            return st.none() | st.fixed_dictionaries({name: values(field) for name, field in fields.items()})


def items(layout: Layout) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A few items of a layout."""
    item = st.fixed_dictionaries({column.attribute: values(column.shape) for column in layout.columns})
    return st.lists(item, min_size=1, max_size=12)
