"""What is found out about a channel's items while they are made, and told once they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.columns import numbers as numbers_
from pimsync.columns import texts, values
from pimsync.engine import Engine, text
from pimsync.findings import Rule, filtered
from pimsync.format import query, unique
from pimsync.format.chunk import ROWS, Chunk, words
from pimsync.format.plan import Plan
from pimsync.format.workshop import FEW, Workshop
from pimsync.recorder import Recorder
from pimsync.store.snapshot import Snapshot

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

#: How many rules are told of in one query: each takes memory for its value and its sentence.
TOLD = 24


class Ledger:
    """Which products of a channel break which rules: numbers while the items are made, values and sentences after."""

    def __init__(self, plan: Plan, shop: Workshop) -> None:
        import numpy as np

        self.plan, self.shop = plan, shop
        self.rules: list[Rule] = [*plan.rules, filtered(plan.type), unique.rule(plan.type)]
        self.counts: NDArray[np.int64] = np.zeros(len(plan.rules) + 1, dtype=np.int64)
        self.products = 0
        self._rows: list[NDArray[np.int64]] = []
        self._broken: list[NDArray[np.int64]] = []
        self._plain: list[tuple[int, NDArray[np.int64]]] = []

    @property
    def filtered(self) -> int:
        """How many products the filter left out, copies of others among them."""
        return int(self.counts[-1])

    def take(self, chunk: Chunk) -> None:
        """Count a chunk, and keep which of its products have something to be told."""
        self.products += len(chunk)
        if not len(chunk.places):
            return
        rows, told = chunk.rows[chunk.places], len(self.plan.judgements)
        kept = ~chunk.broken[:, -1]
        broken = chunk.broken & kept[:, None]
        broken[:, -1] = ~kept
        self.counts += broken.sum(axis=0)
        some = broken[:, :told].any(axis=1)
        self._rows.append(rows[some])
        self._broken.append(words(broken[some, :told]))
        for number in range(told, broken.shape[1]):
            if broken[:, number].any():
                self._plain.append((number, rows[broken[:, number]]))

    def record(self, recorder: Recorder) -> None:
        """Find the values and the sentences of what was broken, and hand them on."""
        import numpy as np

        self._record_copies(recorder)
        for number, rows in self._without_copies():
            sentence = self.rules[number].message or "is not what the channel takes"
            same = numbers_(np.zeros(len(rows), dtype=np.int64))
            events = [numbers_(np.full(len(rows), number)), texts([None]).take(same), texts([sentence]).take(same)]
            self._hand(recorder, rows, _skus(self.shop.snapshot, rows, self.shop.teller), *events)
        numbers = np.flatnonzero(self.counts[: len(self.plan.judgements)])
        if len(numbers):
            told = self.shop.folder / f"{self.plan.name}-told.parquet"
            note(told, np.concatenate(self._rows), np.concatenate(self._broken))
            for start in range(0, len(numbers), TOLD):
                for batch in self._details(str(told), numbers[start : start + TOLD].tolist()):
                    lists = batch.column("events")
                    parents, flat = lists.value_parent_indices(), lists.flatten()
                    rows, skus = values(batch.column("row").take(parents)), batch.column("sku").take(parents)
                    self._hand(recorder, rows, skus, flat.field("rule"), flat.field("value"), flat.field("message"))

    def _without_copies(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """What has one sentence for all; the copies, which the filter leaves out with the others, have their own."""
        import numpy as np

        one = self.plan.unique
        if one is None or one.copies is None:
            yield from self._plain
            return
        copies = values(
            self.shop.teller.arrow(f"select row from read_parquet({text(one.copies)})").column(0).combine_chunks()
        )
        for number, rows in self._plain:
            others = rows[~np.isin(rows, copies)] if number == len(self.plan.rules) else rows
            if len(others):
                yield number, others

    def _record_copies(self, recorder: Recorder) -> None:
        """Name each product that is left out because an earlier one is the same, and that one."""
        import numpy as np

        one = self.plan.unique
        if one is None or one.copies is None:
            return
        found = f"select row, sku, value, {one.says('first')} as message from read_parquet({text(one.copies)})"
        for batch in self.shop.teller.stream(found, ROWS, few=self.shop.snapshot.rows <= FEW):
            numbers = numbers_(np.full(batch.num_rows, len(self.rules) - 1))
            self._hand(recorder, values(batch["row"]), batch["sku"], numbers, batch["value"], batch["message"])

    def _details(self, told: str, numbers: list[int]) -> Iterator[pa.RecordBatch]:
        sql = query.details(self.plan, self.shop.source(self.plan, only=told), told, numbers)
        yield from self.shop.teller.stream(sql, ROWS, few=self.shop.snapshot.rows <= FEW)

    def _hand(
        self,
        recorder: Recorder,
        rows: NDArray[np.int64],
        skus: pa.Array,
        numbers: pa.Array,
        values: pa.Array,
        messages: pa.Array,
    ) -> None:
        import pyarrow as pa

        records = numbers_(self.shop.snapshot.record_numbers(rows))
        texts = [one.cast(pa.string()) for one in (skus, values, messages)]
        recorder.add(self.plan.name, self.rules, numbers, texts[0], records, *texts[1:])


def note(path: Path, rows: NDArray[np.int64], broken: NDArray[np.int64]) -> None:
    """Write down which products break which rules, for the query that tells of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"row": rows} | {f"broken{number}": word for number, word in enumerate(broken.T)}
    pq.write_table(pa.Table.from_arrays([*map(numbers_, columns.values())], names=[*columns]), path)


def _skus(snapshot: Snapshot, rows: Any, engine: Engine) -> pa.Array:
    """The skus of some rows of the snapshot, in their order."""
    import pyarrow as pa

    first, last = int(rows.min()), int(rows.max())
    table = engine.arrow(
        f"select sku from read_parquet({text(str(snapshot.products))}, file_row_number = true)"
        f" where file_row_number between {first} and {last}"
    )
    return table.column("sku").cast(pa.string()).combine_chunks().take(numbers_(rows - first))
