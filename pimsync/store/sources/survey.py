"""A quick look over a catalog's bytes, before anything is parsed.

It counts the records in a way of its own, so that a reader that loses one is caught, and rules out what few catalogs have
(control characters, decomposed letters), so that no value has to be asked for it.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 1 << 21
_LF, _CR, _TAB = 10, 13, 9


@dataclass(frozen=True, slots=True)
class Survey:
    """What the bytes of a file show."""

    size: int = 0
    unprintable: bool = True  # control characters, U+FFFE, U+FFFF
    decomposed: bool = True  # text that may not be NFC
    wide: bool = True  # blanks beyond the ASCII ones
    lines: int = 0  # lines that end outside quotes, blank ones left out
    blank: int = 0  # blank lines outside quotes
    carriage: bool = False  # the lines end with a carriage return alone
    trailing: bool = False  # there may be lines that end with a delimiter, or with nothing in quotation marks behind it


@dataclass(frozen=True, slots=True)
class _Seen:
    """One chunk: what it holds if it starts outside quotes, and if it starts inside."""

    flags: int
    quotes: int
    ends: tuple[int, int]
    blank: tuple[int, int]


_UNPRINTABLE, _DECOMPOSED, _WIDE, _TRAILING = 1, 2, 4, 8


def survey(path: Path, *, escapes: bool = False, quote: str = '"', delimiter: str = "") -> Survey:
    """Look over a file.

    Args:
        escapes: whether this is JSON: a backslash can stand for any character, and every line end ends a line.
        quote: the quotation mark within which a line end ends none.
        delimiter: what stands between the cells of a line.
    """
    newline = _newline(path)
    empty = tuple(end.encode() for end in (delimiter, delimiter + 2 * quote, delimiter + 2 * quote + " ") if delimiter)
    trails = tuple(end + carriage + bytes([newline]) for end in empty for carriage in (b"", b"\r"))
    flags = ends = blank = inside = 0
    with ThreadPoolExecutor(2) as pool:
        look = functools.partial(_look, newline=newline, quote=0 if escapes else ord(quote), trails=trails)
        for seen in _ahead(pool, look, _chunks(path)):
            flags |= seen.flags
            ends += seen.ends[inside]
            blank += seen.blank[inside]
            inside ^= seen.quotes & 1
    size = path.stat().st_size
    last = _last(path) if size else b""
    unended = size > 0 and last[-1] != newline
    return Survey(
        size, bool(flags & _UNPRINTABLE), bool(flags & _DECOMPOSED), bool(flags & _WIDE), ends - blank + unended, blank,
        newline == _CR, bool(flags & _TRAILING) or last.endswith(empty),
    )  # fmt: skip


def _newline(path: Path) -> int:
    """The byte that ends a line: LF, or CR where there is no LF at all."""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            if b"\n" in piece:
                return _LF
            if b"\r" in piece.rstrip(b"\r"):
                return _CR
    return _LF


def _last(path: Path) -> bytes:
    """The last few bytes of a file that has any."""
    with path.open("rb") as file:
        file.seek(-min(8, path.stat().st_size), 2)
        return file.read()


def _chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The file in chunks, each with the two bytes before and the five after it."""
    with path.open("rb", buffering=0) as file:
        before, now = b"\n", file.read(_CHUNK)
        while now:
            following = file.read(_CHUNK)
            yield before, now + following[:5] if following else now
            before, now = now[-2:], following


def _ahead(pool: ThreadPoolExecutor, work: Any, jobs: Iterator[tuple[bytes, bytes]]) -> Iterator[_Seen]:
    """The results in order, with a few jobs under way and no more."""
    from collections import deque

    waiting: Any = deque()
    for job in jobs:
        waiting.append(pool.submit(work, job))
        if len(waiting) > 3:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _look(job: tuple[bytes, bytes], newline: int, quote: int, trails: Sequence[bytes] = ()) -> _Seen:
    """What one chunk shows; where there is no quotation mark it is JSON."""
    import numpy as np

    before, piece = job
    own = len(piece) if len(piece) < _CHUNK else _CHUNK
    data = np.frombuffer(piece, np.uint8)[:own]
    ends = np.flatnonzero(data == newline)
    low = np.count_nonzero(data < 32) - len(ends)
    if low:
        low -= sum(np.count_nonzero(data == blank) for blank in (_LF, _CR, _TAB) if blank != newline)
    flags = _UNPRINTABLE if low or np.count_nonzero(data == 0x7F) else 0
    if any(trail in piece for trail in trails):
        flags |= _TRAILING
    if not quote and b"\\" in piece:
        flags |= _escaped(np.frombuffer(piece, np.uint8), own)
    flags |= _beyond_ascii(data, np.frombuffer(piece, np.uint8))
    quotes = np.flatnonzero(data == quote) if quote else ()
    if not len(quotes):
        return _Seen(flags, 0, (len(ends), 0), (_blank(before, data, ends, newline), 0))
    inside = (np.searchsorted(quotes, ends) & 1).astype(bool)
    out, within = ends[~inside], ends[inside]
    blanks = _blank(before, data, out, newline), _blank(before, data, within, newline)
    return _Seen(flags, len(quotes), (len(out), len(within)), blanks)


