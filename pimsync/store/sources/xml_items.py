"""The products of an XML file, one by one, as objects: what docs/reading-xml-and-json.md says of each kind of element.

The standard library's parser builds the elements without Python having a part in it; those that are whole are taken from it
after each piece of the file, and let go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from pimsync.store.sources.source import File
from pimsync.store.sources.xml_look import DEEP, GOOGLE, TOOLS, too_deep

Item = dict[str, Any]
Element = ElementTree.Element

#: A piece that the processor's caches hold with the elements it becomes.
PIECE = 1 << 14


class Items:
    """A way through an XML file that gives its products.

    Args:
        path: where the products are, from the root on.
        found: gets each product, and whether it may hold anything but texts.
        outside: gets each element outside them, and what it is called.
        learnt: gets each key of a product when it is first seen.
    """

    def __init__(
        self,
        file: File,
        path: tuple[str, ...],
        found: Callable[[Item, bool], None],
        outside: Callable[[str, Element], None],
        learnt: Callable[[str], None],
    ) -> None:
        builder = ElementTree.TreeBuilder()
        self.above: Element = builder.start("", {})  # the root's parent
        self.parser = ElementTree.XMLParser(target=builder, encoding="utf-8")
        self.file = file
        self.path = path
        self.found = found
        self.outside = outside
        self.names = Names(learnt)
        self.size = 0  # bytes since something was whole

    def feed(self, chunk: bytes) -> None:
        """Read on."""
        view = memoryview(chunk)
        for start in range(0, len(chunk), PIECE):
            self.parser.feed(view[start : start + PIECE])
            self.size += PIECE
            if self._take(self.above, 0, whole=False):
                self.size = 0

    def close(self) -> None:
        """Take what is left; the file ends here."""
        self.parser.feed(b"")
        self.parser.close()
        self._take(self.above, 0, whole=True)

    def _take(self, parent: Element, level: int, *, whole: bool) -> bool:
        """Take the children that are whole: all but the last one, which may go on; whether there were any.

        Args:
            level: how far down the path the children are; beyond its end where the parent is not on it.
        """
        children = list(parent)
        goes_on = None if whole or not children else children.pop()
        for child in children:
            self._taken(child, level)
        del parent[: len(children)]
        if goes_on is None or (on := self._on(goes_on, level)) == len(self.path):
            return bool(children)
        return self._take(goes_on, on, whole=False) or bool(children)

    def _taken(self, child: Element, level: int) -> None:
        on = self._on(child, level)
        if on == len(self.path):
            self._product(child)
            return
        if len(child):
            self._take(child, on, whole=True)
        self.outside(local(child.tag), child)

    def _on(self, child: Element, level: int) -> int:
        """The level of a child's children: that of the path's end for a product, beyond it for what is on no way to one."""
        if level < len(self.path) and self.path[level] in ("*", local(child.tag)):
            return level + 1
        if level > len(self.path) + DEEP:
            raise too_deep(self.file)
        return max(level, len(self.path)) + 1

    def _product(self, element: Element) -> None:
        names = self.names
        keys = names.keys
        item = _attributes(element)
        for attribute in item:
            names.learnt(attribute)
        own = _filled(element.text)
        rich = False
        clashes: list[tuple[str, Any]] = []
        for child in element:
            key, text = keys.get(child.tag), child.text
            if key is None or key in item or len(child) or child.attrib:
                rich = True
                names.add(item, clashes, child.tag, self._value(child, 0))
            else:
                item[key] = text if text and not text.isspace() else None
            if (tail := child.tail) and not tail.isspace():
                own = True
        if clashes:
            names.settle(item, clashes)
        if own:
            names.learnt("#text")
            item["#text"] = (element.text or "") + "".join(child.tail or "" for child in element)
        self.found(item, rich)

    def _value(self, element: Element, depth: int) -> Any:
        """What an element within a product is: an object, a text, or nothing."""
        if depth > DEEP:
            raise too_deep(self.file)
        value = _attributes(element) if element.attrib else {}
        own = _filled(element.text)
        for child in element:
            put(value, local(child.tag), self._value(child, depth + 1))
            own = own or _filled(child.tail)
        if value and not own:
            return value
        text = "".join(element.itertext())
        if value:
            return {**value, "#text": text.strip()}
        return (text if depth == 0 else text.strip()) if own else None


class Names:
    """What a product's elements are called without their namespaces, and which of two with one name goes first."""

    def __init__(self, learnt: Callable[[str], None]) -> None:
        self.keys: dict[str, str | None] = {}  # None: there are two that differ by their namespace alone
        self.learnt = learnt
        self._first: dict[str, str] = {}

    def add(self, item: Item, clashes: list[tuple[str, Any]], tag: str, value: Any) -> None:
        """One more value of a product; one whose name stands for two things waits until the product is whole."""
        if tag not in self.keys:
            self._learn(item, clashes, tag)
        key = self.keys[tag]
        if key is None:
            clashes.append((tag, value))
        else:
            put(item, key, value)

    def _learn(self, item: Item, clashes: list[tuple[str, Any]], tag: str) -> None:
        key = local(tag)
        first = self._first.setdefault(key, tag)
        self.keys[tag] = key if first == tag else None
        self.learnt(key)
        if first != tag and self.keys[first] is not None:
            self.keys[first] = None
            if key in item:
                clashes.append((first, item.pop(key)))

    def settle(self, item: Item, clashes: list[tuple[str, Any]]) -> None:
        """Give what waits a key each: Google's the plain one, else the first."""
        order = sorted(dict(clashes), key=lambda tag: not tag.startswith(f"{{{GOOGLE}}}"))
        keys: dict[str, str] = {}
        for tag in order:
            before = sum(local(other) == local(tag) for other in keys)
            keys[tag] = f"{local(tag)}_{before + 1}" if before else local(tag)
            self.learnt(keys[tag])
        for tag, value in clashes:
            put(item, keys[tag], value)


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def _attributes(element: Element) -> Item:
    """An element's attributes under their keys."""
    return {"@" + local(name): one for name, one in element.items() if not name.startswith(f"{{{TOOLS}}}")}


def _filled(text: str | None) -> bool:
    return text is not None and bool(text) and not text.isspace()


def put(value: Item, key: str, one: Any) -> None:
    """One more value of a key: several are a list, and an empty one among others is none.

    Texts in a list, as those in an element within, are without blanks at their ends: nobody trims them later.
    """
    before = value.get(key)
    if before is None:
        value[key] = one
    elif type(before) is list:
        if one is not None:
            before.append(_bare(one))
    elif one is not None:
        value[key] = [_bare(before), _bare(one)]


def _bare(one: Any) -> Any:
    return one.strip() if type(one) is str else one
