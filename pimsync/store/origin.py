"""Where a product's values come from: each field back to the record, the column and the text that it was read from."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pimsync.engine import Engine, ident, text
from pimsync.expressions import names_read
from pimsync.store.catalog import Between
from pimsync.store.gathered import Place
from pimsync.store.lineage import Lineage
from pimsync.store.piece import Piece
from pimsync.store.product import FIELDS
from pimsync.store.received import Received
from pimsync.store.rules import RULES
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

#: How near a sku has to be to be offered instead of one that is not there.
_NEAR = 0.85


@dataclass(frozen=True)
class At:
    """A record: its file, its number through all files (the first product is 1), and its number in that file."""

    file: str
    record: int
    in_file: int


@dataclass(frozen=True)
class Told:
    """What one record says of a field.

    `texts` are the texts of the columns that were read, as they stand in the file (at `stands`, where a preset made rows of several
    records); `raw` is what the expression makes of them, `value` what that is read as. `follows` names the fields that it follows
    from where no column says it. `counts` marks the one that won.
    """

    sku: str
    at: At
    texts: Mapping[str, str | None]
    raw: str | None
    value: Any
    expression: str | None = None
    where: str | None = None
    supplement: bool = False
    repairs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    counts: bool = False
    stands: At | None = None


@dataclass(frozen=True)
class FieldOrigin:
    """A master field: its value, everything that was said of it, and the parent that it was taken from, if it was."""

    name: str
    value: Any
    told: tuple[Told, ...]
    parent: str | None = None


@dataclass(frozen=True)
class Found:
    """Something that reading the catalog found about the product's records."""

    rule: str
    severity: str
    attribute: str
    message: str
    help: str
    at: At
    value: str | None = None


@dataclass(frozen=True)
class Origin:
    """A product of the catalog: its record, its row in the snapshot (None where it has none), and each field's origin.

    `state` is `product`, `rejected`, `left_out`, `unreadable` or `unknown`; `findings` say why it is not the first. `again` are records
    with the same sku, which do not count. Of an unknown one, `near` are skus like it, and `texts` the records that have it as the text of
    another column.
    """

    sku: str
    state: str
    at: At | None = None
    row: int | None = None
    fields: Mapping[str, FieldOrigin] = field(default_factory=dict)
    findings: tuple[Found, ...] = ()
    again: tuple[At, ...] = ()
    near: tuple[str, ...] = ()
    texts: tuple[tuple[At, str], ...] = ()


def origins(between: Between, engine: Engine, skus: Sequence[str]) -> dict[str, Origin]:
    """Where these products come from; one that the catalog does not have says what it has instead."""
    return dict(_Tracer(between, engine).origins(skus))


@dataclass
class _Record:
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


