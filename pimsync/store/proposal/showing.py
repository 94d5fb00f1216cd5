"""Records that the shop does not show: a channel's `where` can leave them out."""

from __future__ import annotations

from collections import Counter

from pimsync.engine import text
from pimsync.store.proposal.column import Proposal
from pimsync.store.proposal.fits import Column
from pimsync.store.proposal.state import State
from pimsync.store.reading.numbers import YES
from pimsync.words import shown

#: What a shop calls a product that it shows, besides yes.
_SHOWN = (
    "active",
    "published",
    "publish",
    "visible",
    "enabled",
    "on",
    "online",
    "aktiv",
    "aktywny",
    "actif",
    "attivo",
    "tak",
    "ja",
    "oui",
    "ano",
    "да",
)

#: A status has few words; more are something else.
_MOST = 6


def shown_only(state: State) -> Proposal | None:
    """The condition for the records that the shop shows, where it does not show all."""
    columns = [
        c for c in state.others("status") if c.name not in state.used and 1 < c.values.kinds <= _MOST and _repeats(c)
    ]
    for column in columns:
        listed = ", ".join(f'"{shown(value, 30)}"' for value in sorted({*column.values.texts}))
        state.notes.append(
            f"`{shown(column.name, 40)}` is {listed}: all of them go into the feed, unless a channel's `where` leaves some out"
        )
    if not columns:
        return None
    where = " and ".join(f"attributes[{text(c.name)}] = {text(_said_of_shown(c))}" for c in columns)
    return Proposal("where", where, "leaves out what the shop does not show", 0.0, tuple(c.name for c in columns))


def _repeats(column: Column) -> bool:
    return column.values.kinds < len(column.values.texts)


def _said_of_shown(column: Column) -> str:
    """The word for a product that is shown; else the most frequent one."""
    counted = Counter(column.values.texts)
    known = [value for value in counted if value.casefold() in (*YES, *_SHOWN)]
    return known[0] if known else counted.most_common(1)[0][0]
