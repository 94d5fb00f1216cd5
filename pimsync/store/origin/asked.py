"""One source of the catalog, asked for single records and for the texts that they began as."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimsync.engine import Engine, ident, text
from pimsync.expressions import names_read
from pimsync.store.origin.lineage import Lineage
from pimsync.store.origin.told import At, Found, Told, at
from pimsync.store.origin.values import as_json, attribute, listed
from pimsync.store.piece import Piece
from pimsync.store.received import Received
from pimsync.store.settled import bringing, key_of
from pimsync.store.sources.source import RECORD, Source

#: What a field without a column of its own follows from.
_FOLLOWS = {
    "currency": ("price", "sale_price", "cost"),
    "availability": ("quantity",),
    "weight_unit": ("weight",),
    "length_unit": ("length", "width", "height"),
}

#: How many records before and after its own a product's texts are looked for, where a preset made one row of several records.
_AROUND = 200

#: How many records are named that have a text which is no sku.
_HELD = 3


@dataclass
class Record:
    """A record of a piece: its row there, its number, and its values as JSON has them."""

    row: int
    number: int
    sku: str
    key: str | None
    values: dict[str, Any]
    left_out: str | None = None
    texts: dict[str, str | None] = field(default_factory=dict)
    raws: dict[str, str | None] = field(default_factory=dict)
    near: list[tuple[int, dict[str, str | None]]] = field(
        default_factory=list
    )  # the source's own records: this one, those before it, those after


class Asked:
    """One source of the catalog, asked for single records."""

    def __init__(self, received: Received, piece: Piece, key: str, engine: Engine) -> None:
        self.received, self.piece, self.key, self.engine = received, piece, key, engine
        self.supplement = piece.first > 1
        self._lineage: Lineage | None = None
        self._known: dict[str, list[str]] = {}

    def records(self, key: str, wanted: Collection[str]) -> list[Record]:
        """The records whose key is one of these, in the file's order."""
        if not wanted:
            return []
        sku = "t.sku" if "sku" in self.piece.fields else "null"
        left_out = "t.left_out" if "left_out" in self.piece.extras else "null"
        rows = self.engine.rows(
            f"select file_row_number, {self.piece.numbered()}, {sku}, {key_of(key, 't')}, {left_out}, {as_json(self.piece.fields)}"
            f" from {self.piece.steps} t where {key_of(key, 't')} in ({listed(compared(one, key) or '' for one in wanted)})"
            " order by file_row_number"
        )
        return [
            Record(row, number, sku, found, json.loads(values), why)
            for row, number, sku, found, why, values in rows
        ]  # fmt: skip

    def read(self, records: Sequence[Record]) -> None:
        """Find the texts of records in the source itself: its rows stand in the order of the piece's."""
        source = self.piece.source
        if not records or source is None:
            return
        columns, names = self.piece.columns.columns, [column.name for column in source.columns]
        chosen = [f"cast({column.raw} as varchar) as {ident(f'?raw {n}')}" for n, column in enumerate(columns)]
        chosen += [f"cast({ident(name)} as varchar) as {ident(f'?text {n}')}" for n, name in enumerate(names)]
        first, last = min(one.row for one in records), max(one.row for one in records)
        wanted = ", ".join(str(row) for row in {one.row for one in records})
        some = f"select * from ({source.relation}) limit {last - first + 1} offset {first}"
        rows = self.engine.rows(
            f'select "?row", {", ".join(chosen)} from (select *, row_number() over () - 1 + {first} as "?row" from ({some}))'
            f' where "?row" in ({wanted})'
        )
        found = {row[0]: row[1:] for row in rows}
        for one in records:
            texts = found[one.row]
            one.raws = dict(zip((column.name for column in columns), texts, strict=False))
            one.texts = dict(zip(names, texts[len(columns) :], strict=True))
        if source.unfolded:
            self._unfold(source.unfolded, records)

    def _unfold(self, source: Source, records: Sequence[Record]) -> None:
        """Find the records of the source itself that a row may have been made of."""
        rows, names = self.received.preset, [column.name for column in source.columns]
        assert rows is not None
        self._lineage = self._lineage or Lineage(rows.definition.rows or "", names, self.engine)
        chosen = ", ".join(f"cast({ident(name)} as varchar)" for name in names)
        for one in records:
            near = self.engine.rows(
                f"select {ident(RECORD)}, {chosen} from ({source.relation})"
                f" where {ident(RECORD)} between {one.number - _AROUND} and {one.number + _AROUND}"
                f" order by {ident(RECORD)} > {one.number}, abs({ident(RECORD)} - {one.number})"
            )
            one.near = [(number, dict(zip(names, texts, strict=True))) for number, *texts in near]

    def holding(self, wanted: str) -> list[tuple[int, str]]:
        """The first records that have this text in a column, and which."""
        folded = self.piece.source
        source = folded.unfolded or folded if folded else None
        names = [column.name for column in source.columns if not column.hidden] if source else []
        if source is None or not names:
            return []
        same = [
            f"case when trim(cast({ident(name)} as varchar)) = {text(wanted)} then {text(name)} end" for name in names
        ]
        numbered = RECORD in source.extras
        number = ident(RECORD) if numbered else "row_number() over () - 1"
        rows = self.engine.rows(
            f"select number, held from (select {number} as number, coalesce({', '.join(same)}) as held from ({source.relation}))"
            f" where held is not null order by number limit {_HELD}"
        )
        if numbered or not rows:
            return [(row, held) for row, held in rows]
        listed = ", ".join(str(row) for row, _ in rows)
        known = self.engine.rows(
            f"select file_row_number, {self.piece.numbered()} from {self.piece.steps} where file_row_number in ({listed})"
        )
        numbers = dict(known)
        return [(numbers[row], held) for row, held in rows]

    def told(self, record: Record, sku: str, at: At, findings: Sequence[Found]) -> Iterator[tuple[str, Told]]:
        """What a record says of each field."""
        repairs: dict[str, list[str]] = {}
        for found in findings:
            if found.severity == "fix" and found.at == at:
                repairs.setdefault(found.attribute, []).append(found.message)
        columns = {column.name: column for column in self.piece.columns.columns}
        for name in self.piece.fields:
            base = name.partition(":")[0]
            if name == "attributes" or (self.supplement and name == self.key):
                continue
            value, done = record.values.get(name), tuple(repairs.get(base, ()))
            if name not in columns:
                yield name, Told(sku, at, {}, None, value, supplement=self.supplement, follows=_followed(name, record))
                continue
            expression, where = self._expression(name)
            if name not in self._known:
                self._known[name] = self._read_by(columns[name].raw)
            texts = {one: record.texts.get(one) for one in self._known[name]}
            raw = record.raws.get(name)
            stands, told = None, texts
            if record.near and expression and not texts:
                stands, told = self._standing(expression, raw, record)
            place = self._at(stands) if stands and stands != record.number else None
            yield name, Told(sku, at, told, raw, value, expression, where, self.supplement, done, stands=place)
        others, done = record.values.get("attributes") or {}, tuple(repairs.get("attributes", ()))
        for column in self.piece.columns.attributes:
            name, value, raw = attribute(column), others.get(column), record.texts.get(column)
            yield name, Told(sku, at, {column: raw}, raw, value, None, None, self.supplement, done)

    def _standing(self, expression: str, raw: str | None, record: Record) -> tuple[int | None, dict[str, str | None]]:
        """Where the text that a row shows stands in the source: the nearest record that has it, else what the own one has."""
        assert self._lineage is not None
        columns = self._lineage.columns(expression)
        for number, texts in record.near:
            same = {
                name: texts[name] for name in columns if raw is not None and (texts[name] or "").strip() == raw.strip()
            }
            if same:
                return number, same
        number, texts = record.near[0]
        return None, {name: texts[name] for name in columns if number == record.number and texts[name]}

    def _at(self, number: int) -> At:
        return at(self.piece.places, number)

    def brings(self, name: str, record: Record) -> bool:
        """Whether what a record says of a field counts: a supplement's currency without a price is none."""
        with_ = bringing(name, self.piece.fields) if self.supplement else []
        return not with_ or any(record.values.get(other) is not None for other in with_)

    def _expression(self, name: str) -> tuple[str | None, str | None]:
        """The SQL that fills a field as the project or the preset has it, and where; None for a column of its name."""
        if name in self.received.way.columns:
            table = "[[catalog.supplement]] columns." if self.supplement else "[catalog.columns] "
            return self.received.way.columns[name], f"pimsync.toml, {table}{name}"
        preset = self.received.preset
        if preset and name in preset.definition.columns:
            return preset.definition.columns[name], f"{preset.path.name}, [columns] {name}"
        return None, None

    def _read_by(self, raw: str) -> list[str]:
        """The columns that the SQL of a text reads, as the source spells them."""
        read = {name.casefold() for name in names_read(raw, self.engine, self.received.name)}
        source = self.piece.source
        shown = [column for column in source.columns if not column.hidden] if source else []
        return [column.name for column in shown if column.name.casefold() in read]


def _followed(name: str, record: Record) -> tuple[str, ...]:
    """The fields that a field without a column follows from: those whose text has more to it than a number, or the stock."""
    base, colon, scope = name.partition(":")
    others = [f"{one}{colon}{scope}" for one in _FOLLOWS.get(base, ())]
    telling = re.compile(r"." if base == "availability" else r"[^\d\s.,'+-]")
    return tuple(one for one in others if telling.search(record.raws.get(one) or ""))


def compared(value: Any, key: str) -> str | None:
    """A key as it is compared: a GTIN whatever zeros stand before it."""
    if value is None:
        return None
    return str(value).rjust(14, "0")[:14] if key == "gtin" else str(value)
