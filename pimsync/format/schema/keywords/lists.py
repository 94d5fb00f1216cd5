"""Repeated attributes: how many, of what, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pimsync.format.schema import sql
from pimsync.format.schema.flaw import Flaw, Predicate
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords.logic import holds
from pimsync.format.schema.keywords.table import flaws, frame, is_list, keyword
from pimsync.format.schema.parts import Schema
from pimsync.format.schema.shape import ListOf, Shape


@frame("items", of=is_list)
def items(schema: Schema, here: Here) -> Iterator[Flaw]:
    """What each element must be; those that `prefixItems` speaks of are its own."""
    first = len(here.schema.get("prefixItems", ()))
    values = f"{here.value}[{first + 1}:]" if first else here.value
    element = here.at("items").element(here.variable, _element(here))
    for flaw in flaws(schema, element):
        yield flaw.in_each(values, here.variable, _after(first))


@frame("prefixItems", of=is_list)
def prefix_items(schemas: list[Schema], here: Here) -> Iterator[Flaw]:
    """What the first element must be, the second, and so on."""
    for number, schema in enumerate(schemas):
        element = here.at("prefixItems", str(number + 1)).element(
            f"{here.value}[{number + 1}]", _element(here), deeper=False
        )
        for flaw in flaws(schema, element):
            yield flaw.inside(_behind(number))


@keyword("minItems", "few", of=is_list)
def min_items(limit: int, here: Here) -> Predicate:
    """How many at least."""
    says = here.sentence(f"has {{count}}; the channel wants at least {int(limit)}", count=_count(here))
    return Predicate(f"len({here.value}) < {int(limit)}" if limit > 0 else sql.FALSE, says)


@keyword("maxItems", "many", of=is_list)
def max_items(limit: int, here: Here) -> Predicate:
    """How many at most."""
    says = here.sentence(f"has {{count}}; the channel takes {int(limit)}", count=_count(here))
    return Predicate(f"len({here.value}) > {int(limit)}", says)


@keyword("uniqueItems", "repeated", of=is_list)
def unique_items(wanted: bool, here: Here) -> Predicate:
    """Each value once."""
    values, one, position = here.value, here.variable, f"{here.variable}i"
    twice = f"list_filter({values}, lambda {one}, {position}: list_position({values}, {one}) < {position})[1]"
    repeated = sql.written(twice, _element(here))
    says = here.sentence("holds {repeated} more than once", repeated=sql.shown(repeated))
    return Predicate(f"len(list_distinct({values})) < len({values})" if wanted else sql.FALSE, says, repeated)


@frame("contains", of=is_list)
def contains(schema: Schema, here: Here) -> Iterator[Flaw]:
    """How many of the elements must be such: `minContains` (one, unless it says otherwise) to `maxContains`."""
    one = holds(schema, here.element(here.variable, _element(here)))
    count = None if one is None else f"len({sql.filtered(here.value, here.variable, one)})"
    least = here.schema.get("minContains", 1)
    if least > 0:
        wanted = "one" if least == 1 else f"{int(least)}"
        fails = Predicate(
            f"{count} < {int(least)}", here.sentence(f"holds too few of what the channel wants: at least {wanted}")
        )
        yield here.flaw("contains", "contains", fails if count else None, _counted(schema, minContains=least))


@frame("maxContains", of=is_list)
def max_contains(limit: int, here: Here) -> Iterator[Flaw]:
    """How many of the elements may be such as `contains` says."""
    if "contains" not in here.schema:
        return
    one = holds(here.schema["contains"], here.element(here.variable, _element(here)))
    schema = _counted(here.schema["contains"], minContains=0, maxContains=limit)
    if one is None:
        yield here.flaw("maxContains", "contains_many", None, schema)
        return
    count = f"len({sql.filtered(here.value, here.variable, one)})"
    says = here.sentence(f"holds {{count}} of what the channel takes {int(limit)} of", count=count)
    yield here.flaw("maxContains", "contains_many", Predicate(f"{count} > {int(limit)}", says), schema)


def _after(count: int) -> Callable[[Schema], Schema]:
    return lambda schema: {"prefixItems": [True] * count, "items": schema} if count else {"items": schema}


def _behind(count: int) -> Callable[[Schema], Schema]:
    return lambda schema: {"prefixItems": [*[True] * count, schema]}


def _counted(schema: Schema, **limits: Any) -> dict[str, Any]:
    return {"contains": schema, **limits}


def _element(here: Here) -> Shape:
    assert isinstance(here.shape, ListOf)
    return here.shape.of


def _count(here: Here) -> str:
    return f"case len({here.value}) when 1 then '1 entry' else len({here.value}) || ' entries' end"
