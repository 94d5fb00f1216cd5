"""One chunk of items: a pure function of (snapshot, row range, plan)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pimsync.engine import Engine
from pimsync.findings import Severity
from pimsync.format import query
from pimsync.format.plan import Plan
from pimsync.format.query import Crossing

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Events:
    """What happened to the items of a chunk, one event a row: the product's row, the rule's number, value and message."""

    rows: pa.Array
    rules: pa.Array
    values: pa.Array
    messages: pa.Array


@dataclass(frozen=True)
class Chunk:
    """The encoded items of a range of rows, in order, and what happened on the way."""

    items: pa.LargeStringArray
    rows: int
    events: Events


def run(plan: Plan, products: str, without: str | None, first: int, last: int, crossing: Crossing, engine: Engine, *, encoded: bool = True) -> Chunk:
    """Map, fix, check and encode the products of a range of rows."""
    import pyarrow as pa

    table = engine.arrow(query.chunk(plan, products, without, first, last, crossing, encoded))
    rows = _one(table.column("row"))
    items = _one(table.column("item").cast(pa.large_string()))
    lists = _one(table.column("events"))
    parents = rows.take(lists.value_parent_indices()) if len(lists) else rows
    flat = lists.flatten()
    events = Events(parents, flat.field("rule"), flat.field("value"), flat.field("message"))
    if plan.left:
        items, events = _judged_by_schema(plan, rows, items, events, _one(table.column("json")))
    return Chunk(items.drop_null(), len(rows), events)


def _one(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.combine_chunks() if hasattr(whole, "combine_chunks") else whole


def _judged_by_schema(plan: Plan, rows: pa.Array, items: pa.Array, events: Events, documents: pa.Array) -> tuple[pa.Array, Events]:
    """Judge by jsonschema what has no SQL form: slower, item by item, only the items that got that far."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = list(_left_over(plan, documents.to_pylist()))
    if not found:
        return items, events
    base = len(plan.judgements)
    bad = {at for at, number, _ in found if plan.rules[base + number].severity is Severity.ERROR}
    keep = pa.array([at not in bad for at in range(len(items))])
    items = pc.if_else(keep, items, pa.scalar(None, pa.large_string()))
    more = Events(
        rows.take(pa.array([at for at, _, _ in found], pa.int64())),
        pa.array([base + number for _, number, _ in found], pa.int16()),
        pa.array([value for _, _, value in found], events.values.type),
        pa.array([plan.left[number].message for _, number, _ in found], events.messages.type),
    )
    joined = Events(*(pa.concat_arrays([one, two]) for one, two in zip(_parts(events), _parts(more), strict=True)))
    return items, joined


def _parts(events: Events) -> tuple[pa.Array, ...]:
    return events.rows, events.rules, events.values, events.messages


def _left_over(plan: Plan, documents: list[str | None]) -> Iterator[tuple[int, int, str | None]]:
    """Which items break what is left to jsonschema: the item's place, the leftover's number, and the value."""
    from pimsync.format.schema.authority import validator

    judges = [(number, one.attribute, validator(one.schema)) for number, one in enumerate(plan.left)]
    for at, document in enumerate(documents):
        item = _present(json.loads(document)) if document is not None else {}
        for number, attribute, judge in judges if item else ():
            value: Any = item.get(attribute) if attribute else item
            if value is not None and not judge.is_valid(value):
                yield at, number, value if isinstance(value, str) else None


def _present(value: Any) -> Any:
    """A value without its nulls, which stand for what is absent."""
    if isinstance(value, Mapping):
        return {name: _present(one) for name, one in value.items() if one is not None}
    return [_present(one) for one in value] if isinstance(value, list) else value
