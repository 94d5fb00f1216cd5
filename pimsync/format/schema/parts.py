"""Where schemas stand inside a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any] | bool

#: Keywords that hold one schema, a list of schemas, schemas by name.
_ELEMENTS = ("items", "contains", "unevaluatedItems")
_FIELDS = ("additionalProperties", "propertyNames", "unevaluatedProperties")
ONE = frozenset((*_ELEMENTS, *_FIELDS, "not", "if", "then", "else"))
MANY = frozenset(("prefixItems", "allOf", "anyOf", "oneOf"))
NAMED = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs"))


def parts(schema: Schema) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """The schemas directly inside one, each with the words that lead to it."""
    if isinstance(schema, bool):
        return
    for keyword, argument in schema.items():
        if keyword in ONE:
            yield (keyword,), argument
        elif keyword in MANY:
            yield from (((keyword, str(number)), part) for number, part in enumerate(argument, 1))
        elif keyword in NAMED:
            yield from (((keyword, name), part) for name, part in argument.items())


def rebuilt(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with each schema directly inside it changed."""
    if isinstance(schema, bool):
        return schema
    return {keyword: _changed(keyword, argument, change) for keyword, argument in schema.items()}


def _changed(keyword: str, argument: Any, change: Callable[[Schema], Schema]) -> Any:
    if keyword in ONE:
        return change(argument)
    if keyword in MANY:
        return [change(part) for part in argument]
    if keyword in NAMED:
        return {name: change(part) for name, part in argument.items()}
    return argument


def under(keyword: str, name: str) -> Callable[[Schema], Schema]:
    """Put a schema where a keyword holds schemas by name."""
    return lambda schema: {keyword: {name: schema}}


def trail(words: tuple[str, ...]) -> str:
    """A place in a schema, for people: properties › title › items."""
    return " › ".join(words)
