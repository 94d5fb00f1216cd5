"""No keyword is skipped in silence."""

from __future__ import annotations

import json

import pytest

from pimsync.format.schema.authority import check_schema
from pimsync.format.schema.keywords import KEYWORDS, LEFT_TO_JSONSCHEMA, SILENT
from pimsync.format.schema.parts import parts
from pimsync.format.schema.refs import shipped

PROMISED = set(
    """
    type enum const required minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum
    multipleOf items prefixItems contains minContains maxContains minItems maxItems uniqueItems properties
    patternProperties additionalProperties propertyNames minProperties maxProperties dependentRequired dependentSchemas
    allOf anyOf oneOf not if then else $ref $defs
""".split()
)
READ_BY_OTHERS = {"minContains", "then", "else", "$ref", "$defs"}

SCHEMAS = sorted(shipped().glob("*/item.schema.json"))


def keywords(schema):
    if isinstance(schema, dict):
        yield from schema
        for _, part in parts(schema):
            yield from keywords(part)


def test_every_promised_keyword_has_a_function():
    assert PROMISED - KEYWORDS.keys() == READ_BY_OTHERS
    assert READ_BY_OTHERS <= SILENT


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.parent.name)
def test_every_keyword_of_a_channel_has_a_function_or_is_left_to_jsonschema(path):
    schema = json.loads(path.read_text())
    assert set(keywords(schema)) - KEYWORDS.keys() - LEFT_TO_JSONSCHEMA - SILENT == set()
    check_schema(schema, path)
