"""What a run gives back: counts, findings and feeds, ready for a report or a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.findings import Finding, Rule, Severity
from pimsync.format.feed import FeedFile

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Group:
    """All findings of one rule in one channel (or, as `catalog`, in the catalog)."""

    channel: str
    rule: Rule
    count: int
    examples: Sequence[Finding] = ()


@dataclass(frozen=True)
class CatalogSummary:
    """The catalog in figures.

    Each of its records is a product (or several, where it has variants), rejected, left out, or folded into another one's.
    """

    source: str
    records: int
    products: int
    rejected: int
    left_out: int = 0
    folded: int = 0
    preset: str | None = None


@dataclass(frozen=True)
class ChannelSummary:
    """One channel in figures, and its feed."""

    name: str
    type: str
    title: str
    items: int
    excluded: int
    filtered: int
    feed: Sequence[FeedFile] = ()


@dataclass(frozen=True)
class Result:
    """What `check` and `build` give back."""

    catalog: CatalogSummary
    channels: Sequence[ChannelSummary]
    findings: Sequence[Group]
    fixes: Sequence[Group]
    findings_file: Path | None = None
    out: Path | None = None
    built: bool = False

    @property
    def worst(self) -> Severity | None:
        """The gravest severity that was found; None where all is well."""
        found = {group.rule.severity for group in self.findings if group.count}
        return next((one for one in (Severity.ERROR, Severity.WARNING) if one in found), None)

    def frame(self) -> pd.DataFrame:
        """Every finding in full, one a row, as a pandas frame.

        Columns: channel, rule, severity, attribute, sku, record, value, message, file.
        """
        import pandas as pd

        return pd.read_parquet(self.findings_file) if self.findings_file else pd.DataFrame()

    def to_dict(self) -> dict[str, Any]:
        """report.json."""
        from pimsync.report.json import document

        return document(self)
