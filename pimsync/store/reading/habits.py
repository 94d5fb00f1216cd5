"""What one value leaves open and the whole column shows: which sign is the decimal one, and which number is the day.

`1,299` means two things; in a column that also has `12,50`, and never `12.50`, it means one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pimsync.engine import Engine
from pimsync.store.reading.reading import Manner, pattern
from pimsync.store.sources.source import Notice
from pimsync.words import count

if TYPE_CHECKING:
    from pimsync.store.columns import Column

_SIGNS = {",": "the comma", ".": "the point"}
_ORDERS: dict[Literal["dmy", "mdy"], str] = {"dmy": "the day comes first", "mdy": "the month comes first"}

#: The number in a text: digits, and the signs and blanks between them.
_NUMBER = r"[0-9][0-9 .,'’\x{A0}\x{2009}\x{202F}]*"

#: Numbers whose decimal sign can only be the first of the two; the second one groups thousands.
_PROOF = (
    r"[0-9]+{0}(?:[0-9]{{1,2}}|[0-9]{{4,}})", r"0+{0}[0-9]{{3}}", r"[0-9]{{4,}}{0}[0-9]{{3}}",
    r"[0-9]{{1,3}}(?:{1}[0-9]{{3}})+{0}[0-9]+", r"[0-9]{{1,3}}(?:{1}[0-9]{{3}}){{2,}}",
    r"[0-9]{{1,2}}(?:{1}[0-9]{{2}})+{1}[0-9]{{3}}(?:{0}[0-9]+)?",
)  # fmt: skip

#: Dates with the year last: the first and the second number.
_DATE = r"^\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][12][0-9]{3}(?:\D.*)?$"


@dataclass(frozen=True, slots=True)
class Habits:
    """How the columns of a catalog are written, each by its own values, and what to say of it."""

    manner: Manner
    notices: tuple[Notice, ...]


def habits(engine: Engine, relation: str, columns: Sequence[Column], manner: Manner) -> Habits:
    """Let each column settle what the catalog does not say and single values do not show.

    Columns that show nothing are written as the project's language is; those that contradict themselves stay as they are. It reads
    the whole catalog once more: ask only where values were ambiguous.

    Args:
        relation: the SELECT of the source.
        columns: those of the snapshot; only prices, measures and dates are looked at.
    """
    numbers = [one for one in columns if one.field.kind in ("price", "measure") and not manner.decimal]
    dates = [one for one in columns if one.field.kind == "moment" and manner.date_order == "ymd"]
    asked = [
        *(proof for one in numbers for proof in _decimals(one)),
        *(proof for one in dates for proof in _orders(one)),
    ]
    if not asked:
        return Habits(manner, ())
    found = [int(n or 0) for n in engine.rows(f"select {', '.join(asked)} from ({relation})")[0]]
    own: dict[str, Manner] = {}
    notices = []
    for column, comma, point in zip(numbers, found[::2], found[1::2], strict=False):
        sign = "," if comma and not point else "." if point and not comma else None
        if sign is None and not comma and manner.usual:
            own[column.name] = replace(manner, decimal=manner.usual)
        if sign:
            own[column.name] = replace(manner, decimal=sign)
            notices.append(_notice("decimal", column.name, f"{_SIGNS[sign]} is the decimal sign", comma or point))
    rest = found[2 * len(numbers) :]
    for column, day, month in zip(dates, rest[::2], rest[1::2], strict=True):
        order: Literal["dmy", "mdy"] | None = "dmy" if day and not month else "mdy" if month and not day else None
        if order:
            own[column.name] = replace(manner, date_order=order)
            notices.append(_notice("date_order", column.name, _ORDERS[order], day or month))
    return Habits(replace(manner, columns=own) if own else manner, tuple(notices))


def _notice(rule: str, column: str, said: str, values: int) -> Notice:
    return Notice(f"column/{rule}", f"{column}: {said}, by {count(values, 'value')}")


def _decimals(column: Column) -> tuple[str, str]:
    """SQL: how many values prove the comma to be the decimal sign, and how many the point."""
    number = f"rtrim(regexp_replace(regexp_extract({column.raw}, {pattern(_NUMBER)}), '[^0-9.,]', '', 'g'), '.,')"
    proofs = []
    for sign, other in ((",", r"\."), (r"\.", ",")):
        shapes = "|".join(shape.format(sign, other) for shape in _PROOF)
        proofs.append(
            f"count_if(not coalesce({column.exact}, false) and regexp_full_match({number}, {pattern(shapes)}))"
        )
    return proofs[0], proofs[1]


def _orders(column: Column) -> tuple[str, str]:
    """SQL: how many values prove the first number to be the day, and how many the second."""
    first, second = (f"try_cast(regexp_extract({column.raw}, {pattern(_DATE)}, {n}) as integer)" for n in (1, 2))
    return (
        f"count_if({first} between 13 and 31 and {second} <= 12)",
        f"count_if({second} between 13 and 31 and {first} <= 12)",
    )
