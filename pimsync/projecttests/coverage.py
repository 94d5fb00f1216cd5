"""Which of a project's own rules never matter to its catalog: filters, branches, lookups, supplements, what is ignored."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pimsync.api import Silent, Watch, hooked
from pimsync.engine import Engine, ident, text
from pimsync.format import channel as channels_
from pimsync.format import query
from pimsync.format.chunk import stream
from pimsync.format.produce import crossing
from pimsync.format.unique import without_copies
from pimsync.format.workshop import Workshop, worded
from pimsync.lookups import RATES, Table
from pimsync.project import Channel, Project, Rules
from pimsync.projecttests.branches import Branch, Parsed
from pimsync.store import lookups
from pimsync.store.catalog import Between, read_catalog
from pimsync.store.settled import Supplement, bringing, key_of
from pimsync.tracing.follower import Follower
from pimsync.words import count
from pimsync.workplace import at_work, moment, prepared, written

#: How many keys of a table are named.
_KEYS = 10


@dataclass(frozen=True)
class Gap:
    """A rule of the project that nothing in the catalog meets: `kind` of rule, where it stands, its words, and what it lacks."""

    kind: str
    where: str
    what: str
    says: str


@dataclass(frozen=True)
class Coverage:
    """How many rules were looked at, over how many products, and those that never matter."""

    looked: int
    products: int
    gaps: tuple[Gap, ...]


@dataclass
class _Found:
    """What has been looked at so far."""

    looked: int = 0
    gaps: list[Gap] = field(default_factory=list)

    def add(self, met: object, kind: str, where: str, what: str, says: str) -> None:
        """A rule that was looked at; it is a gap where nothing meets it."""
        self.looked += 1
        if not met:
            self.gaps.append(Gap(kind, where, what, says))


def covered(project: Project, *, watch: Watch | None = None) -> Coverage:
    """Hold every rule of a project against its catalog.

    Raises:
        PimsyncError: the project is wrong, or the catalog cannot be read.
    """
    chosen = project.channels
    types = {name: channels_.find(one.type, project.folder) for name, one in chosen.items()}
    found = _Found()
    with at_work(project) as work, written(None):
        tables = lookups.tables(project, work / "run" / "tables")
        step = (watch or Silent()).stage("reading the catalog", None)
        catalog = read_catalog(
            project.catalog, project.defaults, folder=project.folder, into=work / "snapshot",
            threads=project.run.threads, memory=project.run.memory, look=_Sources(project, found),
        )  # fmt: skip
        step(catalog.snapshot.records)
        (work / "run").mkdir(exist_ok=True)
        with prepared(project, work, tables, types.values()) as engine:
            shop = Workshop(catalog.snapshot, catalog.rejected, work / "run", engine)
            seen: dict[str, set[str] | None] = {}
            for name, one in chosen.items():
                follower = Follower(
                    name, one.model_copy(update={"rules": Rules()}), types[name], project, shop, moment()
                )
                with worded(follower.plan, shop):
                    _channel(follower, one, shop, engine, found, seen)
            _tables(project, tables, seen, found)
    return Coverage(found.looked, catalog.snapshot.rows - catalog.rejected, tuple(found.gaps))


class _Sources:
    """Looks at what the project says of the sources, while they are there."""

    def __init__(self, project: Project, found: _Found) -> None:
        self.project, self.found = project, found

    def __call__(self, between: Between, engine: Engine) -> None:
        """Branches of `[catalog.columns]`, and columns of supplements."""
        pieces = [between.products.main, *(one.piece for one in between.supplements)]
        for number, (given, piece) in enumerate(zip(between.sources, pieces, strict=True)):
            table = f"[[catalog.supplement]] {given.name}, columns." if number else "[catalog.columns] "
            places = {f"pimsync.toml, {table}{name}": sql for name, sql in given.way.columns.items()}
            branches = [(where, one) for where, sql in places.items() for one in Parsed(sql, engine).branches()]
            if branches and piece.source:
                counted = [f"count_if(try({one.taken}))" for _, one in branches]
                [taken] = engine.rows(f"select {', '.join(counted)} from ({piece.source.relation})")
                _branches(self.found, branches, taken)
        if between.supplements:
            self._supplements(between, engine)

    def _supplements(self, between: Between, engine: Engine) -> None:
        """Which columns of supplements win for no product."""
        main, supplements = between.products.main, between.supplements
        joins, counted, names = "", [], []
        for number, one in enumerate(supplements):
            alias = f"s{number}"
            last = f"qualify row_number() over (partition by {key_of(one.key, 't')} order by file_row_number desc) = 1"
            table = f"read_parquet({text(str(one.piece.path))}, file_row_number = true) t"
            joins += (
                f"\nleft join (select t.* from {table} where {ident(one.key)} is not null {last}) {alias}"
                f" on {key_of(one.key, alias)} = {key_of(one.key, 'm')}"
            )
            for name in _fields(one):
                later = [_says(name, other, f"s{n}") for n, other in enumerate(supplements) if n > number]
                overruled = " or ".join(one for one in later if one) or "false"
                counted.append(f"count_if({_says(name, one, alias)} and not coalesce({overruled}, false))")
                names.append((one, name))
        if not counted:
            return
        [won] = engine.rows(f"select {', '.join(counted)} from read_parquet({text(str(main.path))}) m{joins}")
        for (one, name), times in zip(names, won, strict=True):
            where = f"pimsync.toml, [[catalog.supplement]] {one.piece.name}"
            self.found.add(times, "supplement", where, _called(name), "no product takes this from the supplement")


def _fields(one: Supplement) -> list[str]:
    """What a supplement fills by columns of its own; an attribute that is no field as `attributes: name`."""
    own = {column.name for column in one.piece.columns.columns}
    return [
        *(name for name in one.fields if name in own),
        *(f"attributes: {name}" for name in one.piece.columns.attributes),
    ]


def _called(name: str) -> str:
    return f"attributes[{text(name.removeprefix('attributes: '))}]" if name.startswith("attributes: ") else name


def _says(name: str, one: Supplement, alias: str) -> str:
    """The SQL of whether a supplement says something of a field; empty where it never does."""
    if name not in _fields(one):
        return ""
    if name.startswith("attributes: "):
        return f"{alias}.attributes[{text(name.removeprefix('attributes: '))}] is not null"
    brought = [f"{alias}.{ident(other)} is not null" for other in bringing(name, one.fields)]
    said = f"{alias}.{ident(name)} is not null"
    return f"({said} and ({' or '.join(brought)}))" if brought else said


def _channel(
    follower: Follower,
    given: Channel,
    shop: Workshop,
    engine: Engine,
    found: _Found,
    seen: dict[str, set[str] | None],
) -> None:
    """A channel's filter, the branches of its expressions, and its attributes."""
    table = f"pimsync.toml, [channels.{follower.name}"
    mine = {f"{table}] where": given.where} if given.where else {}
    mine |= {f"{table}] unique": given.unique} if given.unique else {}
    mine |= {f"{table}.map] {name}": sql for name, sql in given.map.items()}
    parsed = {where: Parsed(sql, engine) for where, sql in mine.items()}
    branches = [(where, one) for where, tree in parsed.items() for one in tree.branches()]
    kept = f"coalesce({follower.mapping.where}, false)" if follower.mapping.where else "true"
    source = f"(select *, {kept} as _kept from ({shop.source(follower.plan)}))"
    inside = [f"count_if({'' if where.endswith('] where') else '_kept and '}{one.taken})" for where, one in branches]
    [(products, stay, *taken)] = engine.rows(
        f"select {', '.join(['count(*)', 'count_if(_kept)', *inside])} from {source}"
    )
    if given.where:
        says = "it leaves no product out" if stay else "it leaves every product out"
        found.add(0 < stay < products, "where", f"{table}] where", given.where, says)
    if given.unique:
        met = without_copies(follower.plan, shop) is not follower.plan
        found.add(met, "unique", f"{table}] unique", given.unique, "no two products are the same")
    _branches(found, branches, taken)
    _attributes(follower, given, shop, engine, found)
    for tree in parsed.values():
        _looked_up(tree, source, engine, seen)
    if given.rules.ignore:
        _ignored(follower, given, shop, engine, found)


