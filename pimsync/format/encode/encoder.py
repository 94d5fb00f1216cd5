"""What an encoder is, and what it is told of an attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pimsync.errors import ChannelError
from pimsync.format.encode.options import ColumnOptions
from pimsync.format.encode.settings import filled
from pimsync.format.schema.shape import Scalar, Shape

if TYPE_CHECKING:
    from pimsync.format.readback import Reader


@dataclass(frozen=True)
class Column:
    """An attribute that the feed carries: its kind of value, and how it is written.

    `clean` promises that its texts hold nothing that no feed can carry; `plain`, that they hold no sign with a meaning in a
    feed either: prices, codes, words from a short list. What is promised is not looked for, item by item.
    """

    attribute: str
    shape: Shape
    options: ColumnOptions = field(default_factory=ColumnOptions)
    clean: bool = False
    plain: bool = False

    def header(self, settings: Mapping[str, str]) -> str:
        """What the feed calls the attribute."""
        if self.options.header is None:
            return self.attribute
        return filled(self.options.header, settings, f"the header of {self.attribute}")


class Encoder(Protocol):
    """A feed's format, for one list of attributes."""

    def before(self) -> bytes:
        """What stands before the items."""

    def item(self) -> str:
        """The SQL that writes one item, ended as the format ends it; never null."""

    def after(self) -> bytes:
        """What stands after the items."""

    def key(self) -> str:
        """The SQL of the item's key as the reader gives it back; never null."""

    def conflicts(self) -> dict[str, str]:
        """By attribute, the SQL that tells a value which this format cannot hold unchanged."""

    def formulas(self) -> dict[str, str]:
        """By attribute, the SQL that tells a text which a spreadsheet would take for a formula."""

    def reader(self) -> Reader:
        """What reads such a feed back."""


def headers(columns: Sequence[Column], settings: Mapping[str, str]) -> list[str]:
    """What the feed calls its attributes, each name once."""
    names = [column.header(settings) for column in columns]
    if not names:
        raise ChannelError("the feed has no attribute", hint="map at least one: [attributes]")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ChannelError(f"two attributes of the feed are written as {twice[0]!r}")
    return names


def key_position(columns: Sequence[Column], key: str | None) -> int:
    """Where the attribute stands that tells items apart; the first one unless another is named."""
    place = next((n for n, column in enumerate(columns) if column.attribute == key), None) if key else 0
    if place is None:
        raise ChannelError(f"the feed's key is {key}, which is not mapped")
    if not isinstance(columns[place].shape, Scalar):
        raise ChannelError(f"{columns[place].attribute} cannot tell items apart: it is a list or a group")
    return place
