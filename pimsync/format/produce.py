"""One channel's items: judged, and (in a build) written."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pimsync.columns import numbers as numbers_
from pimsync.columns import texts, values
from pimsync.engine import Engine, text
from pimsync.errors import ProjectError
from pimsync.expressions import plain
from pimsync.findings import Rule, filtered
from pimsync.format import query, unique
from pimsync.format.chunk import ROWS, Chunk, cut, stream, words
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
AHEAD = 4

#: How many products are so few that it costs more to plan a query twice than to copy its result.
FEW = 2048

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
    """Where the work is done: the snapshot, a folder for what is in between, and an engine that tells what was found."""

    snapshot: Snapshot
    rejected: int
    folder: Path
    teller: Engine

    def source(self, plan: Plan, share: tuple[int, int] = (0, 1), only: str | None = None) -> str:
        """The SELECT of the products that a channel looks at."""
        if plan.mapped:
            return plan.scope.mapped(plan.mapped, share=share, only=only)
        without = str(self.snapshot.duplicates) if self.snapshot.duplicates else None
        return plan.scope.products(str(self.snapshot.products), share=share, without=without, only=only)


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
    produced, ledger = Produced(plan), _Ledger(plan, shop)
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


class _Ledger:
    """Which products of a channel break which rules: numbers while the items are made, values and sentences after."""

    def __init__(self, plan: Plan, shop: Workshop) -> None:
        import numpy as np

        self.plan, self.shop = plan, shop
        self.rules: list[Rule] = [*plan.rules, filtered(plan.type), unique.rule(plan.type)]
        self.counts: NDArray[np.int64] = np.zeros(len(plan.rules) + 1, dtype=np.int64)
        self.products = 0
        self._rows: list[NDArray[np.int64]] = []
        self._broken: list[NDArray[np.int64]] = []
        self._plain: list[tuple[int, NDArray[np.int64]]] = []

    @property
    def filtered(self) -> int:
        """How many products the filter left out, copies of others among them."""
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
        some = broken[:, :told].any(axis=1)
        self._rows.append(rows[some])
        self._broken.append(words(broken[some, :told]))
        for number in range(told, broken.shape[1]):
            if broken[:, number].any():
                self._plain.append((number, rows[broken[:, number]]))

    def record(self, recorder: Recorder) -> None:
        """Find the values and the sentences of what was broken, and hand them on."""
        import numpy as np

        self._record_copies(recorder)
        for number, rows in self._without_copies():
            sentence = self.rules[number].message or "is not what the channel takes"
            same = numbers_(np.zeros(len(rows), dtype=np.int64))
            events = [numbers_(np.full(len(rows), number)), texts([None]).take(same), texts([sentence]).take(same)]
            self._hand(recorder, rows, _skus(self.shop.snapshot, rows, self.shop.teller), *events)
        numbers = np.flatnonzero(self.counts[: len(self.plan.judgements)])
        if len(numbers):
            told = self.shop.folder / f"{self.plan.name}-told.parquet"
            note(told, np.concatenate(self._rows), np.concatenate(self._broken))
            for start in range(0, len(numbers), TOLD):
                for batch in self._details(str(told), numbers[start : start + TOLD].tolist()):
                    lists = batch.column("events")
                    parents, flat = lists.value_parent_indices(), lists.flatten()
                    rows, skus = values(batch.column("row").take(parents)), batch.column("sku").take(parents)
                    self._hand(recorder, rows, skus, flat.field("rule"), flat.field("value"), flat.field("message"))

    def _without_copies(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """What has one sentence for all; the copies, which the filter leaves out with the others, have their own."""
        import numpy as np

        one = self.plan.unique
        if one is None or one.copies is None:
            yield from self._plain
            return
        copies = values(
            self.shop.teller.arrow(f"select row from read_parquet({text(one.copies)})").column(0).combine_chunks()
        )
        for number, rows in self._plain:
            others = rows[~np.isin(rows, copies)] if number == len(self.plan.rules) else rows
            if len(others):
                yield number, others

    def _record_copies(self, recorder: Recorder) -> None:
        """Name each product that is left out because an earlier one is the same, and that one."""
        import numpy as np

        one = self.plan.unique
        if one is None or one.copies is None:
            return
        found = f"select row, sku, value, {one.says('first')} as message from read_parquet({text(one.copies)})"
        for batch in self.shop.teller.stream(found, ROWS, few=self.shop.snapshot.rows <= FEW):
            numbers = numbers_(np.full(batch.num_rows, len(self.rules) - 1))
            self._hand(recorder, values(batch["row"]), batch["sku"], numbers, batch["value"], batch["message"])

    def _details(self, told: str, numbers: list[int]) -> Iterator[pa.RecordBatch]:
        sql = query.details(self.plan, self.shop.source(self.plan, only=told), told, numbers)
        yield from self.shop.teller.stream(sql, ROWS, few=self.shop.snapshot.rows <= FEW)

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

        records = numbers_(self.shop.snapshot.record_numbers(rows))
        texts = [one.cast(pa.string()) for one in (skus, values, messages)]
        recorder.add(self.plan.name, self.rules, numbers, texts[0], records, *texts[1:])


def note(path: Path, rows: NDArray[np.int64], broken: NDArray[np.int64]) -> None:
    """Write down which products break which rules, for the query that tells of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"row": rows} | {f"broken{number}": word for number, word in enumerate(broken.T)}
    pq.write_table(pa.Table.from_arrays([*map(numbers_, columns.values())], names=[*columns]), path)


def _skus(snapshot: Snapshot, rows: Any, engine: Engine) -> pa.Array:
    """The skus of some rows of the snapshot, in their order."""
    import pyarrow as pa

    first, last = int(rows.min()), int(rows.max())
    table = engine.arrow(
        f"select sku from read_parquet({text(str(snapshot.products))}, file_row_number = true)"
        f" where file_row_number between {first} and {last}"
    )
    return table.column("sku").cast(pa.string()).combine_chunks().take(numbers_(rows - first))


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


@contextmanager
def worded(plan: Plan, shop: Workshop) -> Iterator[None]:
    """What the engine cannot do, in people's words."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise ProjectError(
            f"the memory limit of {shop.teller.memory} is too small for this catalog",
            hint="give more: --memory 2GB",
        ) from None
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
        raise ProjectError(
            f"an expression of channel {plan.name!r} cannot be computed for every product: {plain(error)}",
            where="pimsync.toml",
            hint="write try_cast(… as …) where a value is not always what it should be",
        ) from None


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
