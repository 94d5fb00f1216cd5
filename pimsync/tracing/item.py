"""Single items of a channel, with everything that led to them: the values before each repair, the rules, what the feed holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimsync.columns import numbers
from pimsync.engine import Engine, ident, text
from pimsync.findings import Rule
from pimsync.format import query
from pimsync.format.chunk import Chunk, stream, words
from pimsync.format.ledger import note
from pimsync.format.mapping import ItemMapping
from pimsync.format.plan import Plan
from pimsync.format.produce import crossing
from pimsync.format.query import Crossing
from pimsync.format.workshop import Workshop


@dataclass(frozen=True)
class Step:
    """A repair that ran: its name, what it does, and the values before and after it."""

    fix: str
    says: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Verdict:
    """What a rule says of an item; `message` and `value` are there where it fails."""

    rule: Rule
    passed: bool
    value: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Item:
    """One product in a channel.

    `mapped` are the attributes' values before any repair, `values` those after all; `feed` is what a reader of the feed finds, None
    where the item is left out; `encoded` the item as it is written; `copy_of` the sku of the product that stands there instead.
    """

    row: int
    kept: bool
    mapped: Mapping[str, Any]
    steps: Mapping[str, Sequence[Step]]
    values: Mapping[str, Any]
    verdicts: Sequence[Verdict]
    encoded: str | None
    feed: Mapping[str, Any] | None
    copy_of: str | None = None


@dataclass(frozen=True)
class Narrow(Workshop):
    """A workshop that looks at some rows of the snapshot alone: `rows` is a file of them."""

    rows: str = ""

    def source(self, plan: Plan, share: tuple[int, int] = (0, 1), only: str | None = None) -> str:
        """The SELECT of those products of them that a channel looks at."""
        return super().source(plan, share, only or self.rows)


def values(plan: Plan, mapping: ItemMapping, shop: Workshop, engine: Engine) -> dict[int, dict[str, Any]]:
    """The attributes of each item, those before each repair as `attribute~0`, `attribute~1` …; `?kept` says what the filter does."""
    names = [a.name for a in mapping.attributes]
    names += [f"{a.name}~{level}" for a in mapping.attributes for level in range(len(a.fixes))]
    members = ", ".join(f"{text(name)}: {ident(name)}" for name in names)
    sql = query.followed(plan, shop.source(plan), [f"to_json({{{members}}}) as found"])
    return {row: {**json.loads(found), "?kept": kept} for row, kept, found in engine.rows(sql)}


def members(plan: Plan, shop: Workshop, items: Iterable[Mapping[str, Any]], engine: Engine) -> list[int]:
    """The rows of all items that share with one of these what a rule across items goes by."""
    given, rows = [*items], []
    for attribute in dict.fromkeys(one.attribute for one in plan.across):
        shared = {str(one[attribute]) for one in given if one.get(attribute) is not None}
        if shared:
            same = f"cast({ident(attribute)} as varchar) in ({', '.join(map(text, sorted(shared)))})"
            found = query.followed(plan, shop.source(plan), [f"{same} as same"])
            rows += [row for (row,) in engine.rows(f"select row from ({found}) where same")]
    return rows


def items(
    plan: Plan, mapping: ItemMapping, shop: Workshop, rows: Sequence[int], engine: Engine, *, alone: bool = False
) -> dict[int, Item]:
    """The items of some rows of the snapshot, by row; rows that no channel gets are not among them.

    Args:
        alone: each product is one by itself, so that rules across items have nothing to say.
    """
    if not rows:
        return {}
    mine = narrow(shop, rows, f"{plan.name}-followed")
    made = values(plan, mapping, mine, engine)
    across = Crossing({}) if alone else _across(plan, shop, rows, made.values(), engine)
    verdicts, encoded = _judged(plan, mine, across, engine)
    copies, found = _copies(plan, mine.rows, engine), {}
    for row, one in made.items():
        levels = {attribute.name: len(attribute.fixes) for attribute in mapping.attributes}
        found[row] = Item(
            row=row,
            kept=one.pop("?kept"),
            mapped={name: one[f"{name}~0"] if levels[name] else one[name] for name in levels},
            steps={
                a.name: [*_steps(a.name, [(fix.name, fix.says) for fix in a.fixes], one)] for a in mapping.attributes
            },
            values={name: one[name] for name in levels},
            verdicts=verdicts.get(row, ()),
            encoded=encoded.get(row),
            feed=_read_back(plan, encoded[row]) if encoded.get(row) is not None else None,
            copy_of=copies.get(row),
        )
    return found


def _copies(plan: Plan, rows: str, engine: Engine) -> dict[int, str]:
    """Of the rows in a file, those that are left out as copies, each with the sku of the product that stays."""
    if plan.unique is None or plan.unique.copies is None:
        return {}
    mine = f"row in (select row from read_parquet({text(rows)}))"
    return dict(engine.rows(f"select row, first from read_parquet({text(plan.unique.copies)}) where {mine}"))


def _across(
    plan: Plan, shop: Workshop, rows: Sequence[int], made: Iterable[Mapping[str, Any]], engine: Engine
) -> Crossing:
    """What rules across items find in the groups that these items are in."""
    among = [*rows, *members(plan, shop, made, engine)]
    return crossing(plan, narrow(shop, among, f"{plan.name}-members"), engine)


def _steps(name: str, fixes: Sequence[tuple[str, str]], values: Mapping[str, Any]) -> Iterator[Step]:
    """Each repair of an attribute, with the values around it; the channel takes an empty text for none at the end."""
    for level, (fix, says) in enumerate(fixes):
        last = level + 1 == len(fixes)
        yield Step(fix, says, values[f"{name}~{level}"], values[name if last else f"{name}~{level + 1}"])


def narrow(shop: Workshop, rows: Iterable[int], name: str) -> Narrow:
    """A workshop that looks at these rows alone; their numbers are kept in a file of this name."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = shop.folder / f"{name}.parquet"
    wanted = numbers(np.array(sorted({*rows}), dtype=np.int64))
    pq.write_table(pa.Table.from_arrays([wanted], names=["row"]), path)
    return Narrow(shop.snapshot, shop.rejected, shop.folder, shop.teller, str(path))


