"""One channel's items, chunk by chunk: judged, and (in a build) written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.engine import Engine, text
from pimsync.expressions import plain
from pimsync.errors import ProjectError
from pimsync.findings import Rule, filtered
from pimsync.format import query
from pimsync.format.chunk import Chunk, run
from pimsync.format.feed import FeedFile, FeedWriter
from pimsync.format.plan import Plan
from pimsync.format.query import Crossing
from pimsync.recorder import Recorder
from pimsync.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of the snapshot that one chunk takes: one row group.
ROWS = 20_480

Progress = Callable[[int], None]


@dataclass
class Produced:
    """What became of the products in one channel."""

    plan: Plan
    items: int = 0
    excluded: int = 0
    filtered: int = 0
    feed: list[FeedFile] = field(default_factory=list)


def produce(
    plan: Plan, snapshot: Snapshot, work: Path, out: Path | None, engine: Engine, recorder: Recorder, progress: Progress | None = None
) -> Produced:
    """Make the items of a channel; with a folder to write to, make its feed too.

    Args:
        work: a folder for what is found across items.
        out: where the feed goes; without one the items are only judged.
        progress: is told how many products have been looked at.
    """
    produced = Produced(plan)
    crossing = _across(plan, snapshot, work, engine)
    rules = [*plan.rules, filtered(plan.type)]
    writer = FeedWriter(out, plan.file, plan.encoder, plan.max_bytes, plan.max_items) if out else None
    with writer or nullcontext():
        for chunk in _chunks(plan, snapshot, crossing, engine, encoded=out is not None):
            produced.items += len(chunk.items)
            left_out = _record(plan, rules, chunk, snapshot, engine, recorder)
            produced.filtered += left_out
            produced.excluded += chunk.rows - len(chunk.items) - left_out
            if writer:
                writer.write(chunk.items)
            if progress:
                progress(chunk.rows)
        if writer:
            produced.feed = writer.place()
    return produced


def _chunks(plan: Plan, snapshot: Snapshot, crossing: Crossing, engine: Engine, *, encoded: bool) -> Iterator[Chunk]:
    """The chunks in order, a few of them made ahead, each on a thread of its own."""
    import duckdb

    ahead: deque[Future[Chunk]] = deque()
    products, without = str(snapshot.products), _without(snapshot)
    with ThreadPoolExecutor(engine.threads) as pool:

        def start(first: int) -> Future[Chunk]:
            last = min(first + ROWS, snapshot.rows)
            return pool.submit(run, plan, products, without, first, last, crossing, engine.cursor(), encoded=encoded)

        try:
            for first in range(0, snapshot.rows, ROWS):
                ahead.append(start(first))
                if len(ahead) > engine.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except duckdb.OutOfMemoryException:
            raise ProjectError(
                f"the memory limit of {engine.memory} is too small for this catalog", hint="give more: --memory 2GB"
            ) from None
        except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
            raise ProjectError(
                f"an expression of channel {plan.name!r} cannot be computed for every product: {plain(error)}",
                where="pimsync.toml",
                hint="write try_cast(… as …) for a value that is not always there",
            ) from None
        finally:
            for future in ahead:
                future.cancel()


def _record(plan: Plan, rules: list[Rule], chunk: Chunk, snapshot: Snapshot, engine: Engine, recorder: Recorder) -> int:
    """Hand the chunk's events to the recorder; how many products the filter left out."""
    events = chunk.events
    if not len(events.rows):
        return 0
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = events.rows.to_numpy()
    recorder.add(
        plan.name,
        rules,
        events.rules,
        _skus(snapshot, rows, engine),
        pa.array(snapshot.record_numbers(rows)),
        events.values.cast(pa.string()),
        events.messages.cast(pa.string()),
    )
    return int(pc.sum(pc.equal(events.rules, len(rules) - 1)).as_py() or 0)


def _skus(snapshot: Snapshot, rows: Any, engine: Engine) -> pa.Array:
    """The skus of some rows of the snapshot, in their order."""
    import numpy as np
    import pyarrow as pa

    first, last = int(rows.min()), int(rows.max())
    table = engine.arrow(
        f"select sku from read_parquet({text(str(snapshot.products))}, file_row_number = true)"
        f" where file_row_number between {first} and {last} order by file_row_number"
    )
    column = table.column("sku").cast(pa.string()).combine_chunks()
    return column.take(pa.array(np.asarray(rows - first)))


def _without(snapshot: Snapshot) -> str | None:
    return str(snapshot.duplicates) if snapshot.duplicates else None


def _across(plan: Plan, snapshot: Snapshot, work: Path, engine: Engine) -> Crossing:
    """Find, before the chunks run, which groups of items break a rule across items, and which keys come twice."""
    products, without, rows = str(snapshot.products), _without(snapshot), snapshot.rows
    groups: dict[str, str] = {}
    attributes = dict.fromkeys(one.attribute for one in plan.across if one.fails != "_duplicate")
    for number, attribute in enumerate(attributes):
        path = work / f"{plan.name}-groups-{number}.parquet"
        if _copied(query.groups(plan, products, without, rows, attribute), path, engine):
            groups[attribute] = str(path)
    path = work / f"{plan.name}-duplicates.parquet"
    twice = any(one.fails == "_duplicate" for one in plan.across)
    duplicates = str(path) if twice and _copied(query.duplicates(plan, products, without, rows), path, engine) else None
    return Crossing(groups, duplicates)


def _copied(sql: str, path: Path, engine: Engine) -> int:
    """Put a query's result into a file; how many rows there are."""
    return int(engine.value(f"copy ({sql}) to {text(str(path))} (format parquet)"))
