"""Running a project's tests: the products that they write out go through one query a channel, and so do those of the catalog."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimsync.api import Silent, Watch
from pimsync.columns import texts
from pimsync.engine import Engine, text
from pimsync.errors import ProjectError, UsageError
from pimsync.findings import Severity
from pimsync.format import channel as channels_
from pimsync.format.channel import ChannelType
from pimsync.format.workshop import Workshop
from pimsync.project import Input, Project
from pimsync.projecttests.cases import Case, cases
from pimsync.store import lookups
from pimsync.store.catalog import Between, manner_of, read_catalog
from pimsync.store.columns import arranged
from pimsync.store.origin import Origin, origins
from pimsync.store.query import query
from pimsync.store.rules import RULES
from pimsync.store.snapshot import ROW_GROUP, Snapshot
from pimsync.store.sources import File
from pimsync.store.sources.parquet import parquet
from pimsync.tracing.follower import Follower
from pimsync.tracing.item import Item
from pimsync.words import closest, shown
from pimsync.workplace import at_work, moment, prepared, written

_COUNTING = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True)
class Outcome:
    """What came of a test: what was not as expected, a sentence each; nothing where it passed."""

    case: Case
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.failures


@dataclass(frozen=True)
class Tested:
    """The outcome of every test, in the order of the files, and the seconds that they took together."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def failed(self) -> int:
        """How many did not pass."""
        return sum(not one.passed for one in self.outcomes)


@dataclass(frozen=True)
class _Seen:
    """What became of a test's product: its item, or None where no channel gets it, and what the catalog's rules say.

    `there` is false where the catalog has no record of it.
    """

    item: Item | None
    findings: frozenset[str]
    why: str = ""
    there: bool = True


def run(project: Project, only: str | None = None, *, watch: Watch | None = None) -> Tested:
    """Run a project's tests.

    Args:
        only: the tests whose name or file has this in it.

    Raises:
        PimsyncError: a test's file is wrong, or the project is.
    """
    began = time.monotonic()
    wanted = only.casefold() if only else ""
    chosen = [case for case in cases(project) if wanted in f"{case.file} {case.name}".casefold()]
    if not chosen:
        raise UsageError(f"no test has {only!r} in its name or its file")
    types = {name: channels_.find(project.channels[name].type, project.folder) for name in _channels(chosen)}
    seen: dict[int, _Seen] = {}
    with at_work(project) as work, written(None):
        tables = lookups.tables(project, work / "run" / "tables")
        (work / "run").mkdir(exist_ok=True)
        with prepared(project, work, tables, types.values()) as engine:
            mine = [(n, case) for n, case in enumerate(chosen) if case.texts is not None]
            theirs = [(n, case) for n, case in enumerate(chosen) if case.sku is not None]
            followers: dict[str, Follower] = {}
            if mine:
                seen |= _written_out(mine, project, types, engine, work / "run", followers)
            if theirs:
                seen |= _of_catalog(theirs, project, types, engine, work, watch or Silent(), followers)
            known = {name: _Known(one) for name, one in followers.items()}
    outcomes = [Outcome(case, tuple(_failures(case, seen[n], known[case.channel]))) for n, case in enumerate(chosen)]
    return Tested(tuple(outcomes), time.monotonic() - began)


def _channels(chosen: Sequence[Case]) -> list[str]:
    return [*dict.fromkeys(case.channel for case in chosen)]


def _written_out(
    mine: Sequence[tuple[int, Case]],
    project: Project,
    types: Mapping[str, ChannelType],
    engine: Engine,
    work: Path,
    followers: dict[str, Follower],
) -> dict[int, _Seen]:
    """What becomes of the products that tests write out; each is read as a record of the catalog's fields would be."""
    import json

    snapshot = _snapshot([case for _, case in mine], project, engine, work)
    table = f"read_parquet({text(str(snapshot.products))}, file_row_number = true)"
    problems: dict[int, frozenset[str]] = {
        row: frozenset(one["rule"] for one in json.loads(listed or "[]"))
        for row, listed in engine.rows(f"select file_row_number, to_json(problems) from {table}")
    }
    shop = Workshop(snapshot, 0, work, engine)
    seen: dict[int, _Seen] = {}
    for name in _channels([case for _, case in mine]):
        rows = {row: number for row, (number, case) in enumerate(mine) if case.channel == name}
        follower = Follower(name, project.channels[name], types[name], project, shop, moment())
        made = follower.items([*rows], alone=True)
        followers[name] = follower
        seen |= {n: _Seen(made.get(row), _counting(problems[row]), "the catalog refuses it") for row, n in rows.items()}
    return seen


