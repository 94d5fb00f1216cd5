"""What is settled while a proposal is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from pimsync.store.proposal.column import Proposal
from pimsync.store.proposal.fits import Column


@dataclass
class State:
    """The columns, the fields that have one by now, and why the others were left."""

    columns: list[Column]
    fields: dict[str, Proposal] = field(default_factory=dict)
    why_not: dict[str, str] = field(default_factory=dict)  # by column
    notes: list[str] = field(default_factory=list)

    @property
    def used(self) -> set[str]:
        """The columns that some field reads."""
        return {name for one in self.fields.values() for name in one.columns}

    def column(self, field_: str) -> Column | None:
        """The first column that a field reads."""
        one = self.fields.get(field_)
        return next((c for c in self.columns if one and c.name in one.columns), None)

    def others(self, name: str) -> list[Column]:
        """The columns, not empty, whose names stand for one of the things that are no field."""
        return [c for c in self.columns if c.header.other == name and c.values.texts]

    def put(self, field_: str, expression: str, why: str, certainty: float, *columns: str) -> None:
        """Settle a field."""
        self.fields[field_] = Proposal(field_, expression, why, certainty, columns)
