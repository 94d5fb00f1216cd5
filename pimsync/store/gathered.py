"""One table of texts out of what was received: several files one after the other, and a preset's own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pimsync.engine import Engine, ident, text
from pimsync.errors import ProjectError
from pimsync.expressions import checked, names_read, one_select, plain
from pimsync.store.presets import Preset
from pimsync.store.received import Received
from pimsync.store.snapshot import ROW_GROUP
from pimsync.store.sources.source import LEFT_OUT, RECORD, Notice, Reject, Source, SourceColumn, copied
from pimsync.store.sources.survey import Survey


@dataclass(frozen=True)
class Place:
    """A file of a source: records from `first` on are its own."""

    file: str
    first: int


@dataclass(frozen=True)
class Gathered:
    """A source, its records counted through, and which file has which of them.

    `records` is known where the files have been read through already.
    """

    source: Source
    places: tuple[Place, ...]
    records: int | None = None


#: The name under which a preset's expressions see the project's defaults.
DEFAULTS = "defaults"


def gathered(
    one: Received, engine: Engine, work: Path, first: int = 1, defaults: Mapping[str, str | None] | None = None
) -> Gathered:
    """Everything a source has, as one table.

    Args:
        first: the number of its first record.
        defaults: what the project says under `[defaults]`; a preset's expressions read it as `defaults.shop_url`.
    """
    whole = _gathered(one, engine, work, first)
    if not one.preset:
        return whole
    taken = any(column.name.casefold() == DEFAULTS for column in whole.source.columns)
    source = whole.source if taken else _informed(whole.source, defaults or {})
    return replace(whole, source=_left_out(source, one.preset, engine))


def _informed(source: Source, defaults: Mapping[str, str | None]) -> Source:
    """A source whose rows know the project's defaults."""
    members = [
        f"{text(name)}: cast({'null' if value is None else text(value)} as varchar)" for name, value in defaults.items()
    ]
    said = ", ".join(members) or "'none': null"
    again = source.instead
    return replace(
        source,
        relation=f"select *, {{{said}}} as {DEFAULTS} from ({source.relation})",
        columns=(*source.columns, SourceColumn(DEFAULTS, hidden=True)),
        instead=(lambda: _informed(again(), defaults)) if again else None,
    )


def _gathered(one: Received, engine: Engine, work: Path, first: int) -> Gathered:
    preset = one.preset.definition if one.preset else None
    if len(one.files) == 1 and not (preset and preset.rows):
        source = one.files[0][1]
        return Gathered(source, (Place(one.files[0][0].name, first),))
    landed, places, records = _landed(one, engine, work, first)
    if one.preset and preset and preset.rows:
        landed = _folded(landed, one.preset, engine, work)
    return Gathered(landed, places, records)


def _landed(one: Received, engine: Engine, work: Path, first: int) -> tuple[Source, tuple[Place, ...], int]:
    """The texts of every file put down, each with its record's number."""
    parts: list[str] = []
    places: list[Place] = []
    rejects: list[Reject] = []
    notices: list[Notice] = []
    fixes: dict[str, int] = {}
    columns: dict[str, SourceColumn] = {}
    number = first
    for count, (file, source) in enumerate(one.files):
        path = work / f"texts-{count}.parquet"
        read, rows, left = put_down(source, engine, path)
        parts.append(_numbered(path, read, left, number - 1))
        places.append(Place(file.name, number))
        rejects += [replace(reject, record=reject.record + number - 1) for reject in left]
        notices += read.notices
        for rule, n in read.fixes.items():
            fixes[rule] = fixes.get(rule, 0) + n
        for column in read.columns:
            columns.setdefault(column.name.casefold(), column)
        number += _records(path, read, rows, left, engine)
    relation = "\nunion all by name\n".join(f"({part})" for part in parts)
    names = [SourceColumn(column.name, _kept(column)) for column in columns.values()]
    seen = _together([source.survey for _, source in one.files])

    def finish(engine: Engine, rows: int) -> list[Reject] | None:
        return rejects

    whole = Source(relation, tuple(names), seen, finish, None, tuple(dict.fromkeys(notices)), fixes, (RECORD,))
    return whole, tuple(places), number - first


def put_down(source: Source, engine: Engine, path: Path) -> tuple[Source, int, list[Reject]]:
    """A source's texts in a file, each with whether it is an exact number where that can be.

    The source that was read in the end, the rows there are, and the records that could not be read.
    """
    exact = [f"{column.exact} as {ident(_exact(column.name))}" for column in source.columns if column.exact != "false"]
    chosen = [*(ident(column.name) for column in source.columns), *exact, *map(ident, source.extras)]
    copy = f"copy (select {', '.join(chosen)} from ({source.relation})) to {text(str(path))} (format parquet, compression snappy)"
    read = copied(source, copy, engine)
    if read is None:
        assert source.instead is not None
        return put_down(source.instead(), engine, path)
    return source, *read


#: The column that keeps the variants of one record in their order.
_PLACE = "?place"


def _exact(name: str) -> str:
    return f"?exact {name}"


