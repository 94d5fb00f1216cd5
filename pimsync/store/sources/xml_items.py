"""The products of an XML file, one by one, as objects: what docs/reading-xml-and-json.md says of each kind of element.

The parser calls three functions for each element. They are closures, and plain elements that hold a text take the shortest way
through them, for a catalog has millions of those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pimsync.store.sources.source import File
from pimsync.store.sources.xml_look import DEEP, local, too_deep

Item = dict[str, Any]

GOOGLE = "http://base.google.com/ns/1.0"


class Element:
    """An element within a product that is more than a text, while it is open."""

    __slots__ = ("own", "pieces", "value")

    def __init__(self, attributes: list[str]) -> None:
        self.value: Item = named_attributes(attributes)
        self.pieces: list[str] = []  # all text in it, in order
        self.own = False  # whether some of it is its own, and not that of an element within

    def text(self, texts: list[str]) -> None:
        """Take the text that has gathered."""
        if texts:
            piece = "".join(texts)
            texts.clear()
            self.pieces.append(piece)
            self.own = self.own or not piece.isspace()

    def close(self) -> Any:
        """Its value: an object, a text, or nothing."""
        full = "".join(self.pieces)
        if not self.value:
            return full.strip() or None
        if self.own:
            self.value["#text"] = full.strip()
        return self.value


class Names:
    """What a product's elements are called without their prefixes, and which of two with one name goes first."""

    def __init__(self, learnt: Callable[[str], None]) -> None:
        self.keys: dict[str, str | None] = {}  # None: there are two that differ by their prefix alone
        self._google = {"g"}
        self._first: dict[str, str] = {}
        self._learnt = learnt

    def declared(self, attributes: list[str]) -> None:
        """Look for the prefix of Google's namespace."""
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            if value == GOOGLE and name.startswith("xmlns"):
                self._google.add(name[6:])

    def add(self, item: Item, clashes: list[tuple[str, Any]], name: str, value: Any) -> None:
        """One more value of a product; one whose name stands for two things waits until the product is whole."""
        if name not in self.keys:
            self._learn(item, clashes, name)
        key = self.keys[name]
        if key is None:
            clashes.append((name, value))
        else:
            put(item, key, value)

    def _learn(self, item: Item, clashes: list[tuple[str, Any]], name: str) -> None:
        key = local(name)
        first = self._first.setdefault(key, name)
        self.keys[name] = key if first == name else None
        self._learnt(key)
        if first != name and self.keys[first] is not None:
            self.keys[first] = None
            if key in item:
                clashes.append((first, item.pop(key)))

    def settle(self, item: Item, clashes: list[tuple[str, Any]]) -> None:
        """Give what waits a key each: Google's the plain one, else the first."""
        order = sorted({name: None for name, _ in clashes}, key=lambda one: one.rpartition(":")[0] not in self._google)
        keys: dict[str, str] = {}
        for name in order:
            before = sum(local(other) == local(name) for other in keys)
            keys[name] = f"{local(name)}_{before + 1}" if before else local(name)
            self._learnt(keys[name])
        for name, value in clashes:
            put(item, keys[name], value)


def named_attributes(attributes: list[str]) -> Item:
    """An element's attributes under their keys."""
    return {
        "@" + local(name): value
        for name, value in zip(attributes[::2], attributes[1::2], strict=True)
        if not name.startswith(("xmlns", "xsi:"))
    }


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


def parser_of(
    file: File,
    path: tuple[str, ...],
    found: Callable[[Item, bool], None],
    outside: Callable[[str, list[str], str], None],
    learnt: Callable[[str], None],
) -> tuple[Any, Callable[[], int]]:
    """A parser that gives the products of a file, and what says how much text is waiting.

    Args:
        found: gets each product, and whether it may hold anything but texts.
        outside: gets each element outside them: its name, its attributes, its text.
        learnt: gets each key of a product when it is first seen.
    """
    from xml.parsers import expat

    parser: Any = expat.ParserCreate("utf-8")
    names = Names(learnt)
    keys, last, level = names.keys, path[-1], len(path)
    texts: list[str] = []
    above: list[str] = []  # the elements that are open outside the products
    opened: list[list[str]] = []  # and their attributes
    stack: list[Element] = []  # those that are open within one, and are more than texts
    clashes: list[tuple[str, Any]] = []
    item: Item | None = None
    own = Element([])
    attributes: list[str] = []
    depth, rich = 0, False

    def start(name: str, its: list[str]) -> None:
        nonlocal depth, attributes
        if item is None:
            outer(name, its)
            return
        depth += 1
        if depth > 1:
            inner(its)
            return
        attributes = its
        if texts:
            if len(texts) > 1 or not texts[0].isspace():
                own.text(texts)
            texts.clear()

    def outer(name: str, its: list[str]) -> None:
        nonlocal item, own, rich
        if its:
            names.declared(its)
        texts.clear()
        above.append(local(name))
        opened.append(its)
        if len(above) == level and above[-1] == last and tuple(above) == path:
            own, rich = Element(its), False
            item = own.value
            for key in item:
                learnt(key)
        elif len(above) > DEEP:
            raise too_deep(file, parser.CurrentLineNumber)

    def inner(its: list[str]) -> None:
        nonlocal attributes
        if depth > DEEP:
            raise too_deep(file, parser.CurrentLineNumber)
        if not stack:
            stack.append(Element(attributes))
            attributes = []
        stack[-1].text(texts)
        stack.append(Element(its))

    def end(name: str) -> None:
        nonlocal depth, rich
        if item is None:
            text = "".join(texts)
            texts.clear()
            outside(above.pop(), opened.pop(), text)
        elif depth == 1 and not stack and not attributes:
            depth = 0
            text = texts[0] if len(texts) == 1 else "".join(texts)
            texts.clear()
            value = text if text and not text.isspace() else None
            key = keys.get(name)
            if key is not None and key not in item:
                item[key] = value
            else:
                rich = True
                names.add(item, clashes, name, value)
        elif depth:
            closed(name, item)
        else:
            finished(item)

    def closed(name: str, item: Item) -> None:
        """An element within a product that is more than a text."""
        nonlocal depth, attributes, rich
        depth -= 1
        rich = True
        if not stack:
            stack.append(Element(attributes))
            attributes = []
        element = stack.pop()
        element.text(texts)
        value = element.close()
        if stack:
            stack[-1].pieces.extend(element.pieces)
            put(stack[-1].value, local(name), value)
        else:
            names.add(item, clashes, name, value)

    def finished(whole: Item) -> None:
        nonlocal item
        own.text(texts)
        if own.own:
            learnt("#text")
            whole["#text"] = "".join(own.pieces)
        if clashes:
            names.settle(whole, clashes)
            clashes.clear()
        item = None
        above.pop()
        opened.pop()
        found(whole, rich)

    def waiting() -> int:
        held = sum(map(len, texts)) + sum(len(piece) for one in stack for piece in one.pieces)
        return held + sum(map(len, own.pieces)) if item is not None else held

    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    return parser, waiting
