"""What fields say about one another: a price names the currency, a weight its unit, the stock whether there is any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pimsync.engine import ident, text
from pimsync.store.columns import Column
from pimsync.store.reading.currencies import is_shared, may_mean
from pimsync.store.reading.reading import Manner, part


@dataclass
class Relations:
    """Steps that settle a field, the fields they settle, and where values do not fit together."""

    steps: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    flaws: list[tuple[str, str, str, str]] = field(default_factory=list)  # when, attribute, demand, value


def related(columns: Sequence[Column], manner: Manner) -> Relations:
    """What the columns at hand say about one another, for the product and for each language and country."""
    relations = Relations()
    have = {column.name: column for column in columns}
    for scope in dict.fromkeys(name.partition(":")[2] for name in have):
        _currency(relations, have, scope, manner)
        _unit(relations, have, scope, "weight_unit", ("weight",))
        _unit(relations, have, scope, "length_unit", ("length", "width", "height"))
        _availability(relations, have, scope)
        _sale(relations, have, scope)
    return relations


def _sale(relations: Relations, have: Mapping[str, Column], scope: str) -> None:
    """A sale price of zero, as many shop systems export what is not on sale, is none."""
    (name,) = _in(scope, "sale_price")
    if name in have:
        relations.fields[name] = f"nullif({part(name, 'value')}, 0)"


def _in(scope: str, *names: str) -> list[str]:
    return [f"{name}:{scope}" if scope else name for name in names]


def _currency(relations: Relations, have: Mapping[str, Column], scope: str, manner: Manner) -> None:
    """The currency: its own column, else what the price shows, else the project's. Every other price must fit it."""
    prices = [name for name in _in(scope, "price", "sale_price", "cost") if name in have]
    (own,) = _in(scope, "currency")
    if not prices:
        return
    default = text(manner.currency) if manner.currency and not scope else "cast(null as varchar)"
    shared = text(manner.currency) if manner.currency else "null"
    shown = [f"case when {is_shared(part(name, 'currency'))} then case when {may_mean(part(name, 'currency'), shared)}"
             f" then {shared} end else {part(name, 'currency')} end" for name in prices]  # fmt: skip
    column = [part(own, "value")] if own in have else []
    settled = part(own, "settled")
    first = shown[:1] if prices[0].startswith("price") else []
    relations.steps[settled] = f"coalesce({', '.join([*column, *first, default, *shown])})"
    relations.fields[own] = settled
    for name in prices:
        sign, base = part(name, "currency"), name.partition(":")[0]
        relations.flaws.append((f"not ({may_mean(sign, settled)})", base, "currency", ident(name)))
        relations.flaws.append((f"{settled} is null and {sign} is not null", base, "which_currency", ident(name)))


def _unit(relations: Relations, have: Mapping[str, Column], scope: str, unit: str, measures: tuple[str, ...]) -> None:
    """The unit: its own column, else what stands behind a number. Every measure must fit it."""
    names = [name for name in _in(scope, *measures) if name in have]
    (own,) = _in(scope, unit)
    if not names:
        return
    column = [part(own, "value")] if own in have else []
    settled = part(own, "settled")
    relations.steps[settled] = f"coalesce({', '.join([*column, *(part(name, 'unit') for name in names)])})"
    relations.fields[own] = settled
    for name in names:
        clash = f"{part(name, 'unit')} <> {settled}"
        relations.fields[name] = f"case when not coalesce({clash}, false) then {part(name, 'value')} end"
        relations.flaws.append((clash, name.partition(":")[0], "unit", ident(name)))


def _availability(relations: Relations, have: Mapping[str, Column], scope: str) -> None:
    """Where nothing is said about availability, the stock says it."""
    availability, quantity = _in(scope, "availability", "quantity")
    if quantity not in have:
        return
    stock = part(quantity, "value")
    said = f"case when {stock} > 0 then 'in_stock' when {stock} <= 0 then 'out_of_stock' end"
    if availability in have:
        own = part(availability, "value")
        relations.fields[availability] = f"case when {ident(availability)} is null then {said} else {own} end"
    else:
        relations.fields[availability] = said
