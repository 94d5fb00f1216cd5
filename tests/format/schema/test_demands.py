"""Demands: their ids, what channels say about them, and those that are left to jsonschema."""

from __future__ import annotations

import pytest

from pimsync.errors import ChannelError
from pimsync.findings import Severity
from pimsync.format.schema.authority import validator
from pimsync.format.schema.compile import Left, demands, valid
from pimsync.format.schema.refs import Refs
from pimsync.format.schema.shape import TEXT, Group, ListOf

X = Group({"x": TEXT})
NOT_SALE = {"pattern": "^(?!sale)"}


def compiled(schema, item=X):
    return demands(schema, item, Refs(schema))


def test_what_a_schema_does_not_say_is_taken_from_around_it():
    schema = {
        "source": "https://s.example",
        "properties": {"x": {"help": "Cut it.", "maxLength": 3, "allOf": [{"pattern": "^a", "severity": "warning"}]}},
    }
    length, pattern = compiled(schema).demands
    assert (length.rule, length.severity, length.help, length.source) == (
        "x/length",
        Severity.ERROR,
        "Cut it.",
        "https://s.example",
    )
    assert (pattern.rule, pattern.severity, pattern.help) == ("x/pattern", Severity.WARNING, "Cut it.")


def test_an_attribute_without_a_mapping_is_missing_and_nothing_else():
    schema = {"properties": {"x": {}, "y": {"maxLength": 3}}, "required": ["y"], "dependentRequired": {"y": ["x"]}}
    assert [(demand.rule, demand.fails) for demand in compiled(schema).demands] == [("y/required", "true")]


def test_a_condition_on_an_attribute_without_a_mapping_is_never_met():
    schema = {"if": {"required": ["y"]}, "then": {"required": ["x"]}, "else": {"properties": {"x": {"maxLength": 1}}}}
    schema_alone = {"properties": {"x": {"maxLength": 1}}}
    found, alone = compiled(schema).demands, compiled(schema_alone).demands
    assert [(demand.rule, demand.fails) for demand in found] == [(demand.rule, demand.fails) for demand in alone]
    assert [demand.rule for demand in found] == ["x/length"]


def test_a_demand_that_depends_on_another_value_keeps_its_condition():
    schema = {"if": {"properties": {"y": {"const": "a"}}, "required": ["y"]}, "then": {"required": ["x"]}}
    [demand] = compiled(schema, Group({"x": TEXT, "y": TEXT})).demands
    assert (demand.rule, demand.keyword) == ("x/required", "required")
    assert demand.fails.endswith('and ("x" is null)')


LEFT = [
    ({"properties": {"x": NOT_SALE}}, X, "x", "x/pattern", NOT_SALE),
    ({"properties": {"x": {"$ref": "#/$defs/p"}}, "$defs": {"p": NOT_SALE}}, X, "x", "x/pattern", NOT_SALE),
    ({"properties": {"x": {"not": NOT_SALE}}}, X, "x", "x/not", {"not": NOT_SALE}),
    (
        {"properties": {"x": {"items": {"properties": {"y": NOT_SALE}}}}},
        Group({"x": ListOf(Group({"y": TEXT}))}),
        "x",
        "x.y/pattern",
        {"items": {"properties": {"y": NOT_SALE}}},
    ),
    (
        {"if": {"properties": {"x": NOT_SALE}}, "then": {"required": ["x"]}},
        X,
        "",
        "x/required",
        {"if": {"properties": {"x": NOT_SALE}}, "then": {"required": ["x"]}},
    ),
    (
        {"properties": {"x": {}}, "unevaluatedProperties": False, "rule": "x/alone"},
        X,
        "",
        "x/alone",
        {"properties": {"x": {}}, "unevaluatedProperties": False, "rule": "x/alone"},
    ),
]


@pytest.mark.parametrize(("schema", "item", "attribute", "rule", "judged"), LEFT)
def test_what_sql_cannot_tell_is_left_to_jsonschema(schema, item, attribute, rule, judged):
    found = compiled(schema, item)
    assert [(left.attribute, left.rule, left.schema) for left in found.left] == [(attribute, rule, judged)]
    assert found.demands == []


def test_a_leftover_can_be_judged_on_its_own():
    [left] = compiled({"properties": {"x": NOT_SALE}}).left
    judge = validator(left.schema)
    assert judge.is_valid("new")
    assert not judge.is_valid("sale")


def test_a_value_that_sql_cannot_judge_is_said_to_be_left():
    assert valid(NOT_SALE, "x", TEXT, Refs(NOT_SALE)) == Left(NOT_SALE)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (
            {"required": ["x"], "if": True, "then": {"required": ["x"]}},
            "two demands are called x/required: at required and at then › required",
        ),
        ({"anyOf": [{"required": ["x"]}]}, "needs a rule that names an attribute .*anyOf"),
    ],
)
def test_each_demand_has_an_id_of_its_own(schema, says):
    with pytest.raises(ChannelError, match=says):
        compiled(schema)
