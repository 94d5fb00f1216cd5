"""Chunks of items: a pure function of (snapshot, share of its row groups, plan)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pimsync.columns import present, values
from pimsync.engine import Engine
from pimsync.findings import Severity
from pimsync.format import query
from pimsync.format.plan import Plan
from pimsync.format.query import Crossing

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


#: How many products a chunk holds: few, for an encoded item is copied several times on its way to the file.
ROWS = 2048


@dataclass(frozen=True)
class Chunk:
    """The items of consecutive products.

    `rows` are the products' rows; `items` the encoded items and `keys` what they are known by, null where one is left out.
    `broken` says of the products at `places` (a list of positions) which of the plan's rules they break, a column a rule.
    """

    rows: NDArray[np.int64]
    items: pa.Array
    keys: pa.Array
    places: NDArray[np.int64]
    broken: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


def stream(
    plan: Plan, source: str, crossing: Crossing, engine: Engine, *, encoded: bool, few: bool = False
) -> Iterator[Chunk]:
    """Map, fix, check and encode the products that a SELECT gives, in its order."""
    import pyarrow as pa

    for batch in engine.stream(query.items(plan, source, crossing, encoded=encoded), ROWS, few=few):
        if not batch.num_rows:
            continue
        items, keys = batch.column("item").cast(pa.large_string()), batch.column("key")
        rows, places, broken = values(batch.column("row")), *_broken(batch, len(plan.judgements) + 1)
        if plan.left:
            items, broken, places = _judged_by_schema(plan, items, places, broken, batch.column("json"))
        yield Chunk(rows, items, keys, places, broken)


def cut(chunk: Chunk, rows: int) -> tuple[Chunk, Chunk]:
    """What of a chunk comes before a row of the snapshot, and the rest."""
    import numpy as np

    at = int(np.searchsorted(chunk.rows, rows))
    parted = int(np.searchsorted(chunk.places, at))
    first = Chunk(chunk.rows[:at], chunk.items[:at], chunk.keys[:at], chunk.places[:parted], chunk.broken[:parted])
    rest = Chunk(chunk.rows[at:], chunk.items[at:], chunk.keys[at:], chunk.places[parted:] - at, chunk.broken[parted:])
    return first, rest


def _broken(batch: pa.RecordBatch, width: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where there is something to say, and the bits there as truths."""
    import numpy as np

    words = [batch.column(f"broken{number}") for number in range(-(-width // query.BITS))]
    places = np.flatnonzero(present(words[0]))
    shifts = np.arange(query.BITS)
    truths = [((values(word.drop_null())[:, None] >> shifts) & 1).astype(bool) for word in words]
    return places, np.concatenate(truths, axis=1)[:, :width]


def words(broken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Truths as the bits of numbers, as the query of the items gives them: a row a product, a column for BITS rules."""
    import numpy as np

    parts = np.zeros((len(broken), -(-broken.shape[1] // query.BITS), 64), dtype=bool)
    for number, part in enumerate(np.split(broken, range(query.BITS, broken.shape[1], query.BITS), axis=1)):
        parts[:, number, : part.shape[1]] = part
    return np.packbits(parts, axis=-1, bitorder="little").view("<i8")[..., 0]


def _judged_by_schema(
    plan: Plan, items: pa.Array, places: NDArray[np.int64], broken: NDArray[np.bool_], documents: pa.Array
) -> tuple[pa.Array, NDArray[np.bool_], NDArray[np.int64]]:
    """Judge by jsonschema what has no SQL form: slower, item by item, only the items that got that far."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    left, base = len(plan.left), len(plan.judgements)
    found = list(_left_over(plan, documents.to_pylist()))
    every = np.union1d(places, np.array([at for at, _ in found], dtype=np.int64))
    wide = np.zeros((len(every), base + left + 1), dtype=bool)
    mine = np.searchsorted(every, places)
    wide[mine, :base], wide[mine, -1] = broken[:, :base], broken[:, -1]
    for at, number in found:
        wide[np.searchsorted(every, at), base + number] = True
    bad = {at for at, number in found if plan.left[number].severity is Severity.ERROR}
    if bad:
        keep = pa.array([at not in bad for at in range(len(items))])
        items = pc.if_else(keep, items, pa.scalar(None, pa.large_string()))
    return items, wide, every


def _left_over(plan: Plan, documents: list[str | None]) -> Iterator[tuple[int, int]]:
    """Which items break what is left to jsonschema: the item's place and the leftover's number."""
    from pimsync.format.schema.authority import validator

    judges = [(number, one.attribute, validator(one.schema)) for number, one in enumerate(plan.left)]
    for at, document in enumerate(documents):
        item = _present(json.loads(document)) if document is not None else {}
        for number, attribute, judge in judges if item else ():
            value: Any = item.get(attribute) if attribute else item
            if value is not None and not judge.is_valid(value):
                yield at, number


def _present(value: Any) -> Any:
    """A value without its nulls, which stand for what is absent."""
    if isinstance(value, Mapping):
        return {name: _present(one) for name, one in value.items() if one is not None}
    return [_present(one) for one in value] if isinstance(value, list) else value
