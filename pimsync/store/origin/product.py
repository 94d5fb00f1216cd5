"""Where products come from: every record that says something of one, and which of them counts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimsync.engine import Engine, text
from pimsync.store.catalog import Between
from pimsync.store.origin.asked import Asked, Record, compared
from pimsync.store.origin.told import At, FieldOrigin, Found, Origin, Told, at
from pimsync.store.origin.values import as_json, flat, listed
from pimsync.store.rules import RULES

#: How near a sku has to be to be offered instead of one that is not there.
_NEAR = 0.85


def origins(between: Between, engine: Engine, skus: Sequence[str]) -> dict[str, Origin]:
    """Where these products come from; one that the catalog does not have says what it has instead."""
    return dict(_Tracer(between, engine).origins(skus))


class _Tracer:
    """Asks the pieces of a catalog that was just read."""

    def __init__(self, between: Between, engine: Engine) -> None:
        self.between, self.engine = between, engine
        given = [None, *between.supplements]
        pieces = [between.products.main, *(one.piece for one in between.supplements)]
        self.sources = [
            Asked(received, piece, one.key if one else "sku", engine)
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
        by_sku: dict[str, list[Record]] = {}
        for one in records:
            by_sku.setdefault(one.sku, []).append(one)
        first = {one.sku: one for one in reversed(parents)}
        for sku in dict.fromkeys(skus):
            yield sku, self._origin(sku, by_sku.get(sku, []), first, known, rows, findings)

    def _origin(
        self,
        sku: str,
        mine: Sequence[Record],
        parents: Mapping[str, Record],
        known: Mapping[int, Sequence[Record | None]],
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
        one: Record,
        parent: Record | None,
        known: Mapping[int, Sequence[Record | None]],
        final: Mapping[str, Any] | None,
        findings: Sequence[Found],
    ) -> Iterator[FieldOrigin]:
        """Each field with what was said of it; the parent is asked where the product's own records say nothing."""
        own = {f.name: f for f in self._own(known[one.row], findings)}
        parents = {f.name: f for f in self._own(known[parent.row], findings)} if parent else {}
        settled = flat(final) if final is not None else {name: f.value for name, f in own.items()}
        for name in {**own, **settled}:
            mine = own.get(name, FieldOrigin(name, None, ()))
            value = settled.get(name)
            if parent and value is not None and mine.value is None and name in parents:
                told = (*mine.told, *parents[name].told)
                yield FieldOrigin(name, value, told, parent.sku)
            else:
                yield replace(mine, value=value)

    def _own(self, records: Sequence[Record | None], findings: Sequence[Found]) -> Iterator[FieldOrigin]:
        """What the records of a product, the catalog's first and then each supplement's, say of its fields."""
        said: dict[str, list[tuple[Told, bool]]] = {}
        owner = records[0]
        assert owner is not None
        for source, record in zip(self.sources, records, strict=True):
            if record:
                for name, told in source.told(record, owner.sku, self._at(record.number), findings):
                    said.setdefault(name, []).append((told, source.brings(name, record)))
        for name, pairs in said.items():
            winner = next((told for told, brought in reversed(pairs) if brought and told.value is not None), None)
            marked = tuple(replace(one, counts=one is winner) for one, _ in pairs)
            yield FieldOrigin(name, winner.value if winner else None, marked)

    def _told_of(self, records: Sequence[Record]) -> dict[int, list[Record | None]]:
        """By the row of each record: itself, and what each supplement has for it, with their texts."""
        known: dict[int, list[Record | None]] = {one.row: [one] for one in records}
        self.sources[0].read(records)
        for source, one in zip(self.sources[1:], self.between.supplements, strict=True):
            keys = {record.row: compared(record.values.get(one.key), one.key) for record in records}
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
            f" where sku in ({listed(skus)}) qualify row_number() over (partition by sku order by file_row_number) = 1"
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
        return at(self.places, number)


def _parents(records: Iterable[Record]) -> list[str]:
    named = (one.values.get("parent_sku") for one in records)
    return [sku for sku in dict.fromkeys(named) if sku]
