"""Values out of a feed's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from pimsync.errors import FeedError

#: A number as a feed has it: what Python takes for one besides (blanks, exponents, other digits) is none.
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_TRUTHS = {"true": True, "false": False}


def typed(kind: str, text: str) -> Any:
    """A single value out of its text; None where there is none.

    Raises:
        FeedError: a number or a truth does not read as one.
    """
    if not text:
        return None
    if kind == "string":
        return text
    if kind == "boolean" and text in _TRUTHS:
        return _TRUTHS[text]
    if kind == "integer" and _NUMBER.fullmatch(text) and "." not in text:
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    raise FeedError(f"{text!r} stands where a value of kind {kind} should")


def pruned(value: Any, clean: Callable[[str], str] = str) -> Any:
    """A value without its missing and empty parts; None where nothing is left."""
    match value:
        case str():
            return clean(value) or None
        case Mapping():
            kept = {name: part for name, whole in value.items() if (part := pruned(whole, clean)) is not None}
            return kept or None
        case list() | tuple():
            return [part for whole in value if (part := pruned(whole, clean)) is not None] or None
        case float() if not isfinite(value):
            return None
        case _:
            return value
