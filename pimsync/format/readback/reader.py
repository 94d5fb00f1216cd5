"""What a reader is, and what it hands back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pimsync.errors import FeedError

#: How much is read at one time: a parser's working memory is a small multiple of it.
PIECE = 1 << 20


@dataclass(frozen=True)
class Sample:
    """One item in full, by another parser than the one that reads the whole; `number` counts from 0."""

    number: int
    item: dict[str, Any]


class Reader(Protocol):
    """Reads one feed, in pieces of any size."""

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            FeedError: the feed is not what its format asks for, with the place.
        """

    def close(self) -> int:
        """The end of the feed: how many items it holds.

        Raises:
            FeedError: the feed ends too early.
        """

    def take_keys(self) -> list[str]:
        """The keys of the items read since the last time, in order; an item without one gives an empty text."""

    def take_samples(self) -> list[Sample]:
        """Items in full, read since the last time: the first, and about one in a megabyte."""

    def expected(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An item's values as a sample would give them: what is missing or empty is not there."""


class Samples:
    """Items in full, one in about a megabyte of feed: to read each so would take ten times as long."""

    def __init__(self) -> None:
        self._taken: list[Sample] = []
        self._passed = PIECE

    def due(self, passed: int) -> bool:
        """Whether, so many bytes on, the next item is one to be read in full."""
        self._passed += passed
        return self._passed >= PIECE

    def add(self, number: int, item: dict[str, Any]) -> None:
        """Keep an item."""
        self._taken.append(Sample(number, item))
        self._passed = 0

    def take(self) -> list[Sample]:
        """The items since the last time."""
        taken, self._taken = self._taken, []
        return taken


class Opening:
    """The part of a feed before its items, which has to be what the encoder meant, byte for byte."""

    def __init__(self, meant: bytes) -> None:
        self._meant = meant
        self._read = 0

    def without(self, data: bytes) -> bytes:
        """What of the data stands behind the opening."""
        left = len(self._meant) - self._read
        if not left:
            return data
        if self._meant[self._read : self._read + len(data)] != data[:left]:
            raise FeedError("the feed does not begin as it should", where="before the first item")
        self._read += min(left, len(data))
        return data[left:]

    def close(self) -> None:
        """See that the opening is complete."""
        if self._read < len(self._meant):
            raise FeedError("the feed ends before its first item", where="before the first item")


def pieces(data: bytes) -> Iterator[bytes]:
    """The data in pieces that a parser can take at once."""
    if len(data) <= PIECE:
        yield data
        return
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]
