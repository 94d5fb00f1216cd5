"""The two judges: the same schema and the same instances, once in SQL and once by jsonschema."""

from __future__ import annotations

import json
from functools import cache

import duckdb

from pimsync.engine import Engine, text
from pimsync.format.schema.authority import validator
from pimsync.format.schema.compile import Left, valid
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords import flaws
from pimsync.format.schema.refs import Refs
from pimsync.format.schema.shape import Group, ListOf, sql_type


@cache
def engine() -> Engine:
    return Engine(threads=1)


def columnar(instance, shape):
    """An instance as DuckDB's JSON cast wants it: every sub-attribute named, null where it is absent."""
    if instance is None:
        return None
    if isinstance(shape, ListOf):
        return [columnar(one, shape.of) for one in instance]
    if isinstance(shape, Group):
        return {name: columnar(instance.get(name), of) for name, of in shape.fields.items()}
    return instance


def typed(instances, shape) -> str:
    """Instances as a list of typed values."""
    return f"({text(json.dumps([columnar(one, shape) for one in instances]))}::json)::{sql_type(shape)}[]"


def sql_says(schema, shape, instances, document=None):
    """Which of the values SQL takes; None where it leaves the schema to jsonschema. An absent value breaks nothing."""
    judged = valid(schema, "value", shape, Refs(document or schema))
    if isinstance(judged, Left):
        return None
    *said, absent = column(judged, f"select unnest({typed([*instances, None], shape)}) as value")
    assert absent is True
    return said


def sql_says_of_items(schema, shape, instances):
    """Which items no demand fails; the leftovers are judged by jsonschema on the item."""
    refs = Refs(schema)
    found = list(flaws(schema, Here("", shape, refs)))
    fails = [flaw.fails for flaw in found if flaw.fails is not None]
    left = [validator(flaw.schema, refs) for flaw in found if flaw.fails is None]
    broken = " or ".join(f"coalesce({one}, false)" for one in fails) or "false"
    items = f"select unnest(item) from (select unnest({typed(instances, shape)}) as item)"
    return [
        ok and all(judge.is_valid(instance) for judge in left)
        for ok, instance in zip(column(f"not ({broken})", items), instances, strict=True)
    ]


def column(expression, source):
    try:
        return [value for (value,) in engine().rows(f"select {expression} from ({source})")]
    except duckdb.Error as error:
        raise AssertionError(f"{error}\n{expression}") from error


def jsonschema_says(schema, instances, document=None):
    judge = validator(schema, Refs(document or schema))
    return [judge.is_valid(instance) for instance in instances]
