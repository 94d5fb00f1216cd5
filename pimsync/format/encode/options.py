"""How a channel wants its feed written: `[feed.xml]`, `[feed.delimited]` and `[feed.columns]` in channel.toml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from pimsync.project import Part


def _delimiter(value: str) -> str:
    if value.isalnum() or not value.isascii() or value in ' "\r\n.+-':
        raise ValueError('write one sign that separates cells, such as "," or ";" or a tab')
    return value


class Verbatim(Part):
    """A table in which blanks mean something: a tab is a delimiter, not an empty text."""

    model_config = ConfigDict(str_strip_whitespace=False)


class XmlOptions(Verbatim):
    """A feed of elements; what `rss` leaves open is filled with RSS 2.0's own."""

    root: tuple[str, ...] | None = Field(default=None, min_length=1, description="elements around the items")
    item: str | None = Field(default=None, description="the element of one item")
    attributes: dict[str, str] | None = Field(default=None, description="of the outermost element")
    namespaces: dict[str, str] = Field(default_factory=dict, description="prefix = address")
    prefix: str | None = Field(default=None, description="of every attribute's element")
    head: dict[str, str] = Field(default_factory=dict, description="elements before the items")


class ListStyle(Verbatim):
    """How a list stands in a cell: `a,b` or `['a','b']`."""

    open: str = ""
    quote: str = Field(default="", max_length=1)
    join: str = Field(default=",", min_length=1)
    close: str = ""


class GroupStyle(Verbatim):
    """How a group stands in a cell: its sub-attributes in order, joined, or as JSON."""

    join: str = Field(default=":", min_length=1)
    as_json: bool = Field(default=False, alias="json", description="the cell holds JSON")


class DelimitedOptions(Verbatim):
    """A feed of rows and cells: CSV, TSV and their kin, after RFC 4180."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1), AfterValidator(_delimiter)] = ","
    quote: Literal["minimal", "all"] = "minimal"
    newline: Literal["\n", "\r\n"] = "\n"
    bom: bool = False
    before: tuple[str, ...] = Field(default=(), description="rows before the header, as they stand")
    list: ListStyle = ListStyle()
    group: GroupStyle = GroupStyle()


class ColumnOptions(Verbatim):
    """An attribute that is written otherwise than plainly."""

    header: str | None = Field(default=None, min_length=1, description="its header, or its element, in the feed")
    list: ListStyle | None = None
    group: GroupStyle | None = None
    always: bool = Field(default=False, description="it stands there even when nothing is mapped to it")
