"""Where a schema is asked about: a value, what it is called, and what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pimsync.engine import ident, text
from pimsync.format.schema import sql
from pimsync.format.schema.flaw import Flaw, Notes, Predicate
from pimsync.format.schema.parts import Schema
from pimsync.format.schema.refs import Refs
from pimsync.format.schema.shape import Group, Scalar, Shape


@dataclass(frozen=True, slots=True)
class Here:
    """A value that a schema is held against.

    `value` is SQL, empty for the item itself, whose attributes are columns. `depth` counts the lists around,
    `around` is the group that the value stands in.
    """

    value: str
    shape: Shape
    refs: Refs
    attribute: str = ""
    notes: Notes = field(default_factory=Notes)
    trail: tuple[str, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0
    around: Here | None = None

    @property
    def is_item(self) -> bool:
        """Whether the schema is held against the whole item."""
        return not self.value

    @property
    def present(self) -> str:
        """Whether there is such a value."""
        return sql.TRUE if self.is_item else f"{self.value} is not null"

    @property
    def text(self) -> str:
        """The value as text."""
        return sql.NOTHING if self.is_item else sql.written(self.value, self.shape)

    @property
    def shown(self) -> str:
        """The value as a sentence shows it: texts in quotes."""
        shown = sql.shown(self.text)
        return f"concat('''', {shown}, '''')" if self.shape == Scalar("string") else shown

    def called(self, name: str) -> str:
        """The name of a sub-attribute, as rules and people call it."""
        return f"{self.attribute}.{name}" if self.attribute else name

    @property
    def fields(self) -> Mapping[str, Shape]:
        """The sub-attributes that exist."""
        return self.shape.fields if isinstance(self.shape, Group) else {}

    def field(self, name: str) -> Here | None:
        """A sub-attribute, None where it does not exist."""
        if name not in self.fields:
            return None
        value = ident(name) if self.is_item else sql.field(self.value, name)
        return replace(self, value=value, shape=self.fields[name], attribute=self.called(name), around=self)

    def field_present(self, name: str) -> str:
        """Whether a sub-attribute has a value."""
        found = self.field(name)
        return sql.FALSE if found is None else found.present

    def field_missing(self, name: str) -> str:
        """Whether a sub-attribute has no value."""
        found = self.field(name)
        return sql.TRUE if found is None else f"{found.value} is null"

    def element(self, value: str, shape: Shape, *, deeper: bool = True) -> Here:
        """An element of the list."""
        return replace(self, value=value, shape=shape, depth=self.depth + deeper)

    @property
    def variable(self) -> str:
        """The name that an element of this list goes by."""
        return f"_{self.depth + 1}"

    def at(self, *words: str) -> Here:
        """The same value, at another place of the schema."""
        return replace(self, trail=(*self.trail, *words))

    def sentence(self, template: str, **blanks: str) -> str:
        """A sentence about the value; {value} is the value."""
        return sql.sentence(template, {"value": self.shown, **blanks}.get)

    def flaw(self, keyword: str, demand: str, found: Predicate | None, schema: Schema, attribute: str = "") -> Flaw:
        """A flaw of this value, told by the channel's own message and rule where there are such."""
        attribute = attribute or self.attribute
        named, slash, ruled = self.notes.rule.rpartition("/")
        attribute, demand = named if slash else attribute, ruled or demand
        value = self._value(found, named)
        says = found.says if found else text("is not what the channel takes")
        message = sql.sentence(self.notes.message, self._blank(value)) if self.notes.message else says
        fails = found.fails if found else None
        return Flaw(attribute, demand, keyword, fails, value, message, self.notes, schema, (*self.trail, keyword))

    def _value(self, found: Predicate | None, attribute: str) -> str:
        if found and found.value is not None:
            return found.value
        about = self.field(attribute) if self.is_item and attribute else None
        return about.text if about else self.text

    def _blank(self, value: str) -> Callable[[str], str | None]:
        def fill(name: str) -> str | None:
            found = next((found for group in self._groups() if (found := group.field(name))), None)
            if name == "value":
                return sql.shown(value)
            return sql.shown(found.text) if found else None

        return fill

    def _groups(self) -> Iterator[Here]:
        """The groups around the value, the nearest first."""
        group: Here | None = self
        while group is not None:
            yield group
            group = group.around
