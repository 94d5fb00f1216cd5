"""Values out of a feed's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pimsync.errors import FeedError

_TRUTHS = {"true": True, "false": False}


def typed(kind: str, text: str) -> Any:
    """A single value out of its text; None where there is none.

    Raises:
        FeedError: a number or a truth does not read as one.
    """
    if not text:
        return None
    try:
        match kind:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return _TRUTHS[text]
            case _:
                return text
    except (ValueError, KeyError):
        raise FeedError(f"{text!r} stands where a value of kind {kind} should") from None


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
        case _:
            return value
