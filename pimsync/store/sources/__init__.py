"""Where catalogs come from: one reader a format."""

from __future__ import annotations

from pimsync.store.sources.csv import csv, tsv
from pimsync.store.sources.database import database
from pimsync.store.sources.json import json, jsonl
from pimsync.store.sources.parquet import parquet
from pimsync.store.sources.source import File, Notice, Reject, Source, SourceColumn
from pimsync.store.sources.workbook import workbook
from pimsync.store.sources.xml import xml

#: The formats a catalog can have, and what reads them.
READERS = {
    "csv": csv, "tsv": tsv, "json": json, "jsonl": jsonl, "parquet": parquet, "xml": xml,
    "xlsx": workbook, "ods": workbook, "sql": database,
}  # fmt: skip

__all__ = ["READERS", "File", "Notice", "Reject", "Source", "SourceColumn"]
