"""A channel's folder that is wrong: the message says what, in which file, and where in it."""

from __future__ import annotations

import json

import pytest

from pimsync.errors import ChannelError, UsageError
from pimsync.format import channel as channels

TOML = """
key = "corner"
name = "Corner shop"
about = "A shop window."
spec = { url = "https://corner.example/spec", checked = 2026-11-21 }
[feed]
encoding = "delimited"
file = "corner.csv"
[attributes]
id = "sku"
name = "title"
[fix]
name = ["squeeze"]
[[check]]
id = "name/short"
fails = "length(name) < 3"
message = "{name} is short"
help = "Write more."
source = "https://corner.example/spec"
"""
SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "name": {"type": "string", "maxLength": 10}},
    "required": ["id"],
}

#: What is changed in channel.toml (old, new), and what is said.
WRONG_TOML = {
    "no TOML": ("[feed]", "[feed", "this is no TOML"),
    "an unknown table": ("[fix]", "[fixes]", "pimsync does not know `fixes`"),
    "a key that is not the folder's": (
        'key = "corner"',
        'key = "other"',
        "the key is 'other' and the folder is 'corner'",
    ),
    "a mapping to no attribute": ('name = "title"', 'nam = "title"', "[attributes] names 'nam'"),
    "a fix of no attribute": ("[fix]\nname =", "[fix]\nnome =", "[fix] names 'nome'"),
    "a limit without a source": (
        'file = "corner.csv"',
        'file = "corner.csv"\nmax_items = 5',
        "a limit needs a `source`",
    ),
    "a check without help": ('help = "Write more."\n', "", "`check.0.help` is missing"),
    "a severity that is none": ('id = "name/short"', 'id = "name/short"\nseverity = "fatal"', "'fatal'"),
    "an unknown encoder option": ("[attributes]", "[feed.delimited]\nseparator = ','\n[attributes]", "separator"),
}

#: What is changed in item.schema.json, and what is said.
WRONG_SCHEMA = {
    "a misspelt keyword": ({"name": {"type": "string", "maxLenght": 10}}, "there is no keyword 'maxLenght'"),
    "a limit that is no number": ({"name": {"type": "string", "maxLength": "ten"}}, "cannot be 'ten'"),
    "an unknown format": ({"name": {"type": "string", "format": "postcode"}}, "there is no format 'postcode'"),
    "a pattern that is none": ({"name": {"type": "string", "pattern": "("}}, "no regular expression"),
    "an unknown severity": (
        {"name": {"type": "string", "maxLength": 3, "severity": "bad"}},
        "there is no severity 'bad'",
    ),
}


def folder(tmp_path, toml=TOML, schema=None):
    path = tmp_path / "channels" / "corner"
    path.mkdir(parents=True)
    (path / "channel.toml").write_text(toml, encoding="utf-8")
    (path / "item.schema.json").write_text(json.dumps(schema or SCHEMA), encoding="utf-8")
    return path


def test_the_folder_is_right_as_it_stands(tmp_path):
    assert channels.load(folder(tmp_path)).key == "corner"


@pytest.mark.parametrize("name", WRONG_TOML)
def test_a_definition_is_refused_with(name, tmp_path):
    old, new, says = WRONG_TOML[name]
    assert old in TOML
    with pytest.raises(ChannelError) as refused:
        channels.load(folder(tmp_path, TOML.replace(old, new)))
    assert says in refused.value.message
    assert "channel.toml" in refused.value.where


@pytest.mark.parametrize("name", WRONG_SCHEMA)
def test_a_schema_is_refused_with(name, tmp_path):
    properties, says = WRONG_SCHEMA[name]
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], **properties}}
    with pytest.raises(ChannelError) as refused:
        channels.load(folder(tmp_path, schema=schema))
    assert says in refused.value.message
    assert "item.schema.json" in refused.value.where or "regular expression" in refused.value.message


def test_no_json_is_refused_with_its_line(tmp_path):
    path = folder(tmp_path)
    (path / "item.schema.json").write_text('{\n"type": object}', encoding="utf-8")
    with pytest.raises(ChannelError, match="this is no JSON") as refused:
        channels.load(path)
    assert "line 2" in refused.value.where


def test_a_projects_own_folder_is_a_channel(tmp_path):
    folder(tmp_path)
    assert channels.find("corner", tmp_path).definition.name == "Corner shop"
    with pytest.raises(UsageError, match="there is no channel type 'cornr'"):
        channels.find("cornr", tmp_path)
