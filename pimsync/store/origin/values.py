"""Names and values of a product's fields as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pimsync.engine import ident, text
from pimsync.store.product import FIELDS


def attribute(key: str) -> str:
    """An attribute that is no field, as expressions name it."""
    return f"attributes[{text(key)}]"


def as_json(fields: Sequence[str]) -> str:
    """The SQL of a record's values, amounts and times as people write them."""
    return f"to_json({{{', '.join(f'{text(name)}: {shown(name)}' for name in fields)}}})"


def shown(name: str) -> str:
    """The SQL of a field's value as people write it."""
    match FIELDS[name.partition(":")[0]].kind:
        case "price" | "measure":
            return f"plain_number({ident(name)})"
        case "moment":
            return f"iso_time({ident(name)})"
    return ident(name)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """A product's values with what is no field under the names that expressions have for it."""
    kept = {name: value for name, value in values.items() if name != "attributes"}
    return kept | {attribute(key): value for key, value in (values.get("attributes") or {}).items()}


def listed(values: Iterable[str]) -> str:
    """Texts as the SQL of a list."""
    return ", ".join(map(text, dict.fromkeys(values)))
