"""The one query that reads a catalog: its steps, each a named SELECT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pimsync.engine import ident, text
from pimsync.findings import Severity
from pimsync.store.columns import Columns
from pimsync.store.product import FIELDS
from pimsync.store.reading import READINGS, Manner, Reading
from pimsync.store.reading.reading import part
from pimsync.store.reading.texts import cleaned, trimmed, unprintable
from pimsync.store.relations import Relations, related
from pimsync.store.sources.source import Source
from pimsync.store.sources.survey import Survey

#: How much of a value is kept with its finding.
SHOWN = 500

#: Kinds whose text goes into feeds: what had to be cleaned in it is counted.
_TEXTS = ("text", "code", "list", "links")


def query(source: Source, columns: Columns, manner: Manner, key: str = "sku") -> tuple[str, tuple[str, ...]]:
    """The SELECT that gives the snapshot's rows, and the names of its fields; a record without its key is flawed."""
    readings = {c.name: READINGS[c.field.kind](c.name, manner.of(c.name)) for c in columns.columns}
    related_ = related(columns.columns, manner)
    values = [f"{one.value} as {part(name, 'value')}" for name, one in readings.items()]
    fields = {column.name: part(column.name, "value") for column in columns.columns} | dict(related_.fields)
    chosen = [f"{sql} as {ident(name)}" for name, sql in _ordered(fields).items()]
    if columns.attributes:
        chosen.append(f"{_attributes(columns.attributes)} as attributes")
    chosen += [f"{ident(name)} as {name.removeprefix('?')}" for name in source.extras]
    flaws = _flaws(columns, readings, related_, key)
    fixes = _fixes(columns, readings, source.survey)
    steps = {
        "source": source.relation,
        "texts": _texts(source, columns),
        "raw": _raw(source, columns),
        **_stages(readings),
        "read": f"select *, {', '.join(values)} from stage_{_DEPTH}",
        "settled": _more("read", related_.steps),
        "judged": f"select *, {', '.join(f'coalesce({c}, false) as {n}' for n, c in _named(flaws, fixes))} from settled",
    }
    with_ = ",\n".join(f"{name} as (\n  {step}\n)" for name, step in steps.items())
    final = ",\n  ".join([*chosen, f"{_rejected(flaws)} as rejected", f"{_problems(flaws, fixes)} as problems"])
    fields_ = (*_ordered(fields), *(["attributes"] if columns.attributes else []))
    return f"with {with_}\nselect\n  {final}\nfrom judged", fields_


def _ordered(fields: Mapping[str, str]) -> dict[str, str]:
    order = {name: number for number, name in enumerate(FIELDS)}
    return dict(sorted(fields.items(), key=lambda item: (order[item[0].partition(":")[0]], item[0])))


def _texts(source: Source, columns: Columns) -> str:
    """The raw texts, cleaned, under the names of what they fill; those without a field in one list."""
    chosen = [ident(name) for name in source.extras]
    for column in columns.columns:
        chosen.append(f"{cleaned(column.raw, source.survey)} as {ident(column.name)}")
        if column.field.kind in ("price", "measure"):
            chosen.append(f"coalesce({column.exact}, false) as {part(column.name, 'exact')}")
        if column.failed:
            chosen.append(f"{column.failed} as {part(column.name, 'failed')}")
        if column.field.kind in _TEXTS:
            chosen += [
                f"{sql} as {part(column.name, name)}" for name, sql in _repairs(column.raw, source.survey).items()
            ]
    if columns.attributes:
        listed = f"[{', '.join(map(ident, columns.attributes))}]"
        tidy = cleaned("_text", source.survey)
        clean = listed if tidy == "_text" else f"list_transform({listed}, lambda _text: {tidy})"
        chosen.append(f"{clean} as {part('attributes', 'texts')}")
        for fix, needed in _repairs("_text", source.survey).items():
            chosen.append(f"len(list_filter({listed}, lambda _text: {needed})) > 0 as {part('attributes', fix)}")
    return f"select {', '.join(chosen)} from source"


def _raw(source: Source, columns: Columns) -> str:
    """The texts without blanks at their ends."""
    wide = source.survey.wide
    tidied = []
    for column in columns.columns:
        tidy = trimmed(ident(column.name), wide=wide)
        if column.field.sql.endswith("[]"):
            tidy = f"nullif({tidy}, '[]')"
        tidied.append(f"{tidy} as {ident(column.name)}")
    if columns.attributes:
        texts = part("attributes", "texts")
        tidied.append(f"list_transform({texts}, lambda _text: {trimmed('_text', wide=wide)}) as {texts}")
    return f"select * replace ({', '.join(tidied)}) from texts"


