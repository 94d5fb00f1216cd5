"""Where a channel's items are made: the snapshot they come from, and the engine that tells what was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pimsync.engine import Engine
from pimsync.errors import ProjectError
from pimsync.expressions import plain
from pimsync.format.plan import Plan
from pimsync.store.snapshot import Snapshot

#: How many products are so few that it costs more to plan a query twice than to copy its result.
FEW = 2048


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
