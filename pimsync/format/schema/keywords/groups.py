"""Groups, and the item itself: which attributes there must be and may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pimsync.engine import text
from pimsync.format.schema import patterns, sql
from pimsync.format.schema.flaw import Flaw, Predicate
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords.table import flaws, frame, is_group, keyword
from pimsync.format.schema.parts import Schema, under


@frame("properties", of=is_group)
def properties(schemas: dict[str, Schema], here: Here) -> Iterator[Flaw]:
    """What each attribute must be where it is given."""
    for name, schema in schemas.items():
        if found := here.at("properties", name).field(name):
            for flaw in flaws(schema, found):
                yield flaw.inside(under("properties", name))


@frame("patternProperties", of=is_group)
def pattern_properties(schemas: dict[str, Schema], here: Here) -> Iterator[Flaw]:
    """What the attributes must be whose names have a form."""
    for pattern, schema in schemas.items():
        for name in here.fields:
            found = here.at("patternProperties", pattern).field(name)
            if found and patterns.matches(pattern, name):
                for flaw in flaws(schema, found):
                    yield flaw.inside(under("properties", name))


@frame("additionalProperties", of=is_group)
def additional_properties(schema: Schema, here: Here) -> Iterator[Flaw]:
    """What other attributes must be: mostly, that there are none."""
    forms = here.schema.get("patternProperties", {})
    for name in here.fields:
        known = name in here.schema.get("properties", {}) or any(patterns.matches(form, name) for form in forms)
        found = None if known else here.at("additionalProperties").field(name)
        if found:
            for flaw in flaws(schema, found):
                yield flaw.inside(under("properties", name))


@keyword("propertyNames", "names", of=is_group)
def property_names(schema: Schema, here: Here) -> Predicate:
    """What attributes may be called: their names are known, so jsonschema judges them at once."""
    from pimsync.format.schema.authority import is_valid

    wrong = [name for name in here.fields if not is_valid(name, here.refs.inline(schema))]
    given = " ".join(f"when {here.field_present(name)} then {text(name)}" for name in wrong)
    value = f"case {given} end" if given else sql.NOTHING
    fails = sql.either(here.field_present(name) for name in wrong)
    return Predicate(fails, here.sentence("has {name}, a name that the channel does not take", name=value), value)


@keyword("minProperties", "few", of=is_group)
def min_properties(limit: int, here: Here) -> Predicate:
    """How many attributes at least."""
    says = here.sentence(f"has {{count}} of its parts; the channel wants at least {int(limit)}", count=_count(here))
    return Predicate(sql.both(here.present, f"{_count(here)} < {int(limit)}"), says)


@keyword("maxProperties", "many", of=is_group)
def max_properties(limit: int, here: Here) -> Predicate:
    """How many attributes at most."""
    says = here.sentence(f"has {{count}} of its parts; the channel takes {int(limit)}", count=_count(here))
    return Predicate(sql.both(here.present, f"{_count(here)} > {int(limit)}"), says)


@frame("required", of=is_group)
def required(names: list[str], here: Here) -> Iterator[Flaw]:
    """Which attributes there must be."""
    for name in names:
        yield _missing(here, name, "required", {"required": [name]})


@frame("dependentRequired", of=is_group)
def dependent_required(names: dict[str, list[str]], here: Here) -> Iterator[Flaw]:
    """Which attributes there must be once another is there."""
    for given, wanted in names.items():
        for name in wanted:
            schema = {"dependentRequired": {given: [name]}}
            flaw = _missing(
                here, name, f"required_with_{given}", schema, f"is missing, though there is a value for {given}"
            )
            yield flaw.where(here.field_present(given), lambda inner: inner)


@frame("dependentSchemas", of=is_group)
def dependent_schemas(schemas: dict[str, Schema], here: Here) -> Iterator[Flaw]:
    """What is demanded once an attribute is there."""
    for given, schema in schemas.items():
        for flaw in flaws(schema, here.at("dependentSchemas", given)):
            yield flaw.where(here.field_present(given), under("dependentSchemas", given))


def _missing(here: Here, name: str, demand: str, schema: dict[str, Any], says: str = "is missing") -> Flaw:
    fails = sql.both(here.present, here.field_missing(name))
    predicate = Predicate(fails, text(says), sql.NOTHING)
    keyword = next(iter(schema))
    return here.flaw(keyword, demand, predicate, schema, attribute=here.called(name))


def _count(here: Here) -> str:
    return "(" + " + ".join(f"cast({here.field_present(name)} as integer)" for name in here.fields) + ")"
