"""How a catalog writes dates and numbers, where one column of them shows it for all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pimsync.store.product import FIELDS
from pimsync.store.proposal.column import Proposal
from pimsync.store.proposal.fits import Column
from pimsync.store.proposal.state import State
from pimsync.store.reading.currencies import DECIMAL_SIGNS
from pimsync.words import shown

_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][12][0-9]{3}")
_NUMBER = re.compile(r"[0-9.,]*[0-9]")


def _showing(sign: str, other: str) -> re.Pattern[str]:
    """A number that shows its decimal sign, whatever the language."""
    decimals = rf"[0-9]*{sign}(?:[0-9]{{1,2}}|[0-9]{{4,}})|0?{sign}[0-9]+"
    thousands = rf"[0-9]{{1,3}}(?:{other}[0-9]{{3}})+{sign}[0-9]+|[0-9]{{1,3}}(?:{other}[0-9]{{3}}){{2,}}"
    return re.compile(f"{decimals}|{thousands}")


_POINT, _COMMA = _showing(r"\.", ","), _showing(",", r"\.")

#: A number that could have either.
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def manner(state: State, language: str | None) -> Iterator[Proposal]:
    """Lines for [catalog]: `date_order`, and `decimal` where numbers of the catalog want it."""
    yield from _date_order(_columns(state, "moment"))
    yield from _decimal(_columns(state, "price", "measure"), state, language)


def _columns(state: State, *kinds: str) -> list[Column]:
    found = [state.column(name) for name, field in FIELDS.items() if field.kind in kinds]
    return [column for column in found if column]


def _date_order(columns: list[Column]) -> Iterator[Proposal]:
    dates = [match for column in columns for text in column.values.texts if (match := _YEAR_LAST.match(text))]
    days, months = (sum(int(match[place]) > 12 for match in dates) for place in (1, 2))
    if bool(days) != bool(months):
        order, first = ("dmy", "day") if days else ("mdy", "month")
        yield Proposal("date_order", order, f"the {first} comes first, as {days or months} dates show", 0.9)


def _decimal(columns: list[Column], state: State, language: str | None) -> Iterator[Proposal]:
    """The sign, where some numbers do not show it themselves and others do: the language alone may be wrong."""
    numbers = [match[0] for column in columns for text in column.values.texts if (match := _NUMBER.search(text))]
    either = next((number for number in numbers if _EITHER.fullmatch(number)), None)
    if either is None:
        return
    points, commas = (sum(bool(sign.fullmatch(number)) for number in numbers) for sign in (_POINT, _COMMA))
    if bool(points) != bool(commas):
        sign, name = (".", "point") if points else (",", "comma")
        yield Proposal("decimal", sign, f"the {name} is the decimal sign, as {points or commas} numbers show", 0.9)
    elif language in DECIMAL_SIGNS:
        sign = DECIMAL_SIGNS[language]
        read = either.replace("." if sign == "," else ",", "").replace(",", ".")
        state.notes.append(
            f"`{shown(either)}` can be read in two ways; by the language it is {read}: else write decimal"
        )
