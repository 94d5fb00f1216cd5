"""What a mapping expression sees: the master product, the channel's settings, and the time of the build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pimsync.engine import ident, text
from pimsync.store.product import FIELDS
from pimsync.store.snapshot import ROW_GROUP


@dataclass(frozen=True)
class Scope:
    """The products of one channel, in its language and for its country."""

    fields: tuple[str, ...]
    language: str | None
    country: str | None
    settings: Mapping[str, str | None]
    now: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a mapping expression may read."""
        return (*FIELDS, "settings", "now")

    @property
    def context(self) -> str:
        """The settings and the time, as columns."""
        members = ", ".join(
            f"{text(name)}: {'null::varchar' if value is None else text(value) + '::varchar'}"
            for name, value in self.settings.items()
        )
        return f"{{{members}}} as settings, timestamptz {text(self.now)} as now"

    def products(
        self, path: str, *, share: tuple[int, int] = (0, 1), without: str | None = None, only: str | None = None
    ) -> str:
        """The SELECT that reads the snapshot, rejected products left out.

        Args:
            share: which of how many shares of the row groups: (0, 2) is every second one, from the first.
            without, only: files of rows to leave out, and to leave all others out.
        """
        columns = ",\n    ".join(f"{self._field(name)} as {ident(name)}" for name in FIELDS)
        number, of = share
        kept = [f"(file_row_number // {ROW_GROUP}) % {of} = {number}"] if of > 1 else []
        kept += [f"file_row_number not in (select row from read_parquet({text(without)}))"] if without else []
        kept += [f"file_row_number in (select row from read_parquet({text(only)}))"] if only else []
        conditions = "".join(f"\n    and {one}" for one in kept)
        return (
            f"select file_row_number as _row, sku as _sku, {self._foreign}{self.context},\n    {columns}\n"
            f"  from read_parquet({text(path)}, file_row_number = true)\n"
            f"  where not rejected{conditions}"
        )

    def mapped(self, path: str, *, share: tuple[int, int] = (0, 1), only: str | None = None) -> str:
        """The same over a file that has the items as they are mapped, a row for each of those products."""
        number, of = share
        kept = [f"(_row // {ROW_GROUP}) % {of} = {number}"] if of > 1 else []
        kept += [f"_row in (select row from read_parquet({text(only)}))"] if only else []
        where = f"\n  where {' and '.join(kept)}" if kept else ""
        return f"select *, {self.context}\n  from read_parquet({text(path)}){where}"

    @property
    def filled(self) -> frozenset[str]:
        """The names that may hold something: the catalog has a column for them."""
        fields = [name for name in FIELDS if any(one in self.fields for one in self._columns(name))]
        return frozenset((*fields, "settings", "now"))

    def empty(self, rows: int = 0) -> str:
        """A FROM of the same columns, all empty, to ask DuckDB what type an expression has, or what it makes of nothing."""
        columns = ", ".join(f"cast(null as {field.sql}) as {ident(name)}" for name, field in FIELDS.items())
        return f"from (select {self.context}, {columns} limit {rows})"

    def _columns(self, name: str) -> list[str]:
        """The snapshot's columns that may hold a field, the most particular first."""
        return [f"{name}:{self.language}", f"{name}:{self.country}", name]

    @property
    def market(self) -> str | None:
        """The column of the currency that this market's own prices bring, where the catalog has such prices."""
        return next((one for one in self._columns("currency")[:-1] if one in self.fields), None)

    @property
    def homebound(self) -> tuple[str, ...]:
        """The amounts that the catalog gives in its own currency alone, although the market has a price of its own."""
        amounts = [name for name, field in FIELDS.items() if field.kind == "price"]
        return tuple(
            one for one in amounts if self.market and [c for c in self._columns(one) if c in self.fields] == [one]
        )

    @property
    def _foreign(self) -> str:
        """Whether such an amount is in another currency than the market's price, as a column."""
        if not self.homebound:
            return ""
        there = " or ".join(f"{ident(name)} is not null" for name in self.homebound)
        return f'"currency" <> {ident(self.market or "")} and ({there}) as _foreign, '

    def _field(self, name: str) -> str:
        """A master field, its language's or country's variant first; nothing where the catalog has no such column.

        An amount in the catalog's own currency is none in a market with another.
        """
        present = [ident(one) for one in self._columns(name) if one in self.fields]
        if not present:
            return f"cast(null as {FIELDS[name].sql})"
        if name in self.homebound:
            same = f'coalesce({ident(self.market or "")}, "currency") is not distinct from "currency"'
            return f"case when {same} then {ident(name)} end"
        return present[0] if len(present) == 1 else f"coalesce({', '.join(present)})"
