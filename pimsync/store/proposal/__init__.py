"""Proposing which columns of an unknown catalog fill which fields of the master product."""

from pimsync.store.proposal.column import ColumnLook, Leftover, Proposal, Proposals
from pimsync.store.proposal.propose import propose

__all__ = ["ColumnLook", "Leftover", "Proposal", "Proposals", "propose"]
