"""Text, and codes: text that a spreadsheet takes for a number."""

from __future__ import annotations

from pimsync.engine import ident, text
from pimsync.macros.texts import UNPRINTABLE
from pimsync.store.reading.reading import Manner, Reading, part
from pimsync.store.sources.survey import Survey

#: What stands at the ends of a text without being part of it.
BLANKS = " \t\n\r\x0b\x0c\xa0\u2007\u202f\u3000\ufeff"

_WIDE = tuple(blank for blank in BLANKS if ord(blank) > 127)

#: What a spreadsheet leaves of a long number: 5.90123E+12.
SCIENTIFIC = r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+"


def cleaned(column: str, survey: Survey) -> str:
    """A column's text in NFC and without control characters.

    What the look over the file's bytes has ruled out is not asked again for each value.
    """
    value = column
    if survey.unprintable:
        value = f"clean({value})"
    if survey.decomposed:
        value = f"nfc_normalize({value})"
    return value


def trimmed(value: str, *, wide: bool = True) -> str:
    """A text without blanks at its ends, null where nothing is left; a text that has none is not touched, which is fast."""
    ends = [f"{value} < '!'", *(f"suffix({value}, '{blank}')" for blank in " \n\r\t\x0b\x0c")]
    if wide:
        ends += [f"{affix}({value}, '{blank}')" for blank in _WIDE for affix in ("prefix", "suffix")]
    return f"case when {' or '.join(ends)} then nullif(trim({value}, '{BLANKS}'), '') else {value} end"


def cleansed(value: str) -> str:
    """A text that came out of JSON, where an escape can stand for any character."""
    return f"nfc_normalize(clean({value}))"


def text_(name: str, manner: Manner) -> Reading:
    """Text stays as it is."""
    return Reading(ident(name))


def code(name: str, manner: Manner) -> Reading:
    """A number that is a name: every digit stays; the guards that keep a spreadsheet's hands off are taken away.

    `="0123"` and `'0123` give 0123, and `4006381333931.0` gives 4006381333931 where the field holds digits by nature.
    """
    raw = ident(name)
    guarded = rf"""regexp_extract({raw}, '^(?:="([^"]*)"|''([0-9]+))$', ['quoted', 'ticked'])"""
    steps = ({part(name, "bare"): f"case when prefix({raw}, '=') or prefix({raw}, '''') then {guarded} end"},)
    bare = f"nullif(trim({part(name, 'bare')}.quoted || {part(name, 'bare')}.ticked), '')"
    value = f"case when {part(name, 'bare')} is null then {raw} else coalesce({bare}, {raw}) end"
    fixes = {"spreadsheet_guard": f"{part(name, 'bare')} is not null and {bare} is not null"}
    if name.partition(":")[0] != "gtin":
        return Reading(value, steps, fixes=fixes)
    lost = f"regexp_full_match({raw}, {text(SCIENTIFIC)})"
    zeros = f"suffix({raw}, '.0') and regexp_full_match({raw}, '[0-9]{{6,14}}[.]0')"
    value = f"case when {zeros} then left({raw}, length({raw}) - 2) when not {lost} then {value} end"
    return Reading(value, steps, wrong="'digits_lost'", fixes={**fixes, "decimal_zeros": zeros})


def unprintable(column: str) -> str:
    """Whether a column's text holds what no feed can carry."""
    return f"regexp_matches({column}, {text(UNPRINTABLE)})"
