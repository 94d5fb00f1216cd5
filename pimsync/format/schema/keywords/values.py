"""What a value may be: its type, or one of a few."""

from __future__ import annotations

from typing import Any

from pimsync.engine import text
from pimsync.format.schema import sql
from pimsync.format.schema.flaw import Predicate
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords.table import keyword
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

#: How people call the types.
SPOKEN = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group",
    "null": "nothing",
}

#: More values than these are not all named in a sentence.
NAMED = 12


@keyword("type", "type")
def type_(wanted: str | list[str], here: Here) -> Predicate:
    """What kind of value it is."""
    types = [wanted] if isinstance(wanted, str) else wanted
    spoken = " or ".join(SPOKEN[kind] for kind in types)
    says = here.sentence(f"{{value}} is not {spoken}")
    if _kinds(here.shape) & set(types):
        return Predicate(sql.FALSE, says)
    if here.shape == Scalar("number") and "integer" in types:
        return Predicate(f"not (isfinite({here.value}) and trunc({here.value}) = {here.value})", says)
    return Predicate(here.present, says)


def _kinds(shape: Shape) -> set[str]:
    """The types that every value of a shape has."""
    match shape:
        case ListOf():
            return {"array"}
        case Group():
            return {"object"}
        case Scalar("integer"):
            return {"integer", "number"}
        case Scalar(kind):
            return {kind}


@keyword("enum", "values")
def enum(allowed: list[Any], here: Here) -> Predicate | None:
    """One of a few values."""
    if here.is_item:
        return None
    one_of = "one of " if len(allowed) > 1 else ""
    says = here.sentence(f"{{value}} is not {one_of}{{allowed}}", allowed=text(_spoken(allowed)))
    if isinstance(here.shape, Scalar):
        known = dict.fromkeys(one for value in allowed if (one := sql.literal(value, here.shape)) is not None)
        return Predicate(_none_of(here, list(known)), says)
    known_ones = sql.either(sql.equals(here.value, value, here.shape) for value in allowed)
    return Predicate(sql.both(here.present, sql.negated(known_ones)), says)


@keyword("const", "value")
def const(wanted: Any, here: Here) -> Predicate | None:
    """One value and no other."""
    return enum([wanted], here)


def _none_of(here: Here, known: list[str]) -> str:
    if len(known) < 2:
        return f"{here.value} <> {known[0]}" if known else here.present
    return f"{here.value} not in ({', '.join(known)})"


def _spoken(values: list[Any]) -> str:
    """Values as people read them: the first few, and how many more."""
    more = f" and {len(values) - NAMED} more" if len(values) > NAMED else ""
    return ", ".join(map(_said, values[:NAMED])) + more


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)
