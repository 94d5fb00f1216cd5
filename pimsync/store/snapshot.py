"""The snapshot: the typed catalog as Parquet, which every later step reads from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pimsync.columns import values

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

    `products` has the columns of `fields`, and a BOOLEAN `rejected` (the record has an error of its own). Where `numbered`, it
    has a column `record`, the record's number (first = 1); else rows and records are in step but for `skipped`, the numbers of
    the records that could not be read and have no row. `duplicates` is a file of one column, `row`: the rows whose sku stands
    in an earlier one; there is none where no sku comes twice.
    """

    products: Path
    rows: int
    records: int
    fields: tuple[str, ...]
    skipped: tuple[int, ...] = ()
    duplicates: Path | None = None
    numbered: bool = False

    def record_numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers (first = 1) that rows of the snapshot (first = 0) have in the source."""
        import numpy as np

        if self.numbered:
            return np.asarray(self._records[rows], dtype=np.int64)
        skipped = np.asarray(self.skipped, dtype=np.int64)
        before = np.searchsorted(skipped - np.arange(len(skipped)), rows + 1, side="right")
        return np.asarray(rows + 1 + before, dtype=np.int64)

    @cached_property
    def _records(self) -> NDArray[np.int64]:
        """The record's number of every row."""
        import numpy as np
        import pyarrow.parquet as pq

        return np.asarray(
            values(pq.read_table(self.products, columns=["record"]).column("record").combine_chunks()), dtype=np.int64
        )
