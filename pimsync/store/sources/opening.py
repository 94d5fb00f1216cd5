"""Opening a source: paths, a glob, standard input, a URL or a database; unpacked, as UTF-8, and what format each file has."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import IO

from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.database import file_of, is_database
from pimsync.store.sources.encoding import Encoding, encoding_of, named
from pimsync.store.sources.looks import CALLED, SUFFIXES, TEXTS, format_of
from pimsync.store.sources.remote import fetched, scheme
from pimsync.store.sources.source import File, Notice
from pimsync.store.sources.transcoding import in_utf8
from pimsync.store.sources.unpacking import EMPTY_ZIP, GZIP, ZIP, ungzipped, unzipped, workbook

_STDIN = "standard input"


def opened(given: Input, folder: Path, work: Path) -> list[tuple[File, str]]:
    """The files of a source in their order, ready to be read, and the format of each.

    Files of delimited text and JSON are UTF-8, whatever they were. What was found out about a file is in its `notices`.

    Args:
        folder: where relative paths start.
        work: where the files that have to be unpacked or written anew are put, one folder a file where there are several.

    Raises:
        CatalogError: there is no such file, it is empty, or it is not what its name says.
    """
    said = named(given.encoding) if given.encoding is not None else None
    if given.source == "-":
        return [_ready(_taken_in(sys.stdin.buffer, work / "source"), _STDIN, given, said, work)]
    if is_database(given.source):
        return [(file_of(given.source, folder, work), "sql")]
    if scheme(given.source):
        path, name = fetched(given.source, work)
        return [_ready(path, name, given, said, work)]
    paths = _paths(given.source, folder)
    if len(paths) == 1:
        return [_ready(path, name, given, said, work) for name, path in paths.items()]
    files = []
    for number, (name, path) in enumerate(paths.items(), 1):
        (work / str(number)).mkdir(exist_ok=True)
        files.append(_ready(path, name, given, said, work / str(number)))
    return files


def _paths(source: str, folder: Path) -> dict[str, Path]:
    """The files that a path or a glob names, by what people call them, `2` before `10`."""
    whole = folder / source
    if not any(sign in source for sign in "*?[") or _exists(whole):
        _there(whole, source)
        return {source: whole}
    anchor = Path(source).anchor
    base = Path(anchor) if anchor else folder
    try:
        found = {
            one.relative_to(base).as_posix(): one for one in base.glob(source.removeprefix(anchor)) if one.is_file()
        }
    except (OSError, ValueError) as error:
        raise CatalogError(f"cannot be looked for: {error}", where=str(whole)) from None
    shown = {anchor + name: one for name, one in found.items() if not one.name.startswith(".")}
    if not shown:
        raise CatalogError("no file matches", where=str(whole))
    for name, one in shown.items():
        _there(one, name)
    return {name: shown[name] for name in sorted(shown, key=_natural)}


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _natural(name: str) -> list[tuple[int, str]]:
    """A name as people sort it: the numbers in it count as numbers."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"([0-9]+)", name) if piece]


def _there(path: Path, name: str) -> None:
    try:
        if path.is_dir():
            raise CatalogError(
                "this is a folder", where=name, hint=f"name the catalog's file, or {name.rstrip('/')}/*.csv"
            )
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise CatalogError("there is no such file", where=str(path)) from None
    except (OSError, ValueError) as error:
        raise CatalogError(f"cannot be read: {getattr(error, 'strerror', None) or error}", where=str(path)) from None


def _taken_in(stream: IO[bytes], path: Path) -> Path:
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except OSError as error:
        raise CatalogError(f"cannot be read: {error.strerror}", where=_STDIN) from None
    return path


def _ready(path: Path, name: str, given: Input, said: Encoding | None, work: Path) -> tuple[File, str]:
    """A file unpacked and in UTF-8, and its format."""
    inner = "" if name == _STDIN else Path(name).name
    if _starts(path, GZIP):
        path, inner = ungzipped(path, work / "unpacked", name), re.sub(r"\.gz$", "", inner, flags=re.IGNORECASE)
    elif inner.lower().endswith(".gz"):
        raise CatalogError("this is no gzip archive", where=name)
    if (_starts(path, ZIP) or _starts(path, EMPTY_ZIP)) and not workbook(path):
        path, inner = unzipped(path, work / "unzipped", name)
    if not path.stat().st_size or _blank(path):
        raise CatalogError("the catalog is empty", where=name)
    suffix = Path(inner).suffix.lower()
    format_ = given.format or format_of(path, name, suffix)
    notices = () if given.format else _otherwise(suffix, format_)
    file = File(path, name, work, notices)
    return (in_utf8(file, said or encoding_of(path)) if format_ in TEXTS else file), format_


def _otherwise(suffix: str, format_: str) -> tuple[Notice, ...]:
    """What to say where a file's name says one format and its content another."""
    said = SUFFIXES.get(suffix)
    if not said or CALLED[said] == CALLED[format_] or {said, format_} <= {"json", "jsonl"}:
        return ()
    return (Notice("file/format", f"{CALLED[format_]}, although its name ends in {suffix}"),)


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(piece.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0") for piece in iter(lambda: file.read(1 << 20), b""))
