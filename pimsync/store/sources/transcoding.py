"""Text files written anew as UTF-8, in a stream; nothing that cannot be decoded goes unseen."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pimsync.errors import CatalogError
from pimsync.store.sources.encoding import GUESSES, PIECE, Encoding, decodes, pieces
from pimsync.store.sources.languages import likelihood
from pimsync.store.sources.source import File, Notice

#: No byte of UTF-8: stands where a byte could not be decoded, so that whoever reads the record knows.
_SPOILED = "\udcff"
_SPOILED_BYTES = "pimsync.spoiled"
codecs.register_error(_SPOILED_BYTES, lambda error: (_SPOILED, getattr(error, "end", 0)))


def in_utf8(file: File, encoding: Encoding) -> File:
    """A file of text as UTF-8: as it is where it is that already, else written anew; a guess is said.

    Raises:
        CatalogError: it was said to be UTF-16 or UTF-32, and nothing says which byte comes first.
    """
    if encoding.codec == "utf_8":
        return replace(file, sure=encoding.sure)
    path = file.work / "text"
    try:
        transcoded(file.path, encoding, path)
    except UnicodeError:
        raise CatalogError(
            f"this is no {encoding.label.partition(' (')[0]} text: it has no byte order mark",
            where=file.name,
            hint=f"leave `encoding` out, or write {encoding.codec}_le or {encoding.codec}_be",
        ) from None
    said = (Notice("file/encoding", encoding.label),) if encoding.guessed else ()
    return replace(
        file, path=path, notices=(*file.notices, *said), encoding=encoding.codec, guessed=encoding.guessed, sure=True
    )


def transcoded(path: Path, encoding: Encoding, to: Path) -> None:
    """Put a file down as UTF-8. Where a byte means nothing there is one that is no UTF-8, so that the record is found."""
    with to.open("wb") as out:
        for text in _mixed(path, encoding.codec) if encoding.mixed else _decoded(path, encoding.codec):
            out.write(text.encode("utf-8", "surrogateescape"))


def _decoded(path: Path, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(_SPOILED_BYTES)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield decoder.decode(piece)
    yield decoder.decode(b"", True)


def _mixed(path: Path, codec: str) -> Iterator[str]:
    """The lines of a file; those that are UTF-8 among others in another encoding are spoiled."""
    for piece in pieces(path):
        if piece.isascii():
            yield piece.decode("ascii")
            continue
        for line in piece.splitlines(keepends=True):
            text = line.decode(codec, _SPOILED_BYTES)
            yield _spoiled(line.decode()) if not line.isascii() and _rather_utf8(line, text, codec) else text


def _rather_utf8(line: bytes, text: str, codec: str) -> bool:
    """Whether a line makes better words as UTF-8 than in the encoding of the other lines."""
    return decodes(line) and likelihood(line.decode(), GUESSES[codec]) > likelihood(text, GUESSES[codec])


def _spoiled(line: str) -> str:
    place = next(place for place, character in enumerate(line) if character > "\x7f")
    return line[: place + 1] + _SPOILED + line[place + 1 :]
