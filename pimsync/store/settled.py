"""The pieces of the catalog put together: supplements joined, variants given what their parent has, the rest left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pimsync.engine import Engine, ident, text
from pimsync.errors import ProjectError
from pimsync.store.piece import Piece
from pimsync.store.product import FIELDS
from pimsync.store.snapshot import PRODUCTS, ROW_GROUP

#: What is a product's own and not its parent's.
OWN = ("sku", "parent_sku", "gtin", "mpn", "color", "size", "pattern", "quantity", "availability", "available_on")

#: Units, and the measures that bring them along.
_WITH_SIZE = {"weight_unit": ("weight",), "length_unit": ("length", "width", "height")}
_SALE = ("sale_price", "sale_starts", "sale_ends")


@dataclass(frozen=True)
class Supplement:
    """A supplement's records, and the field that they share with the catalog."""

    piece: Piece
    key: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it brings."""
        return tuple(name for name in self.piece.fields if name != self.key)


@dataclass(frozen=True)
class Settled:
    """The products, their fields, and whether the file has a column `record` that says where each is from."""

    path: Path
    fields: tuple[str, ...]
    rows: int
    numbered: bool
    main: Piece  # the catalog's own records, wherever they are now
    left_out: Path | None = None  # sku, record and why of the records that are no products


def settled(main: Piece, supplements: Sequence[Supplement], engine: Engine, into: Path) -> Settled:
    """One file of products out of all pieces.

    Raises:
        ProjectError: a supplement shares a field that the catalog does not have.
    """
    for one in supplements:
        if one.key not in main.fields:
            raise ProjectError(
                f"the catalog has no {one.key} to join {one.piece.name} by",
                where="pimsync.toml, [[catalog.supplement]] key",
            )
    path, fields = into / PRODUCTS, _ordered({*main.fields, *(n for one in supplements for n in one.fields)})
    parents = _has_parents(main, engine)
    if not supplements and not parents:
        if not _some_left_out(main.path, main.extras, engine):
            main.path.replace(path)
            return Settled(path, main.fields, main.rows, "record" in main.extras, replace(main, path=path))
        return _parted(_numbered(main), main, main.fields, engine, into)
    whole, everything = into / "whole.parquet", into / "everything.parquet"
    _put(_joined(main, supplements, fields), whole, engine)
    if parents:
        _put(_inherited(whole, fields), everything, engine)
        whole.unlink()
    else:
        whole.replace(everything)
    if not _some_left_out(everything, ("left_out",), engine):
        everything.replace(path)
        return Settled(path, fields, main.rows, True, main)
    made = _parted(f"from read_parquet({text(str(everything))})", main, fields, engine, into)
    everything.unlink()
    return made


def _parted(rows: str, main: Piece, fields: tuple[str, ...], engine: Engine, into: Path) -> Settled:
    """The products, and apart from them the records that are none."""
    path, left_out = into / PRODUCTS, into / "left_out.parquet"
    chosen = ", ".join(map(ident, fields))
    count = _put(f"select {chosen}, rejected, record {rows} where left_out is null", path, engine)
    _put(f"select sku, record, left_out as why {rows} where left_out is not null", left_out, engine)
    return Settled(path, fields, count, True, main, left_out)


def _numbered(main: Piece) -> str:
    """The FROM of the catalog's records in order, each with its number."""
    if "record" in main.extras:
        return f"from read_parquet({text(str(main.path))})"
    order = " order by record" if main.rejects else ""
    return f"from (select *, {main.numbered()} as record from {main.steps}{order})"


def _some_left_out(path: Path, columns: Sequence[str], engine: Engine) -> bool:
    """Whether any of a file's records is no product."""
    looked = f"select exists (from read_parquet({text(str(path))}) where left_out is not null)"
    return "left_out" in columns and bool(engine.value(looked))


def _put(sql: str, path: Path, engine: Engine) -> int:
    copy = f"copy (\n{sql}\n) to {text(str(path))} (format parquet, row_group_size {ROW_GROUP}, compression snappy)"
    return int(engine.value(copy))


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    order = {name: number for number, name in enumerate(FIELDS)}
    return tuple(sorted(names, key=lambda name: (order[name.partition(":")[0]], name)))


def _has_parents(main: Piece, engine: Engine) -> bool:
    """Whether a record is the parent of another one."""
    if "parent_sku" not in main.fields:
        return False
    table = f"read_parquet({text(str(main.path))})"
    return bool(
        engine.value(
            f"select exists (from {table} p semi join {table} c on c.parent_sku = p.sku and c.parent_sku <> c.sku)"
        )
    )


def key_of(field: str, alias: str) -> str:
    """The SQL of a key as it is compared: a GTIN whatever zeros stand before it."""
    column = f"{alias}.{ident(field)}"
    return f"lpad({column}, 14, '0')" if field == "gtin" else column