def _snapshot(chosen: Sequence[Case], project: Project, engine: Engine, work: Path) -> Snapshot:
    """Products as a snapshot: every field in a column of its name, read in the manner of the project's catalog."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    products = [{**(case.texts or {}), **case.others} for case in chosen]
    names = dict.fromkeys(["sku", *(name for product in products for name in product)])
    others = {name for case in chosen for name in case.others}
    given, path = work / "tests.parquet", work / "tested.parquet"
    columns = [texts(product.get(name) for product in products) for name in names]
    pq.write_table(pa.Table.from_arrays(columns, names=[*names]), given)
    source = parquet(File(given, "tests", work), Input(source=str(given)))
    sql, fields = query(
        source, arranged(source, {}, engine, "tests", leave=others), manner_of(project.catalog, project.defaults)
    )
    engine.run(f"copy (\n{sql}\n) to {text(str(path))} (format parquet, row_group_size {ROW_GROUP})")
    return Snapshot(path, len(products), len(products), fields)


def _of_catalog(
    theirs: Sequence[tuple[int, Case]],
    project: Project,
    types: Mapping[str, ChannelType],
    engine: Engine,
    work: Path,
    watch: Watch,
    followers: dict[str, Follower],
) -> dict[int, _Seen]:
    """What becomes of products of the catalog, among all others."""
    found: dict[str, Origin] = {}
    skus = [*dict.fromkeys(case.sku for _, case in theirs if case.sku is not None)]

    def look(between: Between, reader: Engine) -> None:
        found.update(origins(between, reader, skus))

    step = watch.stage("reading the catalog", None)
    catalog = read_catalog(
        project.catalog, project.defaults, folder=project.folder, into=work / "snapshot",
        threads=project.run.threads, memory=project.run.memory, look=look,
    )  # fmt: skip
    step(catalog.snapshot.records)
    shop = Workshop(catalog.snapshot, catalog.rejected, work / "run", engine)
    seen: dict[int, _Seen] = {}
    for name in _channels([case for _, case in theirs]):
        follower = Follower(name, project.channels[name], types[name], project, shop, moment())
        mine = [(number, found[case.sku or ""]) for number, case in theirs if case.channel == name]
        made = follower.items([*{one.row for _, one in mine if one.row is not None}])
        followers[name] = follower
        for number, one in mine:
            item = made.get(one.row) if one.row is not None else None
            seen[number] = _Seen(
                item, _counting({finding.rule for finding in one.findings}), _why(one), one.state != "unknown"
            )
    return seen


def _why(one: Origin) -> str:
    """Why a product of the catalog has no item."""
    if one.state == "unknown":
        return f"the catalog has no such sku{f'; the nearest is {one.near[0]}' if one.near else ''}"
    errors = [finding for finding in one.findings if finding.severity == Severity.ERROR]
    if errors:
        return f"{errors[0].rule}: {shown(errors[0].message, 120)}"
    return shown(one.findings[0].message, 120) if one.findings else "the catalog refuses it"


def _counting(rules: frozenset[str] | set[str]) -> frozenset[str]:
    """The errors and warnings among the catalog's rules."""
    return frozenset(
        rule for rule in rules if rule in RULES and not RULES[rule].fix and RULES[rule].severity in _COUNTING
    )


