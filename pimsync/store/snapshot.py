"""The snapshot: the typed catalog as Parquet, which every later step reads from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Products in one row group: what a chunk of work starts and ends with.
ROW_GROUP = 20_480

PRODUCTS = "products.parquet"
FINDINGS = "findings.parquet"
DUPLICATES = "duplicates.parquet"


@dataclass(frozen=True)
class Snapshot:
    """One row a record that could be read, in the catalog's order.

    `products` has the columns of `fields`, a BOOLEAN `rejected` (the record has an error of its own), and `problems`, which
    says what was wrong with the values of the few rows that have any. `skipped` are the numbers (first = 1) of the records
    that could not be read and have no row. `duplicates` is a file of one column, `row`: the rows whose sku stands in an
    earlier one; there is none where no sku comes twice.
    """

    products: Path
    rows: int
    records: int
    fields: tuple[str, ...]
    skipped: tuple[int, ...] = ()
    duplicates: Path | None = None

    def record_numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers (first = 1) that rows of the snapshot (first = 0) have in the source."""
        import numpy as np

        skipped = np.asarray(self.skipped, dtype=np.int64)
        before = np.searchsorted(skipped - np.arange(len(skipped)), rows + 1, side="right")
        return np.asarray(rows + 1 + before, dtype=np.int64)
