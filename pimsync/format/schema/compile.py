"""From a channel's schema to the demands that SQL checks, and those that are left to jsonschema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pimsync.errors import ChannelError
from pimsync.findings import Severity
from pimsync.format.schema import sql
from pimsync.format.schema.flaw import Flaw
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords import flaws
from pimsync.format.schema.keywords.logic import holds
from pimsync.format.schema.parts import Schema, trail
from pimsync.format.schema.refs import Refs
from pimsync.format.schema.shape import Group, Shape


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that a channel wants of an attribute, in SQL.

    `fails` is true where an item breaks it, never where the value is absent; null counts as not failing. `value` is the
    offending value as text (of a list, the first), `message` the sentence for people.
    """

    attribute: str
    demand: str
    severity: Severity
    fails: str
    value: str
    message: str
    help: str
    source: str
    keyword: str

    @property
    def rule(self) -> str:
        """The rule's id, without the channel's key."""
        return f"{self.attribute}/{self.demand}"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that a channel wants and SQL cannot tell: `schema`, to be judged by jsonschema.

    It is held against the JSON of the top-level attribute `attribute`, or of the whole item where that is empty;
    `about` is the attribute that the rule names. `message` is a plain sentence.
    """

    attribute: str
    demand: str
    severity: Severity
    help: str
    source: str
    schema: Schema
    about: str
    message: str
    keyword: str

    @property
    def rule(self) -> str:
        """The rule's id, without the channel's key."""
        return f"{self.about}/{self.demand}"


@dataclass(frozen=True, slots=True)
class Compiled:
    """All that a channel demands of one item."""

    demands: list[Demand]
    left: list[Leftover]


@dataclass(frozen=True, slots=True)
class Left:
    """SQL cannot tell; jsonschema has to judge this schema."""

    schema: Schema


def demands(schema: Mapping[str, Any], item: Group, refs: Refs) -> Compiled:
    """What a schema demands of items that have these attributes.

    Raises:
        ChannelError: two demands share an id, or one is about no attribute.
    """
    found = [flaw for flaw in flaws(schema, Here("", item, refs)) if flaw.fails != sql.FALSE]
    _named_apart(found, refs)
    return Compiled(
        [_demand(flaw, flaw.fails) for flaw in found if flaw.fails is not None],
        [_leftover(flaw, refs) for flaw in found if flaw.fails is None],
    )


def valid(schema: Schema, value: str, shape: Shape, refs: Refs) -> str | Left:
    """Whether a value satisfies a schema, as SQL that is never null; true where the value is absent."""
    found = holds(schema, Here(value, shape, refs))
    return Left(refs.inline(schema)) if found is None else found


def _demand(flaw: Flaw, fails: str) -> Demand:
    notes = flaw.notes
    return Demand(
        flaw.attribute,
        flaw.demand,
        notes.severity,
        fails,
        flaw.value,
        flaw.message,
        notes.help,
        notes.source,
        flaw.keyword,
    )


def _leftover(flaw: Flaw, refs: Refs) -> Leftover:
    notes, schema, attribute = flaw.notes, refs.inline(flaw.schema), ""
    if isinstance(schema, dict) and set(schema) == {"properties"}:
        [(attribute, schema)] = schema["properties"].items()
    message = notes.message or "is not what the channel takes"
    return Leftover(
        attribute,
        flaw.demand,
        notes.severity,
        notes.help,
        notes.source,
        schema,
        flaw.attribute,
        message,
        flaw.keyword,
    )


def _named_apart(found: Iterable[Flaw], refs: Refs) -> None:
    """Each demand has an id of its own, which names an attribute."""
    places: dict[str, tuple[str, ...]] = {}
    for flaw in found:
        rule = f"{flaw.attribute}/{flaw.demand}"
        if not flaw.attribute:
            raise ChannelError(
                "a demand on the whole item needs a rule that names an attribute",
                where=f"{refs.where}, {trail(flaw.trail)}",
                hint=f'give it a rule such as "rule": "title/{flaw.demand}"',
            )
        if rule in places:
            raise ChannelError(
                f"two demands are called {rule}: at {trail(places[rule])} and at {trail(flaw.trail)}",
                where=refs.where,
                hint="give one of them a rule",
            )
        places[rule] = flaw.trail
