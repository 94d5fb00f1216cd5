"""One source of the catalog, typed: the master catalog itself, or a supplement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.expressions import names_read
from pimsync.store.columns import Columns, Mapped, arranged
from pimsync.store.gathered import Gathered, Place, gathered, with_missing
from pimsync.store.query import query
from pimsync.store.reading.habits import habits
from pimsync.store.reading.reading import Manner
from pimsync.store.received import Received
from pimsync.store.rules import RULES
from pimsync.store.snapshot import ROW_GROUP
from pimsync.store.sources import Notice, Reject, Source
from pimsync.store.sources.dialect import RESAVE
from pimsync.store.sources.encoding import Encoding
from pimsync.store.sources.source import copied
from pimsync.words import count, shown


@dataclass(frozen=True)
class Piece:
    """A source's records as master products, in `path`: the columns of `fields`, `rejected`, `problems`, and those of `extras`.

    `left_out` and `record` are the extras that there can be. `rejects` are the records without a row, `records` how many there
    are in all; the number of the first one is `first`.
    """

    name: str
    path: Path
    fields: tuple[str, ...]
    columns: Columns
    places: tuple[Place, ...]
    rows: int
    records: int
    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]
    fixes: Mapping[str, int]
    extras: tuple[str, ...] = ()
    source: Source | None = None  # the texts that it was read from, as long as their files are there

    @property
    def first(self) -> int:
        """The number of the first record."""
        return self.places[0].first

    def numbered(self) -> str:
        """The SQL of a row's record number, over `steps`."""
        return "record" if "record" in self.extras else f"file_row_number + {self.first} + coalesce(before, 0)"

    @property
    def steps(self) -> str:
        """The FROM of the rows, each with how many records before it have no row, as `before`."""
        return self.steps_of(self.path)

    def steps_of(self, path: Path) -> str:
        """The same over a file with the same rows."""
        table = f"read_parquet({text(str(path))}, file_row_number = true)"
        if "record" in self.extras or not self.rejects:
            return f"(select *, 0 as before from {table})"
        shifts = ", ".join(f"({one.record - self.first + 1 - n}, {n + 1})" for n, one in enumerate(self.rejects))
        steps = f"select shift, max(before) as before from (values {shifts}) s(shift, before) group by shift"
        return f"(select t.*, s.before from {table} t asof left join ({steps}) s on t.file_row_number + 1 >= s.shift)"


def typed(
    one: Received,
    manner: Manner,
    engine: Engine,
    work: Path,
    *,
    key: str = "sku",
    first: int = 1,
    defaults: Mapping[str, str | None] | None = None,
) -> Piece:
    """Read a source as master products.

    Args:
        key: the field that every record needs.
        first: the number of its first record.
        defaults: what the project says under `[defaults]`.

    Raises:
        CatalogError: it has no records, no column is the key, or next to nothing in it can be read.
        ProjectError: an expression is wrong.
    """
    whole = gathered(one, engine, work, first, defaults)
    piece = _written(one, whole, manner, engine, work, key)
    doubts = _doubts(piece, engine)
    doubtful = [one for one in piece.columns.columns if one.field.name in doubts]
    if piece.source and doubtful:
        shown = habits(engine, piece.source.relation, doubtful, manner)
        if shown.manner.columns:
            piece = _written(one, whole, shown.manner, engine, work, key)
            piece = replace(piece, notices=(*piece.notices, *shown.notices))
    _readable(piece, engine, {file.encoding for file, _ in one.files})
    return piece


def _doubts(piece: Piece, engine: Engine) -> set[str]:
    """The fields with a value that can be read in two ways, as long as nothing is known of its column."""
    rules = engine.rows(
        f"select distinct unnest(problems).rule from read_parquet({text(str(piece.path))}) where problems is not null"
    )
    return {rule.split("/")[1] for (rule,) in rules if rule.endswith(("/ambiguous", "/order"))}


