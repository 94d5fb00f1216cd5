"""A channel's schema is checked before it is used, and the errors name the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pimsync.errors import ChannelError
from pimsync.format.schema.authority import check_schema, is_valid

PATH = Path("mine/item.schema.json")


def test_a_good_schema_passes():
    properties = {
        "a": {"type": "string", "format": "gtin", "level": "required", "severity": "warning", "pattern": "^a$"}
    }
    check_schema({"properties": properties, "required": ["a"]}, PATH)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ([], "a schema is an object"),
        ({"properties": {"a": {"maxLength": "x"}}}, "'maxLength' cannot be 'x' .*properties › a › maxLength"),
        ({"properties": {"a": {"maxLenght": 3}}}, "no keyword 'maxLenght' .*properties › a"),
        ({"items": {"format": "ean"}}, "no format 'ean' .*items"),
        ({"allOf": [{"severity": "fatal"}]}, "no severity 'fatal' .*allOf › 1"),
        ({"patternProperties": {"a++": True}}, "'a\\+\\+' is no regular expression"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}}, "leads back to itself"),
    ],
)
def test_a_wrong_schema_is_an_error_with_its_place(schema, says):
    with pytest.raises(ChannelError, match=says):
        check_schema(schema, PATH)


@pytest.mark.parametrize(
    ("schema", "instance", "valid"),
    [
        ({"multipleOf": 0.01}, 19.99, True),
        ({"multipleOf": 0.01}, 19.999, False),
        ({"pattern": "^a$"}, "a\n", False),
        ({"pattern": "^a$"}, 5, True),
        ({"format": "gtin"}, 5, True),
        ({"patternProperties": {r"^\d$": False}}, {"٣": 1}, True),
        ({"patternProperties": {r"^\d$": True}, "additionalProperties": False}, {"٣": 1}, False),
    ],
)
def test_the_authority_reads_patterns_as_ecma_and_counts_in_decimals(schema, instance, valid):
    assert is_valid(instance, schema) is valid
