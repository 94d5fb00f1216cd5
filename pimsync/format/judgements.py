"""What is said about an item: each rule of the channel, as the SQL of when, of which value, and of the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pimsync.engine import Engine, ident, text
from pimsync.errors import ChannelError
from pimsync.expressions import checked
from pimsync.findings import Rule, Severity
from pimsync.format.channel import DEFINITION, ChannelType, Check
from pimsync.format.encode import Encoder
from pimsync.format.mapping import ItemMapping
from pimsync.format.schema.compile import Demand, Leftover
from pimsync.format.schema.shape import Group, Scalar, Shape
from pimsync.format.scope import Scope

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


def rule_of(key: str, demand: Demand | Leftover) -> Rule:
    """The rule that a demand of the schema is."""
    attribute = demand.rule.rpartition("/")[0]
    return Rule(f"{key}/{demand.rule}", attribute, demand.severity, "", demand.help, demand.source)


def demanded(channel: ChannelType, found: Sequence[Demand]) -> Iterator[Judgement]:
    """The schema's demands."""
    for demand in found:
        yield Judgement(rule_of(channel.key, demand), demand.fails, demand.value, demand.message)


def types(channel: ChannelType, mapped: ItemMapping) -> Iterator[Judgement]:
    """What could not be brought to its type."""
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


def separators(channel: ChannelType, encoder: Encoder) -> Iterator[Judgement]:
    """Values that hold a sign with which the feed's own syntax separates them."""
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


def formulas(channel: ChannelType, encoder: Encoder) -> Iterator[Judgement]:
    """Texts that a spreadsheet would run; the feed needs them as they are."""
    for attribute, fails in encoder.formulas().items():
        rule = Rule(
            f"{channel.key}/{attribute}/formula", attribute, Severity.WARNING, "",
            "The channel reads it as text; a spreadsheet would run it. Do not open the feed in one.", channel.definition.spec.url,
        )  # fmt: skip
        yield Judgement(
            rule, fails, f"cast({ident(attribute)} as varchar)", text("would be run as a formula by a spreadsheet")
        )


def duplicate(channel: ChannelType) -> Judgement:
    """The key that an earlier item has."""
    key = channel.identity
    rule = Rule(
        f"{channel.key}/{key}/duplicate", key, Severity.ERROR, "",
        f"Map {key} to something that no two products share; the first item with it stays in.", channel.definition.spec.url,
    )  # fmt: skip
    return Judgement(rule, "false", ident(key), f"concat({ident(key)}, ' is the {key} of an earlier item')")


def foreign(channel: ChannelType, scope: Scope) -> Iterator[Judgement]:
    """Amounts left out because the market's price is in another currency."""
    if scope.homebound:
        names = " and ".join(scope.homebound)
        rule = Rule(
            f"{channel.key}/price/other_currency", "price", Severity.WARNING, "",
            f"Give {names} for this market too, in columns of its own, or leave its price out.", channel.definition.spec.url,
        )  # fmt: skip
        sentence = f"the price for this market is in another currency than {names}, which are left out"
        yield Judgement(rule, "_foreign", "null::varchar", text(sentence))


def checks(
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
        fails = expression.sql
        rule = Rule(f"{channel.key}/{check.id}", check.attribute, check.severity, "", check.help, check.source)
        value = (
            _as_text(check.attribute, shapes.get(check.attribute))
            if check.attribute in item.fields
            else "null::varchar"
        )
        judged.append(Judgement(rule, "false" if check.across else fails, value, _sentence(check, item, place)))
        if check.across:
            across.append(Across(check.across, fails, start + len(judged) - 1, tuple(sorted(read))))
    return judged, across, every


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
