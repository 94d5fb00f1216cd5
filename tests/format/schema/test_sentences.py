"""What people read when a value breaks a demand."""

from __future__ import annotations

import pytest
from judges import column, typed

from pimsync.format.schema.compile import demands
from pimsync.format.schema.refs import Refs
from pimsync.format.schema.shape import shape_of

TIERS = {"enum": ["gold", "silver"]}
MANY = {"enum": [f"v{number}" for number in range(20)]}
SHIPPING = {
    "items": {"required": ["country"], "properties": {"country": {"format": "country"}, "price": {"format": "price"}}}
}

SENTENCES = [
    ({"type": "string", "maxLength": 3}, "jumper", "x/length", "jumper", "has 6 characters; the channel takes 3"),
    ({"minLength": 3}, "ab", "x/short", "ab", "has 2 characters; the channel wants at least 3"),
    (TIERS, "bronze", "x/values", "bronze", "'bronze' is not one of gold, silver"),
    (MANY, "z", "x/values", "z", "'z' is not one of v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11 and 8 more"),
    ({"const": "new"}, "used", "x/value", "used", "'used' is not new"),
    ({"type": "boolean", "const": True}, False, "x/value", "false", "false is not true"),
    ({"pattern": "^[A-Z]+$"}, "a", "x/pattern", "a", "'a' does not have the form ^[A-Z]+$"),
    ({"pattern": "^$"}, "a" * 99, "x/pattern", "a" * 99, f"'{'a' * 79}…' does not have the form ^$"),
    ({"format": "uri"}, "shop", "x/url", "shop", "'shop' is no full address"),
    ({"format": "gtin"}, "4006381333932", "x/checksum", "4006381333932", "'4006381333932' has a wrong check digit"),
    ({"format": "gtin"}, "123", "x/checksum", "123", "'123' has 3 digits; a GTIN has 8, 12, 13 or 14"),
    ({"format": "gtin"}, "N/A", "x/checksum", "N/A", "'N/A' is no GTIN: it has more than digits"),
    ({"format": "price"}, "12,50", "x/price", "12,50", "'12,50' is no price such as 12.50 EUR"),
    ({"type": "integer", "minimum": 1}, 0, "x/minimum", "0", "0 is below 1"),
    ({"type": "number", "exclusiveMinimum": 0}, 0.0, "x/minimum", "0", "0 is not above 0"),
    ({"type": "number", "maximum": 2.5}, 2.75, "x/maximum", "2.75", "2.75 is above 2.5"),
    ({"type": "number", "exclusiveMaximum": 3}, 3.0, "x/maximum", "3", "3 is not below 3"),
    ({"type": "number", "multipleOf": 0.01}, 1.005, "x/step", "1.005", "1.005 is no multiple of 0.01"),
    (
        {"type": ["number", "integer"], "allOf": [{"type": "integer"}]},
        1.5,
        "x/type",
        "1.5",
        "1.5 is not a whole number",
    ),
    ({"items": {"maxLength": 2}}, ["ab", "abc", "abcd"], "x/length", "abc", "has 3 characters; the channel takes 2"),
    ({"items": {}, "maxItems": 1}, ["a", "b"], "x/many", "a, b", "has 2 entries; the channel takes 1"),
    ({"items": {}, "minItems": 2}, ["a"], "x/few", "a", "has 1 entry; the channel wants at least 2"),
    ({"items": {}, "uniqueItems": True}, ["a", "b", "a"], "x/repeated", "a", "holds a more than once"),
    (SHIPPING, [{"country": "PL"}, {"price": "1 PLN"}], "x.country/required", None, "is missing"),
    (SHIPPING, [{"country": "PL"}, {"country": "UK"}], "x.country/country", "UK", "'UK' is no country code such as DE"),
    (
        {"anyOf": [TIERS, {"maxLength": 2}]},
        "bronze",
        "x/any_of",
        "bronze",
        "has none of the forms that the channel takes",
    ),
    ({"not": {"const": "a"}}, "a", "x/not", "a", "is what the channel does not take"),
    ({**TIERS, "message": "{value} beside {y}, {z}!"}, "b", "x/values", "b", "b beside Y, !"),
    ({**TIERS, "rule": "tier"}, "b", "x/tier", "b", "'b' is not one of gold, silver"),
    (False, "a", "x/unknown", "a", "is not taken by the channel"),
]


def findings(schema, item):
    """Rule, value and sentence of each demand that an item breaks."""
    shape = shape_of(schema, Refs(schema))
    source = f"select unnest(item) from (select unnest({typed([item], shape)}) as item)"
    found = demands(schema, shape, Refs(schema)).demands
    rows = column(f"[{', '.join(f'{{f: {one.fails}, v: {one.value}, m: {one.message}}}' for one in found)}]", source)
    return [(one.rule, row["v"], row["m"]) for one, row in zip(found, rows[0], strict=True) if row["f"]]


@pytest.mark.parametrize(("attribute", "value", "rule", "found", "sentence"), SENTENCES)
def test_a_flaw_is_told_in_one_sentence(attribute, value, rule, found, sentence):
    schema = {"properties": {"x": attribute, "y": {}, "z": {}}}
    assert findings(schema, {"x": value, "y": "Y"}) == [(rule, found, sentence)]


ITEM_SENTENCES = [
    ({"required": ["x"]}, {}, "x/required", None, "is missing"),
    (
        {"dependentRequired": {"y": ["x"]}},
        {"y": "a"},
        "x/required_with_y",
        None,
        "is missing, though there is a value for y",
    ),
    ({"additionalProperties": False}, {"z": "a"}, "z/unknown", "a", "is not taken by the channel"),
    (
        {"maxProperties": 1, "rule": "x/alone"},
        {"x": "a", "y": "b"},
        "x/alone",
        "a",
        "has 2 of its parts; the channel takes 1",
    ),
    ({"minProperties": 1, "rule": "x/any"}, {}, "x/any", None, "has 0 of its parts; the channel wants at least 1"),
    (
        {"propertyNames": {"enum": ["x", "y"]}, "rule": "z/names"},
        {"z": "1"},
        "z/names",
        "z",
        "has z, a name that the channel does not take",
    ),
    (
        {"oneOf": [{"required": ["x"]}, {"required": ["y"]}], "rule": "x/one_of"},
        {"x": "a", "y": "b"},
        "x/one_of",
        "a",
        "has more than one of x, y",
    ),
    (
        {"anyOf": [{"required": ["x"]}, {"required": ["y"]}], "rule": "x/any_of"},
        {},
        "x/any_of",
        None,
        "has none of x, y",
    ),
    (
        {"if": {"required": ["y"]}, "then": {"properties": {"x": {"const": "a"}}}},
        {"x": "b", "y": "c"},
        "x/value",
        "b",
        "'b' is not a",
    ),
]


@pytest.mark.parametrize(("demand", "item", "rule", "found", "sentence"), ITEM_SENTENCES)
def test_a_flaw_of_the_item_is_told_of_an_attribute(demand, item, rule, found, sentence):
    known = {"x": {}, "y": {}} if "additionalProperties" in demand else {"x": {}, "y": {}, "z": {}}
    schema = {"allOf": [{"properties": {"x": {}, "y": {}, "z": {}}}], "properties": known, **demand}
    assert findings(schema, item) == [(rule, found, sentence)]
