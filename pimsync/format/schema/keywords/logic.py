"""Schemas of schemas: all of, any of, one of, not, if."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pimsync.format.schema import sql
from pimsync.format.schema.flaw import Flaw, Predicate
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords.table import flaws, frame, keyword
from pimsync.format.schema.parts import Schema


def holds(schema: Schema, here: Here) -> str | None:
    """Whether a value satisfies a schema, true where it is absent; None where SQL cannot tell."""
    fails = [flaw.fails for flaw in flaws(schema, here)]
    known = [one for one in fails if one is not None]
    return sql.negated(sql.either(known)) if len(known) == len(fails) else None


@frame("allOf")
def all_of(schemas: list[Schema], here: Here) -> Iterator[Flaw]:
    """Every one of them: each demand stands for itself."""
    for number, schema in enumerate(schemas, 1):
        yield from flaws(schema, here.at("allOf", str(number)))


@frame("if")
def if_(condition: Schema, here: Here) -> Iterator[Flaw]:
    """What is demanded only under a condition, or only without it."""
    met = holds(condition, here)
    for branch in ("then", "else"):
        if branch not in here.schema:
            continue
        when = met if branch == "then" or met is None else sql.opposite(met)
        for flaw in flaws(here.schema[branch], here.at(branch)):
            yield flaw.where(when, _only_if(condition, branch))


def _only_if(condition: Schema, branch: str) -> Callable[[Schema], Schema]:
    return lambda schema: {"if": condition, branch: schema}


@keyword("anyOf", "any_of")
def any_of(schemas: list[Schema], here: Here) -> Predicate | None:
    """At least one of them."""
    met = [holds(schema, here) for schema in schemas]
    if None in met:
        return None
    names = _required_ones(schemas)
    says = f"has none of {', '.join(names)}" if names else "has none of the forms that the channel takes"
    return Predicate(sql.both(here.present, sql.opposite(sql.either(map(str, met)))), here.sentence(says))


@keyword("oneOf", "one_of")
def one_of(schemas: list[Schema], here: Here) -> Predicate | None:
    """One of them and no second."""
    met = [holds(schema, here) for schema in schemas]
    if None in met:
        return None
    count = " + ".join(f"cast({one} as integer)" for one in met)
    names = _required_ones(schemas)
    none = f"has none of {', '.join(names)}" if names else "has none of the forms that the channel takes"
    more = (
        f"has more than one of {', '.join(names)}" if names else "has more than one of the forms that the channel takes"
    )
    says = f"case when {count} = 0 then {here.sentence(none)} else {here.sentence(more)} end"
    return Predicate(sql.both(here.present, f"{count} <> 1"), says)


@keyword("not", "not")
def not_(schema: Schema, here: Here) -> Predicate | None:
    """Not such a value."""
    met = holds(schema, here)
    names = _required_ones([schema])
    says = f"may not have {names[0]}" if names else "is what the channel does not take"
    return None if met is None else Predicate(sql.both(here.present, met), here.sentence(says))


def _required_ones(schemas: list[Schema]) -> list[str]:
    """What each of the schemas demands to be there, where none demands anything else."""
    names: list[Any] = [
        schema.get("required") for schema in schemas if isinstance(schema, dict) and set(schema) == {"required"}
    ]
    return [" and ".join(name) for name in names] if len(names) == len(schemas) and all(names) else []
