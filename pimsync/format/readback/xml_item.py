"""One item of an XML feed in full, by expat: another parser than the one that reads the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pimsync.errors import FeedError
from pimsync.format.encode.xml_names import qualified
from pimsync.format.encode.xml_text import safe
from pimsync.format.readback.values import pruned, typed
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

if TYPE_CHECKING:
    from pimsync.format.encode.xml import XmlEncoder


class XmlItem:
    """Reads single items as the values of their attributes."""

    def __init__(self, encoder: XmlEncoder) -> None:
        self._prefix = encoder.options.prefix
        self._spaces = encoder.options.namespaces
        self._columns = list(zip(encoder.names, encoder.columns, strict=True))
        declared = "".join(f' xmlns{":" if p else ""}{p}="{safe(url)}"' for p, url in self._spaces.items())
        self._around = f"<sample{declared}>".encode(), b"</sample>"

    def read(self, written: bytes, number: int) -> dict[str, Any]:
        """An item's values; `number` is its place in the feed, for the message."""
        try:
            item = ElementTree.fromstring(written.join(self._around))[0]
            _check(item, {self._tag(name) for name, _ in self._columns})
            values = {column.attribute: self._value(item, name, column.shape) for name, column in self._columns}
        except ElementTree.ParseError as error:
            raise FeedError(f"an item is not well-formed XML: {error.msg}", where=f"item {number:,}") from None
        except FeedError as error:
            raise FeedError(error.message, where=f"item {number:,}") from None
        return pruned(values) or {}

    def _value(self, parent: ElementTree.Element, name: str, shape: Shape) -> Any:
        tag = self._tag(name)
        elements = [child for child in parent if child.tag == tag]
        if isinstance(shape, ListOf):
            return [self._single(element, shape.of) for element in elements]
        if len(elements) > 1:
            raise FeedError(f"{name} stands there {len(elements)} times")
        return self._single(elements[0], shape) if elements else None

    def _single(self, element: ElementTree.Element, shape: Shape) -> Any:
        match shape:
            case Scalar(kind) if not len(element):
                return typed(kind, element.text or "")
            case Group(fields):
                names = {name: qualified(name, self._prefix) for name in fields}
                _check(element, {self._tag(name) for name in names.values()})
                return {name: self._value(element, names[name], field) for name, field in fields.items()}
            case _:
                raise FeedError(f"{element.tag!r} holds elements where a text should stand")

    def _tag(self, name: str) -> str:
        """A name as the parser spells it, with its namespace in braces."""
        prefix, _, local = name.rpartition(":")
        space = self._spaces.get(prefix)
        return f"{{{space}}}{local}" if space else local


def _check(parent: ElementTree.Element, known: set[str]) -> None:
    """See that an element holds nothing but the elements that it should."""
    if strange := {child.tag for child in parent} - known:
        raise FeedError(f"{min(strange)!r} is no attribute of this feed")
    if "".join(text or "" for text in (parent.text, *(child.tail for child in parent))).strip():
        raise FeedError(f"there is text between the elements of {parent.tag!r}")
