"""Values that hold several things, as JSON and XML have them: a product's variants, and images with more than their address."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pimsync.engine import ident
from pimsync.store.proposal.column import ColumnLook
from pimsync.store.proposal.state import State
from pimsync.words import shown

#: What a variant has of its own: one that sells and one that tells it apart.
_SELLS = re.compile(
    r"price|amount|cost|cena|preis|prix|prezzo|precio|stock|quantity|inventory|available", re.IGNORECASE
)
_TELLS = re.compile(r"sku|id$|code|ean|gtin|barcode|option|size|color|colour", re.IGNORECASE)

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)

#: How much of what was looked at has to be so.
_MOST = 0.5


def variants_in(columns: Sequence[ColumnLook]) -> str | None:
    """The path to a product's variants, where a column holds lists of objects that could be sold."""
    for column in columns:
        paths: Counter[str] = Counter()
        for sample in column.samples:
            for path, element in _elements(sample):
                keys = [key for key, value in element.items() if not isinstance(value, list)]
                if any(map(_SELLS.search, keys)) and any(map(_TELLS.search, keys)):
                    paths[".".join([column.name, *path])] += 1
                    break
        if paths and paths.most_common(1)[0][1] >= len(column.samples) * _MOST:
            return paths.most_common(1)[0][0]
    return None


def nested(state: State) -> None:
    """Fill what lies within other values: addresses of images, and what variants have of their product."""
    _images(state)
    _products(state)


def _images(state: State) -> None:
    for column in state.columns:
        if column.name in state.used or not any(m.field in ("image", "images") for m in column.header.meanings):
            continue
        key = _link_key(column.look)
        if key is None:
            continue
        links = f"list_transform(each({ident(column.name)}), lambda one: one->>'$.{key}')"
        why = f"`{key}` of what is in `{shown(column.name, 40)}`"
        if state.column("image") is None:
            state.put("image", f"{links}[1]", f"the first {why}", 0.8, column.name)
        state.put("images", links, why, 0.8, column.name)
        state.why_not.pop(column.name, None)
        return


def _link_key(column: ColumnLook) -> str | None:
    """The key under which most elements of a column have a web address."""
    keys: Counter[str] = Counter()
    for sample in column.samples:
        first = next((element for path, element in _elements(sample) if not path), {})
        keys.update(key for key, value in first.items() if isinstance(value, str) and _LINK.fullmatch(value.strip()))
    found = [key for key, n in keys.most_common() if n >= len(column.samples) * _MOST and re.fullmatch(r"@?\w+", key)]
    return next((key for key in found if key in ("src", "url", "original", "full")), found[0] if found else None)


def _products(state: State) -> None:
    """What a variant's product has under the same name as the variant: its number groups them, its title is theirs."""
    have = {column.name: column for column in state.columns}
    for name in ("product.id", "product.sku", "product.handle", "product.code", "product.@id"):
        if name in have and "parent_sku" not in state.fields:
            state.put("parent_sku", ident(name), "what a product's variants share", 0.8, name)
            state.why_not.pop(name, None)
    for name in ("product.title", "product.name"):
        own = name.removeprefix("product.")
        if name in have and own in have:
            state.put(
                "title",
                f"coalesce({ident(name)}, {ident(own)})",
                "the product's, whose variants say less",
                0.8,
                name,
                own,
            )
            state.why_not.pop(name, None)


def _elements(sample: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The objects of a list, each with the path to the list within the value."""
    if not sample.startswith(("[", "{")):
        return
    try:
        value = json.loads(sample)
    except ValueError:
        return
    path: tuple[str, ...] = ()
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        path = (*path, key)
    for element in value if isinstance(value, list) else ():
        if isinstance(element, dict):
            yield path, element
