"""The library functions behind the commands: each returns a value and neither prints nor exits."""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Protocol

from pimsync.engine import Engine
from pimsync.errors import CatalogError, FeedError, PimsyncError, UsageError
from pimsync.expressions import plain
from pimsync.format import channel as channels_
from pimsync.format.plan import Plan, plan
from pimsync.format.produce import Making, Produced, Workshop, produce
from pimsync.lookups import Table
from pimsync.project import Project
from pimsync.recorder import Recorder
from pimsync.result import CatalogSummary, ChannelSummary, Group, Result
from pimsync.store import lookups
from pimsync.store.catalog import CatalogResult, read_catalog
from pimsync.store.snapshot import ROW_GROUP

STATE = ".pimsync"


class Watch(Protocol):
    """Who is told how far a run has come."""

    def stage(self, name: str, total: int | None) -> Callable[[int], None]:
        """A stage begins; what comes back is told of each further step."""


class Silent:
    """Nobody watches."""

    def stage(self, name: str, total: int | None) -> Callable[[int], None]:
        """Nothing is said."""
        return lambda step: None


def check(
    project: Project, channels: Iterable[str] = (), *, strict: bool = False, watch: Watch | None = None
) -> Result:
    """Validate the catalog and every channel's items; write no feed.

    Args:
        project: what to check (`pimsync.project.load`, `pimsync.project.of_options`).
        channels: the project's names of the channels; all of them where none is named.
    """
    return _run(project, channels, None, watch or Silent(), strict)


def build(
    project: Project,
    channels: Iterable[str] = (),
    *,
    out: Path | None = None,
    strict: bool = False,
    watch: Watch | None = None,
) -> Result:
    """Check, then write each channel's feed to `<out>/<channel>/`, and report.json and findings.parquet to `<out>`.

    A channel without a single item that is ready gets no feed, and the feed in place stays.

    Args:
        out: the folder for feeds and report; `build/` in the project where none is named.
        strict: an item with an error fails its channel, instead of being left out.
    """
    return _run(project, channels, out or project.folder / "build", watch or Silent(), strict)


def _run(project: Project, names: Iterable[str], out: Path | None, watch: Watch, strict: bool) -> Result:
    chosen = project.selected(names)
    types = {name: channels_.find(one.type, project.folder) for name, one in chosen.items()}
    if out is not None:
        _writable(out)
    with _work(project) as work, _written(out):
        found = lookups.tables(project, work / "run" / "tables")
        step = watch.stage("reading the catalog", None)
        catalog = read_catalog(
            project.catalog, project.defaults, folder=project.folder, into=work / "snapshot",
            threads=project.run.threads, memory=project.run.memory,
        )  # fmt: skip
        step(catalog.snapshot.records)
        scratch = work / "run"
        scratch.mkdir(exist_ok=True)
        with (
            _crews(project, work, catalog.snapshot.rows, len(chosen), found) as crews,
            Recorder((out or work) / "findings.parquet", [(one.file, one.first) for one in catalog.places]) as recorder,
            ExitStack() as makings,
        ):
            recorder.append(catalog.findings, [*catalog.rules])
            now, teller = _now(), crews[0][0]
            plans = [
                plan(types[name], one, project.defaults, catalog.snapshot.fields, now, teller, name)
                for name, one in chosen.items()
            ]
            shop = Workshop(catalog.snapshot, catalog.rejected, scratch, teller)
            plans = [_hooked(one, chosen[one.name].python, shop, project.folder) for one in plans]
            due = iter(zip(plans, cycle(crews[1:]), strict=False))
            under_way: deque[Making] = deque()

            def start() -> None:
                """The next channel, by the crew that is free."""
                for one, crew in islice(due, 1):
                    under_way.append(makings.enter_context(Making(one, shop, crew, encoded=out is not None)))

            for _ in crews[1:]:
                start()
            produced = []
            for one in plans:
                told = watch.stage(f"{'building' if out else 'checking'} {one.name}", catalog.snapshot.rows)
                folder = out / one.name if out else None
                making = under_way.popleft()
                produced.append(produce(making, folder, recorder, strict=strict, progress=told, made=start))
        result = _result(project, catalog, produced, recorder, out)
        if out is not None:
            _report(result, out)
        return result


def _hooked(one: Plan, functions: Sequence[str], shop: Workshop, folder: Path) -> Plan:
    """A channel's plan, with the project's own functions run."""
    if not functions:
        return one
    from pimsync.format import hooks

    found = hooks.loaded(functions, folder, one.name)
    return hooks.hooked(one, shop.source(one), found, shop.folder / f"{one.name}-mapped.parquet", shop.teller)


