"""Formats: forms of text that the trade knows, each tested alike in Python (for jsonschema) and in SQL."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from pimsync.engine import text
from pimsync.format.schema import patterns
from pimsync.format.schema.refs import shipped


@dataclass(frozen=True, slots=True)
class Format:
    """A form of text: how Python and SQL test it, what people are told, and the demand's name if not the format's.

    The SQL is null where the value is. `why` is the SQL of what exactly is wrong, where a form can be missed in several
    ways.
    """

    python: Callable[[str], bool]
    sql: Callable[[str], str]
    says: str
    demand: str | None = None
    why: Callable[[str], str] | None = None


DATE = r"(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_MINUTE = "[0-5][0-9]"
_HOUR = "(?:[01][0-9]|2[0-3])"
_OFFSET = rf"[Zz]|[+-]{_HOUR}:{_MINUTE}"

#: RFC 3339, 5.6; a leap second is one.
DATE_TIME = rf"{DATE}[Tt]{_HOUR}:{_MINUTE}:(?:{_MINUTE}|60)(?:\.[0-9]+)?(?:{_OFFSET})"

#: As feeds write times: seconds and offset may be missing, the offset's colon too, and a zero before the hour.
ISO_TIME = rf"{DATE}(?:T(?:{_HOUR}|[0-9]):{_MINUTE}(?::{_MINUTE}(?:\.[0-9]+)?)?(?:Z|[+-]{_HOUR}(?::?{_MINUTE})?)?)?"
ISO_RANGE = rf"{ISO_TIME} */ *{ISO_TIME}"

_BLANK = r"\s\x00-\x1f\x7f-\x9f"
_PLACE = rf"://(?:[^/?#@{_BLANK}]*@)?[^/?#@:{_BLANK}][^{_BLANK}]*$"
URI = rf"^[A-Za-z][A-Za-z0-9+.\-]*{_PLACE}"
HTTP_URL = f"^https?{_PLACE}"

AMOUNT = r"[0-9]+(?:\.[0-9]+)? "


@lru_cache(maxsize=1)
def codes() -> dict[str, tuple[str, ...]]:
    """ISO's codes: `countries`, `currencies`, `languages`."""
    lists = json.loads((shipped() / "_shared" / "codes.json").read_text(encoding="utf-8"))
    return {name: tuple(lists[name]) for name in ("countries", "currencies", "languages")}


def _full(expression: str, value: str) -> bool:
    return re.fullmatch(expression, value) is not None


def _full_sql(expression: str, value: str) -> str:
    return f"regexp_full_match({value}, {text(expression)})"


def _days(value: str) -> bool:
    """Whether the days that a text begins with, and that follow a slash, are in the calendar."""
    for part in value.split("/"):
        try:
            datetime.date.fromisoformat(part.lstrip(" ")[:10])
        except ValueError:
            return False
    return True


def _dated(expression: str) -> tuple[Callable[[str], bool], Callable[[str], str]]:
    def in_sql(value: str) -> str:
        day = f"try_cast(left({value}, 10) as date) is not null"
        return f"case when {_full_sql(expression, value)} then {day} when {value} is not null then false end"

    return (lambda value: _full(expression, value) and _days(value)), in_sql


def _range_sql(value: str) -> str:
    days = " and ".join(
        f"try_cast(left(trim(split_part({value}, '/', {part})), 10) as date) is not null" for part in (1, 2)
    )
    return f"case when {_full_sql(ISO_RANGE, value)} then {days} when {value} is not null then false end"


def _address(pattern: str) -> tuple[Callable[[str], bool], Callable[[str], str]]:
    return partial(
        patterns.matches, pattern
    ), lambda value: f"regexp_matches({value}, {text(patterns.read(pattern).re2 or '')})"


def _is_gtin(value: str) -> bool:
    if len(value) not in (8, 12, 13, 14) or not _full("[0-9]+", value) or not value.strip("0"):
        return False
    return sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(reversed(value))) % 10 == 0


def _gtin_why(value: str) -> str:
    length = f"length({value})"
    return f"""case
        when not {_full_sql("[0-9]+", value)} then 'is no GTIN: it has more than digits'
        when {length} not in (8, 12, 13, 14) then concat('has ', {length}, ' digits; a GTIN has 8, 12, 13 or 14')
        when ltrim({value}, '0') = '' then 'is no GTIN: it is all zeros'
        else 'has a wrong check digit' end"""


def _known(kind: str, before: str = "") -> tuple[Callable[[str], bool], Callable[[str], str]]:
    """One of ISO's codes; as a regular expression, which DuckDB plans and runs faster than a long `in (…)`."""

    def expression() -> str:
        return f"{before}(?:{'|'.join(codes()[kind])})"

    return (lambda value: _full(expression(), value)), lambda value: _full_sql(expression(), value)


FORMATS: dict[str, Format] = {
    "date": Format(*_dated(DATE), "{value} is no date such as 2027-02-24"),
    "date-time": Format(*_dated(DATE_TIME), "{value} is no date and time such as 2027-02-24T11:07:00+01:00"),
    "iso-time": Format(*_dated(ISO_TIME), "{value} is no date, or date and time, such as 2027-02-24T11:07+0100"),
    "iso-range": Format(
        lambda value: _full(ISO_RANGE, value) and _days(value),
        _range_sql,
        "{value} is no span of time such as 2027-02-24T11:07+0100/2027-03-01T23:59+0100",
    ),
    "uri": Format(*_address(URI), "{value} is no full address", "url"),
    "http-url": Format(
        *_address(HTTP_URL), "{value} is no full web address that begins with http:// or https://", "url"
    ),
    "gtin": Format(_is_gtin, lambda value: f"is_gtin({value})", "{value} {why}", "checksum", _gtin_why),
    "price": Format(*_known("currencies", AMOUNT), "{value} is no price such as 12.50 EUR"),
    "currency": Format(*_known("currencies"), "{value} is no currency code such as EUR"),
    "country": Format(*_known("countries"), "{value} is no country code such as DE"),
    "language": Format(*_known("languages"), "{value} is no language code such as de"),
}