def _blank(before: bytes, data: NDArray[np.uint8], ends: NDArray[np.int64], newline: int) -> int:
    """How many of these line ends have nothing before them on their line."""
    import numpy as np

    joined = (
        np.concatenate([np.frombuffer(before.rjust(2, b"x"), np.uint8), data]) if len(ends) and ends[0] < 2 else None
    )
    near = ends[ends < 2]
    count = 0
    for end in near.tolist():
        head = bytes(joined[: end + 2])[-2:] if joined is not None else b""
        count += head[-1:] == bytes([newline]) or head == b"\n\r"
    far = ends[ends >= 2]
    one, two = data[far - 1], data[far - 2]
    return count + int(np.count_nonzero((one == newline) | ((one == _CR) & (two == _LF) & (newline == _LF))))


def _beyond_ascii(data: NDArray[np.uint8], piece: NDArray[np.uint8]) -> int:
    """What the characters beyond ASCII call for; those of U+00C0 to U+02FF (lead bytes C3 to CB) call for nothing."""
    import numpy as np

    if not np.count_nonzero(data == 0xC2) and not np.count_nonzero(data >= 0xCC):
        return 0
    leads = np.flatnonzero((data == 0xC2) | (data >= 0xCC))
    values, table, flags = data[leads], _table(), 0
    padded = np.concatenate([piece, np.zeros(3, np.uint8)])
    two = leads[values < 0xE0]
    if len(two):
        points = ((padded[two] & 0x1F).astype(np.uint16) << 6) | (padded[two + 1] & 0x3F)
        flags |= int(np.bitwise_or.reduce(table[points]))
    three = leads[(values >= 0xE0) & (values < 0xF0)]
    if len(three):
        lead = (padded[three] & 0x0F).astype(np.uint16) << 12
        points = lead | ((padded[three + 1] & 0x3F).astype(np.uint16) << 6) | (padded[three + 2] & 0x3F)
        flags |= int(np.bitwise_or.reduce(table[points]))
    four = leads[values >= 0xF0]
    if len(four) and ((padded[four] != 0xF0) | (padded[four + 1] != 0x9F)).any():
        flags |= _DECOMPOSED
    return flags


def _escaped(data: NDArray[np.uint8], own: int) -> int:
    """What the characters that JSON escapes stand for call for: \\b, \\f and \\uXXXX."""
    import numpy as np

    padded = np.concatenate([data, np.zeros(6, np.uint8)])
    slashes = np.flatnonzero(data[:own] == 0x5C)
    letters = padded[slashes + 1]
    flags = _UNPRINTABLE if ((letters == ord("b")) | (letters == ord("f"))).any() else 0
    coded = slashes[letters == ord("u")]
    if not len(coded):
        return flags
    digits = np.stack([padded[coded + place] for place in range(2, 6)])
    values = np.where(digits >= ord("a"), digits - 87, np.where(digits >= ord("A"), digits - 55, digits - 48)).astype(
        np.uint16
    )
    points = ((values[0] & 15) << 12) | ((values[1] & 15) << 8) | ((values[2] & 15) << 4) | (values[3] & 15)
    halves = (points >= 0xD800) & (points < 0xDC00) & ((points < 0xD83C) | (points > 0xD83F))  # emoji call for nothing
    called = int(np.bitwise_or.reduce(_table()[points])) | (_DECOMPOSED if halves.any() else 0)
    return flags | called | (_UNPRINTABLE if ((points < 32) | (points == 0x7F)).any() else 0)


@functools.lru_cache(maxsize=1)
def _table() -> NDArray[np.uint8]:
    """For each character of the basic plane, what it calls for."""
    import numpy as np

    table = np.zeros(0x10000, np.uint8)
    for point in range(0x80, 0x10000):
        character = chr(point)
        if unicodedata.combining(character) or not unicodedata.is_normalized("NFC", character):
            table[point] |= _DECOMPOSED
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            table[int(parts[1], 16) & 0xFFFF] |= _DECOMPOSED
        if character.isspace() or character == "\ufeff":
            table[point] |= _WIDE
    table[0x1161:0x1176] |= _DECOMPOSED
    table[0x11A8:0x11C3] |= _DECOMPOSED
    table[0x80:0xA0] |= _UNPRINTABLE
    table[[0xFFFE, 0xFFFF]] |= _UNPRINTABLE
    return table
