"""The product model, the table of fields, and the rules belong together."""

from __future__ import annotations

from pimsync.store.product import FIELDS, TYPES, Product
from pimsync.store.reading import READINGS
from pimsync.store.rules import RULES


def test_every_field_of_the_model_is_in_the_table_in_the_same_order():
    assert list(FIELDS) == list(Product.model_fields)


def test_every_kind_has_a_type_and_a_reading():
    assert {field.kind for field in FIELDS.values()} == set(TYPES)
    assert set(READINGS) == set(TYPES) - {"attributes"}


def test_no_name_means_two_fields():
    words = [word.replace("_", "") for field in FIELDS.values() for word in (field.name, *field.synonyms)]
    assert sorted(words) == sorted(set(words))


def test_every_rule_says_what_is_wrong_and_what_to_do():
    for rule in RULES.values():
        assert rule.id.startswith(f"catalog/{rule.attribute}/")
        assert rule.message
        assert rule.help or rule.fix
