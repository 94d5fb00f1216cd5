"""What was found in a catalog: every finding in full to a file, counts and first examples beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pimsync.columns import numbers, texts
from pimsync.engine import Engine, text
from pimsync.findings import Finding, Rule
from pimsync.store.rules import RULES
from pimsync.store.snapshot import DUPLICATES, FINDINGS, PRODUCTS
from pimsync.store.sources.source import Notice, Reject

#: How many examples of a rule are kept in memory.
EXAMPLES = 5


@dataclass(frozen=True)
class Outcome:
    """Findings and repairs, in full and in sum."""

    path: Path
    rules: tuple[Rule, ...]
    counts: dict[Rule, int]
    examples: dict[str, list[Finding]]
    fixes: dict[Rule, int]
    duplicates: Path | None
    rejected: int


def outcome(
    into: Path, engine: Engine, rejects: Sequence[Reject], notices: Sequence[Notice], fixes: Mapping[str, int]
) -> Outcome:
    """Gather what was found: in the values, in the records that have no row, in the skus, in the header."""
    products = f"read_parquet({text(str(into / PRODUCTS))}, file_row_number = true)"
    duplicates = _duplicates(into, engine, products)
    _tables(into, engine, rejects, notices, fixes)
    twice = f"read_parquet({text(str(duplicates))})" if duplicates else "(select null::bigint as row where false)"
    path = into / FINDINGS
    engine.run(f"copy ({_findings(products, twice)}) to {text(str(path))} (format parquet, compression zstd)")
    rejected = engine.value(
        f"select count(*) from {products} where rejected or file_row_number in (select row from {twice})"
    )
    return _summed(path, engine, duplicates, int(rejected))


def _duplicates(into: Path, engine: Engine, products: str) -> Path | None:
    """The rows whose sku an earlier row has, in a file; None where there are none."""
    again = f"select sku, min(file_row_number) as earliest from {products} where sku is not null group by sku having count(*) > 1"
    if not engine.value(f"select exists (from ({again}))"):
        return None
    path = into / DUPLICATES
    engine.run(
        f"copy (select file_row_number as row from {products} join ({again}) using (sku)"
        f" where file_row_number > earliest order by row) to {text(str(path))} (format parquet)"
    )
    return path


def _tables(
    into: Path, engine: Engine, rejects: Sequence[Reject], notices: Sequence[Notice], fixes: Mapping[str, int]
) -> None:
    """The rules, the records without a row, and what the header gave rise to, where SQL can see them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rules = [*RULES.values()]
    repairs = [rule for rule, n in fixes.items() for _ in range(n)]
    tables = {
        "rules": {
            "rule": texts(rule.id for rule in rules),
            "severity": texts("fix" if rule.fix else rule.severity.value for rule in rules),
            "attribute": texts(rule.attribute for rule in rules),
            "message": texts(rule.message for rule in rules),
        },
        "skipped": {
            "record": numbers(np.array([one.record for one in rejects], dtype=np.int64)),
            "shift": numbers(np.array([one.record - n for n, one in enumerate(rejects)], dtype=np.int64)),
            "rule": texts(f"catalog/record/{one.demand}" for one in rejects),
            "value": texts(one.value for one in rejects),
        },
        "notices": {
            "rule": texts([*(f"catalog/{one.rule}" for one in notices), *repairs]),
            "value": texts([*(one.value for one in notices), *(None for _ in repairs)]),
        },
    }
    for name, table in tables.items():
        path = into / f"{name}.parquet"
        pq.write_table(pa.Table.from_arrays([*table.values()], names=[*table]), path)
        engine.run(f"create temp table {name} as from read_parquet({text(str(path))})")
        path.unlink()


def _findings(products: str, twice: str) -> str:
    return f"""
    with flawed as (
      select file_row_number as row, sku, unnest(problems) as problem from {products} where problems is not null
      union all
      select file_row_number, sku, {{'rule': 'catalog/sku/duplicate', 'value': sku}} from {products}
      where file_row_number in (select row from {twice})
    ),
    shifts as (select shift, count(*) as here from skipped group by shift),
    steps as (select shift, sum(here) over (order by shift) as before from shifts),
    everything as (
      select problem.rule as rule, sku, row + 1 + coalesce(before, 0)::bigint as record, problem.value as value
      from flawed asof left join steps on row + 1 >= shift
      union all select rule, null, record, value from skipped
      union all select rule, null, null, value from notices
    )
    select 'catalog' as channel, rule, severity, attribute, sku, record, value,
      replace(message, '{{value}}', {_shown("value")}) as message
    from everything join rules using (rule)
    order by record nulls first, rule"""


def _shown(value: str) -> str:
    """A value as a sentence holds it: on one line, and not for ever."""
    line = rf"trim(regexp_replace(clean(coalesce({value}, '')), '\s+', ' ', 'g'))"
    return f"case when length({value}) > 60 then left({line}, 59) || '…' else {line} end"


def _summed(path: Path, engine: Engine, duplicates: Path | None, rejected: int) -> Outcome:
    findings = f"read_parquet({text(str(path))})"
    counted = {
        RULES[rule]: int(n)
        for rule, n in engine.rows(f"select rule, count(*) from {findings} group by rule order by rule")
    }
    examples: dict[str, list[Finding]] = defaultdict(list)
    for rule, sku, record, value, message in engine.rows(
        f"select rule, sku, record, value, message from {findings}"
        f" qualify row_number() over (partition by rule order by record) <= {EXAMPLES} order by rule, record"
    ):
        examples[rule].append(Finding(RULES[rule], sku, record, value, message))
    return Outcome(
        path, tuple(counted), {rule: n for rule, n in counted.items() if not rule.fix}, dict(examples),
        {rule: n for rule, n in counted.items() if rule.fix}, duplicates, rejected,
    )  # fmt: skip
