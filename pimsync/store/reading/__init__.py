"""How the raw text of a field is read: one function a kind, each giving SQL and running nothing."""

from __future__ import annotations

from pimsync.store.reading import choices, currencies, groups, lists, moments, numbers, prices, texts
from pimsync.store.reading.reading import Manner, Reading

#: The kinds of field (product.py) and what reads them.
READINGS = {
    "text": texts.text_,
    "code": texts.code,
    "price": prices.price,
    "measure": prices.measure,
    "integer": numbers.integer,
    "boolean": numbers.boolean,
    "moment": moments.moment,
    "currency": currencies.currency,
    "choice": choices.choice,
    "list": lists.list_,
    "links": lists.links,
    "details": groups.details,
    "shipping": groups.shipping,
}

__all__ = ["READINGS", "Manner", "Reading"]
