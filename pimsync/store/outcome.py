"""What was found in a catalog: every finding in full to a file, counts and first examples beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pimsync.columns import numbers, texts
from pimsync.engine import Engine, text
from pimsync.findings import Finding, Rule
from pimsync.store.piece import Piece
from pimsync.store.rules import NO_SHOP, RULES
from pimsync.store.settled import Settled, Supplement, foreign_sale, key_of
from pimsync.store.snapshot import DUPLICATES, FINDINGS
from pimsync.store.variants import doubts

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
    into: Path,
    engine: Engine,
    supplements: Sequence[Supplement],
    products: Settled,
    guesses: Mapping[str, str] | None = None,
) -> Outcome:
    """Gather what was found: in values, in records that have no row, in skus and variants, in supplements, in headers.

    Args:
        guesses: what stands under `[defaults]` and nobody has confirmed.
    """
    main, rows = products.main, f"read_parquet({text(str(products.path))}, file_row_number = true)"
    duplicates = _duplicates(into, engine, rows)
    pieces = [main, *(one.piece for one in supplements)]
    _tables(into, engine, pieces)
    parts = [_in_values(piece) for piece in pieces]
    parts.append("select rule, null as sku, record, value from skipped")
    parts.append("select rule, null, null, value from notices")
    number = "record" if products.numbered else main.numbered()
    numbered = rows if products.numbered else main.steps_of(products.path)
    if duplicates:
        twice = f"(select row from read_parquet({text(str(duplicates))}))"
        parts.append(
            f"select 'catalog/sku/duplicate', sku, {number}, sku from {numbered} where file_row_number in {twice}"
        )
    if {"price", "currency"} <= {*products.fields}:
        unknown = f"select count(*) as n from {rows} where price is not null and currency is null having n > 0"
        parts.append(f"select 'catalog/currency/missing', null, null, format('{{:,}}', n) from ({unknown})")
    for name, value in (guesses or {}).items():
        nowhere = " (links lead nowhere)" if value == NO_SHOP else ""
        parts.append(f"select 'catalog/defaults/guessed', null, null, {text(f'{name} {value}{nowhere}')}")
    parts += doubts(numbered, number, products.fields)
    if products.left_out:
        parts.append(
            f"select 'catalog/record/left_out', sku, record, why from read_parquet({text(str(products.left_out))})"
        )
    parts += [part for one in supplements for part in _in_supplement(one, main)]
    path = into / FINDINGS
    engine.run(f"copy ({_findings(parts)}) to {text(str(path))} (format parquet, compression zstd)")
    out = f"file_row_number in (select row from read_parquet({text(str(duplicates))}))" if duplicates else "false"
    rejected = engine.value(f"select count(*) from {rows} where rejected or {out}")
    return _summed(path, engine, duplicates, int(rejected))


def _in_values(piece: Piece) -> str:
    """What was wrong with the values of a piece's records, or repaired in them."""
    sku = "sku" if "sku" in piece.fields else "null"
    product = " and left_out is null" if "left_out" in piece.extras else ""
    number = piece.numbered()
    return (
        f"select problem.rule as rule, sku, record, problem.value as value from (select {sku} as sku, {number} as record,"
        f" unnest(problems) as problem from {piece.steps} where problems is not null{product})"
    )


def _in_supplement(one: Supplement, main: Piece) -> Iterator[str]:
    """Records of a supplement that no product has, keys that come twice, and products that it says nothing of."""
    key, mine = key_of(one.key, "s"), key_of(one.key, "m")
    its = f"(select *, {one.piece.numbered()} as number from {one.piece.steps}) s"
    products = f"(select *, {main.numbered()} as number from {main.steps}) m"
    known = f"{key} in (select {mine} from {products} where {mine} is not null)"
    yield f"select 'catalog/supplement/unmatched', null, number, {key} from {its} where {key} is not null and not {known}"
    yield (
        f"select 'catalog/supplement/twice', null, number, {key} from {its} where {key} is not null"
        f" qualify row_number() over (partition by {key} order by number desc) > 1"
    )
    clash = foreign_sale(one, main, "s")
    if clash:
        yield (
            f"select 'catalog/sale_price/currency', m.sku, m.number, concat(s.sale_price, ' ', s.currency)"
            f" from {products} join {its} on {key} = {mine} where {clash}"
        )
    there = f"{mine} in (select {key} from {its} where {key} is not null)"
    product = " and left_out is null" if "left_out" in main.extras else ""
    yield (
        f"select 'catalog/supplement/missing', sku, number, {text(one.piece.name)} from {products}"
        f" where not coalesce({there}, false){product}"
    )


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


def _tables(into: Path, engine: Engine, pieces: Sequence[Piece]) -> None:
    """The rules, the records without a row, and what files as a whole gave rise to, where SQL can see them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rules = [*RULES.values()]
    repairs = [rule for piece in pieces for rule, n in piece.fixes.items() for _ in range(n)]
    rejects = [one for piece in pieces for one in piece.rejects]
    notices = [one for piece in pieces for one in piece.notices]
    tables = {
        "rules": {
            "rule": texts(rule.id for rule in rules),
            "severity": texts("fix" if rule.fix else rule.severity.value for rule in rules),
            "attribute": texts(rule.attribute for rule in rules),
            "message": texts(rule.message for rule in rules),
        },
        "skipped": {
            "record": numbers(np.array([one.record for one in rejects], dtype=np.int64)),
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


def _findings(parts: Sequence[str]) -> str:
    everything = "\n      union all ".join(f"({part})" for part in parts)
    return f"""
    with everything(rule, sku, record, value) as (
      {everything}
    )
    select 'catalog' as channel, rule, severity, attribute, sku, record::bigint as record, value,
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
