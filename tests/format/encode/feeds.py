"""Feeds for tests: items through an encoder's SQL, and what a reader makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pyarrow as pa

from pimsync.engine import Engine, ident
from pimsync.format.encode import Column, ColumnOptions, Encoder
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape

TEXT = Scalar("string")
ARROW = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}


def column(attribute: str, shape: Shape = TEXT, **options: Any) -> Column:
    """A column with its options as channel.toml has them."""
    return Column(attribute, shape, ColumnOptions.model_validate(options))


def written(encoder: Encoder, columns: Sequence[Column], items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each item as the encoder's SQL writes it."""
    return [row[0] for row in asked(columns, items, encoder.item())]


def asked(columns: Sequence[Column], items: Sequence[Mapping[str, Any]], *expressions: str) -> list[tuple[Any, ...]]:
    """What the expressions give for each item."""
    names = ", ".join(ident(column.attribute) for column in columns)
    engine = _engine()
    engine.connection.register("items", _table(columns, items))
    try:
        return engine.rows(f"select {', '.join(expressions)} from (select {names} from items)")
    finally:
        engine.connection.unregister("items")


def feed_of(encoder: Encoder, rows: Iterable[str]) -> bytes:
    """A whole feed of written items."""
    return encoder.before() + "".join(rows).encode() + encoder.after()


def read(encoder: Encoder, data: bytes, cuts: Sequence[int] = ()) -> tuple[int, list[str]]:
    """How many items a reader finds, and their keys, however the feed is cut up."""
    reader = encoder.reader()
    keys: list[str] = []
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        reader.feed(data[start:end])
        keys += reader.take_keys()
    return reader.close(), keys + reader.take_keys()


def read_alone(encoder: Encoder, row: str) -> dict[str, Any]:
    """The item in a feed of one."""
    reader = encoder.reader()
    reader.feed(feed_of(encoder, [row]))
    assert reader.close() == 1
    (sample,) = reader.take_samples()
    return sample.item


@cache
def _engine() -> Engine:
    return Engine(threads=1)


def _table(columns: Sequence[Column], items: Sequence[Mapping[str, Any]]) -> pa.Table:
    schema = pa.schema([(column.attribute, _arrow(column.shape)) for column in columns])
    return pa.Table.from_pylist([dict(item) for item in items], schema=schema)


def _arrow(shape: Shape) -> pa.DataType:
    match shape:
        case Scalar(kind):
            return ARROW[kind]
        case ListOf(of):
            return pa.list_(_arrow(of))
        case Group(fields):
            return pa.struct([(name, _arrow(field)) for name, field in fields.items()])
