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
from pimsync.store.sources.walk import LONGEST, Walk

#: The keys under which files keep their products, the likeliest first.
PREFERRED = ("products", "items", "offers", "records", "data", "catalog", "entries", "results")

_ESCAPE = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|(\\.)", re.DOTALL
)
_UNDECODED = re.compile("[\udc80-\udcff]")


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
        walk = Walk(stream, file.name)
        if walk.peek() == "{":
            wanted = _chosen(list(walk.arrays(())), file.name)
    with _opened(file.path) as stream:
        walk = Walk(stream, file.name)
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
