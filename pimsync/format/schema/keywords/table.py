"""The table of keywords: each has one function, registered by the keyword's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any, TypeAlias, TypeVar

from pimsync.format.schema.flaw import Flaw, Predicate
from pimsync.format.schema.here import Here
from pimsync.format.schema.parts import Schema
from pimsync.format.schema.refs import ANNOTATIONS
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

Found: TypeAlias = Predicate | None
Keyword: TypeAlias = Callable[[Any, Here], Iterable[Flaw]]
Leaf = TypeVar("Leaf", bound=Callable[[Any, Here], Found])

#: Each keyword's function.
KEYWORDS: dict[str, Keyword] = {}

#: Keywords without a form in SQL: jsonschema judges them.
LEFT_TO_JSONSCHEMA = frozenset(("unevaluatedProperties", "unevaluatedItems", "$dynamicRef"))

#: Keywords that demand nothing by themselves: annotations, definitions, and those that another keyword reads.
SILENT = ANNOTATIONS | {"$ref", "minContains", "then", "else"}


def is_text(shape: Shape) -> bool:
    """Whether it is a text."""
    return shape == Scalar("string")


def is_number(shape: Shape) -> bool:
    """Whether it is a number."""
    return shape in (Scalar("integer"), Scalar("number"))


def is_list(shape: Shape) -> bool:
    """Whether it is repeated."""
    return isinstance(shape, ListOf)


def is_group(shape: Shape) -> bool:
    """Whether it has sub-attributes."""
    return isinstance(shape, Group)


def keyword(
    name: str, demand: str, of: Callable[[Shape], bool] = lambda shape: True, beside: tuple[str, ...] = ()
) -> Callable[[Leaf], Leaf]:
    """Register a keyword that demands one thing; `of` says of what kind of value, `beside` which keywords it reads.

    The function gives the predicate, or None where SQL cannot tell.
    """

    def register(find: Leaf) -> Leaf:
        @wraps(find)
        def flaws(argument: Any, here: Here) -> Iterator[Flaw]:
            if of(here.shape):
                schema = {name: argument} | {near: here.schema[near] for near in beside if near in here.schema}
                yield here.flaw(name, demand, find(argument, here), schema)

        KEYWORDS[name] = flaws
        return find

    return register


Frame = TypeVar("Frame", bound=Keyword)


def frame(name: str, of: Callable[[Shape], bool] = lambda shape: True) -> Callable[[Frame], Frame]:
    """Register a keyword that reaches into other schemas, or demands several things."""

    def register(find: Frame) -> Frame:
        KEYWORDS[name] = lambda argument, here: find(argument, here) if of(here.shape) else ()
        return find

    return register


def flaws(schema: Schema, here: Here) -> Iterator[Flaw]:
    """Everything that a schema may find wrong with a value."""
    if schema is False:
        unwanted = Predicate(here.present, here.sentence("is not taken by the channel"))
        yield here.flaw("false", "unknown", unwanted, False)
    if isinstance(schema, bool):
        return
    resolved = here.refs.resolve(schema)
    here = replace(here, schema=resolved, notes=here.notes.of(resolved))
    for name, argument in resolved.items():
        if name in KEYWORDS:
            yield from KEYWORDS[name](argument, here)
        elif name in LEFT_TO_JSONSCHEMA:
            yield here.flaw(name, name, None, resolved)
