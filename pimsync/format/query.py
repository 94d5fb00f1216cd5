"""The one query that makes a chunk: product → mapped → fixed → item → judged, with the items encoded and the events listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pimsync.engine import ident, text
from pimsync.findings import Severity
from pimsync.format.plan import Plan

#: How much of a value a finding keeps.
KEPT = 500


@dataclass(frozen=True)
class Crossing:
    """What was found across items before the chunks run: per attribute, a file of the groups and the rules they break."""

    groups: Mapping[str, str]
    duplicates: str | None = None


def chunk(plan: Plan, products: str, without: str | None, first: int, last: int, crossing: Crossing, encoded: bool = True) -> str:
    """The query over a range of rows of the snapshot.

    Its columns: `row`, `item` (the encoded item, or null where it is left out), `events` (a list of rule number, value
    and message) and, where the plan leaves something to jsonschema, `json`.
    """
    steps = [("product", plan.scope.products(products, first, last, without)), *plan.steps, ("judged", _judged(plan, crossing))]
    errors = [n for n, one in enumerate(plan.judgements) if one.rule.severity is Severity.ERROR and not one.rule.fix]
    bad = _any(errors)
    item = plan.encoder.item() if encoded else "''"
    json = f",\n  case when not _bad then {_json(plan)} end as json" if plan.left else ""
    body = (
        f"select _row as row,\n  case when not _bad then {item} end as item,\n"
        f"  case when _any then {_events(plan)} end as events{json}\n"
        f"  from (select *, {bad} as _bad, {_any(range(len(plan.judgements)))} as _any from judged)"
    )
    if plan.where:
        nothing = ", null" if plan.left else ""
        number = len(plan.rules)
        body += (
            f"\nunion all select _row, null, [{{'rule': {number}::smallint, 'value': null::varchar, 'message': 'is left out by the filter'}}]"
            f"{nothing}\n  from product where not coalesce({plan.where}, false)"
        )
    return _with(steps) + body


def groups(plan: Plan, products: str, without: str | None, rows: int, attribute: str) -> str:
    """The query that finds the groups of items which break a rule across items."""
    mine = [one for one in plan.across if one.attribute == attribute and one.fails != "_duplicate"]
    chosen = ", ".join(f"coalesce({one.fails}, false) as _n{one.number}" for one in mine)
    broken = " or ".join(f"_n{one.number}" for one in mine)
    steps = [("product", plan.scope.products(products, 0, rows, without)), *plan.steps]
    key = ident(attribute)
    return (
        f"{_with(steps)}select * from (select {key} as _group, {chosen}\n  from item where {key} is not null group by {key})"
        f"\n  where {broken}"
    )


def duplicates(plan: Plan, products: str, without: str | None, rows: int) -> str:
    """The query that finds the keys which more than one item has, and the first row of each."""
    steps = [("product", plan.scope.products(products, 0, rows, without)), *plan.steps]
    key = ident(plan.key)
    return (
        f"{_with(steps)}select {key} as _key, min(_row) as _first from item where {key} is not null\n"
        f"  group by {key} having count(*) > 1"
    )


def _judged(plan: Plan, crossing: Crossing) -> str:
    flags, joins = [], []
    fed: dict[int, str] = {}
    for number, (attribute, path) in enumerate(crossing.groups.items()):
        joins.append(f"left join read_parquet({text(path)}) g{number} on item.{ident(attribute)} = g{number}._group")
        fed |= {one.number: f"g{number}._n{one.number}" for one in plan.across if one.attribute == attribute and one.fails != "_duplicate"}
    if crossing.duplicates:
        joins.append(f"left join read_parquet({text(crossing.duplicates)}) twice on item.{ident(plan.key)} = twice._key")
        fed |= {one.number: "item._row > twice._first" for one in plan.across if one.fails == "_duplicate"}
    for number, one in enumerate(plan.judgements):
        fails = fed.get(number, one.fails)
        flags.append(f"coalesce({fails}, false) as _{number}" if fails != "false" else f"false as _{number}")
    joined = "".join(f"\n  {join}" for join in joins)
    return f"select item.*,\n    {_lines(flags)}\n  from item{joined}"


def _events(plan: Plan) -> str:
    cases = [
        f"case when _{number} then {{'rule': {number}::smallint, 'value': left({one.value}, {KEPT}), 'message': {one.message}}} end"
        for number, one in enumerate(plan.judgements)
    ]
    return f"list_filter([{_lines(cases)}], lambda _event: _event is not null)"


def _json(plan: Plan) -> str:
    members = ", ".join(f"{text(name)}: {ident(name)}" for name in plan.item.fields)
    return f"to_json({{{members}}})"


def _any(numbers: Sequence[int] | range) -> str:
    return "(" + " or ".join(f"_{number}" for number in numbers) + ")" if numbers else "false"


def _with(steps: Sequence[tuple[str, str]]) -> str:
    return "with " + ",\n".join(f"{name} as (\n  {sql}\n)" for name, sql in steps) + "\n"


def _lines(parts: Sequence[str]) -> str:
    return ",\n    ".join(parts)