def _repairs(raw: str, survey: Survey) -> dict[str, str]:
    """What cleaning a text repairs, and whether this one needs it."""
    repairs = {}
    if survey.unprintable:
        repairs["control_characters"] = unprintable(raw)
    if survey.decomposed:
        printable = f"clean({raw})" if survey.unprintable else raw
        repairs["unicode_form"] = f"nfc_normalize({printable}) <> {printable}"
    return repairs


#: How many steps a reading may take.
_DEPTH = 5


def _stages(readings: Mapping[str, Reading]) -> dict[str, str]:
    """The steps of all readings side by side."""
    stages = {}
    before = "raw"
    for depth in range(_DEPTH):
        stages[f"stage_{depth + 1}"] = _more(
            before, *(one.steps[depth] for one in readings.values() if depth < len(one.steps))
        )
        before = f"stage_{depth + 1}"
    return stages


def _more(before: str, *columns: Mapping[str, str]) -> str:
    added = [f"{sql} as {name}" for group in columns for name, sql in group.items()]
    return f"select {', '.join(['*', *added])} from {before}"


def _attributes(names: Iterable[str]) -> str:
    """The map of what has no field; an empty value is not in it, and an empty map is none."""
    keys, texts = ", ".join(map(text, names)), part("attributes", "texts")
    pairs = f"list_filter(list_zip([{keys}], {texts}), lambda _pair: _pair[2] is not null)"
    return (
        f"case when len(list_filter({texts}, lambda _text: _text is not null)) > 0 then map_from_entries({pairs}) end"
    )


class _Flaw:
    """One way in which a value can be wrong: when, which demand it fails, the text to show."""

    def __init__(self, when: str, attribute: str, demand: str, value: str, *, error: bool) -> None:
        self.when = when
        self.attribute = attribute
        self.demand = demand
        self.value = value
        self.error = error

    @property
    def entry(self) -> str:
        """The SQL of a row of `problems`."""
        return f"{{'rule': 'catalog/{self.attribute}/' || {self.demand}, 'value': left({self.value}, {SHOWN})}}"


def _flaws(columns: Columns, readings: Mapping[str, Reading], related_: Relations, key: str) -> list[_Flaw]:
    flaws = [_Flaw(f"{part(key, 'value')} is null", key, "'required'", "cast(null as varchar)", error=True)]
    for column in columns.columns:
        error = column.field.severity is Severity.ERROR
        raw, value = ident(column.name), part(column.name, "value")
        reading = readings[column.name]
        if reading.value != raw:
            flaws.append(
                _Flaw(f"{raw} is not null and {value} is null", column.field.name, reading.wrong, raw, error=error)
            )
        if column.failed:
            flaws.append(
                _Flaw(
                    part(column.name, "failed"), column.field.name, "'expression'", "cast(null as varchar)", error=error
                )
            )
    for when, attribute, demand, value in related_.flaws:
        error = FIELDS[attribute].severity is Severity.ERROR
        flaws.append(_Flaw(when, attribute, text(demand), value, error=error))
    return flaws


def _fixes(columns: Columns, readings: Mapping[str, Reading], survey: Survey) -> list[_Flaw]:
    nothing = "cast(null as varchar)"
    fixes = []
    for column in columns.columns:
        made = dict(readings[column.name].fixes)
        if column.field.kind in _TEXTS:
            for fix in _repairs("x", survey):
                made[fix] = f"({made.get(fix, 'false')}) or {part(column.name, fix)}"
        fixes += [
            _Flaw(when, column.field.name, text(fix), ident(column.name), error=False) for fix, when in made.items()
        ]
    if columns.attributes:
        for fix in _repairs("x", survey):
            fixes.append(_Flaw(part("attributes", fix), "attributes", text(fix), nothing, error=False))
    return fixes


def _named(*groups: list[_Flaw]) -> list[tuple[str, str]]:
    return [(f'"?{kind}{n}"', flaw.when) for kind, group in enumerate(groups) for n, flaw in enumerate(group)]


def _rejected(flaws: list[_Flaw]) -> str:
    return " or ".join(f'"?0{n}"' for n, flaw in enumerate(flaws) if flaw.error)


def _problems(flaws: list[_Flaw], fixes: list[_Flaw]) -> str:
    """What is wrong or was repaired, worked out only for the rows that have any."""
    names = [name for name, _ in _named(flaws, fixes)]
    entries = ", ".join(
        f"case when {name} then {flaw.entry} end" for name, flaw in zip(names, [*flaws, *fixes], strict=True)
    )
    return f"case when {' or '.join(names)} then list_filter([{entries}], lambda one: one is not null) end"
