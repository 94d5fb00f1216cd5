"""Reading small catalogs, given as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from pimsync.project import Catalog, Defaults
from pimsync.store.catalog import CatalogResult, read_catalog


@dataclass
class Reading:
    """A catalog that was read: its products, and what was found, as `record rule-without-catalog`.

    That prices have no currency is no finding of interest in most small catalogs: it is in `result` alone.
    """

    result: CatalogResult
    products: list[dict[str, Any]]
    findings: list[str]

    @property
    def fixes(self) -> dict[str, int]:
        return {rule.id.removeprefix("catalog/"): count for rule, count in self.result.fixes.items()}

    @property
    def records(self) -> list[int]:
        rows = np.arange(self.result.snapshot.rows, dtype=np.int64)
        return self.result.snapshot.record_numbers(rows).tolist()


class Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, content: str | bytes, suffix: str = ".csv", defaults: dict[str, Any] | None = None, **catalog: Any
    ) -> Reading:
        path = self.folder / f"catalog{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.file(path.name, defaults, **catalog)

    def file(self, source: str, defaults: dict[str, Any] | None = None, **catalog: Any) -> Reading:
        result = read_catalog(
            Catalog(source=source, **catalog),
            Defaults(**(defaults or {})),
            folder=self.folder,
            into=self.folder / "snapshot",
            threads=2,
        )
        products = pq.read_table(result.snapshot.products).to_pylist()
        assert len(products) == result.snapshot.rows
        if not result.snapshot.numbered:
            assert result.snapshot.records == result.snapshot.rows + result.unreadable
        assert result.rejected == sum(p["rejected"] for p in products) + _only_duplicates(result, products)
        found = pq.read_table(result.findings).to_pylist()
        findings = [
            f"{row['record']} {row['rule'].removeprefix('catalog/')}"
            for row in found
            if row["severity"] != "fix" and row["rule"] != "catalog/currency/missing"
        ]
        return Reading(result, products, findings)


def _only_duplicates(result: CatalogResult, products: list[dict[str, Any]]) -> int:
    if result.snapshot.duplicates is None:
        return 0
    rows = pq.read_table(result.snapshot.duplicates).column("row").to_pylist()
    return sum(not products[row]["rejected"] for row in rows)
