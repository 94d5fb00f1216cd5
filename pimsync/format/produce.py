"""One channel's items: judged, and (in a build) written."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.engine import Engine, text
from pimsync.errors import ProjectError
from pimsync.expressions import plain
from pimsync.findings import Rule, filtered
from pimsync.format import query
from pimsync.format.chunk import Chunk, cut, stream
from pimsync.format.feed import FeedFile, FeedWriter
from pimsync.format.plan import Plan
from pimsync.format.query import Crossing
from pimsync.recorder import Recorder
from pimsync.store.snapshot import ROW_GROUP, Snapshot

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

#: How many items are looked at together for rules across items.
GROUPED = 200_000
#: How many rules are told of in one query: each takes memory for its value and its sentence.
TOLD = 24
#: How many chunks a worker makes ahead of the writer.
AHEAD = 2

Progress = Callable[[int], None]


@dataclass
class Produced:
    """What became of the products in one channel."""

    plan: Plan
    items: int = 0
    excluded: int = 0
    filtered: int = 0
    feed: list[FeedFile] = field(default_factory=list)


@dataclass(frozen=True)
class Workshop:
    """Where the work is done: the snapshot, a folder for what is in between, and one engine a worker."""

    snapshot: Snapshot
    rejected: int
    folder: Path
    engines: Sequence[Engine]

    def source(self, plan: Plan, share: tuple[int, int] = (0, 1), only: str | None = None) -> str:
        """The SELECT of the products that a channel looks at."""
        without = str(self.snapshot.duplicates) if self.snapshot.duplicates else None
        return plan.scope.products(str(self.snapshot.products), share=share, without=without, only=only)


def produce(
    plan: Plan,
    shop: Workshop,
    out: Path | None,
    recorder: Recorder,
    *,
    strict: bool = False,
    progress: Progress | None = None,
) -> Produced:
    """Make the items of a channel; with a folder to write to, make its feed too.

    Args:
        out: where the feed goes; without one the items are only judged.
        strict: an item that is left out for an error keeps the whole feed from being put in place.
        progress: is told how many more products have been looked at.
    """
    produced, ledger = Produced(plan), _Ledger(plan, shop)
    with (
        _said(plan, shop),
        FeedWriter(out, plan.file, plan.encoder, plan.max_bytes, plan.max_items) if out else nullcontext() as writer,
    ):
        crossing = _across(plan, shop)
        with closing(_in_order(plan, shop, crossing, encoded=out is not None)) as chunks:
            for chunk in chunks:
                ledger.take(chunk)
                produced.items += len(chunk) - chunk.items.null_count
                if writer:
                    writer.write(chunk.items.drop_null(), chunk.keys.filter(chunk.items.is_valid()))
                if progress:
                    progress(len(chunk))
        produced.filtered = ledger.filtered
        produced.excluded = ledger.products - produced.items - produced.filtered
        ledger.record(crossing, recorder)
        if writer and not (strict and (produced.excluded or shop.rejected)):
            produced.feed = writer.place()
    return produced


class _Ledger:
    """Which products of a channel break which rules: numbers while the items are made, values and sentences after."""

    def __init__(self, plan: Plan, shop: Workshop) -> None:
        import numpy as np

        self.plan, self.shop = plan, shop
        self.rules: list[Rule] = [*plan.rules, filtered(plan.type)]
        self.counts: NDArray[np.int64] = np.zeros(len(self.rules), dtype=np.int64)
        self.products = 0
        self._rows: list[NDArray[np.int64]] = []
        self._plain: list[tuple[int, NDArray[np.int64]]] = []

    @property
    def filtered(self) -> int:
        """How many products the filter left out."""
        return int(self.counts[-1])

    def take(self, chunk: Chunk) -> None:
        """Count a chunk, and keep which of its products have something to be told."""
        self.products += len(chunk)
        if not len(chunk.places):
            return
        rows, told = chunk.rows[chunk.places], len(self.plan.judgements)
        kept = ~chunk.broken[:, -1]
        broken = chunk.broken & kept[:, None]
        broken[:, -1] = ~kept
        self.counts += broken.sum(axis=0)
        self._rows.append(rows[broken[:, :told].any(axis=1)])
        for number in range(told, broken.shape[1]):
            if broken[:, number].any():
                self._plain.append((number, rows[broken[:, number]]))

    def record(self, crossing: Crossing, recorder: Recorder) -> None:
        """Find the values and the sentences of what was broken, and hand them on."""
        import numpy as np
        import pyarrow as pa

        for number, rows in self._plain:
            sentence = self.rules[number].message or "is not what the channel takes"
            events = [pa.repeat(number, len(rows)), pa.nulls(len(rows), pa.string()), pa.repeat(sentence, len(rows))]
            self._hand(recorder, rows, _skus(self.shop.snapshot, rows, self.shop.engines[0]), *events)
        fired = np.concatenate(self._rows) if self._rows else np.empty(0, dtype=np.int64)
        numbers = np.flatnonzero(self.counts[: len(self.plan.judgements)])
        if len(fired):
            only = self._file_of(fired)
            for start in range(0, len(numbers), TOLD):
                for batch in self._details(crossing, only, numbers[start : start + TOLD].tolist()):
                    lists = batch.column("events")
                    parents, flat = lists.value_parent_indices(), lists.flatten()
                    rows, skus = batch.column("row").take(parents).to_numpy(), batch.column("sku").take(parents)
                    self._hand(recorder, rows, skus, flat.field("rule"), flat.field("value"), flat.field("message"))

    def _file_of(self, rows: NDArray[np.int64]) -> str:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.shop.folder / f"{self.plan.name}-told.parquet"
        pq.write_table(pa.table({"row": rows}), path)
        return str(path)

    def _details(self, crossing: Crossing, only: str, numbers: list[int]) -> Iterator[pa.RecordBatch]:
        sql = query.details(self.plan, self.shop.source(self.plan, only=only), crossing, numbers)
        yield from self.shop.engines[0].stream(sql, ROW_GROUP)

    def _hand(
        self,
        recorder: Recorder,
        rows: NDArray[np.int64],
        skus: pa.Array,
        numbers: pa.Array,
        values: pa.Array,
        messages: pa.Array,
    ) -> None:
        import pyarrow as pa

        records = pa.array(self.shop.snapshot.record_numbers(rows))
        texts = [one.cast(pa.string()) for one in (skus, values, messages)]
        recorder.add(self.plan.name, self.rules, numbers, texts[0], records, *texts[1:])


def _skus(snapshot: Snapshot, rows: Any, engine: Engine) -> pa.Array:
    """The skus of some rows of the snapshot, in their order."""
    import pyarrow as pa

    first, last = int(rows.min()), int(rows.max())
    table = engine.arrow(
        f"select sku from read_parquet({text(str(snapshot.products))}, file_row_number = true)"
        f" where file_row_number between {first} and {last}"
    )
    return table.column("sku").cast(pa.string()).combine_chunks().take(pa.array(rows - first))


def _in_order(plan: Plan, shop: Workshop, crossing: Crossing, *, encoded: bool) -> Generator[Chunk]:
    """The chunks in the catalog's order, a row group each, made by one worker an engine.

    Worker n makes the row groups n, n + workers, …; each is a few chunks ahead at the most, so that memory stays flat.
    """
    of = len(shop.engines)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                closing(_ahead(stream(plan, shop.source(plan, (number, of)), crossing, engine, encoded=encoded)))
            )
            for number, engine in enumerate(shop.engines)
        ]
        waiting: list[Chunk | None] = [None] * of
        for group in range(-(-shop.snapshot.rows // ROW_GROUP)):
            worker, end = group % of, (group + 1) * ROW_GROUP
            while True:
                chunk = waiting[worker] or next(workers[worker], None)
                waiting[worker] = None
                if chunk is None:
                    break
                now, later = cut(chunk, end)
                if len(now):
                    yield now
                if len(later):
                    waiting[worker] = later
                    break


def _ahead(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """The same chunks, made on a thread of their own while the ones before are written."""
    made: queue.Queue[Chunk | BaseException | None] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def put(one: Chunk | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                made.put(one, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for chunk in chunks:
                if not put(chunk):
                    return
            put(None)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (one := made.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        stopped.set()
        thread.join()


@contextmanager
def _said(plan: Plan, shop: Workshop) -> Iterator[None]:
    """What the engine cannot do, in people's words."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise ProjectError(
            f"the memory limit of {shop.engines[0].memory} a core is too small for this catalog",
            hint="give more: --memory 2GB",
        ) from None
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
        raise ProjectError(
            f"an expression of channel {plan.name!r} cannot be computed for every product: {plain(error)}",
            where="pimsync.toml",
            hint="write try_cast(… as …) where a value is not always what it should be",
        ) from None


def _across(plan: Plan, shop: Workshop) -> Crossing:
    """Find, before the items are made, which groups of items break a rule across items, and which keys come twice."""
    source, groups = shop.source(plan), {}
    attributes = dict.fromkeys(one.attribute for one in plan.across if not one.counted)
    for number, attribute in enumerate(attributes):
        found = _groups(plan, shop, attribute, shop.folder / f"{plan.name}-groups-{number}")
        if found:
            groups[attribute] = found
    path = shop.folder / f"{plan.name}-duplicates.parquet"
    twice = any(one.counted for one in plan.across) and _copied(query.duplicates(plan, source), path, shop.engines[0])
    return Crossing(groups, str(path) if twice else None)


def _groups(plan: Plan, shop: Workshop, attribute: str, path: Path) -> str | None:
    """The groups of items that share an attribute and break a rule: found part by part, so that memory stays flat."""
    parts, engine = -(-shop.snapshot.rows // GROUPED), shop.engines[0]
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
