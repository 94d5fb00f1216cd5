"""Reading an XML feed back.

libxml2 sees every byte and calls back for nothing: half a gigabyte a second, without Python's lock. As the encoder
writes no comments and no CDATA, and `<` stands in a text only as a reference, the bytes of a start tag occur where an
item starts and nowhere else: so items are counted, and keys found, in the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pimsync.errors import FeedError
from pimsync.format.encode.xml_text import fitting_text
from pimsync.format.readback.reader import Opening, Sample, Samples, pieces
from pimsync.format.readback.values import pruned
from pimsync.format.readback.xml_item import XmlItem

if TYPE_CHECKING:
    from pimsync.format.encode.xml import XmlEncoder

#: What libxml2 is given at one time: more is slower, as it moves what it has not yet read.
_SIP = 1 << 15


class XmlReader:
    """Reads one XML feed: well-formed to the last byte, its items counted, their keys and a sample handed back."""

    def __init__(self, encoder: XmlEncoder) -> None:
        start, self._end = (f"<{slash}{encoder.element}>\n".encode() for slash in ("", "/"))
        key = re.escape(encoder.names[encoder.key_place].encode())
        ends = re.escape(self._end)
        self._keys_in = re.compile(
            rb"%s(?:.*?\n)??(?:<%s>([^<]*)</%s>\n|%s)" % (re.escape(start), key, key, ends), re.S
        )
        self._after = encoder.after()
        self._opening = Opening(encoder.before())
        self._parser = _Parser()
        self._item = XmlItem(encoder)
        self._rest = b""
        self._items = 0
        self._keys: list[str] = []
        self._samples = Samples()

    def feed(self, data: bytes) -> None:
        """Read on."""
        for piece in pieces(data):
            items = self._opening.without(piece)
            self._parser.feed(piece)
            self._scan(items)

    def close(self) -> int:
        """The end of the feed: how many items it holds."""
        self._opening.close()
        self._parser.close()
        if self._rest != self._after:
            raise FeedError("the feed does not end as it should", where=f"after item {self._items:,}")
        return self._items

    def take_keys(self) -> list[str]:
        """The keys of the items read since the last time, in order."""
        keys, self._keys = self._keys, []
        return keys

    def take_samples(self) -> list[Sample]:
        """Items in full, read since the last time: the first, and about one in a megabyte."""
        return self._samples.take()

    def expected(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An item's values as a sample would give them."""
        return pruned(values, fitting_text) or {}

    def _scan(self, data: bytes) -> None:
        """Count the items that are complete, and keep what is not for the next time."""
        data = self._rest + data if self._rest else data
        cut = data.rfind(self._end) + len(self._end)
        if cut < len(self._end):
            self._rest = data
            return
        self._rest = data[cut:]
        keys = self._keys_in.findall(data, 0, cut)
        if self._samples.due(cut):
            first = data[: data.find(self._end) + len(self._end)]
            self._samples.add(self._items, self._item.read(first, self._items + 1))
        self._keys += [_text(key) for key in keys]
        self._items += len(keys)


class _Parser:
    """libxml2, fed in sips, building nothing."""

    def __init__(self) -> None:
        from lxml import etree

        self._error = etree.XMLSyntaxError
        target: Any = _Nothing()
        self._parser = etree.XMLParser(
            target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
        )

    def feed(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), _SIP):
                self._parser.feed(data[start : start + _SIP])
        except self._error as error:
            raise _not_well_formed(error) from None

    def close(self) -> None:
        try:
            self._parser.close()
        except self._error as error:
            raise _not_well_formed(error) from None


class _Nothing:
    """What the parser tells of its elements: nothing."""

    def close(self) -> None:
        """Nothing was built."""


def _not_well_formed(error: SyntaxError) -> FeedError:
    line, column = getattr(error, "position", (0, 0))
    said = (error.msg or "it cannot be parsed").partition(", line ")[0].strip()
    return FeedError(f"the feed is not well-formed XML: {said}", where=f"line {line:,}, column {column:,}")


def _text(key: bytes) -> str:
    text = key.decode()
    if "&" in text:
        for reference, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#13;", "\r"), ("&amp;", "&")):
            text = text.replace(reference, sign)
    return text
