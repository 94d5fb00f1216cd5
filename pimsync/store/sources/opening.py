"""Opening a catalog: a path or standard input, packed or not, and what format it has."""

from __future__ import annotations

import gzip
import shutil
import sys
import zlib
from pathlib import Path
from typing import IO

from pimsync.errors import CatalogError
from pimsync.project import Catalog
from pimsync.store.sources.source import File

#: What the end of a file's name says about its format.
SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip

_GZIP = b"\x1f\x8b"


def opened(catalog: Catalog, folder: Path, work: Path) -> tuple[File, str]:
    """The catalog's file, unpacked, and its format.

    Raises:
        CatalogError: there is no such file, it is empty, or it is not what its name says.
    """
    if catalog.source == "-":
        path, name = _taken_in(sys.stdin.buffer, work / "source", "standard input"), "standard input"
        if _starts(path, _GZIP):
            path = _unpacked(path, work / "unpacked", name)
        suffixes: list[str] = []
    else:
        path = folder / catalog.source
        name = catalog.source
        _there(path, name)
        suffixes = [suffix.lower() for suffix in path.suffixes]
        if suffixes[-1:] == [".gz"]:
            path, suffixes = _unpacked(path, work / "source", name), suffixes[:-1]
        elif _starts(path, _GZIP):
            raise CatalogError("this is a gzip archive", where=name, hint="let its name end in .gz")
    if not path.stat().st_size or _blank(path):
        raise CatalogError("the catalog is empty", where=name)
    format_ = catalog.format or SUFFIXES.get(suffixes[-1] if suffixes else "") or _by_look(path)
    return File(path, name, work), format_


def _there(path: Path, name: str) -> None:
    try:
        if path.is_dir():
            raise CatalogError("this is a folder", where=name, hint="name the catalog's file")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise CatalogError("there is no such file", where=str(path)) from None
    except (OSError, ValueError) as error:
        raise CatalogError(f"cannot be read: {getattr(error, 'strerror', None) or error}", where=str(path)) from None


def _taken_in(stream: IO[bytes], path: Path, name: str) -> Path:
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except OSError as error:
        raise CatalogError(f"cannot be read: {error.strerror}", where=name) from None
    return path


def _unpacked(packed: Path, path: Path, name: str) -> Path:
    try:
        with gzip.open(packed) as stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CatalogError(f"the archive is damaged or no gzip archive: {error}", where=name) from None
    except OSError as error:
        raise CatalogError(f"cannot be unpacked: {error.strerror}", where=name) from None
    return path


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(piece.strip(b"\xef\xbb\xbf \t\r\n") for piece in iter(lambda: file.read(1 << 20), b""))


def _by_look(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PAR1"):
        return "parquet"
    return "json" if head[:1] in (b"{", b"[") else "csv"
