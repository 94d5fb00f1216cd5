"""Texts: how long, of what form."""

from __future__ import annotations

import re

from pimsync.engine import text
from pimsync.format.schema import patterns, sql
from pimsync.format.schema.flaw import Flaw, Predicate
from pimsync.format.schema.formats import FORMATS
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords.table import frame, is_text, keyword


@keyword("maxLength", "length", of=is_text)
def max_length(limit: int, here: Here) -> Predicate:
    """How many characters at most: code points, as JSON Schema counts them."""
    length = f"length({here.value})"
    says = here.sentence(
        f"has {{length}} characters; the channel takes {int(limit):,}", length=f"format('{{:,}}', {length})"
    )
    return Predicate(f"case when strlen({here.value}) > {int(limit)} then {length} > {int(limit)} else false end", says)


@keyword("minLength", "short", of=is_text)
def min_length(limit: int, here: Here) -> Predicate:
    """How many characters at least."""
    length = f"length({here.value})"
    says = here.sentence(f"has {{length}} characters; the channel wants at least {int(limit)}", length=length)
    return Predicate(f"{length} < {int(limit)}" if limit > 0 else sql.FALSE, says)


@keyword("pattern", "pattern", of=is_text)
def pattern(wanted: str, here: Here) -> Predicate | None:
    """The form of a text, where RE2 reads the pattern as ECMA-262 does."""
    expression = patterns.read(wanted).re2
    if expression is None:
        return None
    says = here.sentence("{value} does not have the form {form}", form=text(wanted))
    return Predicate(_cheaply(wanted, here.value) or f"not regexp_matches({here.value}, {text(expression)})", says)


_WITHOUT = re.compile(r"\^\[\^((?:[,;|:/ ]|\\[rnt|])+)\]\*\$")
_SIGNS = {"\\r": "\r", "\\n": "\n", "\\t": "\t", "\\|": "|"}
_BEGINS = re.compile(r"\^([A-Za-z]*)([A-Za-z])\?([A-Za-z:/]*)")


def _cheaply(pattern: str, value: str) -> str | None:
    """The same as a search for plain signs, for the patterns that ask no more: it costs a tenth."""
    if without := _WITHOUT.fullmatch(pattern):
        signs = [_SIGNS.get(sign, sign) for sign in re.findall(r"\\.|.", without.group(1))]
        return "(" + " or ".join(f"contains({value}, chr({ord(sign)}))" for sign in signs) + ")"
    if begins := _BEGINS.fullmatch(pattern):
        start, optional, rest = begins.groups()
        ways = [f"starts_with({value}, {text(start + letter + rest)})" for letter in (optional, "")]
        return f"not ({' or '.join(ways)})"
    return None


@frame("format", of=is_text)
def format_(name: str, here: Here) -> list[Flaw]:
    """A known form: an address, a date, a price, a code; JSON Schema ignores a format that nobody knows."""
    known = FORMATS.get(name)
    if known is None:
        return []
    why = {"why": known.why(here.value)} if known.why else {}
    found = Predicate(f"not ({known.sql(here.value)})", here.sentence(known.says, **why))
    return [here.flaw("format", known.demand or name, found, {"format": name})]
