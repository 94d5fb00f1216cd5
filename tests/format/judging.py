"""Items as a channel receives them, judged by the channel's rules: for cases.toml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pimsync.engine import Engine, ident, text
from pimsync.format import query
from pimsync.format.channel import ChannelType
from pimsync.format.chunk import stream, words
from pimsync.format.ledger import TOLD, note
from pimsync.format.mapping import Attribute, ItemMapping
from pimsync.format.plan import Plan, _settings, compiled
from pimsync.format.query import Crossing
from pimsync.format.schema.shape import Group, ListOf, Shape, shape_of, sql_type
from pimsync.format.scope import Scope
from pimsync.format.types import Brought
from pimsync.project import Channel, Defaults

NOW = "2026-11-21T12:00:00+00:00"


def plan_for(channel: ChannelType, names: Sequence[str], engine: Engine, settings: dict[str, str], now: str) -> Plan:
    """The plan of items that have these attributes, each as it stands."""
    item = _item(channel, names)
    mapped = ItemMapping(
        tuple(Attribute(name, name, Brought(ident(name), shape)) for name, shape in item.fields.items()), None
    )
    general = _settings(channel, Channel(type=channel.key, settings=settings), Defaults(), channel.key)
    return compiled(channel, mapped, Scope((), None, None, general, now), (), engine, channel.key)


def judge(
    channel: ChannelType,
    items: Sequence[dict[str, Any]],
    engine: Engine,
    work: Path,
    settings: dict[str, str],
    now: str = NOW,
) -> list[set[str]]:
    """The rules that each item breaks, without the channel's key; rules across items see all of them together."""
    names = [
        *channel.attributes,
        *dict.fromkeys(name for item in items for name in item if name not in channel.attributes),
    ]
    plan = plan_for(channel, names, engine, settings, now)
    source = _source(plan, items)
    crossing = _crossing(plan, source, engine, work)
    found: list[set[str]] = [set() for _ in items]
    for chunk in [*stream(plan, source, crossing, engine, encoded=True)]:
        note(work / "told.parquet", chunk.rows[chunk.places], words(chunk.broken[:, : len(plan.judgements)]))
        _sentences(plan, source, str(work / "told.parquet"), engine)
        for place, broken in zip(chunk.places, chunk.broken, strict=True):
            rules = [plan.rules[number] for number in broken[:-1].nonzero()[0]]
            found[chunk.rows[place]] = {rule.id.partition("/")[2] for rule in rules}
            left_out = chunk.items[int(place)].as_py() is None
            assert left_out == any(rule.severity == "error" for rule in rules), (
                "left out if and only if it has an error"
            )
    return found


def _sentences(plan: Plan, source: str, told: str, engine: Engine) -> None:
    """Every judgement can say what is wrong."""
    numbers = [number for number, one in enumerate(plan.judgements) if not one.rule.fix]
    for start in range(0, len(numbers), TOLD):
        for batch in engine.stream(query.details(plan, source, told, numbers[start : start + TOLD]), 2048):
            for event in batch.column("events").flatten().to_pylist():
                assert event["message"], plan.rules[event["rule"]].id


def _item(channel: ChannelType, names: Sequence[str]) -> Group:
    shapes = {}
    for name in names:
        schema = channel.attribute_schema(name)
        assert schema is not None, f"{name} is no attribute of {channel.key}"
        shapes[name] = shape_of(schema, channel.refs)
    return Group(shapes)


def _source(plan: Plan, items: Sequence[dict[str, Any]]) -> str:
    rows = ", ".join(f"({number}, {text(json.dumps(item))})" for number, item in enumerate(items))
    members = ", ".join(f"_item.{ident(name)} as {ident(name)}" for name in plan.item.fields)
    return (
        f"select _row, 'sku' as _sku, {plan.scope.context}, {members}"
        f" from (select _row, from_json(_json, {text(json.dumps(_structure(plan.item)))}) as _item from (values {rows}) v(_row, _json))"
    )


def _structure(shape: Shape) -> Any:
    """A shape as DuckDB's from_json takes it, where a member may be missing."""
    if isinstance(shape, Group):
        return {name: _structure(field) for name, field in shape.fields.items()}
    return [_structure(shape.of)] if isinstance(shape, ListOf) else sql_type(shape)


def _crossing(plan: Plan, source: str, engine: Engine, work: Path) -> Crossing:
    groups = {}
    for number, attribute in enumerate(dict.fromkeys(a.attribute for a in plan.across if not a.counted)):
        members, path = work / "members.parquet", work / f"groups-{number}.parquet"
        engine.run(f"copy ({query.members(plan, source, attribute, 1)}) to {text(str(members))} (format parquet)")
        engine.run(f"copy ({query.groups(plan, str(members), attribute, 0)}) to {text(str(path))} (format parquet)")
        groups[attribute] = str(path)
    return Crossing(groups)
