"""Cells: a value of any shape as the text of one cell, and which values that syntax cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pimsync.engine import text
from pimsync.errors import ChannelError
from pimsync.format.encode.encoder import Column
from pimsync.format.encode.options import DelimitedOptions, GroupStyle, ListStyle
from pimsync.format.encode.values import around, joined, json_text, scalar_text, single, sub, variable
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape


@dataclass(frozen=True)
class Syntax:
    """How one attribute's lists and groups stand in a cell."""

    attribute: str
    list: ListStyle
    group: GroupStyle

    @classmethod
    def of(cls, column: Column, options: DelimitedOptions) -> Syntax:
        """The attribute's own syntax, else the feed's.

        Raises:
            ChannelError: a list of groups would have one sign between its groups and inside them.
        """
        syntax = cls(column.attribute, column.options.list or options.list, column.options.group or options.group)
        match column.shape:
            case ListOf(Group()) if syntax.list.join == syntax.group.join and not syntax.group.as_json:
                raise ChannelError(f"the groups of {column.attribute} and their parts are joined by the same sign")
        return syntax

    def is_json(self, shape: Shape) -> bool:
        """Whether the whole cell is JSON: groups may be, and so are lists of such."""
        while isinstance(shape, ListOf):
            shape = shape.of
        return self.group.as_json and isinstance(shape, Group)


def cell_text(shape: Shape, value: str, syntax: Syntax) -> str:
    """The SQL of a cell's text, before the quoting that the row asks for; null where there is no value."""
    if syntax.is_json(shape):
        return json_text(shape, value)
    match shape:
        case ListOf(of):
            style = syntax.list
            element = _part(of, variable(0), syntax)
            if style.quote:
                element = f"{text(style.quote)} || {element} || {text(style.quote)}"
            return around(text(style.open), joined(value, element, style.join, 0), text(style.close))
        case _:
            return _part(shape, value, syntax)


def conflict(shape: Shape, value: str, syntax: Syntax) -> str | None:
    """The SQL that tells a value which would read back as another one; None where every value can be written."""
    if syntax.is_json(shape):
        return None
    if isinstance(shape, ListOf):
        inside = " or ".join(_conflicts(shape.of, variable(0), syntax, _reserved(syntax.list)))
        return f"list_contains(list_transform({value}, lambda {variable(0)}: {inside}), true)" if inside else None
    conflicts = " or ".join(_conflicts(shape, value, syntax, ()))
    return f"({conflicts})" if conflicts else None


def first_text(shape: Shape, value: str, syntax: Syntax) -> str | None:
    """The SQL of the text with which the cell begins; None where it begins with a number or a sign of the syntax."""
    if syntax.is_json(shape):
        return None
    match shape:
        case Scalar(kind):
            return value if kind == "string" else None
        case ListOf(of):
            return None if syntax.list.open or syntax.list.quote else first_text(of, f"{value}[1]", syntax)
        case Group(fields):
            name, field = next(iter(fields.items()))
            return first_text(field, sub(value, name), syntax)


def _part(shape: Shape, value: str, syntax: Syntax) -> str:
    """A single value, or a group as its sub-attributes in order with empty slots kept."""
    if not isinstance(shape, Group):
        kind = single(shape, syntax.attribute, "a joined list")
        return f"nullif({value}, '')" if kind == "string" else scalar_text(kind, value)
    sign = syntax.group.join
    slots = [
        f"coalesce({scalar_text(single(field, syntax.attribute, 'a joined group'), sub(value, name))}, '')"
        for name, field in shape.fields.items()
    ]
    return around("''", f" || {text(sign)} || ".join(slots), "''", empty=text(sign * (len(slots) - 1)))


def _reserved(style: ListStyle) -> tuple[str, ...]:
    """What an element may not hold: the join; or the quote, and the backslash, which some take for an escape."""
    return (style.quote, "\\") if style.quote else (style.join,)


def _conflicts(shape: Shape, value: str, syntax: Syntax, reserved: tuple[str, ...]) -> Iterator[str]:
    match shape:
        case Scalar("string"):
            for sign in reserved:
                yield f"contains({value}, {text(sign)})"
        case Group(fields):
            for name, field in fields.items():
                yield from _conflicts(field, sub(value, name), syntax, (*reserved, syntax.group.join))
