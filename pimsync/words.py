"""Words for people: near spellings, counts, and text that is safe on a terminal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def closest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The word that was surely meant, or None where none is near."""
    spelled = {w.lower(): w for w in words}
    near = difflib.get_close_matches(word.lower(), spelled, n=1, cutoff=cutoff)
    return spelled[near[0]] if near else None


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 product`, `1,204 products`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shown(value: str, limit: int = 60) -> str:
    """A product's text as a terminal may print it: on one line, without control characters, shortened in the middle of nothing."""
    line = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"\s+", " ", value)).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
