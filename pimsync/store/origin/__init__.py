"""Where a product's values come from: each field back to the record, the column and the text that it was read from."""

from __future__ import annotations

from pimsync.store.origin.product import origins
from pimsync.store.origin.told import At, FieldOrigin, Found, Origin, Told
from pimsync.store.origin.values import as_json, attribute

__all__ = ["At", "FieldOrigin", "Found", "Origin", "Told", "as_json", "attribute", "origins"]
