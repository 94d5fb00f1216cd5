"""One product of several that are the same: what a project's `unique` says, and which products it leaves out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pimsync.engine import Engine, text
from pimsync.errors import ProjectError
from pimsync.expressions import bound, checked
from pimsync.findings import Rule, Severity
from pimsync.format.scope import Scope
from pimsync.project import Channel
from pimsync.words import shown

if TYPE_CHECKING:
    from pimsync.format.plan import Plan
    from pimsync.format.workshop import Workshop

#: How much of a value a finding keeps.
_KEPT = 500


@dataclass(frozen=True)
class Unique:
    """What no two products of a channel share: its SQL, and what people call it.

    `copies` is a file of the products that share it with an earlier one, once they are found: `row`, `sku`, `first` (the sku of
    the earliest) and `value`.
    """

    sql: str
    called: str
    copies: str | None = None

    def says(self, first: str) -> str:
        """The SQL of the sentence on a product that is left out, with the SQL of the sku that stays."""
        return f"concat('is left out: ', {first}, {text(f' has the same {self.called}')})"


def unique(project: Channel, scope: Scope, engine: Engine, name: str) -> Unique | None:
    """What a project's `unique` says, let in.

    Raises:
        ProjectError: it is no expression over the product, or the same for every product.
    """
    if project.unique is None:
        return None
    where = f"pimsync.toml, [channels.{name}] unique"
    said = " ".join(project.unique.split())
    expression = checked(project.unique, engine, scope.names, where)
    bound({"unique": expression}, scope.empty(), engine, {"unique": where})
    if not expression.columns - {"settings", "now"}:
        raise ProjectError(f"`{said}` is the same for every product", where=where, hint="write a field, such as gtin")
    return Unique(expression.sql, said if re.fullmatch(r"\w+", said) else f"`{shown(said, 80)}`")


def without_copies(plan: Plan, shop: Workshop) -> Plan:
    """A plan whose filter leaves out each product that shares what must be unique with an earlier one that the filter keeps."""
    if plan.unique is None:
        return plan
    path = text(str(shop.folder / f"{plan.name}-copies.parquet"))
    if not shop.teller.value(f"copy ({_copies(plan, plan.unique, shop.source(plan))}) to {path} (format parquet)"):
        return plan
    first = f"{plan.where or 'true'} and _row not in (select row from read_parquet({path}))"
    found = replace(plan.unique, copies=str(shop.folder / f"{plan.name}-copies.parquet"))
    return replace(plan, where=f"({first})", unique=found)


def _copies(plan: Plan, one: Unique, source: str) -> str:
    """The query that finds the copies; an empty text is as good as no value."""
    kept = f"coalesce({plan.where}, false)" if plan.where else "true"
    return (
        f"with keyed as (\n  select _row, _sku, nullif(cast({one.sql} as varchar), '') as _key from (\n  {source}) where {kept}\n),\n"
        "earliest as (\n  select _key, min(_row) as _row, arg_min(_sku, _row) as _sku from keyed where _key is not null\n"
        "  group by _key having count(*) > 1\n)\n"
        f"select keyed._row as row, keyed._sku as sku, earliest._sku as first, left(_key, {_KEPT}) as value\n"
        "  from keyed join earliest using (_key) where keyed._row > earliest._row order by 1"
    )


def rule(channel: str) -> Rule:
    """The rule of products that a project's `unique` leaves out of a channel."""
    return Rule(
        f"{channel}/item/duplicate_of", "item", Severity.INFO, "is left out: an earlier product is the same",
        "The project's `unique` for this channel keeps the first of the products that have the same value.",
    )  # fmt: skip
