"""The recorder: every finding in full to findings.parquet, counts and first examples in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pimsync.columns import numbers as numbers_
from pimsync.columns import present, texts
from pimsync.columns import values as values_
from pimsync.findings import Finding, Rule

if TYPE_CHECKING:
    import pyarrow as pa

#: How many examples of a rule are kept for reports.
EXAMPLES = 5


def columns() -> pa.Schema:
    """The columns of findings.parquet."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("channel", text), ("rule", text), ("severity", text), ("attribute", text),
            ("sku", text), ("record", pa.int64()), ("value", text), ("message", text), ("file", text),
        ]
    )  # fmt: skip


class Recorder:
    """Takes findings as they come, in Arrow columns; nothing is looked at one by one but the first examples of a rule.

    The file is written beside its place and put there when the run is over. Where the catalog has several `places`, a file and
    the number of its first record each, findings name the file, and the record by its number there.
    """

    def __init__(self, path: Path, places: Sequence[tuple[str, int]] = ()) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self._places = places if len(places) > 1 else ()
        self.rules: dict[tuple[str, str], Rule] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.examples: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
        self._partial = path.with_name(f".{path.name}.partial")
        self._writer: Any = pq.ParquetWriter(self._partial, columns(), compression="zstd")

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if kind is None:
            self._partial.replace(self.path)
        else:
            self._partial.unlink(missing_ok=True)

    def add(
        self,
        channel: str,
        rules: Sequence[Rule],
        numbers: pa.Array,
        skus: pa.Array,
        records: pa.Array,
        values: pa.Array,
        messages: pa.Array,
    ) -> None:
        """Findings of one channel, one a row; `numbers` says which of the rules each is of."""
        import numpy as np
        import pyarrow as pa

        if not len(numbers):
            return
        which = values_(numbers)
        taken = numbers_(which)
        named = ([one.id for one in rules], [_severity(one) for one in rules], [one.attribute for one in rules])
        rule, severity, attribute = (texts(names).take(taken) for names in named)
        channels = texts([channel]).take(numbers_(np.zeros(len(which), dtype=np.int64)))
        records, files = self._placed(records)
        table = pa.Table.from_arrays(
            [channels, rule, severity, attribute, skus, records, values, messages, files], schema=columns()
        )
        self._writer.write_table(table)
        for number, count in zip(*np.unique(which, return_counts=True), strict=True):
            key = (channel, rules[number].id)
            self.rules[key] = rules[number]
            self.counts[key] += int(count)
            if len(self.examples[key]) < EXAMPLES:
                mine = np.flatnonzero(which == number)
                places = np.where(present(records), values_(records), 0)[mine]
                wanted = mine[np.argsort(places, kind="stable")][: EXAMPLES - len(self.examples[key])]
                self._remember(key, rules[number], table.take(numbers_(wanted)))

    def append(self, path: Path, rules: Sequence[Rule]) -> None:
        """The findings of another stage, already in a file of the same columns."""
        import numpy as np
        import pyarrow.parquet as pq

        places = {rule.id: number for number, rule in enumerate(rules)}
        for batch in pq.ParquetFile(path).iter_batches():
            found = numbers_(np.array([places[rule] for rule in batch.column("rule").to_pylist()], dtype=np.int64))
            self.add("catalog", rules, found, *(batch.column(name) for name in ("sku", "record", "value", "message")))

    def _placed(self, records: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Records as their files number them, and those files."""
        import numpy as np
        import pyarrow as pa

        if not self._places:
            return records, texts([None]).take(numbers_(np.zeros(len(records), dtype=np.int64)))
        known, numbers = present(records), values_(records)
        firsts = np.array([first for _, first in self._places], dtype=np.int64)
        at = np.maximum(np.searchsorted(firsts, numbers, side="right") - 1, 0)
        there = pa.py_buffer(np.packbits(known, bitorder="little"))
        own, which = (
            pa.Array.from_buffers(pa.int64(), len(known), [there, pa.py_buffer(np.ascontiguousarray(one))])
            for one in (numbers - firsts[at] + 1, at.astype(np.int64))
        )
        return own, texts([name for name, _ in self._places]).take(which)

    def _remember(self, key: tuple[str, str], rule: Rule, table: pa.Table) -> None:
        for row in table.select(["sku", "record", "value", "message", "file"]).to_pylist():
            message = row["message"] or rule.message
            self.examples[key].append(Finding(rule, row["sku"], row["record"], row["value"], message, row["file"]))


def _severity(rule: Rule) -> str:
    return "fix" if rule.fix else rule.severity.value
