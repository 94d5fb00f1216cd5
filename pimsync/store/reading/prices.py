"""Prices and measures: a number as people write it, with what stands before and after it.

What one value cannot tell is never guessed: `1,299` is 1.299 in one country and 1299 in another.
"""

from __future__ import annotations

from dataclasses import replace

from pimsync.engine import ident
from pimsync.store.reading.choices import LENGTH_UNITS, WEIGHT_UNITS, spelled
from pimsync.store.reading.currencies import code_of
from pimsync.store.reading.reading import Manner, Reading, part, pattern

#: The number type of the snapshot.
DECIMAL = "decimal(18, 4)"

#: Before, the number, a dash for no cents, after. Every kind of blank is one blank by then.
_PARTS = r"^([^0-9.,+−-]*|[^0-9+−-]*[^0-9.,+−-]) ?([+−-]? ?(?:[0-9](?:[0-9 .,'’]*[0-9])?|[.,][0-9]+)[.,]?)([-–—]{0,2}) ?([^0-9 ][^0-9]*|)$"

#: A number with at most two decimals, and perhaps a word behind it.
_SIMPLE = r"^([0-9]{1,14})(?:[.,]([0-9]{1,2}))?[ \x{A0}\x{202F}]?([^0-9\s\x{A0}.,+−–-]*[.]?)$"

_WHOLE = r"[0-9]+"
_BLANKS = r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]+)?"
_ONE_SIGN = r"[0-9]*[.,][0-9]+"
_EITHER = r"[1-9][0-9]{0,2}[.,][0-9]{3}"
_COMMA_GROUPS = (
    r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
)
_POINT_GROUPS = r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}"


def price(name: str, manner: Manner) -> Reading:
    """An amount of money; the currency it shows is kept for the field `currency`. A sale price of zero is no sale."""
    reading = _number(name, manner, "currency", code_of(part(name, "word")))
    if name.partition(":")[0] != "sale_price":
        return reading
    return replace(reading, fixes={**reading.fixes, "no_sale": f"{part(name, 'value')} = 0"})


def measure(name: str, manner: Manner) -> Reading:
    """A number with or without a unit; the unit is kept for the field `weight_unit` or `length_unit`."""
    units = WEIGHT_UNITS if name.partition(":")[0] == "weight" else LENGTH_UNITS
    return _number(name, manner, "unit", spelled(part(name, "word"), units))


def _number(name: str, manner: Manner, beside: str, meaning: str) -> Reading:
    """A number and what is beside it; plain numbers, and those with only a word behind them, by a shorter way."""
    manner = manner.of(name)
    raw, exact, plain = ident(name), part(name, "exact"), part(name, "plain")
    simple, parts, word, number = (part(name, what) for what in ("simple", "parts", "word", "number"))
    is_plain = f"{exact} or regexp_full_match({raw}, '[0-9]{{1,14}}(?:[.][0-9]{{1,2}})?')"
    is_simple = f"regexp_extract({raw}, {pattern(_SIMPLE)}, ['whole', 'cents', 'after'])"
    blanks = rf"regexp_replace({raw}, '[\s\x{{A0}}\x{{2007}}\x{{2009}}\x{{202F}}]+', ' ', 'g')"
    is_parts = f"regexp_extract({blanks}, {pattern(_PARTS)}, ['before', 'number', 'dash', 'after'])"
    steps = (
        {plain: f"case when {is_plain} then try_cast({raw} as {DECIMAL}) end"},
        {simple: f"case when {plain} is null and not {exact} and length({raw}) <= 60 then {is_simple} end"},
        {parts: f"case when {simple}.whole = '' then {is_parts} end"},
        {word: _word(simple, parts), number: _digits(simple, parts)},
        {part(name, beside): f"case when {word} <> '' then {meaning} end"},
    )
    known = f"({word} = '' or {part(name, beside)} is not null)"
    simply = f"try_cast({simple}.whole || '.' || {simple}.cents as {DECIMAL})"
    read = f"try_cast({_with_point(number, manner)} as {DECIMAL})"
    value = f"case when {plain} >= 0 then {plain} when {plain} is not null or not {known} then null"
    value += (
        f" when {simple}.whole <> '' then {simply} when {number} <> '' and not prefix({number}, '-') then {read} end"
    )
    return Reading(value, steps, _wrong(plain, number, known, manner))


def _wrong(plain: str, number: str, known: str, manner: Manner) -> str:
    wrong = f"case when prefix({number}, '-') and {known} or {plain} < 0 then 'negative'"
    if not manner.decimal:
        wrong += f" when regexp_full_match({number}, {pattern(_EITHER)}) and {known} then 'ambiguous'"
    return wrong + " else 'unreadable' end"


def _word(simple: str, parts: str) -> str:
    """What stands beside the number: a currency or a unit. Where one stands on both sides, they must be the same."""
    before, after = (f"rtrim(trim(lower({parts}.{side})), '.')" for side in ("before", "after"))
    both = f"case when {before} = {after} or ({before} = '$' and suffix({after}, 'd')) then {after} else '?' end"
    bare = f"case when {simple}.whole <> '' then rtrim(lower({simple}.after), '.') when {parts} is null then null"
    return f"{bare} when {before} = '' then {after} when {after} = '' then {before} else {both} end"


def _digits(simple: str, parts: str) -> str:
    """The number alone: a minus in front as `-`, no dash for cents, `12.` as 12."""
    number = f"replace(replace({parts}.number, '−', '-'), '- ', '-')"
    return f"case when {simple}.whole <> '' then {simple}.whole when {parts} is not null then ltrim(rtrim({number}, '.,'), '+ ') end"


def _with_point(number: str, manner: Manner) -> str:
    """The number with a point and nothing else; null where its signs make no sense, or could mean two things."""
    bare = f"regexp_replace({number}, '[ ''’]', '', 'g')"
    either = f"replace(replace({number}, ',', ''), '.', '')" if manner.decimal else "null"
    if manner.decimal:
        either = f"case when contains({number}, '{manner.decimal}') then replace({number}, ',', '.') else {either} end"
    return f"""case
      when regexp_full_match({number}, {pattern(_WHOLE)}) then {number}
      when regexp_full_match({number}, {pattern(_EITHER)}) then {either}
      when regexp_full_match({number}, {pattern(_ONE_SIGN)}) then replace({number}, ',', '.')
      when regexp_full_match({number}, {pattern(_BLANKS)}) then replace({bare}, ',', '.')
      when regexp_full_match({number}, {pattern(_COMMA_GROUPS)}) then replace({number}, ',', '')
      when regexp_full_match({number}, {pattern(_POINT_GROUPS)}) then replace(replace({number}, '.', ''), ',', '.')
      end"""
