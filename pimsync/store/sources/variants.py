"""Products with variants: one row a variant, with what it has of its product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: The keys of an object that is a list in truth.
WRAPPERS = ("edges", "nodes")


def steps(path: str) -> tuple[str, ...]:
    """A path as people write it, `shop/offers/offer` or `data.products`, in its steps."""
    return tuple(step for step in path.split("/" if "/" in path else ".") if step)


def rows(product: dict[str, Any], path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of a product: what a variant has is laid over what its product has.

    What a variant's value takes the place of goes on as `product.<key>`.
    """
    common, variants = _parted(product, path)
    if not variants:
        yield common
    for variant in variants:
        row = dict(common)
        for key, value in variant.items():
            if value is None:
                row.setdefault(key, None)
                continue
            if common.get(key) is not None:
                row[f"product.{key}"] = common[key]
            row[key] = value
        yield row


def listed(value: Any) -> list[Any]:
    """What a list holds, whatever holds the list: `{"edges": [{"node": …}]}` and `{"nodes": […]}` are lists of nodes."""
    if isinstance(value, dict):
        for wrapper in WRAPPERS:
            if isinstance(value.get(wrapper), list):
                return listed(value[wrapper])
        return [value]
    if not isinstance(value, list):
        return [] if value is None else [value]
    return [unwrapped(one) for one in value if one is not None]


def unwrapped(element: Any) -> Any:
    """What is in a `node`, where an element of a list is nothing but that (and its cursor)."""
    if isinstance(element, dict) and isinstance(element.get("node"), dict) and element.keys() <= {"node", "cursor"}:
        return element["node"]
    return element


def _parted(product: dict[str, Any], path: tuple[str, ...]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A product without its variants, and they."""
    key, below = path[0], path[1:]
    held = product.get(key)
    rest = {name: value for name, value in product.items() if name != key}
    if not below or not isinstance(held, dict):
        return rest, [one if isinstance(one, dict) else {"#text": one} for one in listed(held)]
    within, variants = _parted(held, below)
    return ({**rest, key: within} if within else rest), variants
