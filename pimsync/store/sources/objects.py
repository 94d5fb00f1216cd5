"""JSON, object by object, in plain Python: where an array is inside an object, or a record is broken.

Each object is found by its brackets and put down as it is written, on one line; the text of a number stays as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pimsync.errors import CatalogError
from pimsync.store.sources.source import File, Reject

#: The longest object that is read.
LONGEST = 64 * 1024 * 1024

#: The keys under which files keep their products, the likeliest first.
PREFERRED = ("products", "items", "offers", "records", "data", "catalog", "entries", "results")

_FLAT = re.compile(r'[^"{}\[\]]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"{}\[\]]*)*', re.DOTALL)
_ESCAPE = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|(\\.)", re.DOTALL
)
_UNDECODED = re.compile("[\udc80-\udcff]")
_CHUNK = 1 << 20


@dataclass
class Unpacked:
    """The objects of a file, one a line in `path`; those that could not be read, and what was repaired."""

    path: Path
    records: int = 0
    longest: int = 0
    surrogates: int = 0
    rejects: list[Reject] = field(default_factory=list)


def of_lines(file: File) -> Unpacked:
    """Take each line for an object."""
    return _put_down(file, _lines(file.path))


def of_array(file: File) -> Unpacked:
    """Take the objects of the array that the file is, or holds.

    Raises:
        CatalogError: there is none, there are several, or the file breaks off.
    """
    wanted = None
    with _opened(file.path) as stream:
        walk = _Walk(stream, file.name)
        if walk.peek() == "{":
            wanted = _chosen(list(walk.arrays(())), file.name)
    with _opened(file.path) as stream:
        walk = _Walk(stream, file.name)
        unpacked = _put_down(file, walk.elements() if wanted is None else walk.found(wanted))
        walk.end()
        return unpacked


def _chosen(arrays: list[tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The array with the products in it: the only one, or the one whose key says so."""
    unlike = list(dict.fromkeys(arrays))
    for key in PREFERRED:
        named = [path for path in unlike if path[-1].lower() == key]
        if len(named) == 1:
            return named[0]
    if len(unlike) == 1:
        return unlike[0]
    if not unlike:
        raise CatalogError("there is no list of products in it", where=name)
    listed = ", ".join(f"`{'.'.join(path)}`" for path in unlike[:5])
    raise CatalogError(f"there are several lists in it, and none is called products: {listed}", where=name)


def _opened(path: Path) -> TextIO:
    return path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="")


def _lines(path: Path) -> Iterator[str]:
    with _opened(path) as stream:
        while line := stream.readline(LONGEST):
            if len(line) >= LONGEST and not line.endswith("\n"):
                while (rest := stream.readline(LONGEST)) and not rest.endswith("\n"):
                    pass
            if line.strip():
                yield line


def _put_down(file: File, objects: Iterator[str]) -> Unpacked:
    unpacked = Unpacked(file.work / "records.jsonl")
    with unpacked.path.open("w", encoding="utf-8", newline="\n") as out:
        for number, found in enumerate(objects, 1):
            flaw = _flaw(found)
            if flaw:
                unpacked.rejects.append(Reject(number, flaw, _UNDECODED.sub("\N{REPLACEMENT CHARACTER}", found[:1000])))
                continue
            line, replaced = _whole_characters(found)
            unpacked.surrogates += replaced
            out.write(line.replace("\n", " ").replace("\r", " ") + "\n")
            unpacked.records += 1
            unpacked.longest = max(unpacked.longest, len(line.encode()))
    return unpacked


def _flaw(found: str) -> str | None:
    """The demand that a record fails."""
    if len(found) >= LONGEST:
        return "too_long"
    if _UNDECODED.search(found):
        return "encoding"
    try:
        return None if isinstance(json.loads(found), dict) else "malformed"
    except (ValueError, RecursionError):
        return "malformed"


def _whole_characters(found: str) -> tuple[str, int]:
    """Halves of characters become U+FFFD; whether there were any."""
    if "\\u" not in found:
        return found, 0
    whole = _ESCAPE.sub(lambda match: "\\ufffd" if match[2] else match[0], found)
    return whole, int(whole != found)


class _Walk:
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
        plain = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}"\[{]+', re.DOTALL)
        while True:
            match = plain.match(self.text, self.position)
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
            key = str(json.loads(self.value(), strict=False))
            self.expect(":")
            yield key
            if self.expect(",", "}") == "}":
                return

    def arrays(self, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Where in the object that starts here there are arrays of objects."""
        for key in self.members():
            start = self.peek()
            if start == "{" and len(above) < 8:
                yield from self.arrays((*above, key))
            elif start == "[":
                kinds = {element[:1] for element in self.elements()}
                if "{" in kinds:
                    yield (*above, key)
            else:
                self.value()

    def found(self, wanted: tuple[str, ...]) -> Iterator[str]:
        """The elements of one of those arrays."""
        for key in self.members():
            if key == wanted[0] and len(wanted) > 1 and self.peek() == "{":
                yield from self.found(wanted[1:])
            elif key == wanted[0] and len(wanted) == 1 and self.peek() == "[":
                yield from self.elements()
            else:
                self.value()
