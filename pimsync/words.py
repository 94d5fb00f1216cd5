"""Words for people: near spellings, counts, and text that is safe on a terminal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def closest(word: str, words: Iterable[str]) -> str | None:
    """The word that was surely meant, or None where none is near."""
    near = difflib.get_close_matches(word.lower(), {w.lower(): w for w in words}, n=1, cutoff=0.6)
    return next((w for w in words if near and w.lower() == near[0]), None)


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 product`, `1,204 products`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shown(value: str, limit: int = 60) -> str:
    """A product's text as a terminal may print it: on one line, without control characters, shortened in the middle of nothing."""
    line = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"\s+", " ", value)).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
