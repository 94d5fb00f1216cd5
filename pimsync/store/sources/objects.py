"""JSON, object by object, in plain Python: where an array is inside an object, or a record is broken.

Each object is found by its brackets and put down as it is written, on one line; the text of a number stays as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from pimsync.errors import CatalogError
from pimsync.store.sources.source import RECORD, File, Reject
from pimsync.store.sources.variants import WRAPPERS, rows, unwrapped
from pimsync.store.sources.walk import LONGEST, Walk

#: The keys under which files keep their products, the likeliest first.
PREFERRED = ("products", "items", "offers", "records", "data", "catalog", "entries", "results")

Steps = tuple[str, ...]

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


def of_lines(file: File, variants: Steps = ()) -> Unpacked:
    """Take each line for an object."""
    return _put_down(file, _lines(file.path), variants)


def of_array(file: File, items: Steps = (), variants: Steps = ()) -> Unpacked:
    """Take the objects of the array that the file is, or holds.

    Args:
        items: where the array is, or the end of that path; several arrays may be there.
        variants: where a product's variants are.

    Raises:
        CatalogError: there is none, there are several, or the file breaks off.
    """
    wanted: list[Steps] = []
    with _opened(file.path) as stream:
        walk = Walk(stream, file.name)
        if items or walk.peek() == "{":
            arrays = list(dict.fromkeys(walk.arrays(())))
            wanted = _wanted(arrays, items, file.name) if items else [_chosen(arrays, file.name)]
    with _opened(file.path) as stream:
        walk = Walk(stream, file.name)
        unpacked = _put_down(file, walk.found(wanted) if wanted else walk.elements(), variants)
        walk.end()
        return unpacked


def _wanted(arrays: list[Steps], items: Steps, name: str) -> list[Steps]:
    """The arrays at a path, or at the end of one."""
    found = [path for path in arrays if items in (path[-len(items) :], called(path)[-len(items) :])]
    if not found:
        raise CatalogError(f"there is no list of products at {'.'.join(items)}", where=name, hint=_there(arrays))
    return [path for path in found if called(path) == items] or found


def called(path: Steps) -> Steps:
    """A path without the wrapping of a list: `products.edges` are the products."""
    return path[:-1] if len(path) > 1 and path[-1] in WRAPPERS else path


def _chosen(arrays: list[Steps], name: str) -> Steps:
    """The array with the products in it: the only one, or the one whose key says so."""
    if len(arrays) == 1:
        return arrays[0]
    if not arrays:
        raise CatalogError("there is no list of products in it", where=name)
    hint = 'say which one: items = "{}" under [catalog] in pimsync.toml'
    for key in PREFERRED:
        alike = [path for path in arrays if called(path)[-1].lower() == key]
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise CatalogError(f"there are several lists in it that are called {key}: {_listed(alike)}", where=name,
                               hint=hint.format(".".join(alike[0])) + f", or items = \"{key}\" for all")  # fmt: skip
    raise CatalogError(
        f"there are several lists in it, and none is called products: {_listed(arrays)}",
        where=name,
        hint=hint.format(".".join(arrays[0])),
    )


def _listed(arrays: list[Steps]) -> str:
    return ", ".join(f"`{'.'.join(path)}`" for path in arrays[:5])


def _there(arrays: list[Steps]) -> str | None:
    if () in arrays:
        return "the file itself is the list: leave items out"
    return f"there is {_listed(arrays)}" if arrays else None


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


def _put_down(file: File, objects: Iterator[str], variants: Steps) -> Unpacked:
    unpacked = Unpacked(file.work / "records.jsonl")
    with unpacked.path.open("w", encoding="utf-8", newline="\n") as out:
        for number, found in enumerate(objects, 1):
            value, flaw = _read(found)
            if flaw:
                unpacked.rejects.append(Reject(number, flaw, _UNDECODED.sub("\N{REPLACEMENT CHARACTER}", found[:1000])))
                continue
            line, replaced = _whole_characters(found)
            unpacked.surrogates += replaced
            for row in _rows(line, value, variants, number):
                out.write(row.replace("\n", " ").replace("\r", " ") + "\n")
                unpacked.longest = max(unpacked.longest, len(row.encode()))
            unpacked.records += 1
    return unpacked


def _read(found: str) -> tuple[Any, str | None]:
    """What a record holds, and the demand that it fails."""
    if len(found) >= LONGEST:
        return None, "too_long"
    if _UNDECODED.search(found):
        return None, "encoding"
    try:
        value = json.loads(found)
    except (ValueError, RecursionError):
        return None, "malformed"
    return value, None if isinstance(value, dict) else "malformed"


def _rows(line: str, value: dict[str, Any], variants: Steps, number: int) -> Iterator[str]:
    """The rows of a record as JSON: the record as it is written, where it is no wrapping and has no variants."""
    if not variants and unwrapped(value) is value:
        yield line
        return
    product = unwrapped(json.loads(line, parse_float=_marked, parse_int=_marked))
    for row in rows(product, variants) if variants else [product]:
        written = _dump({**row, RECORD: number} if variants else row)
        yield written.replace(f'"{_MARK}', "").replace(f'{_MARK}"', "")


#: Half a character, which no text has any more: it keeps a number as it is written until it is written again.
_MARK = "\udc01"

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _marked(number: str) -> str:
    return f"{_MARK}{number}{_MARK}"


def _whole_characters(found: str) -> tuple[str, int]:
    """Halves of characters become U+FFFD; whether there were any."""
    if "\\u" not in found:
        return found, 0
    whole = _ESCAPE.sub(lambda match: "\\ufffd" if match[2] else match[0], found)
    return whole, int(whole != found)
