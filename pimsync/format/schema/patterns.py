"""Patterns: regular expressions as ECMA-262 means them, read once and written for RE2 and for Python.

JSON Schema's patterns are ECMA-262's. DuckDB runs RE2, jsonschema runs Python's `re`, and the three differ in `$`, `.`,
`\\d`, `\\w`, `\\s` and more. So every pattern is taken apart, and each part written so that both read it as ECMA-262
does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from pimsync.errors import ChannelError
from pimsync.format.schema.characters import (
    ANY_BUT_LINE_ENDS,
    CLASSES,
    Ranges,
    category,
    complement,
    in_re2,
    written,
    written_one,
)

#: RE2 repeats nothing more often than this.
RE2_REPEATS = 1000

_COUNT = re.compile(r"\{(\d+)(,(\d*))?\}")
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\}")
_CONTROLS = {"n": 10, "r": 13, "t": 9, "v": 11, "f": 12, "0": 0}
_GROUPS = re.compile(r"\((\?(:|=|!|<=|<!|<([A-Za-z_$][\w$]*)>))?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as Python's `re` takes it, and as RE2 does: None where RE2 has no such thing."""

    python: str
    re2: str | None


def matches(pattern: str, value: str) -> bool:
    """Whether a text holds what the pattern describes, by ECMA-262."""
    return _compiled(pattern).search(value) is not None


@lru_cache(maxsize=512)
def read(pattern: str) -> Pattern:
    """Take a pattern apart.

    Raises:
        ChannelError: it is no regular expression of ECMA-262.
    """
    reader = _Reader(pattern)
    reader.read()
    found = Pattern("".join(reader.python), None if reader.beyond_re2 else "".join(reader.re2))
    try:
        re.compile(found.python, re.ASCII)
    except re.error:
        raise reader.error("it does not hang together") from None
    return found


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(read(pattern).python, re.ASCII)  # ASCII: for \b, as in ECMA-262