def _written(one: Received, whole: Gathered, manner: Manner, engine: Engine, work: Path, key: str) -> Piece:
    """Run the query; where its reader is in doubt, once more with the reader that is not."""
    source, mapped = _mapped(one, whole.source, engine)
    leave = one.preset.definition.leave if one.preset else ()
    columns = arranged(source, mapped, engine, one.name, key=key, leave=leave)
    sql, fields = query(source, columns, manner, key)
    path = work / "typed.parquet"
    copy = f"copy (\n{sql}\n) to {text(str(path))} (format parquet, row_group_size {ROW_GROUP}, compression snappy)"
    read = copied(source, copy, engine)
    if read is None:
        assert source.instead is not None
        return _written(one, replace(whole, source=source.instead()), manner, engine, work, key)
    rows, rejects = read
    if whole.records is None:  # a file that was read as it came: its reader counts from 1
        rejects = [replace(reject, record=reject.record + whole.places[0].first - 1) for reject in rejects]
    extras = tuple(name.removeprefix("?") for name in source.extras)
    return Piece(
        one.name, path, fields, columns, whole.places, rows,
        _records(whole, rows, rejects, path, extras, engine), tuple(rejects),
        (*_of_files(one), *source.notices, *columns.notices), source.fixes, extras, source,
    )  # fmt: skip


def _of_files(one: Received) -> Iterable[Notice]:
    """What was found out about the files before they were read, once where it is the same of several."""
    return dict.fromkeys(notice for file, _ in one.files for notice in file.notices)


def _records(
    whole: Gathered, rows: int, rejects: list[Reject], path: Path, extras: Iterable[str], engine: Engine
) -> int:
    if whole.records is not None:
        return whole.records
    if "record" not in extras:
        return rows + len(rejects)
    last = engine.value(f"select max(record) from read_parquet({text(str(path))})") or 0
    return max(int(last), *(one.record for one in rejects), 0)


def _mapped(one: Received, source: Source, engine: Engine) -> tuple[Source, dict[str, Mapped]]:
    """Every field's expression: the project's own, else the preset's if the file has any of the columns that it reads."""
    own = {name: Mapped(sql, f"pimsync.toml, [catalog.columns] {name}") for name, sql in one.way.columns.items()}
    if not one.preset:
        return source, own
    have = {column.name.casefold() for column in source.columns}
    mapped: dict[str, Mapped] = {}
    missing: dict[str, None] = {}
    for name, sql in one.preset.definition.columns.items():
        where = f"{one.preset.path.name}, [columns] {name}"
        read = names_read(sql, engine, where)
        if name not in own and (not read or any(column.casefold() in have for column in read)):
            mapped[name] = Mapped(sql, where)
            missing.update({column: None for column in read if column.casefold() not in have})
    return with_missing(source, missing), {**mapped, **own}


def _readable(piece: Piece, engine: Engine, encodings: Collection[str]) -> None:
    """Refuse a catalog without records, or of which next to nothing can be read.

    Raises:
        CatalogError: with the first record that cannot be read.
    """
    if not piece.records:
        raise CatalogError("the catalog has a header and no records", where=piece.name)
    undecoded = [one for one in piece.rejects if one.demand == "encoding"]
    if len(undecoded) > piece.records / 2 or (len(undecoded) > 9 and len(undecoded) > _beyond_ascii(piece, engine)):
        where = f"{piece.name}, record {undecoded[0].record}"
        called = " or ".join(Encoding(one).label.partition(" (")[0] for one in sorted(encodings))
        raise CatalogError(f"this is no {called} text", where=where, hint=RESAVE)
    if not piece.rows:
        if not piece.rejects:
            raise CatalogError("not one of its records is a product", where=piece.name)
        first = piece.rejects[0]
        why = f"{RULES[f'catalog/record/{first.demand}'].message} ({shown(first.value)})"
        raise CatalogError(
            f"not one of {count(piece.records, 'record')} can be read: {why}",
            where=f"{piece.name}, record {first.record}",
        )


def _beyond_ascii(piece: Piece, engine: Engine) -> int:
    """How many rows have text beyond ASCII that could be decoded: next to none where the encoding is another one."""
    texts = [f"coalesce({ident(name)}::varchar, '')" for name in piece.fields]
    whole = f"concat({', '.join(texts)})"
    return int(
        engine.value(f"select count_if(strlen({whole}) <> length({whole})) from read_parquet({text(str(piece.path))})")
    )
