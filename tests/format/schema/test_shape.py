"""Shapes and the columns they live in."""

from __future__ import annotations

import pytest

from pimsync.errors import ChannelError
from pimsync.format.schema.refs import Refs
from pimsync.format.schema.shape import shape_of, sql_type

COUNTRY, PRICE = {"country": {"type": "string"}}, {"price": {"type": "number"}}

TYPES = [
    (True, "VARCHAR"),
    ({}, "VARCHAR"),
    ({"type": "string", "maxLength": 5}, "VARCHAR"),
    ({"type": "integer"}, "BIGINT"),
    ({"type": "number"}, "DOUBLE"),
    ({"type": "boolean"}, "BOOLEAN"),
    ({"type": ["string", "integer"]}, "VARCHAR"),
    ({"type": ["integer", "number"]}, "DOUBLE"),
    ({"type": ["integer", "null"]}, "BIGINT"),
    ({"type": "array"}, "VARCHAR[]"),
    ({"items": {"type": "integer"}}, "BIGINT[]"),
    ({"type": "array", "items": {"items": {}}}, "VARCHAR[][]"),
    ({"properties": COUNTRY | PRICE}, 'STRUCT("country" VARCHAR, "price" DOUBLE)'),
    ({"items": {"properties": {'a "b"': {}}}}, 'STRUCT("a ""b""" VARCHAR)[]'),
    ({"allOf": [{"type": "integer"}]}, "BIGINT"),
    ({"properties": COUNTRY, "allOf": [{"properties": PRICE}]}, 'STRUCT("country" VARCHAR, "price" DOUBLE)'),
    ({"$ref": "#/$defs/n", "minimum": 1}, "DOUBLE"),
    ({"$ref": "../_shared/defs.json#/$defs/price"}, "VARCHAR"),
]


@pytest.mark.parametrize(("schema", "column"), TYPES)
def test_an_attribute_lives_in_a_column_of_its_shape(schema, column):
    refs = Refs({"$defs": {"n": {"type": "number"}}})
    assert sql_type(shape_of(schema, refs)) == column


@pytest.mark.parametrize(
    ("schema", "says"),
    [({"type": "object"}, "names none of its sub-attributes"), ({"properties": {"Size": {}, "size": {}}}, "capitals")],
)
def test_a_group_names_its_parts_and_tells_them_apart(schema, says):
    with pytest.raises(ChannelError, match=says):
        shape_of(schema, Refs(schema))
