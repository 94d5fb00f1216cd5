"""What jsonschema decides, SQL decides: for every keyword, for nested lists and groups, for whole items."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judges import jsonschema_says, sql_says, sql_says_of_items
from strategies import SCALARS, SHAPES, groups, instances, keywords, schemas

from pimsync.format.schema.shape import Group, ListOf, Scalar

SOME = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}

TEXT, NUMBER, WHOLE = Scalar("string"), Scalar("number"), Scalar("integer")
LISTS = st.one_of(SCALARS, groups(SCALARS), SCALARS.map(ListOf)).map(ListOf)
GROUPS = groups(st.one_of(SCALARS, LISTS))

OF_TEXTS = ("minLength", "maxLength", "pattern", "format")
OF_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
OF_LISTS = ("items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems")
OF_GROUPS = tuple(
    keywords(Group({"a": TEXT}), lambda of: st.booleans()).keys() - keywords(TEXT, lambda of: st.booleans())
)
OF_ANYTHING = tuple(keywords(TEXT, lambda of: st.booleans()).keys() - {*OF_TEXTS, *OF_NUMBERS})


def shapes_for(keyword):
    if keyword in OF_TEXTS:
        return st.just(TEXT)
    if keyword in OF_NUMBERS:
        return st.sampled_from((NUMBER, WHOLE))
    return LISTS if keyword in OF_LISTS else GROUPS if keyword in OF_GROUPS else SHAPES


def questions(shapes, **about):
    """A shape, a schema and instances."""
    return shapes.flatmap(
        lambda shape: st.tuples(
            st.just(shape), schemas(shape, **about), st.lists(instances(shape), min_size=6, max_size=12)
        )
    )


@pytest.mark.parametrize("keyword", sorted((*OF_TEXTS, *OF_NUMBERS, *OF_LISTS, *OF_GROUPS, *OF_ANYTHING)))
def test_sql_agrees_with_jsonschema_on(keyword):
    @settings(max_examples=30, **SOME)
    @given(questions(shapes_for(keyword), only=keyword, depth=1))
    def agree(question):
        shape, schema, values = question
        said = sql_says(schema, shape, values)
        assert said is None or said == jsonschema_says(schema, values)

    agree()


ONCE_WRONG = [
    ({"const": {"a": {}}}, Group({"a": Group({"b": TEXT})}), [{}, {"a": {}}, {"a": {"b": "x"}}]),
    ({"prefixItems": [True], "items": {"const": "a"}}, ListOf(TEXT), [[], ["b"], ["b", "a"], ["a", "b"], ["b", "b"]]),
    ({"minimum": 2**53 + 1}, NUMBER, [2.0**53, 2.0**53 + 2]),
    ({"multipleOf": 0.01}, NUMBER, [19.99, 19.995, -0.01, 1e300]),
]


@pytest.mark.parametrize(("schema", "shape", "values"), ONCE_WRONG)
def test_sql_still_agrees_with_jsonschema_where_it_once_did_not(schema, shape, values):
    assert sql_says(schema, shape, values) == jsonschema_says(schema, values)


@settings(max_examples=150, **SOME)
@given(questions(SHAPES))
def test_sql_agrees_with_jsonschema_on_keywords_together(question):
    shape, schema, values = question
    said = sql_says(schema, shape, values)
    assert said is None or said == jsonschema_says(schema, values)


@settings(max_examples=200, **SOME)
@given(questions(GROUPS))
def test_an_item_breaks_a_demand_where_jsonschema_refuses_it(question):
    shape, schema, values = question
    assert sql_says_of_items(schema, shape, values) == jsonschema_says(schema, values)
