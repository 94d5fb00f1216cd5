"""What pimsync knows about channels: every rule, attribute and channel, in words, with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimsync.errors import UsageError
from pimsync.format import channel as channels_
from pimsync.format.channel import ChannelType
from pimsync.macros import MACROS, Macro
from pimsync.words import closest


@dataclass(frozen=True)
class RuleCard:
    """A rule: what is demanded, why, what to do, and who says so."""

    id: str
    attribute: str
    severity: str
    wants: str
    help: str
    source: str


@dataclass(frozen=True)
class AttributeCard:
    """An attribute of a channel: what it is for, its limits, where its value comes from, and its rules."""

    channel: str
    name: str
    description: str
    level: str
    when: str
    type: str
    limits: str
    mapping: str
    fixes: tuple[str, ...]
    examples: tuple[str, ...]
    source: str
    rules: tuple[RuleCard, ...] = ()


@dataclass(frozen=True)
class ChannelCard:
    """A channel: what it is, and its attributes and settings."""

    key: str
    name: str
    about: str
    spec: str
    checked: str
    format: str
    settings: Mapping[str, str]
    attributes: tuple[AttributeCard, ...] = ()


@dataclass(frozen=True)
class MacroCard:
    """A macro: what it does, with examples."""

    name: str
    says: str
    examples: Mapping[str, str | None]


Card = RuleCard | AttributeCard | ChannelCard | MacroCard


def channels(project: Path | None = None) -> list[ChannelCard]:
    """Every channel, in short."""
    return [_channel(channels_.load(folder), attributes=False) for folder in channels_.folders(project).values()]


def channel(key: str, project: Path | None = None) -> ChannelCard:
    """One channel with all its attributes.

    Raises:
        UsageError: there is none with this key.
    """
    return _channel(channels_.find(key, project), attributes=True)


def explain(topic: str, project: Path | None = None) -> list[Card]:
    """What is known about a rule, an attribute (of one channel or of all), a channel, or a macro.

    Raises:
        UsageError: nothing is; with the nearest topic.
    """
    parts = topic.strip("/").split("/")
    if parts[0] == "catalog" and len(parts) > 1:
        return _or_unknown(
            [rule for rule in _catalog_rules() if _about(rule, "/".join(parts))],
            topic,
            [r.id for r in _catalog_rules()],
        )
    known = channels_.folders(project)
    if parts[0] in known:
        return _in_channel(channels_.load(known[parts[0]]), parts[1:], topic)
    if len(parts) == 1:
        if topic in MACROS:
            return [_macro(MACROS[topic])]
        found = [_attribute(one, topic) for one in map(channels_.load, known.values()) if topic in one.attributes]
        if found:
            return list(found)
    everything = [*known, *MACROS, *(name for folder in known.values() for name in channels_.load(folder).attributes)]
    return _or_unknown([], topic, everything)


def completions(incomplete: str) -> list[str]:
    """The topics that begin like this, for the shell."""
    known = channels_.folders()
    key, slash, _ = incomplete.partition("/")
    if not slash:
        return [f"{name}/" for name in known if name.startswith(incomplete)]
    if key not in known:
        return []
    return [rule.id for rule in rules(channels_.load(known[key])) if rule.id.startswith(incomplete)]


def rules(channel: ChannelType) -> list[RuleCard]:
    """Every rule that an item of the channel can break."""
    from pimsync.format.schema.compile import Demand, Leftover, demands
    from pimsync.format.schema.shape import Group, shape_of

    whole = shape_of(channel.schema, channel.refs)
    assert isinstance(whole, Group)
    compiled = demands(channel.schema, whole, channel.refs)
    found = {}
    every: list[Demand | Leftover] = [*compiled.demands, *compiled.left]
    for one in every:
        attribute = one.rule.rpartition("/")[0]
        found[one.rule] = RuleCard(
            f"{channel.key}/{one.rule}",
            attribute,
            one.severity.value,
            _wants(channel, attribute, one.keyword),
            one.help,
            one.source,
        )
    for check in channel.definition.check:
        found[check.id] = RuleCard(
            f"{channel.key}/{check.id}", check.attribute, check.severity.value, check.message, check.help, check.source
        )
    return list(found.values())


def _chosen(channel: ChannelType) -> list[RuleCard]:
    """The rules by which a project chooses the products that the channel gets."""
    from pimsync.findings import filtered
    from pimsync.format import unique

    return [
        RuleCard(one.id, one.attribute, one.severity.value, one.message, one.help, one.source)
        for one in (filtered(channel.key), unique.rule(channel.key))
    ]


def _in_channel(channel: ChannelType, path: Sequence[str], topic: str) -> list[Card]:
    if not path:
        return [_channel(channel, attributes=True)]
    wanted = "/".join([channel.key, *path])
    exact = [rule for rule in [*rules(channel), *_chosen(channel)] if rule.id == wanted]
    if exact:
        return list(exact)
    name = "/".join(path)
    if channel.attribute_schema(name) is not None:
        return [_attribute(channel, name)]
    fix = _fix(channel, path)
    if fix:
        return [fix]
    return _or_unknown(
        [], topic, [*(rule.id for rule in rules(channel)), *(f"{channel.key}/{one}" for one in channel.attributes)]
    )


def _fix(channel: ChannelType, path: Sequence[str]) -> RuleCard | None:
    """A repair, which reports name like a rule."""
    attribute, function = "/".join(path[:-1]), path[-1]
    names = [call.partition("(")[0].strip() for call in channel.definition.fix.get(attribute, ())]
    if function not in names:
        return None
    says = MACROS[function].says if function in MACROS else f"{function}() is applied."
    return RuleCard(
        f"{channel.key}/{attribute}/{function}", attribute, "fix", says,
        "pimsync repairs this by itself and counts it; nothing is to be done.", channel.definition.spec.url,
    )  # fmt: skip


def _about(rule: RuleCard, topic: str) -> bool:
    return rule.id == topic or rule.id.startswith(topic + "/")


def _or_unknown(found: Sequence[Card], topic: str, known: Sequence[str]) -> list[Card]:
    if found:
        return list(found)
    near = closest(topic, known)
    raise UsageError(
        f"nothing is known about {topic!r}",
        hint=f"did you mean {near!r}?"
        if near
        else "name a channel, an attribute (gtin), a rule (channel/gtin/checksum) or a macro",
    )


def _channel(channel: ChannelType, *, attributes: bool) -> ChannelCard:
    definition = channel.definition
    return ChannelCard(
        definition.key, definition.name, definition.about, definition.spec.url, definition.spec.checked.isoformat(),
        f"{definition.feed.encoding}, {definition.feed.file}",
        {name: f"{one.help} Default: {one.default}." if one.default else one.help for name, one in definition.settings.items()},
        tuple(_attribute(channel, name, with_rules=False) for name in channel.attributes) if attributes else (),
    )  # fmt: skip


def _attribute(channel: ChannelType, name: str, *, with_rules: bool = True) -> AttributeCard:
    schema = channel.refs.resolve(channel.attribute_schema(name) or {})
    definition = channel.definition
    mine = [rule for rule in rules(channel) if rule.attribute.split(".")[0] == name] if with_rules else []
    return AttributeCard(
        channel.key, name, str(schema.get("description", "")), str(schema.get("level", "optional")), str(schema.get("when", "")),
        _type(schema, channel), _limits(schema, channel), definition.attributes.get(name, ""), definition.fix.get(name, ()),
        tuple(str(one) for one in schema.get("examples", ())), str(schema.get("source", "")), tuple(mine),
    )  # fmt: skip


def _type(schema: Mapping[str, Any], channel: ChannelType) -> str:
    declared = schema.get("type", "string")
    if declared == "array":
        of = channel.refs.resolve(schema.get("items", {}))
        return f"list of {_type(of, channel)}"
    if declared == "object":
        return f"group ({', '.join(schema.get('properties', {}))})"
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}
    kinds = [declared] if isinstance(declared, str) else declared
    return " or ".join(names.get(kind, kind) for kind in kinds)


def _limits(schema: Mapping[str, Any], channel: ChannelType) -> str:
    return "; ".join(_each_limit(schema, channel))


def _each_limit(schema: Mapping[str, Any], channel: ChannelType) -> Iterator[str]:
    says = {
        "maxLength": "at most {} characters", "minLength": "at least {} characters", "minimum": "at least {}", "maximum": "at most {}",
        "exclusiveMinimum": "above {}", "exclusiveMaximum": "below {}", "multipleOf": "a multiple of {}", "minItems": "at least {} values",
        "maxItems": "at most {} values", "format": "a valid {}", "pattern": "matches {}", "const": "is {}",
    }  # fmt: skip
    for keyword, sentence in says.items():
        if keyword in schema:
            yield sentence.format(schema[keyword])
    if "enum" in schema:
        values = [str(value) for value in schema["enum"]]
        yield "one of " + ", ".join(values[:12]) + (f" and {len(values) - 12} more" if len(values) > 12 else "")
    if "items" in schema and isinstance(schema["items"], Mapping):
        inner = _limits(channel.refs.resolve(schema["items"]), channel)
        if inner:
            yield f"each {inner}"
    for part in schema.get("allOf", ()):
        inner = _limits(channel.refs.resolve(part), channel)
        if inner:
            yield inner + (" (warning)" if part.get("severity") == "warning" else "")


def _wants(channel: ChannelType, attribute: str, keyword: str) -> str:
    """What the channel wants of an attribute, in a sentence."""
    top = attribute.split(".")[0]
    schema = channel.refs.resolve(channel.attribute_schema(top) or {})
    for name in attribute.split(".")[1:]:
        inner = channel.refs.resolve(schema["items"]) if "items" in schema else schema
        schema = channel.refs.resolve(inner.get("properties", {}).get(name, {}))
    if keyword in ("required", "dependentRequired"):
        when = schema.get("when")
        return f"{attribute} has to be there" + (f": {when}." if when else ".")
    limits = _limits(schema, channel)
    return f"{attribute}: {limits}." if limits else str(schema.get("description", ""))


def _macro(macro: Macro) -> MacroCard:
    return MacroCard(macro.name, macro.says, macro.examples)


def _catalog_rules() -> list[RuleCard]:
    from pimsync.store.rules import RULES

    return [
        RuleCard(one.id, one.attribute, "fix" if one.fix else one.severity.value, one.message, one.help, one.source)
        for one in RULES.values()
    ]
