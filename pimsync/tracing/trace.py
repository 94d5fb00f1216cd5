"""`trace`: one product, from its record to what stands in each feed, or to the place where it was lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pimsync.api import Silent, Watch
from pimsync.engine import Engine
from pimsync.format import channel as channels_
from pimsync.format.workshop import Workshop
from pimsync.project import Project
from pimsync.store import lookups
from pimsync.store.catalog import Between, CatalogResult, read_catalog
from pimsync.store.origin import Origin, origins
from pimsync.tracing.follower import ChannelTrace, Follower
from pimsync.workplace import at_work, moment, prepared, written


@dataclass(frozen=True)
class Trace:
    """One product: where it comes from, and what became of it in each channel."""

    source: str
    preset: str | None
    products: int
    origin: Origin
    channels: tuple[ChannelTrace, ...]

    @property
    def sku(self) -> str:
        """The sku that was asked for."""
        return self.origin.sku

    @property
    def known(self) -> bool:
        """Whether the catalog has a record of it."""
        return self.origin.state != "unknown"


def trace(project: Project, sku: str, channels: Iterable[str] = (), *, watch: Watch | None = None) -> Trace:
    """Follow one product through the channels with these names, or all of them.

    Raises:
        PimsyncError: the project is wrong, or the catalog cannot be read.
    """
    [one] = traces(project, [sku], channels, watch=watch)
    return one


def traces(
    project: Project, skus: Sequence[str], channels: Iterable[str] = (), *, watch: Watch | None = None
) -> list[Trace]:
    """The same for many products, of a catalog that is read once."""
    chosen = project.selected(channels)
    types = {name: channels_.find(one.type, project.folder) for name, one in chosen.items()}
    found: dict[str, Origin] = {}

    def look(between: Between, engine: Engine) -> None:
        found.update(origins(between, engine, skus))

    with at_work(project) as work, written(None):
        tables = lookups.tables(project, work / "run" / "tables")
        step = (watch or Silent()).stage("reading the catalog", None)
        catalog = read_catalog(
            project.catalog, project.defaults, folder=project.folder, into=work / "snapshot",
            threads=project.run.threads, memory=project.run.memory, tables=tables, look=look,
        )  # fmt: skip
        step(catalog.snapshot.records)
        (work / "run").mkdir(exist_ok=True)
        with prepared(project, work, tables, types.values()) as engine:
            shop = Workshop(catalog.snapshot, catalog.rejected, work / "run", engine)
            tracers = [Follower(name, one, types[name], project, shop, moment()) for name, one in chosen.items()]
            followed = [one.followed([*found.values()]) for one in tracers]
    return [_trace(project, catalog, found[sku], [by_sku[sku] for by_sku in followed]) for sku in skus]


def _trace(project: Project, catalog: CatalogResult, origin: Origin, channels: Sequence[ChannelTrace]) -> Trace:
    products = catalog.snapshot.rows - catalog.rejected
    return Trace(project.catalog.source, catalog.preset, products, origin, tuple(channels))
