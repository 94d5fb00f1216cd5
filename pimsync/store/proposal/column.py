"""What goes into a proposal, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

#: How certain a guess is, at most.
GUESS = 0.5


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """A column of a catalog, looked at.

    `samples` are texts as they stand in it, the empty ones left out, spread over the whole file; `filled` is the share of
    records that have one, `distinct` the share of different texts among those.
    """

    name: str
    samples: tuple[str, ...] = ()
    filled: float = 1.0
    distinct: float = 1.0

    @property
    def is_key(self) -> bool:
        """Whether it tells all records apart."""
        return bool(self.samples) and self.filled >= 0.999 and self.distinct >= 0.999


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field of the master product, the SQL expression that could fill it, and why; `certainty` is 0 to 1."""

    field: str
    expression: str
    why: str
    certainty: float = 1.0
    columns: tuple[str, ...] = ()

    @property
    def is_guess(self) -> bool:
        """Whether it is for a person to confirm."""
        return self.certainty <= GUESS


@dataclass(frozen=True, slots=True)
class Leftover:
    """A column that fills no field, and why."""

    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """What could stand in pimsync.toml.

    `fields` go to `[catalog.columns]`; so do `silenced`: fields whose column pimsync would take by its name although
    its values are something else. `defaults` go to `[defaults]`, `reading` to `[catalog]`; `notes` are for the person who
    reads the result; `where` would leave out of a channel what the shop does not show.
    """

    fields: tuple[Proposal, ...] = ()
    silenced: tuple[Proposal, ...] = ()
    defaults: tuple[Proposal, ...] = ()
    leftover: tuple[Leftover, ...] = ()
    notes: tuple[str, ...] = ()
    reading: tuple[Proposal, ...] = ()
    where: Proposal | None = None

    def of(self, field: str) -> Proposal | None:
        """The proposal for a field."""
        return next((one for one in self.fields if one.field == field), None)
