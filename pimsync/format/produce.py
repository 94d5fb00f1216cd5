"""One channel's items: judged, and (in a build) written."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pimsync.engine import Engine, text
from pimsync.format import query
from pimsync.format.chunk import Chunk, cut, stream
from pimsync.format.feed import FeedFile, FeedWriter
from pimsync.format.ledger import Ledger
from pimsync.format.plan import Plan
from pimsync.format.query import Crossing
from pimsync.format.workshop import FEW, Workshop, worded
from pimsync.recorder import Recorder
from pimsync.store.snapshot import ROW_GROUP

if TYPE_CHECKING:
    pass

#: How many items are looked at together for rules across items.
GROUPED = 200_000
#: How many chunks a worker makes ahead of the writer.
AHEAD = 4

Progress = Callable[[int], None]


@dataclass
class Produced:
    """What became of the products in one channel."""

    plan: Plan
    items: int = 0
    excluded: int = 0
    filtered: int = 0
    feed: list[FeedFile] = field(default_factory=list)


class Making:
    """A channel's items, being made from the moment this exists, by a crew of one engine a worker."""

    def __init__(self, plan: Plan, shop: Workshop, crew: Sequence[Engine], *, encoded: bool) -> None:
        self.plan, self.shop, self.crew = plan, shop, crew
        self._encoded = encoded
        self.chunks = Ahead(self._chunks())

    def _chunks(self) -> Generator[Chunk]:
        found = crossing(self.plan, self.shop, self.crew[0])
        yield from _in_order(self.plan, self.shop, self.crew, found, encoded=self._encoded)

    def __enter__(self) -> Making:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.chunks.close()


def produce(
    making: Making,
    out: Path | None,
    recorder: Recorder,
    *,
    strict: bool = False,
    progress: Progress | None = None,
    made: Callable[[], None] = lambda: None,
) -> Produced:
    """Take the items of a channel as they are made; with a folder to write to, make its feed.

    Args:
        out: where the feed goes; without one the items are only judged.
        strict: an item that is left out for an error keeps the whole feed from being put in place.
        progress: is told how many more products have been looked at.
        made: is called when the crew is free.
    """
    plan, shop = making.plan, making.shop
    produced, ledger = Produced(plan), Ledger(plan, shop)
    writing = FeedWriter(out, plan.file, plan.encoder, plan.max_bytes, plan.max_items) if out else nullcontext()
    with worded(plan, shop), writing as writer:
        for chunk in making.chunks:
            ledger.take(chunk)
            produced.items += len(chunk) - chunk.items.null_count
            if writer:
                writer.write(chunk.items.drop_null(), chunk.keys.filter(chunk.items.is_valid()))
            if progress:
                progress(len(chunk))
        made()
        produced.filtered = ledger.filtered
        produced.excluded = ledger.products - produced.items - produced.filtered
        ledger.record(recorder)
        if writer and not (strict and (produced.excluded or shop.rejected)):
            produced.feed = writer.place()
    return produced


def _in_order(
    plan: Plan, shop: Workshop, crew: Sequence[Engine], crossing: Crossing, *, encoded: bool
) -> Generator[Chunk]:
    """The chunks in the catalog's order, a row group each, made by one worker an engine.

    Worker n makes the row groups n, n + workers, …; each is a few chunks ahead at the most, so that memory stays flat.
    """
    of, few = len(crew), shop.snapshot.rows <= FEW
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                closing(
                    Ahead(stream(plan, shop.source(plan, (number, of)), crossing, engine, encoded=encoded, few=few))
                )
            )
            for number, engine in enumerate(crew)
        ]
        waiting: list[Chunk | None] = [None] * of
        for group in range(-(-shop.snapshot.rows // ROW_GROUP)):
            worker, end = group % of, (group + 1) * ROW_GROUP
            while (chunk := waiting[worker] or next(workers[worker], None)) is not None:
                now, waiting[worker] = cut(chunk, end)
                if len(now):
                    yield now
                if waiting[worker]:
                    break


class Ahead:
    """The same chunks, made on a thread of their own, from now on, while the ones before are written."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._made: queue.Queue[Chunk | BaseException | None] = queue.Queue(AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        one = self._made.get()
        if one is None:
            self._made.put(None)
            raise StopIteration
        if isinstance(one, BaseException):
            raise one
        return one

    def close(self) -> None:
        """Make no more, and wait for what is under way."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for chunk in self._chunks:
                if not self._put(chunk):
                    break
            self._put(None)
        except BaseException as error:
            self._put(error)
        finally:
            if isinstance(self._chunks, Generator):
                self._chunks.close()

    def _put(self, one: Chunk | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._made.put(one, timeout=0.05)
                return True
            except queue.Full:
                continue
        return False


def crossing(plan: Plan, shop: Workshop, engine: Engine) -> Crossing:
    """Find, before the items are made, which groups of items break a rule across items, and which keys come twice."""
    source, groups = shop.source(plan), {}
    attributes = dict.fromkeys(one.attribute for one in plan.across if not one.counted)
    for number, attribute in enumerate(attributes):
        found = _groups(plan, shop, engine, attribute, shop.folder / f"{plan.name}-groups-{number}")
        if found:
            groups[attribute] = found
    path = shop.folder / f"{plan.name}-duplicates.parquet"
    twice = any(one.counted for one in plan.across) and _copied(query.duplicates(plan, source), path, engine)
    return Crossing(groups, str(path) if twice else None)


def _groups(plan: Plan, shop: Workshop, engine: Engine, attribute: str, path: Path) -> str | None:
    """The groups of items that share an attribute and break a rule: found part by part, so that memory stays flat."""
    parts = -(-shop.snapshot.rows // GROUPED)
    members = f"{path}-members.parquet"
    if not _copied(query.members(plan, shop.source(plan), attribute, parts), Path(members), engine):
        return None
    found = sum(
        _copied(query.groups(plan, members, attribute, part), Path(f"{path}-{part}.parquet"), engine)
        for part in range(parts)
    )
    Path(members).unlink()
    return f"{path}-*.parquet" if found else None


def _copied(sql: str, path: Path, engine: Engine) -> int:
    """Put a query's result into a file; how many rows there are."""
    return int(engine.value(f"copy ({sql}) to {text(str(path))} (format parquet)"))
