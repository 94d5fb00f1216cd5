"""A first look at a catalog, before anything is said about its columns."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pimsync import project
from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.store.gathered import put_down
from pimsync.store.proposal.column import ColumnLook
from pimsync.store.received import Received, received
from pimsync.store.sources import Notice

#: How many texts of a column are looked at.
SAMPLE = 200


@dataclass(frozen=True)
class Look:
    """What a catalog shows of itself.

    `preset` is the key of the preset that fits it. `notices` are what was found out about its files: an encoding that had to be guessed.
    """

    name: str
    format: str
    records: int
    columns: tuple[ColumnLook, ...]
    preset: str | None = None
    preset_name: str | None = None
    notices: tuple[Notice, ...] = ()


def looked_at(catalog: project.Catalog, folder: Path) -> Look:
    """Open a catalog and look at its columns and at some of their values.

    Args:
        folder: where relative paths start.

    Raises:
        CatalogError: it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="pimsync-look-") as place:
        work = Path(place)
        one = received(catalog, folder, work)
        files = [file.path for file, _ in one.files]
        with Engine(folders=[work], files=files, temporary=work / "spill") as engine:
            return _look(one, engine, work)


def _look(one: Received, engine: Engine, work: Path) -> Look:
    parts: list[str] = []
    notices: list[Notice] = []
    names: dict[str, None] = {}
    records = 0
    for number, (file, source) in enumerate(one.files):
        path = work / f"look-{number}.parquet"
        read, rows, rejects = put_down(source, engine, path)
        parts.append(str(path))
        records += rows + len(rejects)
        notices += (*file.notices, *read.notices)
        names.update(dict.fromkeys(column.name for column in read.columns))
    if not records:
        raise CatalogError("the catalog has a header and no records", where=one.name)
    listed = ", ".join(map(text, parts))
    table = f"read_parquet([{listed}], union_by_name = true)"
    columns = tuple(_columns([*names], table, records, engine))
    preset = one.preset
    return Look(
        one.name, one.format, records, columns, preset.key if preset else None,
        preset.definition.name if preset else None, tuple(dict.fromkeys(notices)),
    )  # fmt: skip


def _columns(names: Sequence[str], table: str, records: int, engine: Engine) -> Iterator[ColumnLook]:
    """Each column: how full it is, how many of its texts differ, and some of them from all over the file."""
    for name in names:
        column = f"nullif(trim({ident(name)}), '')"
        ((filled, distinct),) = engine.rows(f"select count({column}), count(distinct {column}) from {table}")
        step = max(1, filled // SAMPLE)
        shown = "left(t, case when t[1] in ('[', '{') then 20000 else 2000 end)"  # JSON wants to be whole
        samples = engine.rows(
            f"select {shown} from (select {column} as t, row_number() over () as n from {table} where {column} is not null)"
            f" where (n - 1) % {step} = 0 order by n limit {SAMPLE}"
        )
        yield ColumnLook(name, tuple(row[0] for row in samples), filled / records, distinct / filled if filled else 0.0)
