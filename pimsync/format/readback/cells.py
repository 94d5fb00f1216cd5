"""Values out of a cell, by the syntax in which its lists and groups stand."""

from __future__ import annotations

import json
from typing import Any

from pimsync.errors import FeedError
from pimsync.format.encode.cells import Syntax
from pimsync.format.readback.values import typed
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape


def value_of(shape: Shape, cell: str, syntax: Syntax) -> Any:
    """What a cell holds; None where it is empty.

    Raises:
        FeedError: the cell is not in its syntax.
    """
    if not cell:
        return None
    if syntax.is_json(shape):
        return _shaped(shape, _json(cell))
    if isinstance(shape, ListOf):
        return [_part(shape.of, element, syntax) for element in _elements(cell, syntax)]
    return _part(shape, cell, syntax)


def _part(shape: Shape, text: str, syntax: Syntax) -> Any:
    match shape:
        case Scalar(kind):
            return typed(kind, text)
        case Group(fields):
            slots = text.split(syntax.group.join)
            if len(slots) != len(fields):
                raise FeedError(f"{text!r} holds {len(slots)} parts where {len(fields)} should stand")
            return {name: _part(field, slot, syntax) for (name, field), slot in zip(fields.items(), slots, strict=True)}
        case ListOf():
            raise FeedError(f"{text!r} should be a list inside a list")


def _elements(cell: str, syntax: Syntax) -> list[str]:
    style = syntax.list
    opened, closed = style.open + style.quote, style.quote + style.close
    if len(cell) < len(opened) + len(closed) or not (cell.startswith(opened) and cell.endswith(closed)):
        raise FeedError(f"{cell!r} is no list in this feed's syntax")
    inner = cell[len(opened) : len(cell) - len(closed)]
    return inner.split(style.quote + style.join + style.quote)


def _shaped(shape: Shape, value: Any) -> Any:
    """What a JSON value says: numbers by their attribute's kind, as JSON tells 3 from 3.0 by the spelling only."""
    match shape, value:
        case Scalar("string"), str():
            return value
        case Scalar("boolean"), bool():
            return value
        case Scalar("integer" | "number" as kind), int() | float() if not isinstance(value, bool):
            return float(value) if kind == "number" else int(value)
        case ListOf(of), list():
            return [_shaped(of, element) for element in value]
        case Group(fields), dict() if value.keys() <= fields.keys():
            return {name: _shaped(fields[name], part) for name, part in value.items()}
        case _:
            raise FeedError(f"{value!r} stands in JSON where it should not")


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except json.JSONDecodeError as error:
        raise FeedError(f"{cell!r} is no JSON: {error.msg}") from None
