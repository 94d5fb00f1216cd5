"""Sets of characters, and how a regular expression writes them so that RE2 and Python read the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

LAST = 0x10FFFF

#: Halves of characters, which no text holds.
HALVES = (0xD800, 0xDFFF)


def complement(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All other characters."""
    found, start = [], 0
    for first, last in sorted(ranges):
        if first > start:
            found.append((start, first - 1))
        start = max(start, last + 1)
    return (*found, (start, LAST)) if start <= LAST else tuple(found)


_DIGITS: Ranges = ((48, 57),)
_WORDS: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_BLANKS: Ranges = (
    *((9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F)),
    *((0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)

#: What \d, \w, \s and their opposites are in ECMA-262.
CLASSES: dict[str, Ranges] = {"d": _DIGITS, "w": _WORDS, "s": _BLANKS}
CLASSES |= {name.upper(): complement(ranges) for name, ranges in CLASSES.items()}

#: ECMA-262's dot.
ANY_BUT_LINE_ENDS = r"[^\n\r\u2028\u2029]"


@lru_cache(maxsize=8)
def category(name: str) -> Ranges:
    """The characters of a general category of Unicode, L or Lu."""
    found: list[tuple[int, int]] = []
    for code in range(LAST + 1):
        if unicodedata.category(chr(code)).startswith(name):
            found[-1:] = [(found[-1][0], code)] if found and found[-1][1] == code - 1 else [*found[-1:], (code, code)]
    return tuple(found)


def written(ranges: Ranges, *, opposite: bool = False) -> str:
    """A set of characters; `opposite` only says that it reads better as what it leaves out."""
    if opposite and (left_out := complement(ranges)):
        return f"[^{_members(left_out)}]"
    return f"[{members}]" if (members := _members(ranges)) else f"[^{_members(((0, LAST),))}]"


def _members(ranges: Ranges) -> str:
    return "".join(
        written_one(first, "^-[]&~|") + (f"-{written_one(last, '^-[]&~|')}" if last > first else "")
        for first, last in _whole(ranges)
    )


def _whole(ranges: Ranges) -> Iterable[tuple[int, int]]:
    """Ranges of whole characters."""
    for first, last in ranges:
        before, after = (first, min(last, HALVES[0] - 1)), (max(first, HALVES[1] + 1), last)
        if first < HALVES[0] and last > HALVES[1]:
            yield first, last
        elif first < HALVES[0]:
            yield before
        elif last > HALVES[1]:
            yield after


def written_one(code: int, special: str = "^$.|?*+()[]{}") -> str:
    """A character as Python takes it; `special` are those that need a backslash."""
    sign = chr(code)
    if code < 127 and sign not in "\\":
        return f"\\x{code:02x}" if code < 32 else f"\\{sign}" if sign in special else sign
    if code > 0xFFFF:
        return sign if sign.isprintable() else f"\\U{code:08x}"
    return sign if sign.isprintable() and code > 127 else f"\\u{code:04x}"


def in_re2(expression: str) -> str:
    r"""The same expression with RE2's spelling of a character's number: \x{2028} for \u2028."""
    return re.sub(
        r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})", lambda found: f"\\x{{{(found[1] or found[2]).lstrip('0')}}}", expression
    )
