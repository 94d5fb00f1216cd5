"""Names of elements: checked when the feed is planned, so that no feed is written that no parser takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pyexpat import ExpatError, ParserCreate

from pimsync.errors import ChannelError
from pimsync.format.encode.encoder import Column
from pimsync.format.encode.options import XmlOptions
from pimsync.format.schema.shape import Group, ListOf, Shape


def qualified(name: str, prefix: str | None) -> str:
    """A name with the feed's prefix, unless it brings its own."""
    return name if prefix is None or ":" in name else f"{prefix}:{name}"


def checked_names(options: XmlOptions, item: str, columns: Mapping[str, Column]) -> None:
    """See that every name is one, has a known prefix, and is not the item's own.

    Raises:
        ChannelError: a name that no parser would take, or that would be taken for another.
    """
    inner = [name for element, column in columns.items() for name in _names(element, column.shape, options.prefix)]
    around = [*(options.root or ()), item, *options.head]
    for name in [*around, *(options.attributes or {}), *inner]:
        _check(name, options.namespaces)
    for prefix in filter(None, options.namespaces):
        _check(prefix, {})
    if item in [*inner, *options.head]:
        raise ChannelError(f"{item!r} is the element of an item and cannot be that of an attribute too")


def _names(element: str, shape: Shape, prefix: str | None) -> Iterator[str]:
    yield element
    match shape:
        case ListOf(ListOf()):
            raise ChannelError(f"{element} is a list of lists, which repeated elements cannot express")
        case ListOf(of):
            yield from _names(element, of, prefix)
        case Group(fields):
            for name, field in fields.items():
                yield from _names(qualified(name, prefix), field, prefix)


def _check(name: str, namespaces: Mapping[str, str]) -> None:
    prefix, colon, local = name.rpartition(":")
    if ":" in prefix or not _is_name(local) or (colon and not _is_name(prefix)):
        raise ChannelError(f"{name!r} is no name that an XML element can have")
    if colon and prefix not in namespaces and prefix != "xml":
        raise ChannelError(
            f"the prefix of {name!r} stands for nothing", hint=f'[feed.xml] namespaces = {{ {prefix} = "https://…" }}'
        )


def _is_name(name: str) -> bool:
    """Whether a parser takes it for a name."""
    if not re.fullmatch(r"[^\s<>/\"'=:&;]+", name):
        return False
    try:
        ParserCreate().Parse(f"<{name}/>".encode(), True)
    except (ExpatError, UnicodeEncodeError):
        return False
    return True
