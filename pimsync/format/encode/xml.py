"""XML: an item is an element, an attribute one inside it, a group has children, a list repeats its element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pimsync.engine import ident, text
from pimsync.errors import ChannelError
from pimsync.format.encode.encoder import Column, headers, key_position
from pimsync.format.encode.options import XmlOptions
from pimsync.format.encode.settings import filled_or_empty
from pimsync.format.encode.values import around, bound, joined, scalar_text, sub, variable
from pimsync.format.encode.xml_names import checked_names, qualified
from pimsync.format.encode.xml_text import fit, fitting, safe, xml_text
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

if TYPE_CHECKING:
    from pimsync.format.readback.xml import XmlReader


def xml(
    options: XmlOptions | None, columns: Sequence[Column], settings: Mapping[str, str], key: str | None = None
) -> XmlEncoder:
    """The encoder of a feed whose elements the channel names."""
    given = options or XmlOptions()
    if not given.root or not given.item:
        raise ChannelError("an xml feed needs `root` and `item`", hint='[feed.xml] root = ["shop"], item = "product"')
    names = [qualified(name, given.prefix) for name in headers(columns, settings)]
    checked_names(given, given.item, dict(zip(names, columns, strict=True)))
    head = {name: filled_or_empty(value, settings) for name, value in given.head.items()}
    return XmlEncoder(given, given.root, given.item, tuple(columns), tuple(names), head, key_position(columns, key))


@dataclass(frozen=True)
class XmlEncoder:
    """An XML feed for one list of attributes; `names` are their elements."""

    options: XmlOptions
    root: tuple[str, ...]
    element: str
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    head: Mapping[str, str]
    key_place: int

    def before(self) -> bytes:
        """The declaration, the elements around the items and the head; a head whose setting is not set stands empty."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<{self.root[0]}{self._declared()}>"]
        lines += [f"<{name}>" for name in self.root[1:]]
        lines += [f"<{name}>{safe(value)}</{name}>" for name, value in self.head.items()]
        return ("\n".join(lines) + "\n").encode()

    def item(self) -> str:
        """The SQL that writes one item; whatever its texts hold, it is well-formed."""
        elements = [
            _element(name, column.shape, ident(column.attribute), self.options.prefix, plain=column.plain)
            for name, column in zip(self.names, self.columns, strict=True)
        ]
        pieces = [text(f"<{self.element}>\n"), *elements, text(f"</{self.element}>\n")]
        written = "concat(\n" + ",\n".join(pieces) + ")"
        clean = all(column.clean or column.plain for column in self.columns)
        return written if clean else bound(written, "item", fit("item"))

    def after(self) -> bytes:
        """The ends of the elements around the items."""
        return "".join(f"</{name}>\n" for name in reversed(self.root)).encode()

    def key(self) -> str:
        """The SQL of the item's key as the reader gives it back."""
        column = self.columns[self.key_place]
        assert isinstance(column.shape, Scalar)
        return f"coalesce({fitting(scalar_text(column.shape.kind, ident(column.attribute)))}, '')"

    def conflicts(self) -> dict[str, str]:
        """None: an element holds any value."""
        return {}

    def formulas(self) -> dict[str, str]:
        """None: no spreadsheet opens XML as rows."""
        return {}

    def reader(self) -> XmlReader:
        """What reads such a feed back."""
        from pimsync.format.readback.xml import XmlReader

        return XmlReader(self)

    def _declared(self) -> str:
        """The attributes and namespaces of the outermost element."""
        spaces = {f"xmlns:{prefix}" if prefix else "xmlns": url for prefix, url in self.options.namespaces.items()}
        attributes = {**(self.options.attributes or {}), **spaces}
        return "".join(f' {name}="{safe(value)}"' for name, value in attributes.items())


def _element(
    name: str, shape: Shape, value: str, prefix: str | None, end: str = "\n", depth: int = 0, *, plain: bool = False
) -> str:
    """The SQL of an attribute's element or elements, or null where there is no value: concat skips null."""
    opened, closed = text(f"<{name}>"), text(f"</{name}>{end}")
    match shape:
        case Scalar("string"):
            written = f"nullif({value}, '')" if plain else xml_text(value)
            return f"{opened} || {written} || {closed}"
        case Scalar(kind):
            return f"{opened} || {scalar_text(kind, value)} || {closed}"
        case ListOf(of):
            return joined(value, _element(name, of, variable(depth), prefix, end, depth + 1, plain=plain), "", depth)
        case Group(fields):
            children = ", ".join(
                _element(qualified(child, prefix), field, sub(value, child), prefix, "", depth)
                for child, field in fields.items()
            )
            return around(opened, f"concat({children})", closed)