def _result(
    project: Project, catalog: CatalogResult, produced: list[Produced], recorder: Recorder, out: Path | None
) -> Result:
    order = {name: number for number, name in enumerate(["catalog", *(one.plan.name for one in produced)])}
    groups = [
        Group(channel, recorder.rules[channel, rule], count, tuple(recorder.examples[channel, rule]))
        for (channel, rule), count in recorder.counts.items()
    ]
    groups.sort(key=lambda group: (order[group.channel], _weight(group), -group.count, group.rule.id))
    return Result(
        catalog=CatalogSummary(
            project.catalog.source, catalog.snapshot.records, catalog.snapshot.rows - catalog.rejected,
            catalog.unreadable + catalog.rejected, catalog.left_out, catalog.folded, catalog.preset,
        ),
        channels=tuple(_summary(one) for one in produced),
        findings=tuple(group for group in groups if not group.rule.fix),
        fixes=tuple(group for group in groups if group.rule.fix),
        findings_file=recorder.path if out else None,
        out=out,
        built=out is not None,
    )  # fmt: skip


def _summary(one: Produced) -> ChannelSummary:
    plan: Plan = one.plan
    return ChannelSummary(plan.name, plan.type, plan.title, one.items, one.excluded, one.filtered, tuple(one.feed))


def _weight(group: Group) -> int:
    return ["error", "warning", "info"].index(group.rule.severity.value)


def _report(result: Result, out: Path) -> None:
    from pimsync.report.json import text

    partial = out / ".report.json.partial"
    partial.write_text(text(result), encoding="utf-8")
    partial.replace(out / "report.json")


@contextmanager
def _written(out: Path | None) -> Iterator[None]:
    """What the disk refuses, in people's words."""
    import duckdb

    try:
        yield
    except OSError as error:
        where = str(error.filename or out or tempfile.gettempdir())
        raise FeedError(f"cannot be written: {error.strerror or error}", where=where) from None
    except duckdb.IOException as error:
        raise FeedError(f"cannot be written or read: {plain(error)}", where=str(out or tempfile.gettempdir())) from None


@contextmanager
def _work(project: Project) -> Iterator[Path]:
    """The project's `.pimsync/` folder, or a temporary one where there is no project."""
    if project.file is not None:
        work = project.folder / STATE
        _writable(work)
        with _alone(work / "lock"):
            shutil.rmtree(work / "run", ignore_errors=True)
            yield work
            shutil.rmtree(work / "run", ignore_errors=True)
        return
    _sweep(Path(tempfile.gettempdir()))
    work = Path(tempfile.mkdtemp(prefix=f"pimsync-{os.getpid()}-"))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _crews(
    project: Project, work: Path, rows: int, channels: int, tables: Mapping[str, Table]
) -> Iterator[list[list[Engine]]]:
    """Ways into one engine of one thread: who asks does the work, and keeps the catalog's order while it streams.

    The first crew is one that tells of findings. A large catalog has one more, a worker for each core, which
    makes one channel after the other; a small one has a crew of one for each channel, and they work at the same time.
    """
    cores = project.run.threads or os.cpu_count() or 2
    workers = min(cores, -(-rows // ROW_GROUP))
    crews = [1, *([workers] if workers > 1 or cores == 1 else [1] * channels)]
    with Engine(
        folders=[work],
        threads=1,
        memory=project.run.memory,
        temporary=work / "spill",
        timezone=project.defaults.timezone,
        tables=tables,
    ) as engine:
        yield [[engine.another() for _ in range(size)] for size in crews]


def _sweep(folder: Path) -> None:
    """Take away what runs left here that were killed: the number in the name is the process's."""
    for left in folder.glob("pimsync-*-*"):
        owner = left.name.split("-")[1]
        if owner.isdigit() and left.is_dir() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One run at a time in a project: two would write the same files. The system lets go of the lock when a run dies."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError("another pimsync is at work in this project", where=str(path.parent)) from None
        yield


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PimsyncError(f"cannot write there: {error.strerror}", where=str(folder)) from None
    if not os.access(folder, os.W_OK):
        raise PimsyncError("cannot write there: permission denied", where=str(folder))


def _now() -> str:
    """The time of the build: PIMSYNC_NOW where it is set (for builds that must give the same bytes), else the clock."""
    given = os.environ.get("PIMSYNC_NOW") or os.environ.get("SOURCE_DATE_EPOCH")
    try:
        if given and given.isdigit():
            moment = datetime.datetime.fromtimestamp(int(given), datetime.UTC)
        else:
            moment = datetime.datetime.fromisoformat(given) if given else datetime.datetime.now(datetime.UTC)
    except ValueError:
        raise CatalogError(f"PIMSYNC_NOW is {given!r}", hint="write a time such as 2026-11-21T12:00:00+00:00") from None
    return moment.replace(microsecond=0).astimezone(datetime.UTC).isoformat()