def _joined(main: Piece, supplements: Sequence[Supplement], fields: Iterable[str]) -> str:
    """The catalog's records, each with what supplements say of it; the last one that says something wins."""
    joins, rejected = "", ["m.rejected"]
    for number, one in enumerate(supplements):
        alias = f"s{number}"
        last = (
            f"(select t.* from read_parquet({text(str(one.piece.path))}, file_row_number = true) t"
            f" where {ident(one.key)} is not null"
            f" qualify row_number() over (partition by {key_of(one.key, 't')} order by file_row_number desc) = 1)"
        )
        joins += f"\nleft join {last} {alias} on {key_of(one.key, alias)} = {key_of(one.key, 'm')}"
        rejected += [f"coalesce({alias}.rejected, false)", foreign_sale(one, main, alias) or "false"]
    chosen = [f"{_latest(name, main, supplements)} as {ident(name)}" for name in fields]
    left_out = "m.left_out" if "left_out" in main.extras else "cast(null as varchar)"
    order = "order by m.file_row_number" if supplements or "record" not in main.extras else ""
    return (
        f"select {', '.join(chosen)}, {' or '.join(rejected)} as rejected, {left_out} as left_out, m.number as record\n"
        f"from (select *, {main.numbered()} as number from {main.steps}) m{joins} {order}"
    )


def foreign_sale(one: Supplement, main: Piece, alias: str) -> str | None:
    """The SQL of whether a supplement brings a sale price in another currency than that of the price it is a sale of."""
    if not {"sale_price", "currency"} <= {*one.fields} or "currency" not in main.fields:
        return None
    priced = f" and {alias}.price is null" if "price" in one.fields else ""
    return f"coalesce({alias}.sale_price is not null{priced} and {alias}.currency <> m.currency, false)"


def _latest(name: str, main: Piece, supplements: Sequence[Supplement]) -> str:
    """A field: from the last supplement that has a value, else from the catalog."""
    value = f"m.{ident(name)}" if name in main.fields else f"cast(null as {FIELDS[name.partition(':')[0]].sql})"
    for number, one in enumerate(supplements):
        if name not in one.fields:
            continue
        its = f"s{number}.{ident(name)}"
        if name == "attributes":
            value = f"case when {its} is null then {value} when {value} is null then {its} else map_concat({value}, {its}) end"
            continue
        with_ = bringing(name, one.fields)
        if with_:
            brought = " or ".join(f"s{number}.{ident(other)} is not null" for other in with_)
            its = f"case when {brought} then {its} end"
        value = f"coalesce({its}, {value})"
    return value


def bringing(name: str, fields: Sequence[str]) -> list[str]:
    """The fields that must have a value for this one to count: a currency without a price is none."""
    base, colon, scope = name.partition(":")
    with_ = {"currency": ("price", "sale_price", "cost"), **_WITH_SIZE}.get(base, ())
    return [one for one in (f"{other}{colon}{scope}" for other in with_) if one in fields]


def _inherited(whole: Path, fields: Sequence[str]) -> str:
    """Every record, with its parent's values where it has none; a parent that has no price of its own is no product."""
    table = f"read_parquet({text(str(whole))}, file_row_number = true)"
    chosen = [f"{_own_or_parents(name, fields)} as {ident(name)}" for name in fields]
    parents = f"(select * from {table} where sku in (select parent_sku from {table} where parent_sku <> sku))"
    first = f"(select * from {parents} qualify row_number() over (partition by sku order by file_row_number) = 1)"
    unsold = "m.price is null" if "price" in fields else "false"
    is_parent = f"m.sku in (select sku from {parents})"
    return (
        f"select {', '.join(chosen)}, m.rejected,"
        f" coalesce(m.left_out, case when {is_parent} and {unsold} then {text(CONTAINER)} end) as left_out, m.record\n"
        f"from {table} m left join {first} p on m.parent_sku = p.sku and m.sku <> p.sku order by m.file_row_number"
    )


#: Why a parent is left out.
CONTAINER = "it is the parent of variants and has no price of its own"


def _own_or_parents(name: str, fields: Sequence[str]) -> str:
    base, colon, scope = name.partition(":")
    mine, parents = f"m.{ident(name)}", f"p.{ident(name)}"
    if base in OWN:
        return mine
    if name == "attributes":
        return f"case when {mine} is null then {parents} when {parents} is null then {mine} else map_concat({parents}, {mine}) end"
    price = f"price{colon}{scope}"
    if base in (*_SALE, "currency") and price in fields:
        return f"case when m.{ident(price)} is null then coalesce({mine}, {parents}) else {mine} end"
    return f"coalesce({mine}, {parents})"
