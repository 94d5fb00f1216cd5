"""Packed catalogs: gzip, and ZIP archives that hold one file."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from pimsync.errors import CatalogError

GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"

#: What an archive may unpack to: so many times its size, or so many bytes where that is more.
_RATIO, _ANYWAY = 200, 256 * 1024 * 1024

_PIECE = 1 << 20


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def ungzipped(packed: Path, path: Path, name: str) -> Path:
    """Unpack a gzip archive.

    Raises:
        CatalogError: it is damaged, or unpacks to more than any catalog does.
    """
    try:
        with gzip.open(packed) as stream:
            return _unpacked(stream, packed, path, name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CatalogError(f"the archive is damaged or no gzip archive: {error}", where=name) from None
    except OSError as error:
        raise CatalogError(f"cannot be unpacked: {error.strerror}", where=name) from None


def workbook(path: Path) -> str | None:
    """The format of a workbook, by what its ZIP archive holds; None for any other archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
                return "xlsx"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.open("mimetype").read(100):
                return "ods"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error):
        pass
    return None


def unzipped(packed: Path, path: Path, name: str) -> tuple[Path, str]:
    """Unpack the one file of a ZIP archive; with its name there.

    Raises:
        CatalogError: there is none, there are several, or it cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and not _beside(one.filename)]
            if len(members) != 1:
                listed = ", ".join(PurePosixPath(one.filename).name for one in members[:6])
                said = f"the archive holds {len(members)} files: {listed}" if members else "the archive holds no file"
                raise CatalogError(
                    said, where=name, hint="put the catalog's file alone into it, or name the file unpacked"
                )
            with archive.open(members[0]) as stream:
                return _unpacked(stream, packed, path, name), PurePosixPath(members[0].filename).name
    except RuntimeError:
        raise CatalogError("the archive is locked with a password", where=name, hint="unpack it") from None
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise CatalogError(f"the archive is damaged or no ZIP archive: {error}", where=name) from None
    except OSError as error:
        raise CatalogError(f"cannot be unpacked: {error.strerror}", where=name) from None


def _beside(name: str) -> bool:
    """What a computer puts beside a file: resource forks, hidden files."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def _unpacked(stream: _Stream, packed: Path, path: Path, name: str) -> Path:
    most = max(_ANYWAY, _RATIO * packed.stat().st_size)
    written = 0
    with path.open("wb") as file:
        while piece := stream.read(_PIECE):
            written += len(piece)
            if written > most:
                raise CatalogError(f"the archive unpacks to more than {_RATIO} times its size", where=name)
            file.write(piece)
    return path
