"""The categories that an XML catalog lists outside its products, and the products refer to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The most categories that are kept.
_MOST = 200_000

_PARENTS = ("parentid", "parent_id", "parent")


class Categories:
    """Elements with an id and a text, perhaps below one another, whatever they are called.

    A product refers to the one of `<category id="12">` with `<categoryId>12</categoryId>` (or `category_id`).
    """

    def __init__(self) -> None:
        self.references: dict[str, str] = {}  # a product's key: what the elements it refers to are called
        self._known: dict[str, dict[str, tuple[str, str]]] = {}  # by name and id: the parent's id, and the text
        self._paths: dict[tuple[str, str], str] = {}
        self._kept = 0

    def add(self, name: str, attributes: Mapping[str, str], text: str) -> None:
        """An element outside the products."""
        if not text.strip() or self._kept >= _MOST:
            return
        has = {key.lower(): value for key, value in attributes.items()}
        if "id" in has:
            parent = next((has[key] for key in _PARENTS if key in has), "")
            self._known.setdefault(name.lower(), {})[has["id"]] = (parent, " ".join(text.split()))
            self._kept += 1

    def refers(self, key: str) -> bool:
        """Whether this key of a product names such an element; it is asked when the key is first seen."""
        name = key.lower().removesuffix("id").rstrip("_")
        if key.lower() != name and name in self._known:
            self.references[key] = name
        return key in self.references

    def name(self, product: dict[str, Any]) -> None:
        """Put the names of a product's category, from the top down, under `category_path`."""
        if product.get("category_path") is not None:
            return
        for key, name in self.references.items():
            value = product.get(key)
            for one in value if isinstance(value, list) else [value]:
                path = self._path(name, one.strip()) if isinstance(one, str) else ""
                if path:
                    product["category_path"] = path
                    return

    def _path(self, name: str, id_: str) -> str:
        if (name, id_) not in self._paths:
            names: list[str] = []
            seen: set[str] = set()
            at = id_
            while at in self._known[name] and at not in seen:
                seen.add(at)
                at, text = self._known[name][at]
                names.append(text)
            self._paths[name, id_] = " > ".join(reversed(names))
        return self._paths[name, id_]
