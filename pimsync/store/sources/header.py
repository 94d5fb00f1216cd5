"""Which row of a table names its columns: below titles and comments, or none at all."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pimsync.store.product import FIELDS, Field
from pimsync.store.sources.source import Notice

#: How many rows there can be above the header.
_ABOVE = 20

#: Rows of at least so many cells do not have just two filled ones.
_BROAD = 6

_KINDS = {
    "number": re.compile(r"[+-]?([0-9]+([.,][0-9]+)*|[.,][0-9]+)( ?(zł|pln|eur|usd|czk|%|€|\$|£))?", re.IGNORECASE),
    "address": re.compile(r"https?://\S+", re.IGNORECASE),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}( .*)?"),
}
#: What no column is called: an EAN, an amount, an address, a date. Sizes and years are numbers too.
_VALUE = re.compile(r"[0-9]{8,14}|[+-]?[0-9 ]*[.,][0-9]+\D*")


@dataclass(frozen=True, slots=True)
class Header:
    """How many rows stand above the first product, and the cells that name its columns, if there is such a row."""

    above: int
    cells: tuple[str, ...] | None
    notices: tuple[Notice, ...] = ()


def header_of(rows: Sequence[Sequence[str]], said: bool | None = None) -> Header:
    """Find the header among the first rows of a table.

    Args:
        said: whether there is one, where the project says so.
    """
    top = _titles(rows)
    titles = [" ".join(cell for cell in map(str.strip, row) if cell) for row in rows[:top]]
    notices = [Notice("file/title", title) for title in titles if title and not title.startswith("#")]
    first = [cell.strip() for cell in rows[top]]
    named = said if said is not None else _names(first, rows[top + 1 :])
    if named:
        return Header(top + 1, tuple(rows[top]), tuple(notices))
    if said is None:
        notices.append(Notice("file/header", ", ".join(filled for filled in first if filled)))
    return Header(top, None, tuple(notices))


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the top are titles or comments: one cell where the others have several."""
    usual = width_of(rows)
    top = 0
    while top < min(_ABOVE, len(rows) - 1) and _is_title(rows[top], usual):
        top += 1
    return top


def width_of(rows: Sequence[Sequence[str]]) -> int:
    """How many cells most rows have."""
    widths = Counter(len(row) for row in rows)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _is_title(row: Sequence[str], usual: int) -> bool:
    """Whether a row speaks to people: it is short, or a comment; one with a field's name in it is the header."""
    filled = [cell.strip() for cell in row if cell.strip()]
    narrow = len(row) < usual
    if any(plain(cell if narrow else cell.lstrip("#")) in _known() for cell in filled):
        return False
    if filled and filled[0].startswith("#"):
        return True
    return usual > 1 and (narrow or usual > 2) and len(filled) <= (2 if usual >= _BROAD else 1)


def _names(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether a row names the columns: not if it looks like those below it."""
    like = unlike = 0
    for place, cell in enumerate(first):
        column = [row[place].strip() for row in others if place < len(row) and list(row) != list(first)]
        filled = [value for value in column if value]
        if plain(cell) in _known():
            unlike += 2
        elif cell and filled:
            kind = _kind(cell)
            same = sum(_kind(value) == kind for value in filled) / len(filled)
            if kind:
                like += same >= 0.6 and (kind != "number" or bool(_VALUE.fullmatch(cell)))
            else:
                like += cell in filled
                unlike += same <= 0.2
    return unlike >= like


#: What stands under the name of such a field, whatever the rest of the table looks like.
_AMOUNT = re.compile(r"[^\d/]{0,4}\d[^/]*")
_AMOUNTS = frozenset(("price", "integer", "measure"))
_ADDRESSES = frozenset(("url", "mobile_url", "image"))


def fits(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row can stand under these names: there is an amount, an address or nothing where a name promises one."""
    for name, cell in zip(names, map(str.strip, row), strict=False):
        field = _fields().get(plain(name))
        if cell and field and field.kind in _AMOUNTS and not _AMOUNT.fullmatch(cell):
            return False
        if cell and field and field.name in _ADDRESSES and not re.search("[./]", cell):
            return False
    return True


def _kind(value: str) -> str | None:
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(value)), None)


def plain(name: str) -> str:
    """A name as names are compared."""
    return re.sub(r"[\s_-]", "", name.casefold())


@functools.lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """What the fields of the master product are called."""
    return frozenset(_fields())


@functools.lru_cache(maxsize=1)
def _fields() -> Mapping[str, Field]:
    """The fields of the master product, by what they are called."""
    return {plain(word): field for field in FIELDS.values() for word in (field.name, *field.synonyms)}
