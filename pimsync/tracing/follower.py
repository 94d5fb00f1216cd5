"""One channel, ready to follow products: what each attribute is made of, and what becomes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pimsync import project as projects
from pimsync.api import hooked
from pimsync.expressions import names_read
from pimsync.format.channel import DEFINITION, ChannelType
from pimsync.format.mapping import Attribute, ItemMapping, mapping
from pimsync.format.plan import plan
from pimsync.format.scope import Scope
from pimsync.format.unique import without_copies
from pimsync.format.workshop import Workshop, worded
from pimsync.project import Project
from pimsync.store.origin import Origin, as_json, attribute
from pimsync.store.product import FIELDS
from pimsync.tracing.item import Item, Step, Verdict, items, members, narrow, values

_KEY = re.compile(r"""\battributes\s*\[\s*'((?:[^']|'')*)'\s*\]""", re.IGNORECASE)
_SETTING = re.compile(r"\bsettings\.(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Read:
    """A name that an expression reads: the field of the product it comes from (`title:pl` for `title`), and its value."""

    name: str
    field: str | None
    value: Any


@dataclass(frozen=True)
class AttributeTrace:
    """One attribute of an item.

    `expression` stands at `where`; `mapped` is what it gives, `value` what is left after the repairs, `feed` what the feed holds.
    """

    name: str
    expression: str
    where: str
    reads: tuple[Read, ...]
    mapped: Any
    steps: tuple[Step, ...]
    value: Any
    feed: Any
    rules: tuple[Verdict, ...]


@dataclass(frozen=True)
class Filter:
    """A project's `where`: what it reads, and whether it keeps the product."""

    expression: str
    where: str
    reads: tuple[Read, ...]
    kept: bool


@dataclass(frozen=True)
class Copy:
    """A project's `unique`, where it leaves the product out: what it reads, and the sku of the `first` product, which stays."""

    expression: str
    where: str
    reads: tuple[Read, ...]
    first: str


@dataclass(frozen=True)
class Unfilled:
    """An attribute that the catalog has no column for."""

    name: str
    expression: str
    where: str


@dataclass(frozen=True)
class ChannelTrace:
    """A product in one channel: `in_feed`, `left_out` for an error, `filtered`, or `not_reached` because the catalog lost it.

    `rules` are those about attributes that nothing fills, and about the item as a whole.
    """

    name: str
    type: str
    title: str
    state: str
    filter: Filter | None = None
    copy: Copy | None = None
    attributes: tuple[AttributeTrace, ...] = ()
    rules: tuple[Verdict, ...] = ()
    unfilled: tuple[Unfilled, ...] = ()
    encoded: str | None = None

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """Every rule that the item breaks."""
        listed = [*self.rules, *(rule for one in self.attributes for rule in one.rules)]
        return tuple(rule for rule in listed if not rule.passed)


class Follower:
    """One channel of the project, ready to follow products."""

    def __init__(
        self, name: str, project: projects.Channel, type_: ChannelType, whole: Project, shop: Workshop, now: str
    ) -> None:
        self.name, self.project, self.type, self.shop, self.folder = name, project, type_, shop, whole.folder
        self.engine = shop.teller
        self._known: dict[str, set[str]] = {}  # the names that an expression reads
        self.plan = plan(type_, project, whole.defaults, shop.snapshot.fields, now, self.engine, name)
        self.mapping: ItemMapping = mapping(type_, project, self.plan.scope, self.engine, name)

    def followed(self, found: Sequence[Origin]) -> dict[str, ChannelTrace]:
        """What became of each product, by its sku."""
        rows = [one.row for one in found if one.row is not None]
        made = self.items(rows)
        with worded(self.plan, self.shop):
            fields = self._fields(rows)
        return {
            one.sku: self._trace(one, made.get(one.row or 0) if one.row is not None else None, fields) for one in found
        }

    def items(self, rows: Sequence[int], *, alone: bool = False) -> dict[int, Item]:
        """The items of some rows of the snapshot; what the project's own functions change is a step before the repairs.

        Args:
            alone: each product is one by itself, so that none is a copy, and rules across items have nothing to say.
        """
        if not rows:
            return {}
        with worded(self.plan, self.shop):
            plan = self.plan if alone else without_copies(self.plan, self.shop)
            if not self.project.python:
                return items(plan, self.mapping, self.shop, rows, self.engine, alone=alone)
            before = values(plan, self.mapping, narrow(self.shop, rows, f"{self.name}-plain"), self.engine)
            others = [] if alone else members(plan, self.shop, before.values(), self.engine)
            among = narrow(self.shop, [*rows, *others], f"{self.name}-python")
            changed = hooked(plan, self.project.python, among, self.folder)
            called = ", ".join(self.project.python)
            made = items(changed, self.mapping, self.shop, rows, self.engine, alone=alone)
            return {row: _with_python(item, before[row], called) for row, item in made.items()}

    def _fields(self, rows: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The product's fields as the channel's expressions see them."""
        if not rows:
            return {}
        source = narrow(self.shop, rows, f"{self.name}-fields").source(self.plan)
        found = self.engine.rows(f"select _row, {as_json([*FIELDS])}, to_json(settings) from ({source})")
        return {row: {**json.loads(fields), "settings": json.loads(settings)} for row, fields, settings in found}

    def _trace(self, origin: Origin, item: Item | None, fields: Mapping[int, Mapping[str, Any]]) -> ChannelTrace:
        head = ChannelTrace(self.name, self.type.key, self.type.definition.name, "not_reached")
        if item is None:
            return head
        product = fields[item.row]
        state = "filtered" if not item.kept else "left_out" if item.encoded is None else "in_feed"
        rules = _by_attribute(item.verdicts, [one.name for one in self.mapping.attributes])
        traced = tuple(self._attribute(one, item, product, origin, rules) for one in self.mapping.attributes)
        return replace(
            head, state=state, filter=self._filter(item, product, origin), copy=self._copy(item, product, origin),
            attributes=traced, rules=tuple(rules.get("", ())), unfilled=tuple(self._unfilled()), encoded=item.encoded,
        )  # fmt: skip

    def _attribute(
        self,
        one: Attribute,
        item: Item,
        product: Mapping[str, Any],
        origin: Origin,
        rules: Mapping[str, Sequence[Verdict]],
    ) -> AttributeTrace:
        return AttributeTrace(
            one.name, one.source.strip(), self._place(one.name), self._reads(one.source, product, origin),
            item.mapped[one.name], tuple(item.steps[one.name]), item.values[one.name],
            item.feed.get(one.name) if item.feed else None, tuple(rules.get(one.name, ())),
        )  # fmt: skip

    def _filter(self, item: Item, product: Mapping[str, Any], origin: Origin) -> Filter | None:
        if self.project.where is None:
            return None
        where, kept = f"pimsync.toml, [channels.{self.name}] where", item.kept or item.copy_of is not None
        return Filter(self.project.where, where, self._reads(self.project.where, product, origin), kept)

    def _copy(self, item: Item, product: Mapping[str, Any], origin: Origin) -> Copy | None:
        if self.project.unique is None or item.copy_of is None:
            return None
        where = f"pimsync.toml, [channels.{self.name}] unique"
        return Copy(self.project.unique, where, self._reads(self.project.unique, product, origin), item.copy_of)

    def _unfilled(self) -> list[Unfilled]:
        """The attributes that are mapped to fields which this catalog does not have."""
        sources = {**self.type.definition.attributes, **self.project.map}
        there = {one.name for one in self.mapping.attributes if one.source != "null"}
        return [Unfilled(name, sql.strip(), self._place(name)) for name, sql in sources.items() if name not in there]

    def _place(self, name: str) -> str:
        if name in self.project.map:
            return f"pimsync.toml, [channels.{self.name}.map] {name}"
        return f"{self.type.key}/{DEFINITION}, [attributes] {name}"

    def _reads(self, expression: str, product: Mapping[str, Any], origin: Origin) -> tuple[Read, ...]:
        """What an expression reads of the product; of what is no field, the keys that it names."""
        if expression not in self._known:
            self._known[expression] = {name.lower() for name in names_read(expression, self.engine, self.name)}
        names = self._known[expression]
        reads = [self._read(name, product, origin) for name in FIELDS if name in names and name != "attributes"]
        keys = [key.replace("''", "'") for key in _KEY.findall(expression)] if "attributes" in names else []
        kept = product.get("attributes") or {}
        reads += [Read(attribute(key), attribute(key), kept.get(key)) for key in dict.fromkeys(keys)]
        if "attributes" in names and not keys:
            reads.append(Read("attributes", None, kept or None))
        settings = dict.fromkeys(_SETTING.findall(expression)) if "settings" in names else ()
        reads += [Read(f"settings.{one}", None, product["settings"].get(one)) for one in settings]
        if "now" in names:
            reads.append(Read("now", None, self.plan.scope.now))
        return tuple(reads)

    def _read(self, name: str, product: Mapping[str, Any], origin: Origin) -> Read:
        candidates = _columns(self.plan.scope, name)
        said = [one for one in candidates if one in origin.fields and origin.fields[one].value is not None]
        return Read(name, next(iter(said), name if name in origin.fields else None), product.get(name))


def _columns(scope: Scope, name: str) -> list[str]:
    """The fields of the catalog that a channel reads as this one, the most particular first."""
    return [*(f"{name}:{market}" for market in (scope.language, scope.country) if market), name]


def _by_attribute(verdicts: Iterable[Verdict], names: Sequence[str]) -> dict[str, list[Verdict]]:
    """The verdicts by the attribute that they are about; under an empty name those about none that is filled."""
    known = {*names}
    found: dict[str, list[Verdict]] = {}
    for one in verdicts:
        about = one.rule.attribute
        top = about if about in known else about.partition(".")[0]
        found.setdefault(top if top in known else "", []).append(one)
    return found


def _with_python(item: Item, before: Mapping[str, Any], called: str) -> Item:
    """An item with the project's own functions as the first step of what they changed."""
    steps = dict(item.steps)
    mapped = {name: before[f"{name}~0"] if f"{name}~0" in before else before[name] for name in item.mapped}
    for name, after in item.mapped.items():
        if mapped[name] != after:
            steps[name] = [Step(called, "The project's own Python.", mapped[name], after), *steps[name]]
    return replace(item, mapped=mapped, steps=steps)
