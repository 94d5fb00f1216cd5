"""Where reports are printed: stdout, with product text as it stands, and nobody minding when the reader has gone."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from rich.console import Console as RichConsole

CLOSED_PIPE = 141

#: How wide a report is where no terminal says.
WIDTH = 160


class Console(RichConsole):
    """Prints product text: no markup, no emoji, no highlighting of what looks like code."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False)
        if not self.is_terminal:
            self.width = WIDTH

    def on_broken_pipe(self) -> None:
        """The reader has gone."""
        gone()


def write(text: str) -> None:
    """Text for a program: as it stands."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        gone()


def gone() -> NoReturn:
    """The reader has gone, as `| head` does: no failure, and no further word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(CLOSED_PIPE)
