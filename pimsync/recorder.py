"""The recorder: every finding in full to findings.parquet, counts and first examples in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

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
            ("sku", text), ("record", pa.int64()), ("value", text), ("message", text),
        ]
    )  # fmt: skip


class Recorder:
    """Takes findings as they come, in Arrow columns; nothing is looked at one by one but the first examples of a rule.

    The file is written beside its place and put there when the run is over.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self.path = path
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
        import pyarrow as pa
        import pyarrow.compute as pc

        if not len(numbers):
            return
        numbers = numbers.cast(pa.int32())
        named = [
            pa.array([one.id for one in rules]),
            pa.array([_severity(one) for one in rules]),
            pa.array([one.attribute for one in rules]),
        ]
        rule, severity, attribute = (one.take(numbers) for one in named)
        table = pa.Table.from_arrays(
            [pa.repeat(channel, len(numbers)), rule, severity, attribute, skus, records, values, messages],
            schema=columns(),
        )
        self._writer.write_table(table)
        for counted in pc.value_counts(numbers).to_pylist():
            one = rules[counted["values"]]
            key = (channel, one.id)
            self.rules[key] = one
            self.counts[key] += counted["counts"]
            if len(self.examples[key]) < EXAMPLES:
                self._remember(key, one, table, pc.equal(numbers, counted["values"]))

    def append(self, path: Path, rules: Sequence[Rule]) -> None:
        """The findings of another stage, already in a file of the same columns."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        places = {rule.id: number for number, rule in enumerate(rules)}
        for batch in pq.ParquetFile(path).iter_batches():
            numbers = pa.array([places[rule] for rule in batch.column("rule").to_pylist()], pa.int32())
            taken = (batch.column(name) for name in ("sku", "record", "value", "message"))
            self.add("catalog", rules, numbers, *taken)

    def _remember(self, key: tuple[str, str], rule: Rule, table: pa.Table, mine: pa.Array) -> None:
        wanted = EXAMPLES - len(self.examples[key])
        for row in table.filter(mine).slice(0, wanted).select(["sku", "record", "value", "message"]).to_pylist():
            self.examples[key].append(
                Finding(rule, row["sku"], row["record"], row["value"], row["message"] or rule.message)
            )


def _severity(rule: Rule) -> str:
    return "fix" if rule.fix else rule.severity.value
