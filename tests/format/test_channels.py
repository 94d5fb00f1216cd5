"""The same questions to every channel's folder."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from judging import NOW, judge

from pimsync import knowledge
from pimsync.engine import Engine
from pimsync.format import channel as channels
from pimsync.format.channel import CASES, ChannelType
from pimsync.format.schema.authority import check_schema, validator

FOLDERS = channels.folders()


@cache
def load(key: str) -> ChannelType:
    return channels.load(FOLDERS[key])


@cache
def cases(key: str) -> dict[str, Any]:
    return tomllib.loads((FOLDERS[key] / CASES).read_text(encoding="utf-8"))


def written(value: Any) -> Any:
    """A value of a case; `{ repeat = "wool ", length = 151 }` stands for a long text."""
    if isinstance(value, list):
        return [written(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"repeat", "length"}:
        return (value["repeat"] * value["length"])[: value["length"]]
    return {name: written(one) for name, one in value.items()}


def items_of(case: dict[str, Any], base: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of a case: one, or (for rules across items) several."""
    found = []
    for changes in case.get("items", [case.get("set", {})]):
        item = {**base, **{name: written(value) for name, value in changes.items()}}
        for name in case.get("unset", []):
            item.pop(name, None)
        found.append(item)
    return found


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("channels")
    with Engine(folders=[folder], threads=1, memory="6GB") as engine:
        engine.folder = folder
        yield engine


@cache
def single_cases(key: str) -> list[dict[str, Any]]:
    return [case for case in cases(key)["case"] if "items" not in case]


@pytest.fixture(scope="module")
def found(engine):
    """Per channel, what each single-item case finds: all of them judged in one query."""

    @cache
    def of(key: str) -> dict[str, set[str]]:
        document = cases(key)
        items = [items_of(case, document["base"])[0] for case in single_cases(key)]
        judged = judge(load(key), items, engine, engine.folder, document.get("settings", {}), document.get("now", NOW))
        return {case["name"]: rules for case, rules in zip(single_cases(key), judged, strict=True)}

    return of


ALL = [(key, case["name"]) for key in FOLDERS for case in cases(key)["case"]]


@pytest.mark.parametrize("key", FOLDERS)
def test_the_folder_loads_and_its_names_hang_together(key):
    check_schema(load(key).schema, FOLDERS[key])
    assert load(key).key == key


@pytest.mark.parametrize(("key", "name"), list(ALL), ids=[f"{key}: {name}" for key, name in ALL])
def test_case(key, name, found, engine):
    document = cases(key)
    case = next(case for case in document["case"] if case["name"] == name)
    if "items" in case:
        items = items_of(case, document["base"])
        judged = judge(load(key), items, engine, engine.folder, document.get("settings", {}), document.get("now", NOW))
        rules = set().union(*judged)
    else:
        rules = found(key)[name]
    assert sorted(rules) == sorted(case["finds"])


@pytest.mark.parametrize("key", FOLDERS)
def test_case_names_are_different(key):
    names = [case["name"] for case in cases(key)["case"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("key", FOLDERS)
def test_jsonschema_agrees_on_every_case(key, found):
    """A case breaks a rule of the schema if and only if jsonschema refuses its item."""
    channel, document = load(key), cases(key)
    judge_ = validator(channel.schema, channel.refs)
    checks = {check.id for check in channel.definition.check}
    encoders = ("/formula", "/separator")
    for case in single_cases(key):
        broken = {rule for rule in found(key)[case["name"]] if rule not in checks and not rule.endswith(encoders)}
        item = items_of(case, document["base"])[0]
        assert judge_.is_valid(item) == (not broken), case["name"]


@pytest.mark.parametrize("key", FOLDERS)
def test_every_rule_has_a_case_that_finds_it(key):
    expected = {rule for case in cases(key)["case"] for rule in case["finds"]}
    known = {rule.id.partition("/")[2] for rule in knowledge.rules(load(key))}
    required = {f"{name}/required" for name in load(key).schema.get("required", [])}
    assert (known | required) - expected == set()


@pytest.mark.parametrize("key", FOLDERS)
def test_every_attribute_has_a_case_that_has_it(key):
    document = cases(key)
    valid = [case for case in document["case"] if not case["finds"]]
    present = {name for case in valid for item in items_of(case, document["base"]) for name in item} | document[
        "base"
    ].keys()
    assert set(load(key).attributes) - present == set()


@pytest.mark.parametrize("key", FOLDERS)
def test_every_attribute_says_what_it_is_for_and_who_says_so(key):
    for name, schema in load(key).attributes.items():
        resolved = load(key).refs.resolve(schema)
        assert resolved.get("description"), name
        assert resolved.get("source"), name
        assert resolved.get("level") in ("required", "conditional", "recommended", "optional"), name


@pytest.mark.parametrize("key", FOLDERS)
def test_every_rule_has_help_and_a_source(key):
    for rule in knowledge.rules(load(key)):
        assert rule.help, rule.id
        assert rule.source, rule.id


@pytest.mark.parametrize("key", FOLDERS)
def test_every_required_attribute_has_a_source_in_the_mapping(key):
    channel = load(key)
    assert set(channel.schema.get("required", [])) - set(channel.definition.attributes) == set()


def test_no_channel_is_named_in_the_code():
    package = Path(channels.__file__).parents[1]
    for path in package.rglob("*.py"):
        words = set(re.findall(r"[a-z_]+", path.read_text(encoding="utf-8")))
        assert not words & FOLDERS.keys(), path
