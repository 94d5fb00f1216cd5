"""Encoders: an item as a channel's file format, in SQL.

An encoder knows a format and no channel. It makes text and runs nothing: what stands before the items and after them,
and the SQL expression that writes one.
"""

from __future__ import annotations

from collections.abc import Callable

from pimsync.format.encode.delimited import delimited
from pimsync.format.encode.encoder import Column, Encoder
from pimsync.format.encode.options import ColumnOptions, DelimitedOptions, GroupStyle, ListStyle, XmlOptions
from pimsync.format.encode.rss import rss
from pimsync.format.encode.xml import xml

ENCODERS: dict[str, Callable[..., Encoder]] = {"rss": rss, "xml": xml, "delimited": delimited}

__all__ = [
    "ENCODERS",
    "Column",
    "ColumnOptions",
    "DelimitedOptions",
    "Encoder",
    "GroupStyle",
    "ListStyle",
    "XmlOptions",
]
