"""Shapes: what kind of value an attribute holds, and the column it lives in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pimsync.engine import ident
from pimsync.errors import ChannelError
from pimsync.format.schema.refs import Refs

Kind: TypeAlias = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: a text, a number, a truth."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ListOf:
    """A repeated attribute."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Group:
    """An attribute with sub-attributes, in order; an item is one too."""

    fields: Mapping[str, Shape]


Shape: TypeAlias = Scalar | ListOf | Group

TEXT = Scalar("string")
KINDS: dict[str, Scalar] = {"string": TEXT, "number": Scalar("number"), "integer": Scalar("integer")}
KINDS["boolean"] = Scalar("boolean")

COLUMNS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


def shape_of(schema: Mapping[str, Any] | bool, refs: Refs) -> Shape:
    """The shape that an attribute's schema declares; a text where it declares none."""
    parts = list(_parts(schema, refs))
    types = [kind for part in parts for kind in _types(part)]
    if "object" in types or (not types and any("properties" in part for part in parts)):
        return _group(parts, refs)
    if "array" in types or (not types and any("items" in part for part in parts)):
        return ListOf(shape_of(next((part["items"] for part in parts if "items" in part), True), refs))
    return next((shape for kind, shape in KINDS.items() if kind in types), TEXT)


def sql_type(shape: Shape) -> str:
    """The type of the column that holds such values."""
    match shape:
        case Scalar(kind):
            return COLUMNS[kind]
        case ListOf(of):
            return f"{sql_type(of)}[]"
        case Group(fields):
            return f"STRUCT({', '.join(f'{ident(name)} {sql_type(field)}' for name, field in fields.items())})"


def _parts(schema: Mapping[str, Any] | bool, refs: Refs) -> Iterator[Mapping[str, Any]]:
    """A schema and those that it is all of."""
    if isinstance(schema, bool):
        return
    resolved = refs.resolve(schema)
    yield resolved
    for part in resolved.get("allOf", ()):
        yield from _parts(part, refs)


def _types(schema: Mapping[str, Any]) -> list[str]:
    declared = schema.get("type", [])
    return [declared] if isinstance(declared, str) else list(declared)


def _group(parts: list[Mapping[str, Any]], refs: Refs) -> Group:
    fields: dict[str, Shape] = {}
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            fields.setdefault(name, shape_of(schema, refs))
    if not fields:
        raise ChannelError("a group names none of its sub-attributes", where=refs.where)
    names = [name.lower() for name in fields]
    if twins := sorted({name for name in fields if names.count(name.lower()) > 1}):
        raise ChannelError(f"{' and '.join(twins)} differ in nothing but capitals", where=refs.where)
    return Group(fields)
