"""Groups of variants that do not fit together: told apart by nothing, by something that one of them lacks, of two brands."""

from __future__ import annotations

from collections.abc import Sequence

from pimsync.engine import ident

#: What variants of one product differ by.
VARIES = ("color", "size", "size_system", "size_type", "material", "pattern", "gender", "age_group")


def doubts(rows: str, number: str, fields: Sequence[str]) -> list[str]:
    """SELECTs of rule, sku, record and value, one a kind of doubt.

    Args:
        rows: the FROM of the products.
        number: the SQL of a product's record.
        fields: the columns that there are.
    """
    differing = [ident(name) for name in VARIES if name in fields]
    if "parent_sku" not in fields:
        return []
    brand = "brand" if "brand" in fields else "null"
    kept = ", ".join(["sku", "parent_sku as family", f"{number} as record", f"{brand} as brand", *differing])
    table = f"(select {kept} from {rows} where parent_sku is not null and not rejected)"
    doubts = [_contradictory(table)] if "brand" in fields else []
    return [*doubts, *_untold(table, differing)] if differing else doubts


def _contradictory(table: str) -> str:
    families = f"select family from {table} group by family having min(brand) <> max(brand)"
    return (
        f"select 'catalog/variants/contradictory', sku, record, brand from {table}"
        f" where brand is not null and family in ({families})"
    )


def _untold(table: str, differing: Sequence[str]) -> list[str]:
    shown = f"concat_ws(' · ', {', '.join(differing)})"
    every, some = ", ".join(differing), f"coalesce({', '.join(f'cast({one} as varchar)' for one in differing)})"
    partly = " or ".join(f"count({one}) between 1 and count(*) - 1" for one in differing)
    families = f"select family from {table} group by family having count(*) > 1 and (count({some}) = 0 or {partly})"
    lacking = " or ".join(f"({one} is null and count({one}) over (partition by family) > 0)" for one in differing)
    missing = (
        f"select 'catalog/variants/missing', sku, record, null from {table} where family in ({families})"
        f" qualify {some} is null or {lacking}"
    )
    copies = f"select family, {every} from {table} group by all having count(*) > 1"
    same = " and ".join(f"t.{one} is not distinct from c.{one}" for one in ("family", *differing))
    alike = (
        f"select 'catalog/variants/alike', sku, record, {shown} from {table} t"
        f" where {some} is not null and exists (select 1 from ({copies}) c where {same})"
    )
    return [missing, alike]
