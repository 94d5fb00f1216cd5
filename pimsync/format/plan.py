"""A plan: everything that turns a range of products into checked, encoded items, compiled once for a channel.

A plan is plain data and can be pickled: the same chunk gives the same bytes wherever it runs.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pimsync.engine import Engine, text
from pimsync.errors import UsageError
from pimsync.findings import Rule, Severity
from pimsync.format import judgements
from pimsync.format.channel import ChannelType
from pimsync.format.encode import ENCODERS, Column, Encoder
from pimsync.format.encode.options import ColumnOptions
from pimsync.format.judgements import DUPLICATE, Across, Judgement
from pimsync.format.mapping import ItemMapping, fix_flags, mapping, steps
from pimsync.format.schema.compile import Leftover, demands
from pimsync.format.schema.shape import Group, ListOf, Shape, shape_of, sql_type
from pimsync.format.scope import Scope
from pimsync.format.unique import Unique, unique
from pimsync.project import Channel, Defaults
from pimsync.words import closest


@dataclass(frozen=True)
class Plan:
    """One channel, compiled."""

    name: str
    type: str
    title: str
    key: str
    scope: Scope
    steps: tuple[tuple[str, str], ...]
    where: str | None
    judgements: tuple[Judgement, ...]
    across: tuple[Across, ...]
    encoder: Encoder
    left: tuple[Leftover, ...]
    item: Group
    file: str
    max_bytes: int | None
    max_items: int | None
    unique: Unique | None = None
    mapped: str | None = None  # a file of the items as they are mapped, where a project's own functions made them

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules by the number that a chunk's events name; those left to jsonschema come last."""
        return (
            *(judgement.rule for judgement in self.judgements),
            *(judgements.rule_of(self.type, one) for one in self.left),
        )


def plan(
    channel: ChannelType,
    project: Channel,
    defaults: Defaults,
    fields: Sequence[str],
    now: str,
    engine: Engine,
    name: str,
) -> Plan:
    """Compile a channel for a project and a catalog.

    Args:
        fields: the columns of the snapshot.
        now: the time of the build, ISO 8601 with an offset.
        name: what the project calls the channel.
    """
    settings = _settings(channel, project, defaults, name)
    scope = Scope(
        tuple(fields), project.language or defaults.language, project.country or defaults.country, settings, now
    )
    mapped = mapping(channel, project, scope, engine, name)
    made = compiled(channel, mapped, scope, project.rules.ignore, engine, name)
    return replace(made, unique=unique(project, scope, engine, name))


def compiled(
    channel: ChannelType, mapped: ItemMapping, scope: Scope, ignore: Sequence[str], engine: Engine, name: str
) -> Plan:
    """The plan for items that are mapped like this."""
    item, columns = mapped.item, _columns(channel, mapped, ignore)
    encoder = ENCODERS[channel.definition.feed.encoding](
        _options(channel), columns, _filled(channel, scope.settings, name), channel.identity
    )
    found = demands(channel.schema, item, channel.refs)
    judged = [
        *judgements.types(channel, mapped),
        *judgements.demanded(channel, found.demands),
        *judgements.separators(channel, encoder),
    ]
    checks, across, read = judgements.checks(channel, item, engine, len(judged))
    judged += checks
    judged += judgements.foreign(channel, scope)
    judged += judgements.formulas(channel, encoder)
    identity = next((one for one in mapped.attributes if one.name == channel.identity), None)
    free = identity is None or not identity.bare or identity.source.strip() != "sku"
    if free and channel.identity in item.fields:
        judged.append(judgements.duplicate(channel))
        across.append(Across(channel.identity, DUPLICATE, len(judged) - 1))
    judged += [
        Judgement(rule, fails, value, text(rule.message)) for rule, fails, value in fix_flags(mapped, channel.key)
    ]
    kept, across = _not_ignored(judged, across, ignore)
    left = tuple(one for one in found.left if not _ignored(judgements.rule_of(channel.key, one).id, ignore))
    feed, along = channel.definition.feed, ["_foreign"] if scope.homebound else []
    return Plan(
        name=name,
        type=channel.key,
        title=channel.definition.name,
        key=channel.identity,
        scope=scope,
        steps=tuple(steps(mapped, _widened(channel, item, read), _absent(channel, item, read), along)),
        where=mapped.where,
        judgements=tuple(kept),
        across=tuple(across),
        encoder=encoder,
        left=left,
        item=item,
        file=feed.file,
        max_bytes=feed.max_bytes,
        max_items=feed.max_items,
    )