class _Tracer:
    """Asks the pieces of a catalog that was just read."""

    def __init__(self, between: Between, engine: Engine) -> None:
        self.between, self.engine = between, engine
        given = [None, *between.supplements]
        pieces = [between.products.main, *(one.piece for one in between.supplements)]
        self.sources = [
            _Source(received, piece, one.key if one else "sku", engine)
            for received, piece, one in zip(between.sources, pieces, given, strict=True)
        ]
        self.places = [place for piece in pieces for place in piece.places]

    def origins(self, skus: Sequence[str]) -> Iterator[tuple[str, Origin]]:
        """The origin of each."""
        main = self.sources[0]
        records = main.records("sku", skus)
        parents = main.records("sku", _parents(records))
        known = self._told_of([*records, *parents])
        rows = {(sku, number): (row, rejected, values) for row, number, sku, rejected, values in self._rows(skus)}
        findings = self._findings(
            [one.number for one in records] + [one.number for own in known.values() for one in own[1:] if one]
        )
        by_sku: dict[str, list[_Record]] = {}
        for one in records:
            by_sku.setdefault(one.sku, []).append(one)
        first = {one.sku: one for one in reversed(parents)}
        for sku in dict.fromkeys(skus):
            yield sku, self._origin(sku, by_sku.get(sku, []), first, known, rows, findings)

    def _origin(
        self,
        sku: str,
        mine: Sequence[_Record],
        parents: Mapping[str, _Record],
        known: Mapping[int, Sequence[_Record | None]],
        rows: Mapping[tuple[str, int], tuple[int, bool, dict[str, Any]]],
        findings: Sequence[Found],
    ) -> Origin:
        if not mine:
            return self._elsewhere(sku)
        one = next((record for record in mine if (sku, record.number) in rows), mine[0])
        numbers = {record.number for record in known[one.row] if record}
        about = tuple(found for found in findings if found.at.record in numbers and found.severity != "fix")
        again = tuple(self._at(record.number) for record in mine if record is not one)
        parent = parents.get(one.values.get("parent_sku") or "")
        row, rejected, values = rows.get((sku, one.number), (None, False, None))
        fields = {f.name: f for f in self._fields(one, parent if parent is not one else None, known, values, findings)}
        state = "left_out" if row is None else "rejected" if rejected else "product"
        return Origin(sku, state, self._at(one.number), row, fields, about, again)

    def _fields(
        self,
        one: _Record,
        parent: _Record | None,
        known: Mapping[int, Sequence[_Record | None]],
        final: Mapping[str, Any] | None,
        findings: Sequence[Found],
    ) -> Iterator[FieldOrigin]:
        """Each field with what was said of it; the parent is asked where the product's own records say nothing."""
        own = {f.name: f for f in self._own(known[one.row], findings)}
        parents = {f.name: f for f in self._own(known[parent.row], findings)} if parent else {}
        settled = _flat(final) if final is not None else {name: f.value for name, f in own.items()}
        for name in {**own, **settled}:
            mine = own.get(name, FieldOrigin(name, None, ()))
            value = settled.get(name)
            if parent and value is not None and mine.value is None and name in parents:
                told = (*mine.told, *parents[name].told)
                yield FieldOrigin(name, value, told, parent.sku)
            else:
                yield replace(mine, value=value)

    def _own(self, records: Sequence[_Record | None], findings: Sequence[Found]) -> Iterator[FieldOrigin]:
        """What the records of a product, the catalog's first and then each supplement's, say of its fields."""
        said: dict[str, list[tuple[Told, bool]]] = {}
        owner = records[0]
        assert owner is not None
        for source, record in zip(self.sources, records, strict=True):
            if record:
                for name, told in source.told(record, owner.sku, self._at(record.number), findings):
                    said.setdefault(name, []).append((told, source.brings(name, record)))
        for name, listed in said.items():
            winner = next((told for told, brought in reversed(listed) if brought and told.value is not None), None)
            marked = tuple(replace(one, counts=one is winner) for one, _ in listed)
            yield FieldOrigin(name, winner.value if winner else None, marked)

    def _told_of(self, records: Sequence[_Record]) -> dict[int, list[_Record | None]]:
        """By the row of each record: itself, and what each supplement has for it, with their texts."""
        known: dict[int, list[_Record | None]] = {one.row: [one] for one in records}
        self.sources[0].read(records)
        for source, one in zip(self.sources[1:], self.between.supplements, strict=True):
            keys = {record.row: _key(record.values.get(one.key), one.key) for record in records}
            found = source.records(one.key, [key for key in keys.values() if key])
            last = {record.key: record for record in found}
            source.read([*last.values()])
            for row, key in keys.items():
                known[row].append(last.get(key) if key else None)
        return known

    def _rows(self, skus: Iterable[str]) -> Iterator[tuple[int, int, str, bool, dict[str, Any]]]:
        """The products with these skus, as the snapshot has them; the first row with a sku counts."""
        products = self.between.products
        rows = f"read_parquet({text(str(products.path))}, file_row_number = true)"
        number = "record" if products.numbered else products.main.numbered()
        table = rows if products.numbered else products.main.steps_of(products.path)
        found = self.engine.rows(
            f"select file_row_number, {number}, sku, rejected, {as_json(products.fields)} from {table}"
            f" where sku in ({_listed(skus)}) qualify row_number() over (partition by sku order by file_row_number) = 1"
        )
        return ((row, number, sku, rejected, json.loads(values)) for row, number, sku, rejected, values in found)

    def _findings(self, numbers: Collection[int]) -> list[Found]:
        """What was found about these records, repairs among it."""
        if not numbers:
            return []
        rows = self.engine.rows(
            "select rule, severity, attribute, message, record, value from"
            f" read_parquet({text(str(self.between.found.path))}) where record in ({', '.join(map(str, sorted({*numbers})))})"
        )
        return [
            Found(rule, severity, attribute, message, RULES[rule].help, self._at(record), value)
            for rule, severity, attribute, message, record, value in rows
        ]

    def _elsewhere(self, sku: str) -> Origin:
        """A sku that no record has: in a record that cannot be read, in a supplement alone, or nowhere."""
        found, whole = [], re.compile(rf"(?<![\w-]){re.escape(sku)}(?![\w-])")
        for source in self.sources:
            for reject in source.piece.rejects:
                if whole.search(reject.value):
                    rule = RULES[f"catalog/record/{reject.demand}"]
                    message = rule.message.replace("{value}", reject.value)
                    found.append(
                        Found(
                            rule.id,
                            rule.severity.value,
                            "record",
                            message,
                            rule.help,
                            self._at(reject.record),
                            reject.value,
                        )
                    )
        state = "unreadable" if found else "unknown"
        if not found:
            rule = RULES["catalog/supplement/unmatched"]
            for source in self.sources[1:]:
                for record in source.records(source.key, [sku]):
                    message = rule.message.replace("{value}", sku)
                    found.append(
                        Found(
                            rule.id, rule.severity.value, "supplement", message, rule.help, self._at(record.number), sku
                        )
                    )
        if state == "unreadable":
            return Origin(sku, state, found[0].at, findings=tuple(found))
        return Origin(sku, state, findings=tuple(found), near=self._near(sku), texts=self._texts(sku))

    def _texts(self, sku: str) -> tuple[tuple[At, str], ...]:
        """The records that have a sku as the text of any column."""
        return tuple((self._at(number), column) for number, column in self.sources[0].holding(sku))

    def _near(self, sku: str) -> tuple[str, ...]:
        """The skus of the catalog that are spelled the most alike."""
        alike = f"jaro_winkler_similarity(lower(sku), lower({text(sku)}))"
        table = f"read_parquet({text(str(self.between.products.main.path))})"
        rows = self.engine.rows(
            f"select sku from (select distinct sku from {table} where sku is not null) where {alike} >= {_NEAR}"
            f" order by {alike} desc, sku limit 3"
        )
        return tuple(row[0] for row in rows)

    def _at(self, number: int) -> At:
        return _at(self.places, number)


