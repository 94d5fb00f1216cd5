"""RSS 2.0: XML whose outer elements are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pimsync.format.encode.encoder import Column
from pimsync.format.encode.options import XmlOptions
from pimsync.format.encode.xml import XmlEncoder, xml


def rss(
    options: XmlOptions | None, columns: Sequence[Column], settings: Mapping[str, str], key: str | None = None
) -> XmlEncoder:
    """The encoder of an RSS feed; its channel has the title, link and description that RSS 2.0 asks for."""
    given = options or XmlOptions()
    asked = {"title": "{shop}", "link": "{shop_url}", "description": "{shop}"}
    filled = {
        "root": given.root or ("rss", "channel"),
        "item": given.item or "item",
        "attributes": {"version": "2.0"} if given.attributes is None else given.attributes,
        "head": {**asked, **given.head},
    }
    return xml(given.model_copy(update=filled), columns, settings, key)