def _settings(channel: ChannelType, project: Channel, defaults: Defaults, name: str) -> dict[str, str | None]:
    general = {
        "currency": project.currency or defaults.currency,
        "country": project.country or defaults.country,
        "language": project.language or defaults.language,
        "shop": defaults.shop,
        "shop_url": defaults.shop_url,
    }
    own = {key: setting.default for key, setting in channel.definition.settings.items()}
    for key in project.settings:
        if key not in own and key not in general:
            near = closest(key, [*own, *general])
            raise UsageError(
                f"{channel.definition.name} has no setting {key!r}",
                where=f"[channels.{name}.settings]",
                hint=f"did you mean {near!r}?" if near else f"its settings are {', '.join(own) or 'none'}",
            )
    merged: dict[str, str | None] = {}
    for key in [*general, *own]:
        merged[key] = project.settings.get(key) or general.get(key) or own.get(key)
    return merged


def _filled(channel: ChannelType, settings: Mapping[str, str | None], name: str) -> dict[str, str]:
    """The settings that have a value, and the channel's own name, for the encoder's placeholders."""
    return {"name": channel.definition.name, "channel": name} | {
        key: value for key, value in settings.items() if value is not None
    }


def _options(channel: ChannelType) -> Any:
    feed = channel.definition.feed
    return feed.delimited if feed.encoding == "delimited" else feed.xml


def _columns(channel: ChannelType, mapped: ItemMapping, ignore: Sequence[str]) -> list[Column]:
    """The feed's columns: what is mapped, and what always stands there."""
    options = channel.definition.feed.columns
    shapes = mapped.item.fields
    own = {attribute.name for attribute in mapped.attributes if attribute.own}
    return [
        Column(
            name, shape, options.get(name, ColumnOptions()),
            clean=name not in own or not _grouped(shape), plain=_plain(channel, name, ignore),
        )
        for name, shape in shapes.items()
    ]  # fmt: skip


def _grouped(shape: Shape) -> bool:
    """Whether it is a group, or a list of groups: no repair reaches into those."""
    return isinstance(shape.of if isinstance(shape, ListOf) else shape, Group)


#: Formats whose texts hold letters, digits and signs that mean nothing in any feed.
_PLAIN_FORMATS = frozenset(
    ("gtin", "price", "currency", "country", "language", "date", "date-time", "iso-time", "iso-range")
)


def _plain(channel: ChannelType, name: str, ignore: Sequence[str]) -> bool:
    """Whether every item that gets as far as the feed has a value here without a sign that would have to be escaped."""
    schema = channel.refs.resolve(channel.attribute_schema(name) or {})
    if schema.get("type") == "array":
        schema = channel.refs.resolve(schema.get("items", {}))
    severe = schema.get("severity", Severity.ERROR) == Severity.ERROR
    if not severe or any(
        _ignored(f"{channel.key}/{name}/{demand}", ignore) for demand in ("values", "value", *_DEMANDS)
    ):
        return False
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return schema.get("format") in _PLAIN_FORMATS or (
        bool(values) and all(_WORD.fullmatch(str(value)) for value in values)
    )


_WORD = re.compile(r"[\w .+-]+")
#: The demands of those formats, as rules name them.
_DEMANDS = ("checksum", "price", "currency", "country", "language", "date", "date-time", "iso-time", "iso-range")


def _absent(channel: ChannelType, item: Group, read: set[str]) -> dict[str, str]:
    """The attributes that checks read and nothing fills, with their types: they are null."""
    missing = sorted(read - item.fields.keys())
    return {name: sql_type(shape_of(channel.attribute_schema(name) or {}, channel.refs)) for name in missing}


def _widened(channel: ChannelType, item: Group, read: set[str]) -> dict[str, str]:
    """The groups that checks read and the mapping fills in part, with the type of the whole."""
    whole = {name: shape_of(channel.attribute_schema(name) or {}, channel.refs) for name in read & item.fields.keys()}
    return {name: sql_type(shape) for name, shape in whole.items() if sql_type(shape) != sql_type(item.fields[name])}


def _ignored(rule: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(rule, pattern) for pattern in patterns)


def _not_ignored(
    judged: Sequence[Judgement], across: Sequence[Across], patterns: Sequence[str]
) -> tuple[list[Judgement], list[Across]]:
    kept = [n for n, one in enumerate(judged) if one.rule.fix or not _ignored(one.rule.id, patterns)]
    places = {old: new for new, old in enumerate(kept)}
    return [judged[n] for n in kept], [
        replace(one, number=places[one.number]) for one in across if one.number in places
    ]
