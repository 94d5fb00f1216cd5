"""Findings: the one currency between stages and reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error leaves the item out, a warning does not, info is for the record."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a channel (or the catalog) demands of one attribute.

    `id` is the whole path, `channel/gtin/checksum`. `fix` marks a repair instead of a demand.
    """

    id: str
    attribute: str
    severity: Severity
    message: str
    help: str = ""
    source: str = ""
    fix: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, at one place: a record, of `file` where the catalog has several."""

    rule: Rule
    sku: str | None
    record: int | None
    value: str | None
    message: str
    file: str | None = None


def filtered(channel: str) -> Rule:
    """The rule of products that a project's `where` leaves out of a channel."""
    return Rule(
        f"{channel}/item/filtered", "item", Severity.INFO, "is left out by the filter",
        "The project's `where` for this channel leaves the product out.",
    )  # fmt: skip