def _kept(column: SourceColumn) -> str:
    """Whether a text that was put down is an exact number."""
    return "false" if column.exact == "false" else f"coalesce({ident(_exact(column.name))}, false)"


def _numbered(path: Path, source: Source, rejects: Sequence[Reject], before: int) -> str:
    """The texts of a file, each row with the number of its record."""
    table = f"read_parquet({text(str(path))}, file_row_number = true)"
    if RECORD in source.extras:
        number = f"{ident(RECORD)} + {before} as {ident(RECORD)}"
        return f"select * exclude (file_row_number) replace ({number}), file_row_number as {ident(_PLACE)} from {table}"
    number = f"file_row_number + {before + 1}"
    if not rejects:
        return f"select * exclude (file_row_number), {number} as {ident(RECORD)} from {table}"
    shifts = ", ".join(f"({reject.record - n}, {n + 1})" for n, reject in enumerate(rejects))
    return (
        f"select t.* exclude (file_row_number), {number} + coalesce(s.before, 0) as {ident(RECORD)} from {table} t"
        f" asof left join (select shift, max(before) as before from (values {shifts}) s(shift, before) group by shift) s"
        " on t.file_row_number + 1 >= s.shift order by file_row_number"
    )


def _records(path: Path, source: Source, rows: int, rejects: Sequence[Reject], engine: Engine) -> int:
    if RECORD not in source.extras:
        return rows + len(rejects)
    last = engine.value(f"select max({ident(RECORD)}) from read_parquet({text(str(path))})") or 0
    return max(int(last), *(one.record for one in rejects), 0)


def _together(seen: Sequence[Survey]) -> Survey:
    """What several files show."""
    return Survey(
        sum(one.size for one in seen), any(one.unprintable for one in seen), any(one.decomposed for one in seen),
        any(one.wide for one in seen),
    )  # fmt: skip


def _folded(source: Source, preset: Preset, engine: Engine, work: Path) -> Source:
    """The rows that a preset makes of a source's."""
    import duckdb

    sql, where = preset.definition.rows or "", f"{preset.path.name}, rows"
    one_select(sql, ["source"], engine, where)
    given = with_missing(source, preset.definition.reads).relation
    path = work / "rows.parquet"
    order = rf"order by columns('^\{RECORD}$|^\{_PLACE}$')"
    query = f"with source as not materialized ({given}) select * from (\n{sql}\n) {order}"
    try:
        engine.run(
            f"copy ({query}) to {text(str(path))} (format parquet, row_group_size {ROW_GROUP}, compression snappy)"
        )
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise ProjectError(f"the rows cannot be made: {plain(error)}", where=where) from None
    relation = f"select * from read_parquet({text(str(path))})"
    made = {row[0]: row[1] for row in engine.rows(f"describe {relation}")}
    exact = {column.name.casefold(): column for column in source.columns}
    columns = []
    for name, kind in made.items():
        if name in (RECORD, LEFT_OUT, _PLACE) or name.startswith("?exact "):
            continue
        known = exact.get(name.casefold())
        kept = known.exact if known and _exact(known.name) in made else "false"
        columns.append(SourceColumn(name, kept, hidden=kind != "VARCHAR"))
    extras = tuple(name for name in (RECORD, LEFT_OUT) if name in made)
    return replace(source, relation=relation, columns=tuple(columns), extras=extras, unfolded=source)


def with_missing(source: Source, names: Iterable[str]) -> Source:
    """A source with nothing in the columns that it has not."""
    have = {column.name.casefold() for column in source.columns}
    missing = [name for name in names if name.casefold() not in have]
    if not missing:
        return source
    empty = ", ".join(f"cast(null as varchar) as {ident(name)}" for name in missing)
    return replace(
        source,
        relation=f"select *, {empty} from ({source.relation})",
        columns=(*source.columns, *(SourceColumn(name, hidden=True) for name in missing)),
    )


def _left_out(source: Source, preset: Preset, engine: Engine) -> Source:
    """A source that says of each row why it is no product."""
    reasons = preset.definition.left_out
    if not reasons:
        return source
    names = [column.name for column in source.columns]
    whens = []
    for number, reason in enumerate(reasons, 1):
        where = f"{preset.path.name}, left_out {number}"
        read = names_read(reason.when, engine, where)
        expression = checked(reason.when, engine, [*names, *read], where)
        whens.append((expression, f"when {expression.sql} then {text(reason.why)}"))
    given = with_missing(source, dict.fromkeys(name for one, _ in whens for name in one.columns)).relation
    before = f"{ident(LEFT_OUT)}, " if LEFT_OUT in source.extras else ""
    kept = f" exclude ({ident(LEFT_OUT)})" if before else ""
    said = f"coalesce({before}case {' '.join(when for _, when in whens)} end) as {ident(LEFT_OUT)}"
    relation = f"select *{kept}, {said} from ({given})"
    instead = source.instead
    again = (lambda: _left_out(instead(), preset, engine)) if instead else None
    extras = tuple(dict.fromkeys([*source.extras, LEFT_OUT]))
    return replace(source, relation=relation, extras=extras, instead=again)