class _Source:
    """One source of the catalog, asked for single records."""

    def __init__(self, received: Received, piece: Piece, key: str, engine: Engine) -> None:
        self.received, self.piece, self.key, self.engine = received, piece, key, engine
        self.supplement = piece.first > 1
        self._lineage: Lineage | None = None
        self._known: dict[str, list[str]] = {}

    def records(self, key: str, wanted: Collection[str]) -> list[_Record]:
        """The records whose key is one of these, in the file's order."""
        if not wanted:
            return []
        sku = "t.sku" if "sku" in self.piece.fields else "null"
        left_out = "t.left_out" if "left_out" in self.piece.extras else "null"
        rows = self.engine.rows(
            f"select file_row_number, {self.piece.numbered()}, {sku}, {key_of(key, 't')}, {left_out}, {as_json(self.piece.fields)}"
            f" from {self.piece.steps} t where {key_of(key, 't')} in ({_listed(_key(one, key) or '' for one in wanted)})"
            " order by file_row_number"
        )
        return [
            _Record(row, number, sku, found, json.loads(values), why)
            for row, number, sku, found, why, values in rows
        ]  # fmt: skip

    def read(self, records: Sequence[_Record]) -> None:
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

    def _unfold(self, source: Source, records: Sequence[_Record]) -> None:
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

    def told(self, record: _Record, sku: str, at: At, findings: Sequence[Found]) -> Iterator[tuple[str, Told]]:
        """What a record says of each field."""
        repairs: dict[str, list[str]] = {}
        for found in findings:
            if found.severity == "fix" and found.at == at:
                repairs.setdefault(found.attribute, []).append(found.message)
        columns = {column.name: column for column in self.piece.columns.columns}
        for name in self.piece.fields:
            base = name.partition(":")[0]
            if name == "attributes":
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

    def _standing(self, expression: str, raw: str | None, record: _Record) -> tuple[int | None, dict[str, str | None]]:
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
        return _at(self.piece.places, number)

    def brings(self, name: str, record: _Record) -> bool:
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


def _followed(name: str, record: _Record) -> tuple[str, ...]:
    """The fields that a field without a column follows from: those whose text has more to it than a number, or the stock."""
    base, colon, scope = name.partition(":")
    others = [f"{one}{colon}{scope}" for one in _FOLLOWS.get(base, ())]
    telling = re.compile(r"." if base == "availability" else r"[^\d\s.,'+-]")
    return tuple(one for one in others if telling.search(record.raws.get(one) or ""))


def attribute(key: str) -> str:
    """An attribute that is no field, as expressions name it."""
    return f"attributes[{text(key)}]"


def _at(places: Sequence[Place], number: int) -> At:
    place = places[max(0, bisect_right([one.first for one in places], number) - 1)]
    return At(place.file, number, number - place.first + 1)


def _parents(records: Iterable[_Record]) -> list[str]:
    named = (one.values.get("parent_sku") for one in records)
    return [sku for sku in dict.fromkeys(named) if sku]


def _key(value: Any, key: str) -> str | None:
    """A key as it is compared: a GTIN whatever zeros stand before it."""
    if value is None:
        return None
    return str(value).rjust(14, "0")[:14] if key == "gtin" else str(value)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(text, dict.fromkeys(values)))


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """A product's values with what is no field under the names that expressions have for it."""
    kept = {name: value for name, value in values.items() if name != "attributes"}
    return kept | {attribute(key): value for key, value in (values.get("attributes") or {}).items()}


def as_json(fields: Sequence[str]) -> str:
    """The SQL of a record's values, amounts and times as people write them."""
    return f"to_json({{{', '.join(f'{text(name)}: {shown(name)}' for name in fields)}}})"


def shown(name: str) -> str:
    """The SQL of a field's value as people write it."""
    match FIELDS[name.partition(":")[0]].kind:
        case "price" | "measure":
            return f"plain_number({ident(name)})"
        case "moment":
            return f"iso_time({ident(name)})"
    return ident(name)
