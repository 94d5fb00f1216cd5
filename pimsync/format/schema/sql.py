"""Small pieces of SQL."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from pimsync.engine import text
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

TRUE, FALSE = "true", "false"
NOTHING = "cast(null as varchar)"

LEAST, GREATEST = -(2**63), 2**63 - 1

#: Longer values are cut where people read them.
SHOWN = 80


def either(conditions: Iterable[str]) -> str:
    """True where one of the conditions is."""
    found = [condition for condition in conditions if condition != FALSE]
    if TRUE in found:
        return TRUE
    return FALSE if not found else found[0] if len(found) == 1 else " or ".join(f"({one})" for one in found)


def both(one: str, other: str) -> str:
    """True where both conditions are."""
    if FALSE in (one, other):
        return FALSE
    return other if one == TRUE else one if other == TRUE else f"({one}) and ({other})"


def negated(condition: str) -> str:
    """True where the condition is false or unknown."""
    return {TRUE: FALSE, FALSE: TRUE}.get(condition, f"not coalesce({condition}, false)")


def opposite(condition: str) -> str:
    """True where the condition is false, which is never unknown."""
    return {TRUE: FALSE, FALSE: TRUE}.get(condition, f"not ({condition})")


def literal(value: Any, shape: Shape) -> str | None:
    """A value from a schema as SQL writes it, None where a value of this shape can never equal it."""
    match shape:
        case Scalar("string"):
            return text(value) if isinstance(value, str) else None
        case Scalar("boolean"):
            return str(value).lower() if isinstance(value, bool) else None
        case Scalar(kind) if isinstance(value, int | float) and not isinstance(value, bool):
            return whole(value) if kind == "integer" else double(value)
    return None


def whole(value: float) -> str | None:
    """A whole number, None where the value is none or too large."""
    return str(int(value)) if value == math.floor(value) and LEAST <= value <= GREATEST else None


def double(value: float) -> str | None:
    """A number with a point, None where it cannot be written exactly."""
    try:
        number = float(value)
    except OverflowError:
        return None
    if math.isinf(number):
        return f"cast('{number}' as double)"
    return None if number != value else f"{number!r}" if "e" in repr(number) else f"{number!r}e0"


def equals(value: str, wanted: Any, shape: Shape) -> str:
    """Whether a value of any shape is the one in a schema."""
    match shape:
        case Scalar():
            written = literal(wanted, shape)
            return FALSE if written is None else f"{value} = {written}"
        case ListOf(of):
            if not isinstance(wanted, list):
                return FALSE
            elements = [equals(f"{value}[{at}]", one, of) for at, one in enumerate(wanted, 1)]
            return _all([f"len({value}) = {len(wanted)}", *elements])
        case Group(fields):
            if not isinstance(wanted, dict) or set(wanted) - set(fields):
                return FALSE
            return _all([_same(field(value, name), name, wanted, shape) for name, shape in fields.items()])


def _same(value: str, name: str, wanted: dict[str, Any], shape: Shape) -> str:
    if name not in wanted:
        return f"{value} is null"
    return both(f"{value} is not null", equals(value, wanted[name], shape))


def _all(conditions: list[str]) -> str:
    return FALSE if FALSE in conditions else f"({' and '.join(conditions)})"


def field(group: str, name: str) -> str:
    """A sub-attribute."""
    return f"struct_extract({group}, {text(name)})"


def filtered(values: str, variable: str, condition: str) -> str:
    """The elements for which a condition holds."""
    return f"list_filter({values}, lambda {variable}: {condition})"


def of_first(values: str, variable: str, condition: str, wanted: str) -> str:
    """What is wanted of the first element for which a condition holds."""
    return f"list_transform({filtered(values, variable, condition)}[:1], lambda {variable}: {wanted})[1]"


def written(value: str, shape: Shape) -> str:
    """A value as text."""
    match shape:
        case Scalar("string"):
            return value
        case Scalar("number"):
            return rf"regexp_replace(cast({value} as varchar), '\.0$', '')"
        case ListOf(Scalar("string")):
            return f"array_to_string({value}, ', ')"
    return f"cast({value} as varchar)"


def shown(value: str) -> str:
    """A text as people see it in a sentence, cut where it is long."""
    return f"case when length({value}) > {SHOWN} then left({value}, {SHOWN - 1}) || '…' else {value} end"


def sentence(template: str, fill: Callable[[str], str | None]) -> str:
    """A sentence for people, its {blanks} filled with SQL; a blank of which nothing is known stays empty."""
    pieces: list[str] = []
    rest = template
    while (start := rest.find("{")) >= 0 and (end := rest.find("}", start)) >= 0:
        pieces += [text(rest[:start])] if start else []
        filled = fill(rest[start + 1 : end])
        pieces += [filled] if filled is not None else []
        rest = rest[end + 1 :]
    pieces += [text(rest)] if rest else []
    return f"concat({', '.join(pieces or [text('')])})"