def _judged(
    plan: Plan, shop: Workshop, across: Crossing, engine: Engine
) -> tuple[dict[int, list[Verdict]], dict[int, str]]:
    """What every rule says of each item, and the items of the feed as they are written; nothing of what the filter leaves out."""
    chunks = [*stream(plan, shop.source(plan), across, engine, encoded=True, few=True)]
    told = _told(plan, shop, chunks, engine)
    verdicts: dict[int, list[Verdict]] = {}
    encoded: dict[int, str] = {}
    for chunk in chunks:
        broken = dict(zip(chunk.places.tolist(), chunk.broken.tolist(), strict=True))
        for place, (row, item) in enumerate(zip(chunk.rows.tolist(), chunk.items.to_pylist(), strict=True)):
            flags = broken.get(place, ())
            filtered = bool(flags) and flags[-1]
            verdicts[row] = [] if filtered else [*_verdicts(plan, flags, told.get(row, {}))]
            if item is not None:
                encoded[row] = item
    return verdicts, encoded


def _verdicts(plan: Plan, flags: Sequence[bool], told: Mapping[int, tuple[str | None, str]]) -> Iterator[Verdict]:
    """A rule's verdicts, one a rule id: the rules that repairs are, are steps instead."""
    failed: dict[str, Verdict] = {}
    passed: dict[str, Verdict] = {}
    for number, rule in enumerate(plan.rules):
        if rule.fix:
            continue
        if number < len(flags) and flags[number]:
            value, message = told.get(number, (None, rule.message or "is not what the channel takes"))
            failed.setdefault(f"{rule.id} {message}", Verdict(rule, False, value, message))
        else:
            passed.setdefault(rule.id, Verdict(rule, True))
    broken = {verdict.rule.id for verdict in failed.values()}
    yield from failed.values()
    yield from (verdict for name, verdict in passed.items() if name not in broken)


def _told(
    plan: Plan, shop: Workshop, chunks: Sequence[Chunk], engine: Engine
) -> dict[int, dict[int, tuple[str | None, str]]]:
    """The value and the sentence of each rule that an item breaks, by row and rule number."""
    import numpy as np

    sql = [number for number, one in enumerate(plan.judgements) if not one.rule.fix]
    broken = [number for number in sql if any(chunk.broken[:, number].any() for chunk in chunks)]
    if not broken:
        return {}
    path = shop.folder / f"{plan.name}-noted.parquet"
    rows = np.concatenate([chunk.rows[chunk.places] for chunk in chunks])
    note(path, rows, words(np.concatenate([chunk.broken[:, : len(plan.judgements)] for chunk in chunks])))
    details = query.details(plan, shop.source(plan, only=str(path)), str(path), broken)
    return {
        row: {event["rule"]: (event["value"], event["message"]) for event in json.loads(events)}
        for row, events in engine.rows(f"select row, to_json(events) from ({details})")
    }


def _read_back(plan: Plan, encoded: str) -> dict[str, Any]:
    """The item as a reader of the feed finds it, and not as it was meant."""
    reader = plan.encoder.reader()
    reader.feed(plan.encoder.before() + encoded.encode() + plan.encoder.after())
    reader.close()
    [sample] = reader.take_samples()
    return dict(sample.item)
