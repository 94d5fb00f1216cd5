"""References reach this schema and the shared definitions, and nothing else."""

from __future__ import annotations

import json

import pytest

from pimsync.errors import ChannelError
from pimsync.format.schema.authority import is_valid
from pimsync.format.schema.refs import Refs

DOCUMENT = {
    "$defs": {"short": {"maxLength": 3, "help": "Shorten it."}, "again": {"$ref": "#/$defs/short"}, "never": False}
}


@pytest.mark.parametrize(
    ("schema", "resolved"),
    [
        ({"$ref": "#/$defs/short"}, {"maxLength": 3, "help": "Shorten it."}),
        ({"$ref": "#/$defs/again"}, {"maxLength": 3, "help": "Shorten it."}),
        (
            {"$ref": "#/$defs/short", "pattern": "^a", "help": "Cut it."},
            {"maxLength": 3, "pattern": "^a", "help": "Cut it."},
        ),
        (
            {"$ref": "#/$defs/short", "maxLength": 2},
            {"maxLength": 2, "allOf": [{"maxLength": 3, "help": "Shorten it."}]},
        ),
        ({"$ref": "#/$defs/never"}, {"allOf": [False]}),
    ],
)
def test_what_stands_beside_a_reference_applies_too(schema, resolved):
    assert Refs(DOCUMENT).resolve(schema) == resolved


def test_keywords_that_read_each_other_stay_in_their_own_schema():
    document = {"$defs": {"named": {"properties": {"a": True}}}}
    schema = {"$ref": "#/$defs/named", "additionalProperties": False}
    refs = Refs(document)
    assert refs.inline(schema) == {"additionalProperties": False, "allOf": [{"properties": {"a": True}}]}
    assert not is_valid({"a": 1}, schema, refs)


def test_a_channel_of_ones_own_reaches_shared_definitions_beside_it_and_pimsyncs(tmp_path):
    (tmp_path / "_shared").mkdir()
    (tmp_path / "_shared/mine.json").write_text(
        json.dumps({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"minimum": 1}}})
    )
    refs = Refs({}, tmp_path / "mine" / "item.schema.json")
    assert refs.inline({"$ref": "../_shared/mine.json#/$defs/a"}) == {"minimum": 1}
    assert refs.inline({"$ref": "../_shared/defs.json#/$defs/country"}) == {"type": "string", "format": "country"}


@pytest.mark.parametrize(
    ("document", "says", "where"),
    [
        ({"$ref": "#/$defs/x"}, "nothing at the reference '#/\\$defs/x'", "top"),
        ({"properties": {"a": {"$ref": "https://b.example/c"}}}, "leads out of the channel", "properties › a"),
        ({"items": {"$ref": "../_shared/none.json#/$defs/x"}}, "no such shared definitions", "none.json"),
        (
            {"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}},
            "leads back to itself",
            "\\$defs › a › items",
        ),
        ({"properties": {"a": {"$ref": "#"}}}, "leads back to itself", "properties › a"),
    ],
)
def test_a_reference_that_leads_nowhere_is_an_error_with_its_place(document, says, where):
    with pytest.raises(ChannelError, match=f"{says}.*{where}"):
        Refs(document)
