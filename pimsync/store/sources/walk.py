"""A way through a JSON document, value by value, that holds no more than one of them at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import TextIO

from pimsync.errors import CatalogError

#: The longest value that is read.
LONGEST = 64 * 1024 * 1024

_CHUNK = 1 << 20

#: How deep in objects an array is looked for.
_DEEP = 8

#: Whatever opens and closes nothing: text between brackets, with whole strings in it.
_FLAT = re.compile(r'[^"{}\[\]]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"{}\[\]]*)*', re.DOTALL)

_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}"\[{]+', re.DOTALL)


class Walk:
    """A way through a JSON document that holds no more than one object at a time."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self.stream = stream
        self.name = name
        self.text = ""
        self.position = 0

    def more(self) -> bool:
        """Read on; a longer piece where more is under way, so that no text is looked at again and again."""
        piece = self.stream.read(max(_CHUNK, len(self.text) - self.position))
        self.text = self.text[self.position :] + piece
        self.position = 0
        return bool(piece)

    def peek(self) -> str:
        """The next character that is no blank; '' at the end."""
        while True:
            while self.position < len(self.text):
                if not self.text[self.position].isspace():
                    return self.text[self.position]
                self.position += 1
            if not self.more():
                return ""

    def expect(self, *characters: str) -> str:
        """Take the next character, which must be one of these."""
        found = self.peek()
        if found not in characters or not found:
            what = f"{found!r} stands where" if found else "the file breaks off where"
            raise CatalogError(f"this is no whole JSON: {what} {' or '.join(characters)} should be", where=self.name)
        self.position += 1
        return found

    def end(self) -> None:
        """See to it that nothing follows."""
        if found := self.peek():
            raise CatalogError(f"this is no whole JSON: {found!r} stands behind its end", where=self.name)

    def value(self) -> str:
        """Take the next value, as it is written."""
        depth, at = 0, 0  # at: how far the value has been followed, from its start
        first = self.peek()
        while True:
            start = self.position
            match = _FLAT.match(self.text, start + at)
            assert match is not None
            end = match.end()
            following = self.text[end : end + 1]
            if not depth and first not in "{[":
                return self._scalar()
            if following and following != '"':
                depth += 1 if following in "{[" else -1
                at = end + 1 - start
                if depth == 0:
                    self.position = end + 1
                    return self.text[start : end + 1]
                continue
            if len(self.text) - start > LONGEST or not self.more():
                raise CatalogError("this is no whole JSON: the file breaks off within a value", where=self.name)

    def _scalar(self) -> str:
        """Take a text, a number, or a word."""
        while True:
            match = _SCALAR.match(self.text, self.position)
            if match and match.end() < len(self.text):
                self.position = match.end()
                return match[0]
            if match is None and self.text[self.position : self.position + 1] not in ("", '"'):
                self.expect("a value")
            if len(self.text) - self.position > LONGEST or not self.more():
                if match:
                    self.position = match.end()
                    return match[0]
                raise CatalogError("this is no whole JSON: the file breaks off within a value", where=self.name)

    def elements(self) -> Iterator[str]:
        """The elements of the array that starts here."""
        self.expect("[")
        if self.peek() == "]":
            self.position += 1
            return
        while True:
            yield self.value()
            if self.expect(",", "]") == "]":
                return

    def members(self) -> Iterator[str]:
        """The keys of the object that starts here; whoever asks takes each one's value."""
        self.expect("{")
        if self.peek() == "}":
            self.position += 1
            return
        while True:
            if self.peek() != '"':
                self.expect('"')
            key = self._key(self.value())
            self.expect(":")
            yield key
            if self.expect(",", "}") == "}":
                return

    def _key(self, written: str) -> str:
        try:
            return str(json.loads(written, strict=False))
        except ValueError:
            raise CatalogError(f"this is no whole JSON: {written[:100]} is no key", where=self.name) from None

    def arrays(self, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Where in what starts here there are arrays of objects; those within an array's elements are not looked for."""
        start = self.peek()
        if start == "{" and len(above) <= _DEEP:
            for key in self.members():
                yield from self.arrays((*above, key))
        elif start == "[":
            kinds = {element[:1] for element in self.elements()}
            if "{" in kinds:
                yield above
        else:
            self.value()

    def found(self, wanted: Collection[tuple[str, ...]]) -> Iterator[str]:
        """The elements of these arrays, in the order of the file."""
        for key in self.members():
            below = [path[1:] for path in wanted if path[0] == key]
            start = self.peek()
            if () in below and start == "[":
                yield from self.elements()
            elif start == "{" and any(below):
                yield from self.found([path for path in below if path])
            else:
                self.value()
