"""Progress of long work: on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any


class Progress:
    """A bar a stage; nothing at all where stderr is no terminal."""

    def __init__(self) -> None:
        self._bars: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bars = Bars(*columns, console=Console(stderr=True, markup=False, emoji=False), transient=True)
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def stage(self, name: str, total: int | None) -> Callable[[int], None]:
        """A stage begins; what comes back is told of each further step."""
        if self._bars is None:
            return lambda step: None
        bars, task = self._bars, self._bars.add_task(name, total=total)
        return lambda step: bars.advance(task, step)