def _branches(found: _Found, branches: Sequence[tuple[str, Branch]], taken: Sequence[int]) -> None:
    for (where, one), times in zip(branches, taken, strict=True):
        found.add(times, "branch", where, one.says, "no product takes this branch")


def _attributes(follower: Follower, given: Channel, shop: Workshop, engine: Engine, found: _Found) -> None:
    """The attributes that the project maps and that no product has."""
    there = [one.name for one in follower.mapping.attributes if one.name in given.map]
    filled: dict[str, int] = {}
    if there:
        items = query.followed(follower.plan, shop.source(follower.plan), [ident(name) for name in there])
        counted = ", ".join(f"count({ident(name)})" for name in there)
        [times] = engine.rows(f"select {counted} from ({items}) where kept")
        filled = dict(zip(there, times, strict=True))
    for name, sql in given.map.items():
        where = f"pimsync.toml, [channels.{follower.name}.map] {name}"
        found.add(filled.get(name), "map", where, sql, f"it never gives {name} a value")


def _looked_up(tree: Parsed, source: str, engine: Engine, seen: dict[str, set[str] | None]) -> None:
    """Note the keys that an expression looks up, by table; None for a table whose keys cannot be told."""
    calls, hidden = tree.calls()
    for call in calls:
        rows = engine.rows(f"select distinct cast({call.key} as varchar) from {source} where _kept")
        keys = seen.setdefault(call.table, set())
        if keys is not None:
            keys.update(key for (key,) in rows if key is not None)
    seen.update(dict.fromkeys(hidden))


