"""The types that DuckDB gives an expression, and how a value of one becomes an attribute of a shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pimsync.errors import PimsyncError
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape, sql_type

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
_FRACTION = {"FLOAT", "DOUBLE", "DECIMAL"}


@dataclass(frozen=True)
class SqlType:
    """A type as DuckDB names it: a plain one, a list `of` another, or a struct with `fields`."""

    name: str
    of: SqlType | None = None
    fields: Mapping[str, SqlType] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """The type in people's words."""
        if self.of is not None:
            return "a list"
        return {"STRUCT": "a group", "MAP": "a map", "BOOLEAN": "yes or no", "VARCHAR": "text"}.get(
            self.name, self.name.lower()
        )


def parse(text: str) -> SqlType:
    """DuckDB's text of a type: `VARCHAR`, `DECIMAL(18,4)`, `STRUCT(a VARCHAR, "b c" BIGINT)[]`."""
    found, rest = _parse(text.strip())
    return found if not rest.strip() else SqlType(text)


def _parse(text: str) -> tuple[SqlType, str]:
    match = re.match(r"[A-Za-z_][\w ]*", text)
    name = match.group().strip() if match else text
    rest = text[match.end() :] if match else ""
    fields: dict[str, SqlType] = {}
    if name == "STRUCT" and rest.startswith("("):
        fields, rest = _fields(rest[1:])
    elif rest.startswith("("):
        rest = _after_bracket(rest)
    found = SqlType(name, None, fields)
    while array := re.match(r"\[\d*\]", rest):
        found, rest = SqlType("LIST", found), rest[array.end() :]
    return found, rest


def _fields(rest: str) -> tuple[dict[str, SqlType], str]:
    fields: dict[str, SqlType] = {}
    while True:
        rest = rest.lstrip(" ,")
        match = re.match(r'"((?:[^"]|"")*)"|([A-Za-z_]\w*)', rest)
        if match is None:
            return fields, rest[1:]
        name = match.group(1).replace('""', '"') if match.group(1) is not None else match.group(2)
        fields[name], rest = _parse(rest[match.end() :].lstrip())
        if rest.lstrip().startswith(")"):
            return fields, rest.lstrip()[1:]


def _after_bracket(rest: str) -> str:
    depth = 0
    for at, sign in enumerate(rest):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return rest[at + 1 :]
    return ""


@dataclass(frozen=True)
class Brought:
    """A value brought to an attribute's type: its SQL, its shape, and (where it can fail) when it could not be brought."""

    sql: str
    shape: Shape
    fails: str | None = None


def bring(value: str, given: SqlType, wanted: Shape, error: PimsyncError) -> Brought:
    """The value of an expression as what the channel's schema declares.

    Args:
        value: the expression.
        given: its type.
        wanted: the attribute's shape.
        error: what to raise where no value of that type can become one of that shape.
    """
    if given.name in ('"NULL"', "NULL"):
        return Brought(f"cast(null as {sql_type(wanted)})", wanted)
    if isinstance(wanted, ListOf):
        return _list(value, given, wanted, error)
    if isinstance(wanted, Group):
        shape = _common(given, wanted, error)
        return Brought(f"cast({value} as {sql_type(shape)})", shape)
    if given.of is not None or given.name in ("STRUCT", "MAP"):
        error.message += f": it gives {given.says}, and the channel takes a single value"
        raise error
    return _scalar(value, given, wanted)


def _list(value: str, given: SqlType, wanted: ListOf, error: PimsyncError) -> Brought:
    if given.of is None:
        inner = bring(value, given, wanted.of, error)
        return Brought(f"case when {inner.sql} is not null then [{inner.sql}] end", ListOf(inner.shape), inner.fails)
    if isinstance(wanted.of, Group):
        shape = ListOf(_common(given.of, wanted.of, error))
        return Brought(_filled(f"cast({value} as {sql_type(shape)})"), shape)
    inner = bring("_item", given.of, wanted.of, error)
    items = value if inner.sql == "_item" else f"list_transform({value}, lambda _item: {inner.sql})"
    return Brought(
        _filled(items),
        ListOf(inner.shape),
        inner.fails and f"len(list_filter({value}, lambda _item: {inner.fails})) > 0",
    )


def _filled(items: str) -> str:
    """A list without holes; an empty one is no value."""
    return f"nullif(list_filter({items}, lambda _each: _each is not null), [])"


def _common(given: SqlType, wanted: Group, error: PimsyncError) -> Group:
    """The part of a group that an expression fills, in the channel's order."""
    unknown = [name for name in given.fields if name not in wanted.fields]
    if given.name != "STRUCT" or unknown:
        what = f"{unknown[0]!r}, which is no sub-attribute" if unknown else f"{given.says} and not a group"
        error.message += f": it gives {what}; the sub-attributes are {', '.join(wanted.fields)}"
        raise error
    return Group({name: shape for name, shape in wanted.fields.items() if name in given.fields})


def _scalar(value: str, given: SqlType, wanted: Scalar) -> Brought:
    if wanted.kind == "string":
        return Brought(_text(value, given), wanted)
    if wanted.kind == "boolean":
        return (
            Brought(value, wanted)
            if given.name == "BOOLEAN"
            else _tried(value, f"try_cast({value} as boolean)", wanted)
        )
    if wanted.kind == "number":
        if given.name in _WHOLE or given.name == "DECIMAL":
            return Brought(f"cast({value} as double)", wanted)
        number = f"try_cast({value} as double)"
        return _tried(value, f"case when isfinite({number}) then {number} end", wanted)
    if given.name in _WHOLE:
        return Brought(f"cast({value} as bigint)", wanted)
    if given.name in _FRACTION:
        return _tried(value, f"case when {value} = trunc({value}) then try_cast({value} as bigint) end", wanted)
    return _tried(
        value,
        f"case when regexp_full_match(cast({value} as varchar), '\\s*[+-]?[0-9]+\\s*') then try_cast({value} as bigint) end",
        wanted,
    )


def _tried(value: str, sql: str, wanted: Scalar) -> Brought:
    return Brought(sql, wanted, f"({value} is not null and {sql} is null)")


def _text(value: str, given: SqlType) -> str:
    if given.name == "VARCHAR":
        return value
    if given.name == "DECIMAL":
        return f"plain_number({value})"
    if given.name == "TIMESTAMP WITH TIME ZONE":
        return f"iso_time({value})"
    return f"cast({value} as varchar)"
