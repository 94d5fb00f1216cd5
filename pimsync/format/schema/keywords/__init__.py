"""The keywords of JSON Schema, one function each."""

from __future__ import annotations

from pimsync.format.schema.keywords import groups, lists, logic, numbers, texts, values
from pimsync.format.schema.keywords.table import KEYWORDS, LEFT_TO_JSONSCHEMA, SILENT, flaws

__all__ = [
    "KEYWORDS",
    "LEFT_TO_JSONSCHEMA",
    "SILENT",
    "flaws",
    "groups",
    "lists",
    "logic",
    "numbers",
    "texts",
    "values",
]
