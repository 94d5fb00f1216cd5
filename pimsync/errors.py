"""What can go wrong that is not the data's fault.

    PimsyncError
    ├── UsageError     the command line asks for something that is not there
    ├── ProjectError   pimsync.toml is wrong
    ├── ChannelError   a channel's folder is wrong
    ├── CatalogError   the catalog cannot be read at all
    └── FeedError      a feed could not be written, or did not read back as it was written

A finding about a product is never an error: see findings.py.
"""

from __future__ import annotations


class PimsyncError(Exception):
    """pimsync cannot do what was asked: what is wrong, where, and the way out."""

    exit_code = 2

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.where is None else f"{self.message} (at {self.where})"


class UsageError(PimsyncError):
    """The command line asks for something that is not there."""


class ProjectError(PimsyncError):
    """The project file is wrong."""


class ChannelError(PimsyncError):
    """A channel's folder is wrong."""


class CatalogError(PimsyncError):
    """The catalog cannot be read at all."""


class FeedError(PimsyncError):
    """A feed could not be written, or did not read back as it was written."""
