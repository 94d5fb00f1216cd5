"""What can be wrong with a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pimsync.findings import Severity
from pimsync.format.schema import sql
from pimsync.format.schema.parts import Schema


@dataclass(frozen=True, slots=True)
class Notes:
    """What a channel says about a demand; what a schema does not say is taken from around it."""

    severity: Severity = Severity.ERROR
    help: str = ""
    source: str = ""
    message: str = ""
    rule: str = ""

    def of(self, schema: Mapping[str, Any]) -> Notes:
        """The notes that hold inside a schema."""
        said = {name: schema[name] for name in ("help", "source", "message", "rule") if name in schema}
        if "severity" in schema:
            said["severity"] = Severity(schema["severity"])
        return replace(self, **said) if said else self


@dataclass(frozen=True, slots=True)
class Predicate:
    """When a keyword is broken, and what people are told; `fails` may be null where the value is absent.

    `says` is SQL, as is `value` where it is another than the one that was looked at.
    """

    fails: str
    says: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that can be wrong with a value.

    `fails` is true where it is, false or null otherwise, also where the value is absent; it is None where SQL cannot
    tell: then `schema`, judged where the value was looked for, says the same.
    """

    attribute: str
    demand: str
    keyword: str
    fails: str | None
    value: str
    message: str
    notes: Notes
    schema: Schema
    trail: tuple[str, ...]

    def inside(self, wrap: Callable[[Schema], Schema]) -> Flaw:
        """The flaw as the schema around sees it."""
        return replace(self, schema=wrap(self.schema))

    def where(self, condition: str | None, wrap: Callable[[Schema], Schema]) -> Flaw:
        """The flaw, looked for only where a condition holds."""
        fails = None if condition is None or self.fails is None else sql.both(condition, self.fails)
        return replace(self, fails=fails, schema=wrap(self.schema))

    def in_each(self, values: str, variable: str, wrap: Callable[[Schema], Schema]) -> Flaw:
        """The flaw, looked for in each element of a list; the first one that has it is shown."""
        if self.fails is None or self.fails == sql.FALSE:
            return self.inside(wrap)
        return replace(
            self,
            fails=f"len({sql.filtered(values, variable, self.fails)}) > 0",
            value=sql.of_first(values, variable, self.fails, self.value),
            message=sql.of_first(values, variable, self.fails, self.message),
            schema=wrap(self.schema),
        )
