"""What a reading is: SQL in steps, from the raw text of one column to the value of one field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pimsync.engine import ident


@dataclass(frozen=True, slots=True)
class Manner:
    """How this catalog writes what can be written in several ways."""

    decimal: str | None = None  # the decimal sign of prices and measures; None: each value must show it
    usual: str | None = None  # the decimal sign of the project's language, for columns that show none
    list_separator: str | None = None
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    currency: str | None = None  # the project's default
    columns: Mapping[str, Manner] = field(default_factory=dict)  # those that have a manner of their own (habits.py)

    def of(self, column: str) -> Manner:
        """How this column of the snapshot is written."""
        return self.columns.get(column, self)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column of the snapshot is read from its raw text.

    `steps` are columns that later steps and `value` need, among them what the text says about other fields: a price's
    `currency`, a measure's `unit`. `wrong` gives the name of the demand that the raw text fails, and is
    asked only where there is a raw text and no value. `fixes` are repairs: their name, and when one was made.
    """

    value: str
    steps: tuple[Mapping[str, str], ...] = ()
    wrong: str = "'unreadable'"
    fixes: Mapping[str, str] = field(default_factory=dict)


def part(name: str, what: str) -> str:
    """The column in which a step keeps something for the next one."""
    return ident(f"{name}?{what}")


def pattern(regular: str) -> str:
    """A regular expression as an SQL literal."""
    return "'" + regular.replace("'", "''") + "'"
