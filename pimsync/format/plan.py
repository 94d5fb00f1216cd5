"""A plan: everything that turns a range of products into checked, encoded items, compiled once for a channel.

A plan is plain data and can be pickled: the same chunk gives the same bytes wherever it runs.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pimsync.engine import Engine, ident, text
from pimsync.errors import ChannelError, UsageError
from pimsync.expressions import checked
from pimsync.findings import Rule, Severity
from pimsync.format.channel import DEFINITION, ChannelType, Check
from pimsync.format.encode import ENCODERS, Column, Encoder
from pimsync.format.encode.options import ColumnOptions
from pimsync.format.mapping import ItemMapping, fix_flags, mapping, steps
from pimsync.format.schema.compile import Demand, Leftover, demands
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape, shape_of, sql_type
from pimsync.format.scope import Scope
from pimsync.project import Channel, Defaults
from pimsync.words import closest

#: Stands for the aggregate of the rule that a key may come once: it is counted by a query of its own.
DUPLICATE = "_duplicate"
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Judgement:
    """One thing to say about an item: the rule, and the SQL of when, of which value, and of the sentence."""

    rule: Rule
    fails: str
    value: str
    message: str


@dataclass(frozen=True)
class Across:
    """A judgement over the items that share an attribute: the aggregate, and which judgement it feeds."""

    attribute: str
    fails: str
    number: int
    reads: tuple[str, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether it is the rule that a key may come once."""
        return self.fails == DUPLICATE


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

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules by the number that a chunk's events name; those left to jsonschema come last."""
        return (*(judgement.rule for judgement in self.judgements), *(_rule(self.type, one) for one in self.left))


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
    return compiled(channel, mapping(channel, project, scope, engine, name), scope, project.rules.ignore, engine, name)