@dataclass
class _Reader:
    """Walks along a pattern and writes it down twice."""

    pattern: str
    at: int = 0
    python: list[str] = field(default_factory=list)
    re2: list[str] = field(default_factory=list)
    beyond_re2: bool = False
    repeats: int = 1
    may_repeat: bool = False

    def read(self) -> None:
        """The whole pattern."""
        while self.at < len(self.pattern):
            sign = self.pattern[self.at]
            step = _STEPS.get(sign)
            if step is not None:
                step(self)
            else:
                self.write(written_one(ord(sign)), 1)

    def error(self, why: str) -> ChannelError:
        return ChannelError(f"the pattern {self.pattern!r} is no regular expression of ECMA-262: {why}")

    def write(self, text: str, length: int, re2: str | None = None, *, repeatable: bool = True) -> None:
        self.python.append(text)
        self.re2.append(in_re2(text) if re2 is None else re2)
        self.at += length
        self.may_repeat = repeatable

    def group(self) -> None:
        found = _GROUPS.match(self.pattern, self.at)
        assert found is not None
        if found.group(1) is None and self.pattern.startswith("(?", self.at):
            raise self.error(f"'{self.pattern[self.at : self.at + 3]}' opens no group")
        opened, name = found.group(2), found.group(3)
        self.beyond_re2 |= opened in ("=", "!", "<=", "<!")
        self.write(
            f"(?P<{name}>" if name else found.group(), len(found.group()), "(" if name else None, repeatable=False
        )

    def quantifier(self) -> None:
        count = _COUNT.match(self.pattern, self.at)
        if self.pattern[self.at] == "{" and count is None:
            raise self.error("a '{' that counts nothing is written '\\{'")
        if not self.may_repeat:
            raise self.error(f"nothing stands before '{self.pattern[self.at]}' that could be repeated")
        text = count.group() if count else self.pattern[self.at]
        if count:
            self.repeats *= max(int(count.group(1)), int(count.group(3) or 0), 1)
            self.beyond_re2 |= self.repeats > RE2_REPEATS
        lazy = "?" if self.pattern.startswith("?", self.at + len(text)) else ""
        self.write(text + lazy, len(text + lazy), repeatable=False)

    def escape(self) -> None:
        sign = self.pattern[self.at + 1 : self.at + 2]
        if sign in "123456789" and sign:
            self.reference(re.compile(r"\\(\d+)"), r"(?:\{})")
        elif sign == "k":
            self.reference(re.compile(r"\\k<([\w$]+)>"), "(?P={})")
        elif sign in ("b", "B"):
            self.beyond_re2 |= sign == "B"  # Python's \B and RE2's differ on an empty text
            self.write(f"\\{sign}", 2, repeatable=False)
        else:
            start = self.at
            found = self.escaped()
            length, self.at = self.at - start, start
            self.write(written(found) if isinstance(found, tuple) else written_one(found), length)

    def reference(self, form: re.Pattern[str], back: str) -> None:
        found = form.match(self.pattern, self.at)
        if found is None:
            raise self.error(f"{self.pattern[self.at : self.at + 2]!r} refers to nothing")
        self.beyond_re2 = True
        self.write(back.format(found.group(1)), len(found.group()))

    def escaped(self) -> int | Ranges:
        r"""What stands behind a backslash, inside a class or outside: a character, or several."""
        sign = self.pattern[self.at + 1 : self.at + 2]
        if sign in CLASSES:
            self.at += 2
            return CLASSES[sign]
        if sign in ("p", "P"):
            return self.property_()
        if sign in _CONTROLS:
            self.at += 2
            return _CONTROLS[sign]
        if sign == "c" and self.pattern[self.at + 2 : self.at + 3].isalpha():
            self.at += 3
            return ord(self.pattern[self.at - 1]) % 32
        if found := _HEX.match(self.pattern, self.at + 1):
            self.at = found.end()
            return self.paired(int(next(filter(None, found.groups())), 16))
        if not sign or sign.isalnum() or ord(sign) > 127:
            raise self.error(f"'\\{sign}' means nothing")
        self.at += 2
        return ord(sign)

    def paired(self, code: int) -> int:
        r"""A character; two halves written one after the other, \uD83D\uDE00, are one."""
        if 0xD800 <= code < 0xDC00 and (
            low := re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})").match(self.pattern, self.at)
        ):
            self.at = low.end()
            return 0x10000 + ((code - 0xD800) << 10) + int(low.group(1), 16) - 0xDC00
        if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            raise self.error("it names half a character, or one that there is not")
        return code

    def property_(self) -> Ranges:
        found = re.compile(r"\\([pP])\{(?:(?:gc|General_Category)=)?([A-Z][a-z]?)\}").match(self.pattern, self.at)
        ranges = category(found.group(2)) if found else ()
        if found is None or not ranges:
            raise self.error("of \\p{…}, only general categories such as \\p{Lu} are known here")
        self.beyond_re2 = True  # RE2 and Python may know different versions of Unicode
        self.at = found.end()
        return complement(ranges) if found.group(1) == "P" else ranges

    def class_(self) -> None:
        start, opposite = self.at, self.pattern.startswith("[^", self.at)
        self.at += 1 + opposite
        ranges: list[tuple[int, int]] = []
        while not self.pattern.startswith("]", self.at):
            first = self.member()
            if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
                self.at += 1
                last = self.member()
                if isinstance(first, tuple) or isinstance(last, tuple) or last < first:
                    raise self.error("a range in [] runs from one character to a later one")
                ranges.append((first, last))
            else:
                ranges += first if isinstance(first, tuple) else [(first, first)]
        length, self.at = self.at + 1 - start, start
        self.write(written(complement(ranges) if opposite else tuple(ranges), opposite=opposite), length)

    def member(self) -> int | Ranges:
        if self.at >= len(self.pattern):
            raise self.error("a '[' is never closed")
        if self.pattern.startswith("\\b", self.at):
            self.at += 2
            return 8
        if self.pattern[self.at] == "\\":
            return self.escaped()
        self.at += 1
        return ord(self.pattern[self.at - 1])

    def unopened(self) -> None:
        raise self.error(f"a '{self.pattern[self.at]}' of its own is written '\\{self.pattern[self.at]}'")


_STEPS: dict[str, Callable[[_Reader], None]] = {
    "(": _Reader.group,
    ")": lambda reader: reader.write(")", 1),
    "|": lambda reader: reader.write("|", 1, repeatable=False),
    "^": lambda reader: reader.write("^", 1, repeatable=False),
    "$": lambda reader: reader.write(r"\Z", 1, "$", repeatable=False),
    ".": lambda reader: reader.write(ANY_BUT_LINE_ENDS, 1),
    "*": _Reader.quantifier,
    "+": _Reader.quantifier,
    "?": _Reader.quantifier,
    "{": _Reader.quantifier,
    "[": _Reader.class_,
    "]": _Reader.unopened,
    "}": _Reader.unopened,
    "\\": _Reader.escape,
}
