"""Points in time."""

from __future__ import annotations

from pimsync.engine import ident
from pimsync.store.reading.reading import Manner, Reading, pattern

_ZONE = r"(?: ?(?:Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_TIME = rf"(?:(?:T|t| +)[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:[.,][0-9]{{1,9}})?)?{_ZONE})?"
_YEAR_FIRST = rf"[12][0-9]{{3}}([-/.])[0-9]{{1,2}}[-/.][0-9]{{1,2}}{_TIME}"
_YEAR_LAST = rf"[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][12][0-9]{{3}}{_TIME}"
_PLAIN = rf"[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}{_TIME}"

#: Fields for which a date without a time means the whole day, to its last minute.
ENDS = ("sale_ends", "expires_on")


def moment(name: str, manner: Manner) -> Reading:
    """ISO 8601, with a blank or a T; without a zone in the project's; other orders only where the catalog names its own."""
    manner, raw = manner.of(name), ident(name)
    value = f"case when regexp_full_match({raw}, {pattern(_PLAIN)}) then {_cast(raw, name)}"
    value += f" when regexp_full_match({raw}, {pattern(_YEAR_FIRST)}) then {_cast(_turned(raw, _FROM_YMD), name)}"
    if manner.date_order != "ymd":
        order = _FROM_DMY if manner.date_order == "dmy" else _FROM_MDY
        value += f" when regexp_full_match({raw}, {pattern(_YEAR_LAST)}) then {_cast(_turned(raw, order), name)}"
    return Reading(value + " end", wrong=_wrong(raw, manner))


_FROM_YMD = (r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", r"\1-0\2-0\3")
_FROM_DMY = (r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", r"\3-0\2-0\1")
_FROM_MDY = (r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", r"\3-0\1-0\2")


def _turned(raw: str, order: tuple[str, str]) -> str:
    """The same date, year first."""
    found, written = order
    padded = f"regexp_replace({raw}, {pattern(found)}, {pattern(written)})"
    month = rf"regexp_replace({padded}, '^([0-9]{{4}}-)0([0-9]{{2}}-)', '\1\2')"
    return rf"regexp_replace({month}, '^([0-9]{{4}}-[0-9]{{2}}-)0([0-9]{{2}})', '\1\2')"


def _cast(raw: str, name: str) -> str:
    """The point in time that an ISO text names; a bare date is its first minute, or its last one where something ends."""
    tidy = f"replace(regexp_replace(upper({raw}), ' ?(UTC|GMT)$', 'Z'), ',', '.')"
    tidy = rf"regexp_replace({tidy}, '[T ] *([0-9]):', ' 0\1:')"
    tidy = rf"regexp_replace({tidy}, ' ?([+-][0-9]{{2}}):?([0-9]{{2}})$', '\1:\2')"
    whole = f"try_cast({raw} || ' 23:59:59' as timestamptz)" if name.partition(":")[0] in ENDS else None
    timed = f"try_cast({tidy} as timestamptz)"
    return f"(case when length({raw}) <= 10 then {whole} else {timed} end)" if whole else timed


def _wrong(raw: str, manner: Manner) -> str:
    if manner.date_order != "ymd":
        return "'unreadable'"
    return f"case when regexp_full_match({raw}, {pattern(_YEAR_LAST)}) then 'order' else 'unreadable' end"


def start_and_end(raw: str) -> tuple[str, str]:
    """The two halves of `start/end`, raw; the whole as the first one where there is no slash between two dates."""
    split = r"^(.*[0-9Zz])\s*/\s*([0-9]{4}-.*)$"
    start = f"coalesce(nullif(regexp_extract({raw}, {pattern(split)}, 1), ''), {raw})"
    return start, f"nullif(regexp_extract({raw}, {pattern(split)}, 2), '')"