def compiled(
    channel: ChannelType, mapped: ItemMapping, scope: Scope, ignore: Sequence[str], engine: Engine, name: str
) -> Plan:
    """The plan for items that are mapped like this."""
    item, columns = mapped.item, _columns(channel, mapped, ignore)
    encoder = ENCODERS[channel.definition.feed.encoding](
        _options(channel), columns, _filled(channel, scope.settings, name), channel.identity
    )
    found = demands(channel.schema, item, channel.refs)
    judged = [*_types(channel, mapped), *_demanded(channel, found.demands), *_separators(channel, encoder)]
    checks, across, read = _checks(channel, item, engine, len(judged))
    judged += checks
    judged += _foreign(channel, scope)
    judged += _formulas(channel, encoder)
    identity = next((one for one in mapped.attributes if one.name == channel.identity), None)
    unique = identity is None or not identity.bare or identity.source.strip() != "sku"
    if unique and channel.identity in item.fields:
        judged.append(_duplicate(channel))
        across.append(Across(channel.identity, DUPLICATE, len(judged) - 1))
    judged += [
        Judgement(rule, fails, value, text(rule.message)) for rule, fails, value in fix_flags(mapped, channel.key)
    ]
    kept, across = _not_ignored(judged, across, ignore)
    left = tuple(one for one in found.left if not _ignored(_rule(channel.key, one).id, ignore))
    feed = channel.definition.feed
    return Plan(
        name=name,
        type=channel.key,
        title=channel.definition.name,
        key=channel.identity,
        scope=scope,
        steps=tuple(steps(mapped, _widened(channel, item, read), ["_foreign"] if scope.homebound else [])),
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


def _rule(key: str, demand: Demand | Leftover) -> Rule:
    attribute = demand.rule.rpartition("/")[0]
    return Rule(f"{key}/{demand.rule}", attribute, demand.severity, "", demand.help, demand.source)


def _demanded(channel: ChannelType, found: Sequence[Demand]) -> Iterator[Judgement]:
    for demand in found:
        yield Judgement(_rule(channel.key, demand), demand.fails, demand.value, demand.message)


def _types(channel: ChannelType, mapped: ItemMapping) -> Iterator[Judgement]:
    says = {"integer": "a whole number", "number": "a number", "boolean": "yes or no"}
    for attribute in mapped.attributes:
        if attribute.value.fails:
            shape = attribute.value.shape
            wanted = says[shape.kind] if isinstance(shape, Scalar) else "what the channel takes"
            severity = Severity((channel.attribute_schema(attribute.name) or {}).get("severity", Severity.ERROR))
            rule = Rule(
                f"{channel.key}/{attribute.name}/type",
                attribute.name,
                severity,
                "",
                f"Map {attribute.name} to {wanted}.",
            )
            yield Judgement(rule, ident(f"{attribute.name}~type"), "null::varchar", text(f"is not {wanted}"))


def _separators(channel: ChannelType, encoder: Encoder) -> Iterator[Judgement]:
    for attribute, fails in encoder.conflicts().items():
        rule = Rule(
            f"{channel.key}/{attribute}/separator", attribute, Severity.ERROR, "",
            "Take the sign that separates values out of the value, or map it to another one.", channel.definition.spec.url,
        )  # fmt: skip
        yield Judgement(
            rule,
            fails,
            f"cast({ident(attribute)} as varchar)",
            text("holds the sign that separates values in this feed"),
        )


def _formulas(channel: ChannelType, encoder: Encoder) -> Iterator[Judgement]:
    for attribute, fails in encoder.formulas().items():
        rule = Rule(
            f"{channel.key}/{attribute}/formula", attribute, Severity.WARNING, "",
            "The channel reads it as text; a spreadsheet would run it. Do not open the feed in one.", channel.definition.spec.url,
        )  # fmt: skip
        yield Judgement(
            rule, fails, f"cast({ident(attribute)} as varchar)", text("would be run as a formula by a spreadsheet")
        )


def _duplicate(channel: ChannelType) -> Judgement:
    key = channel.identity
    rule = Rule(
        f"{channel.key}/{key}/duplicate", key, Severity.ERROR, "",
        f"Map {key} to something that no two products share; the first item with it stays in.", channel.definition.spec.url,
    )  # fmt: skip
    return Judgement(rule, "false", ident(key), f"concat({ident(key)}, ' is the {key} of an earlier item')")


def _foreign(channel: ChannelType, scope: Scope) -> Iterator[Judgement]:
    """Amounts left out because the market's price is in another currency."""
    if scope.homebound:
        names = " and ".join(scope.homebound)
        rule = Rule(
            f"{channel.key}/price/other_currency", "price", Severity.WARNING, "",
            f"Give {names} for this market too, in columns of its own, or leave its price out.", channel.definition.spec.url,
        )  # fmt: skip
        sentence = f"the price for this market is in another currency than {names}, which are left out"
        yield Judgement(rule, "_foreign", "null::varchar", text(sentence))


def _checks(
    channel: ChannelType, item: Group, engine: Engine, start: int
) -> tuple[list[Judgement], list[Across], set[str]]:
    """The channel's checks that read at least one attribute that is there, and all the attributes that they read."""
    every: set[str] = set()
    names = [*dict.fromkeys([*channel.attributes, *item.fields]), "settings", "now"]
    judged, across = [], []
    shapes = {name: item.fields.get(name) for name in names[:-2]}
    for check in channel.definition.check:
        place = f"{channel.folder / DEFINITION}, [[check]] {check.id}"
        expression = checked(check.fails, engine, names, place, aggregate=check.across is not None, error=ChannelError)
        read = [name for name in expression.columns if name not in ("settings", "now")]
        if not any(name in item.fields for name in read) or (check.across and check.across not in item.fields):
            continue
        every.update(read)
        fails = _with_absent(expression.sql, [n for n in read if n not in item.fields], channel)
        rule = Rule(f"{channel.key}/{check.id}", check.attribute, check.severity, "", check.help, check.source)
        value = (
            _as_text(check.attribute, shapes.get(check.attribute))
            if check.attribute in item.fields
            else "null::varchar"
        )
        judged.append(Judgement(rule, "false" if check.across else fails, value, _sentence(check, item, place)))
        if check.across:
            across.append(
                Across(check.across, fails, start + len(judged) - 1, tuple(n for n in sorted(read) if n in item.fields))
            )
    return judged, across, every


def _widened(channel: ChannelType, item: Group, read: set[str]) -> dict[str, str]:
    """The groups that checks read and the mapping fills in part, with the type of the whole."""
    whole = {name: shape_of(channel.attribute_schema(name) or {}, channel.refs) for name in read & item.fields.keys()}
    return {name: sql_type(shape) for name, shape in whole.items() if sql_type(shape) != sql_type(item.fields[name])}


def _with_absent(sql: str, absent: Sequence[str], channel: ChannelType) -> str:
    """The expression over an item that lacks some attributes: they are null."""
    for name in absent:
        schema = channel.attribute_schema(name) or {}
        null = f"cast(null as {sql_type(shape_of(schema, channel.refs))})"
        quoted = ident(name)
        sql = (
            sql.replace(quoted, null)
            if quoted in sql
            else re.sub(rf"(?<![\w\"'.]){re.escape(name)}(?![\w\"'(:])", null, sql)
        )
    return sql


def _as_text(name: str, shape: Shape | None) -> str:
    return ident(name) if shape == Scalar("string") else f"cast({ident(name)} as varchar)"


def _sentence(check: Check, item: Group, place: str) -> str:
    """A message as SQL: the words, and the values of the attributes it names."""
    parts = []
    for number, part in enumerate(_PLACEHOLDER.split(check.message)):
        if number % 2 == 0:
            if part:
                parts.append(text(part))
        elif part in item.fields:
            parts.append(_as_text(part, item.fields[part]))
        elif part.startswith("settings."):
            parts.append(f"settings.{ident(part.removeprefix('settings.'))}")
    return f"concat({', '.join(parts) or text('')})"


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