def _tables(project: Project, tables: Mapping[str, Table], seen: Mapping[str, set[str] | None], found: _Found) -> None:
    """The keys of lookup tables that no product has."""
    for name, table in tables.items():
        keys = seen.get(name, set())
        if name == RATES or keys is None:
            continue
        where, met = f"pimsync.toml, [lookups.{name}]", {table.key(key) for key in keys}
        if name not in seen:
            found.add(False, "lookup", where, project.lookups[name].source, "no channel looks anything up in it")
            continue
        unmet = [key for key in table.values if key not in met]
        found.looked += len(table.values) - (1 if unmet else 0)
        if unmet or not table.values:
            more = f" and {len(unmet) - _KEYS:,} more" if len(unmet) > _KEYS else ""
            says = f"{count(len(unmet), 'key')} of {len(table.values):,} that no product has"
            found.add(False, "lookup", where, ", ".join(unmet[:_KEYS]) + more, says)


def _ignored(follower: Follower, given: Channel, shop: Workshop, engine: Engine, found: _Found) -> None:
    """The rules that a project ignores although nothing breaks them, or although there are none of that name."""
    broken = dict(_counts(follower, given, shop, engine))
    for pattern in given.rules.ignore:
        where = f"pimsync.toml, [channels.{follower.name}.rules] ignore"
        mine = [times for rule, times in broken.items() if fnmatch.fnmatchcase(rule, pattern)]
        says = "no product breaks it" if mine else f"no rule of {follower.type.definition.name} is called so"
        found.add(sum(mine), "ignore", where, pattern, says)


def _counts(follower: Follower, given: Channel, shop: Workshop, engine: Engine) -> Iterator[tuple[str, int]]:
    """How many products break each rule of a channel, nothing ignored."""
    plan = hooked(without_copies(follower.plan, shop), given.python, shop, follower.folder)
    across, rules = crossing(plan, shop, engine), plan.rules
    times = [0] * len(rules)
    for chunk in stream(plan, shop.source(plan), across, engine, encoded=False):
        kept = ~chunk.broken[:, -1]
        times = [n + int(more) for n, more in zip(times, (chunk.broken & kept[:, None]).sum(axis=0), strict=False)]
    totals: dict[str, int] = {}
    for rule, n in zip(rules, times, strict=True):
        if not rule.fix:
            totals[rule.id] = totals.get(rule.id, 0) + n
    yield from totals.items()
