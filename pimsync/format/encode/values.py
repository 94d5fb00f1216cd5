"""Single values as a feed writes them, and values of any shape as JSON."""

from __future__ import annotations

from pimsync.engine import ident, text
from pimsync.errors import ChannelError
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape


def scalar_text(kind: str, value: str) -> str:
    """A single value as text: a number with a point and no exponent, a truth as true or false."""
    match kind:
        case "string":
            return value
        case "number":
            return number_text(value)
        case _:
            return f"cast({value} as varchar)"


def number_text(value: str) -> str:
    """A number as people write it: 76.5, 3, 0.0000001; null for what is no number on paper (infinity, NaN)."""
    written = f"cast({value} as varchar)"
    return (
        f"case when not isfinite({value}) then null when contains({written}, 'e') then {_spelled_out(value, written)}"
        f" when ends_with({written}, '.0') then left({written}, -2)"
        f" else {written} end"
    )


def _spelled_out(value: str, written: str) -> str:
    """The text 1.25e-07 as 0.000000125, and 1.25e+20 as 125000000000000000000."""
    digits = f"replace(ltrim(split_part({written}, 'e', 1), '-'), '.', '')"
    exponent = f"cast(split_part({written}, 'e', 2) as integer)"
    return (
        f"case when {value} < 0 then '-' else '' end || case when {exponent} < 0"
        f" then '0.' || repeat('0', -{exponent} - 1) || {digits}"
        f" else rpad({digits}, {exponent} + 1, '0') end"
    )


def json_text(shape: Shape, value: str, depth: int = 0) -> str:
    """A value as JSON, absent members and elements left out; null where nothing is left."""
    match shape:
        case Scalar("string"):
            return f"cast(to_json(nullif({value}, '')) as varchar)"
        case Scalar(kind):
            return scalar_text(kind, value)
        case ListOf(of):
            return around("'['", joined(value, json_text(of, variable(depth), depth + 1), ",", depth), "']'")
        case Group(fields):
            members = ", ".join(
                f"{text(_member(name))} || {json_text(field, sub(value, name), depth)}"
                for name, field in fields.items()
            )
            return around("'{'", f"concat_ws(',', {members})", "'}'")


def joined(items: str, each: str, sign: str, depth: int) -> str:
    """A list's elements, each written by its own SQL, with a sign between them; empty or null where nothing is left."""
    return f"array_to_string(list_transform({items}, lambda {variable(depth)}: {each}), {text(sign)})"


def around(opened: str, inside: str, closed: str, empty: str = "''") -> str:
    """What is inside, between two texts; null where it is empty or null. (`nullif` would compute it twice.)"""
    return bound(inside, "inside", f"case when inside <> {empty} then {opened} || inside || {closed} end")


def bound(value: str, name: str, body: str) -> str:
    """The body, computing the value once: DuckDB would else compute it anew wherever it stands."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def sub(group: str, name: str) -> str:
    """A sub-attribute of a group."""
    return f"struct_extract({group}, {text(name)})"


def variable(depth: int) -> str:
    """The name of a list's element in a lambda, another one at each level."""
    return f"element_{depth}"


def single(shape: Shape, attribute: str, syntax: str) -> str:
    """The kind of a single value.

    Raises:
        ChannelError: it is a list or a group, which the syntax has no place for.
    """
    if isinstance(shape, Scalar):
        return shape.kind
    raise ChannelError(
        f"{attribute} holds a list or a group inside another: {syntax} cannot express that",
        hint=f"write it as JSON: [feed.columns.{ident(attribute)}] group = {{ json = true }}",
    )


def _member(name: str) -> str:
    import json

    return json.dumps(name, ensure_ascii=False) + ":"
