"""Fields that stay empty although a column has their name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pimsync.store.product import FIELDS
from pimsync.store.proposal.column import Proposal
from pimsync.store.proposal.state import State


def silenced(state: State) -> Iterator[Proposal]:
    """The fields that pimsync would fill from a column of that name, which was found to hold something else."""
    by_name = {plain_name(column.name): column for column in reversed(state.columns)}
    for name, field in FIELDS.items():
        if name in state.fields or name == "attributes":
            continue
        taken = next((by_name[word] for word in map(plain_name, (name, *field.synonyms)) if word in by_name), None)
        if taken is None or (name == "sku"):
            continue
        why = state.why_not.get(taken.name) or (
            "it is read as something else" if taken.name in state.used else "it is not known to be one"
        )
        yield Proposal(name, "null", f"`{taken.name}`: {why}", 1.0, (taken.name,))


def plain_name(name: str) -> str:
    """A name as pimsync/store/columns.py compares names."""
    return re.sub(r"[\s_-]", "", name.casefold())
