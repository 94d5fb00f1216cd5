"""What is said of a product's fields, and by which record."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimsync.store.gathered import Place


@dataclass(frozen=True)
class At:
    """A record: its file, its number through all files (the first product is 1), and its number in that file."""

    file: str
    record: int
    in_file: int


@dataclass(frozen=True)
class Told:
    """What one record says of a field.

    `texts` are the texts of the columns that were read, as they stand in the file (at `stands`, where a preset made rows of several
    records); `raw` is what the expression makes of them, `value` what that is read as. `follows` names the fields that it follows
    from where no column says it. `counts` marks the one that won.
    """

    sku: str
    at: At
    texts: Mapping[str, str | None]
    raw: str | None
    value: Any
    expression: str | None = None
    where: str | None = None
    supplement: bool = False
    repairs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    counts: bool = False
    stands: At | None = None


@dataclass(frozen=True)
class FieldOrigin:
    """A master field: its value, everything that was said of it, and the parent that it was taken from, if it was."""

    name: str
    value: Any
    told: tuple[Told, ...]
    parent: str | None = None


@dataclass(frozen=True)
class Found:
    """Something that reading the catalog found about the product's records."""

    rule: str
    severity: str
    attribute: str
    message: str
    help: str
    at: At
    value: str | None = None


@dataclass(frozen=True)
class Origin:
    """A product of the catalog: its record, its row in the snapshot (None where it has none), and each field's origin.

    `state` is `product`, `rejected`, `left_out`, `unreadable` or `unknown`; `findings` say why it is not the first. `again` are records
    with the same sku, which do not count. Of an unknown one, `near` are skus like it, and `texts` the records that have it as the text of
    another column.
    """

    sku: str
    state: str
    at: At | None = None
    row: int | None = None
    fields: Mapping[str, FieldOrigin] = field(default_factory=dict)
    findings: tuple[Found, ...] = ()
    again: tuple[At, ...] = ()
    near: tuple[str, ...] = ()
    texts: tuple[tuple[At, str], ...] = ()


def at(places: Sequence[Place], number: int) -> At:
    """The place of a record, by its number through all files."""
    place = places[max(0, bisect_right([one.first for one in places], number) - 1)]
    return At(place.file, number, number - place.first + 1)
