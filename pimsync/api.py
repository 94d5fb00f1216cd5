"""The library functions behind the commands: each returns a value and neither prints nor exits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from itertools import cycle
from pathlib import Path
from typing import Protocol

from pimsync.format import channel as channels_
from pimsync.format.plan import Plan, plan
from pimsync.format.produce import Making, Produced, produce
from pimsync.format.unique import without_copies
from pimsync.format.workshop import Workshop, worded
from pimsync.project import Project
from pimsync.recorder import Recorder
from pimsync.result import CatalogSummary, ChannelSummary, Group, Result
from pimsync.store import lookups
from pimsync.store.catalog import CatalogResult, read_catalog
from pimsync.workplace import MANY, at_work, crews, moment, prepared, writable, written


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
        writable(out)
    with at_work(project) as work, written(out), ThreadPoolExecutor(1) as beside:
        found = lookups.tables(project, work / "run" / "tables")
        opening = beside.submit(prepared, project, work, found, types.values())
        step = watch.stage("reading the catalog", None)
        catalog = read_catalog(
            project.catalog, project.defaults, folder=project.folder, into=work / "snapshot",
            threads=project.run.threads, memory=project.run.memory, tables=found,
        )  # fmt: skip
        step(catalog.snapshot.records)
        scratch = work / "run"
        scratch.mkdir(exist_ok=True)
        rows = catalog.snapshot.rows
        with (
            opening.result() as first,
            prepared(project, work, found, (), rows) if rows >= MANY else nullcontext(first) as engine,
            Recorder((out or work) / "findings.parquet", [(one.file, one.first) for one in catalog.places]) as recorder,
            ExitStack() as makings,
        ):
            recorder.append(catalog.findings, [*catalog.rules])
            now, teller, hands = moment(), engine.another(), crews(engine, project, rows, len(chosen))
            shop = Workshop(catalog.snapshot, catalog.rejected, scratch, teller)
            turns, waiting = cycle(hands), deque[Plan]()
            under_way: deque[Making] = deque()

            def start() -> None:
                """The next channel, by the crew that is free."""
                if waiting:
                    making = Making(waiting.popleft(), shop, next(turns), encoded=out is not None)
                    under_way.append(makings.enter_context(making))

            plans = []
            for name, channel in chosen.items():
                planned = plan(types[name], channel, project.defaults, catalog.snapshot.fields, now, teller, name)
                with worded(planned, shop):
                    planned = without_copies(planned, shop)
                    plans.append(hooked(planned, channel.python, shop, project.folder))
                waiting.append(plans[-1])
                if len(under_way) < len(hands):
                    start()
            produced = []
            for one in plans:
                told = watch.stage(f"{'building' if out else 'checking'} {one.name}", rows)
                folder = out / one.name if out else None
                making = under_way.popleft()
                produced.append(produce(making, folder, recorder, strict=strict, progress=told, made=start))
        result = _result(project, catalog, produced, recorder, out)
        if out is not None:
            _report(result, out)
        return result


def hooked(one: Plan, functions: Sequence[str], shop: Workshop, folder: Path) -> Plan:
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
            catalog.name, catalog.snapshot.records, catalog.snapshot.rows - catalog.rejected,
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