class _Known:
    """The names that a test of a channel may use."""

    def __init__(self, follower: Follower) -> None:
        from pimsync import knowledge

        self.title = follower.type.definition.name
        self.attributes = {*follower.type.attributes, *(one.name for one in follower.mapping.attributes)}
        self.has = follower.type.attribute_schema
        self.rules = {*RULES, *(rule.id for rule in follower.plan.rules if not rule.fix)}
        self.rules |= {rule.id for rule in knowledge.rules(follower.type)}

    def see(self, case: Case) -> None:
        """See that a test names attributes and rules that there are.

        Raises:
            ProjectError: one that is not there, with the nearest.
        """
        for name in [*case.test.item, *case.test.absent]:
            if name not in self.attributes and self.has(name) is None:
                near = closest(name, self.attributes)
                hint = f"did you mean `{near}`?" if near else None
                raise ProjectError(f"{self.title} has no attribute `{name}`", where=case.where, hint=hint)
        for rule in case.test.findings or ():
            if rule not in self.rules:
                near = closest(rule, self.rules)
                hint = f"did you mean `{near}`?" if near else None
                raise ProjectError(f"there is no rule `{rule}`", where=case.where, hint=hint)


def _failures(case: Case, seen: _Seen, known: _Known) -> Iterator[str]:
    """What is not as the test wants it."""
    known.see(case)
    wanted, item = case.test, seen.item
    if not seen.there:
        yield f"there is no item: {seen.why}"
        return
    if item is None:
        if wanted.item or wanted.absent or wanted.in_feed:
            yield f"there is no item: {seen.why}"
    else:
        yield from _values(case, item)
    yield from _in_feed(case, item)
    if wanted.findings is not None or wanted.no_findings:
        yield from _findings(case, seen)


def _in_feed(case: Case, item: Item | None) -> Iterator[str]:
    there, wanted = item is not None and item.encoded is not None, case.test.in_feed
    if wanted is None or there == wanted or (wanted and item is None):
        return
    if not wanted:
        yield "it is in the feed, and should not be"
    elif item is not None and item.copy_of is not None:
        yield f"it is not in the feed: {shown(item.copy_of)} is the same, by the project's `unique`"
    elif item is not None and not item.kept:
        yield "it is not in the feed: the project's `where` leaves it out"
    elif item is not None:
        broken = [one for one in item.verdicts if not one.passed and one.rule.severity is Severity.ERROR]
        said = "; ".join(f"{one.rule.id}: {shown(one.message or '', 120)}" for one in broken)
        yield f"it is not in the feed: {said}"


def _values(case: Case, item: Item) -> Iterator[str]:
    """The attributes that are not as expected."""
    for name, wanted in case.test.item.items():
        got = item.values.get(name)
        if not _same(wanted, got):
            yield f"{name}: expected {_shown(wanted)}, got {_shown(got)}"
    for name in case.test.absent:
        if item.values.get(name) not in (None, ""):
            yield f"{name}: expected nothing, got {_shown(item.values[name])}"


def _same(wanted: Any, got: Any) -> bool:
    """Whether a value is the expected one: a list of one counts as its element, a number as its text, a gap as none."""
    match wanted, got:
        case [one], _ if not isinstance(got, list):
            return _same(one, got)
        case _, [one] if not isinstance(wanted, list):
            return _same(wanted, one)
        case dict(), dict():
            there = {name: value for name, value in got.items() if value is not None}
            return wanted.keys() == there.keys() and all(_same(value, there[name]) for name, value in wanted.items())
        case list(), list():
            return len(wanted) == len(got) and all(map(_same, wanted, got))
        case "", None:
            return True
        case datetime.date(), str():
            return wanted.isoformat() == got
        case str(), int() | float():
            return wanted == _text(got)
    return bool(wanted == got)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str:
    import json

    if value is None:
        return "nothing"
    return (
        f"“{shown(value, 200)}”"
        if isinstance(value, str)
        else shown(json.dumps(value, ensure_ascii=False, default=str), 200)
    )


def _findings(case: Case, seen: _Seen) -> Iterator[str]:
    """The findings that are missing, and those that nobody expects."""
    wanted = {*(case.test.findings or ())}
    failed = [] if seen.item is None else [one for one in seen.item.verdicts if not one.passed]
    said = {one.rule.id: one.message or "" for one in failed if one.rule.severity in _COUNTING}
    got = {*said, *seen.findings}
    for rule in sorted(wanted - got):
        yield f"finding expected, and not there: {rule}"
    for rule in sorted(got - wanted):
        yield f"finding not expected: {rule}{f' ({shown(said[rule], 120)})' if said.get(rule) else ''}"
