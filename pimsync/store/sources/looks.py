"""What format a file has, by its first bytes: names lie, above all after a download."""

from __future__ import annotations

from pathlib import Path

from pimsync.errors import CatalogError
from pimsync.store.sources.unpacking import ZIP, workbook

#: What the end of a file's name says about its format.
SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".parquet": "parquet", ".pq": "parquet", ".xml": "xml", ".rss": "xml", ".atom": "xml", ".xlsx": "xlsx",
    ".xlsm": "xlsx", ".xlsb": "xlsx", ".xls": "xlsx", ".ods": "ods",
}  # fmt: skip

#: Formats of text, which are UTF-8 when a reader gets them. XML names its encoding itself.
TEXTS = ("csv", "tsv", "json", "jsonl")

#: What people call a format.
CALLED = {
    "csv": "delimited text", "tsv": "delimited text", "json": "JSON", "jsonl": "JSON Lines", "parquet": "Parquet",
    "xml": "XML", "xlsx": "a workbook", "ods": "a workbook",
}  # fmt: skip

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table")

#: What no catalog is, by its first bytes.
_OTHERS = {
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "an SQLite database",
}


def format_of(path: Path, name: str, suffix: str) -> str:
    """A file's format: what its content shows, else what its name says.

    Raises:
        CatalogError: it is nothing that holds a catalog.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    said = SUFFIXES.get(suffix)
    shown = _shown(path, name, head)
    if shown:
        return shown
    text = _text(head).lstrip()
    if text.startswith(b"<"):
        return "xml"
    if text[:1] in (b"{", b"["):
        return said if said in ("json", "jsonl") else _json(text, said)
    return said if said in ("csv", "tsv", "json", "jsonl", "xml") else "csv"


def _shown(path: Path, name: str, head: bytes) -> str | None:
    """The format of a file that is no text."""
    for start, what in _OTHERS.items():
        if head.startswith(start):
            hint = 'source = "sqlite:///shop.db" and a query read a database' if "SQLite" in what else None
            raise CatalogError(f"this is {what}, and no catalog", where=name, hint=hint)
    if _text(head).lstrip()[:16].lower().startswith(_PAGE):
        hint = "open it in a spreadsheet and save it as CSV, if it shows a table there"
        raise CatalogError("this is a web page, and no catalog", where=name, hint=hint)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLD_WORKBOOK):
        return "xlsx"
    return workbook(path) if head.startswith(ZIP) else None


def _json(text: bytes, said: str | None) -> str:
    """Whether a text that starts with a bracket is JSON: a delimited one can start with it too."""
    inner = text[1:].lstrip()[:1]
    if said in ("csv", "tsv") and not (inner in (b'"', b"}") if text[:1] == b"{" else inner == b"{"):
        return said
    return "json"


def _text(head: bytes) -> bytes:
    """The first bytes of a text as if it were written in ASCII."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:4]:
        head = head.replace(b"\0", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head
