"""The queries over a channel's items: product → mapped → fixed → item → judged, and what is wanted of that."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pimsync.engine import ident, text
from pimsync.findings import Severity
from pimsync.format.judgements import Across
from pimsync.format.plan import Plan

#: How much of a value a finding keeps.
KEPT = 500

#: How many truths one number carries.
BITS = 60


@dataclass(frozen=True)
class Crossing:
    """What was found across items beforehand: per attribute, a file of the groups and the rules they break."""

    groups: Mapping[str, str]
    duplicates: str | None = None


def items(plan: Plan, source: str, crossing: Crossing, *, encoded: bool = True) -> str:
    """The query that makes the items of some products; `source` is the SELECT that gives those.

    Its columns: `row`; `item`, encoded, null where it is left out; `key`, by which it is known again in the feed; where the
    plan leaves something to jsonschema, `json`; and `broken0`, `broken1` …, null where there is nothing to say, or else a bit
    for each judgement of the plan and a last one for the filter, BITS to a number.
    """
    numbers = range(len(plan.judgements))
    errors = [
        n for n in numbers if plan.judgements[n].rule.severity is Severity.ERROR and not plan.judgements[n].rule.fix
    ]
    item, key = (plan.encoder.item(), plan.encoder.key()) if encoded else ("''", "''")
    kept = f"coalesce({plan.where}, false)" if plan.where else "true"
    flags = [*(f"_{n}" for n in numbers), "not _kept"]
    words = [_bits(flags[start : start + BITS]) for start in range(0, len(flags), BITS)]
    broken = "".join(f",\n  case when _any or not _kept then {word} end as broken{n}" for n, word in enumerate(words))
    json = f",\n  case when _kept and not _bad then {_json(plan)} end as json" if plan.left else ""
    return (
        f"{_steps(plan, source, crossing, numbers, kept)}"
        f"select _row as row,\n  case when _kept and not _bad then {item} end as item,\n"
        f"  case when _kept and not _bad then {key} end as key{json}{broken}\n"
        f"  from (select *, {_any(errors)} as _bad, {_any(numbers)} as _any from judged)"
    )


def details(plan: Plan, source: str, told: str, numbers: Collection[int]) -> str:
    """The query that tells, of some products, the value and the sentence of each of these judgements that they break.

    `told` is a file that says which they break: `row`, and `broken0`, `broken1` … as `items` gives them. So nothing is judged
    again, and nothing computed that no value and no sentence shows.

    Its columns: `row`, `sku`, and `events`, a list of rule number, value and message.
    """
    cases = [
        f"case when broken{n // BITS} & {1 << n % BITS} > 0 then {{'rule': {n}::smallint,"
        f" 'value': left({plan.judgements[n].value}, {KEPT}), 'message': {plan.judgements[n].message}}} end"
        for n in sorted(numbers)
    ]
    return (
        f"{_with(_items(plan, source))}"
        f"select _row as row, _sku as sku, list_filter([{_lines(cases)}], lambda _event: _event is not null) as events\n"
        f"  from item left join read_parquet({text(told)}) told on _row = told.row"
    )


def followed(plan: Plan, source: str, chosen: Sequence[str]) -> str:
    """The query that gives columns of the item, those of the values before each repair among them, of some products.

    Its columns: `row`, `kept` (by the filter), and what is chosen.
    """
    return f"{_with(_items(plan, source))}select _row as row, _kept as kept{_commas(chosen)}\n  from item"


def members(plan: Plan, source: str, attribute: str, parts: int) -> str:
    """The query that gives what the rules across items read: the items of every group, each group in one of some parts."""
    key = ident(attribute)
    read = dict.fromkeys([attribute, *(name for one in _mine(plan, attribute) for name in one.reads)])
    return (
        f"{_with(_items(plan, source))}select {', '.join(map(ident, read))}, settings, now, hash({key}) % {parts} as _part\n"
        f"  from item where {key} is not null{_where(plan)}"
    )


def groups(plan: Plan, path: str, attribute: str, part: int) -> str:
    """The query that finds, in one part of the members, the groups which break a rule across items."""
    mine, key = _mine(plan, attribute), ident(attribute)
    chosen = ", ".join(f"coalesce({one.fails}, false) as _n{one.number}" for one in mine)
    broken = " or ".join(f"_n{one.number}" for one in mine)
    return (
        f"select * from (select {key} as _group, {chosen}\n  from read_parquet({text(path)}) where _part = {part} group by {key})\n"
        f"  where {broken}"
    )


def _mine(plan: Plan, attribute: str) -> list[Across]:
    """The rules over the items that share an attribute."""
    return [one for one in plan.across if one.attribute == attribute and not one.counted]


def duplicates(plan: Plan, source: str) -> str:
    """The query that finds the keys which more than one item has, and the first row of each."""
    key = ident(plan.key)
    return (
        f"{_with(_items(plan, source))}select {key} as _key, min(_row) as _first from item where {key} is not null"
        f"{_where(plan)}\n  group by {key} having count(*) > 1"
    )


def _steps(plan: Plan, source: str, crossing: Crossing, numbers: Sequence[int] | range, kept: str) -> str:
    """The named steps, up to an item with a truth for each of these judgements."""
    return _with([*_items(plan, source, kept), ("judged", _judged(plan, crossing, numbers))])


def _items(plan: Plan, source: str, kept: str | None = None) -> list[tuple[str, str]]:
    kept = kept or (f"coalesce({plan.where}, false)" if plan.where else "true")
    return [("product", f"select *, {kept} as _kept from (\n  {source})"), *plan.steps]


def _where(plan: Plan) -> str:
    return " and _kept" if plan.where else ""


def _judged(plan: Plan, crossing: Crossing, numbers: Sequence[int] | range) -> str:
    flags, joins = [], []
    fed: dict[int, str] = {}
    for place, (attribute, path) in enumerate(crossing.groups.items()):
        joins.append(f"left join read_parquet({text(path)}) g{place} on item.{ident(attribute)} = g{place}._group")
        fed |= {one.number: f"g{place}._n{one.number}" for one in _mine(plan, attribute)}
    if crossing.duplicates:
        joins.append(
            f"left join read_parquet({text(crossing.duplicates)}) twice on item.{ident(plan.key)} = twice._key"
        )
        fed |= {one.number: "item._row > twice._first" for one in plan.across if one.counted}
    for number in numbers:
        fails = fed.get(number, plan.judgements[number].fails)
        flags.append(f"({fails}) as _{number}")
    joined = "".join(f"\n  {join}" for join in joins)
    return f"select item.*{_commas(flags)}\n  from item{joined}"


def _bits(flags: Sequence[str]) -> str:
    """Truths as the bits of one number, the first one lowest."""
    return " | ".join(f"(coalesce(cast({flag} as bigint), 0) << {place})" for place, flag in enumerate(flags))


def _json(plan: Plan) -> str:
    members = ", ".join(f"{text(name)}: {ident(name)}" for name in plan.item.fields)
    return f"to_json({{{members}}})"


def _any(numbers: Sequence[int] | range) -> str:
    """Whether one of these is broken; a rule that gives null is not."""
    return "coalesce(" + " or ".join(f"_{number}" for number in numbers) + ", false)" if numbers else "false"


def _with(steps: Sequence[tuple[str, str]]) -> str:
    return "with " + ",\n".join(f"{name} as (\n  {sql}\n)" for name, sql in steps) + "\n"


def _commas(parts: Sequence[str]) -> str:
    return "".join(f",\n    {part}" for part in parts)


def _lines(parts: Sequence[str]) -> str:
    return ",\n    ".join(parts)
