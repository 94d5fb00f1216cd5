"""The bytes of an XML file as a parser wants them, and what it says of them in people's words."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.entities import name2codepoint
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.errors import CatalogError
from pimsync.store.sources.source import File

if TYPE_CHECKING:
    from xml.parsers.expat import ExpatError

CHUNK = 1 << 20

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")

_MARKS = {
    codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le", b"\0<": "utf-16-be",
}  # fmt: skip


def in_utf8(file: File, encoding: str | None) -> Path:
    """The file in UTF-8: itself, or a copy of it.

    Args:
        encoding: the one to go by; else the one that the file declares.

    Raises:
        CatalogError: it is not in the encoding that it should be in.
    """
    with file.path.open("rb") as opened:
        head = opened.read(1024)
    by_marks = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    declared = _DECLARED.match(head)
    name = encoding or by_marks or (declared[1].decode() if declared else "utf-8")
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise CatalogError(
            f"pimsync does not know the encoding {name!r}",
            where=f"{file.name}, line 1",
            hint='say which it is: encoding = "cp1250" under [catalog] in pimsync.toml',
        ) from None
    if known in ("utf-8", "ascii") or (known.startswith("utf-16") and not by_marks and not encoding):
        return file.path
    return _copied(file, known)


def _copied(file: File, encoding: str) -> Path:
    copy = file.work / "transcoded.xml"
    line = 1
    with (
        file.path.open("r", encoding=encoding, newline="") as opened,
        copy.open("w", encoding="utf-8", newline="") as to,
    ):
        while True:
            try:
                piece = opened.read(CHUNK)
            except UnicodeError:
                raise CatalogError(
                    f"this is no {encoding} text, though it is said to be",
                    where=f"{file.name}, after line {line}",
                    hint='say which encoding it has: encoding = "utf-8" under [catalog] in pimsync.toml',
                ) from None
            if not piece:
                return copy
            line += piece.count("\n")
            to.write(piece)


def chunks(path: Path, size: int = CHUNK) -> Iterator[bytes]:
    """The file's bytes, without the blanks above an XML declaration: no parser takes those."""
    with path.open("rb") as file:
        first = file.read(size)
        yield first[len(_above(first)) :]
        while piece := file.read(size):
            yield piece


def _above(head: bytes) -> bytes:
    """What stands above an XML declaration, or the byte order mark."""
    body = head.removeprefix(codecs.BOM_UTF8)
    if body.lstrip().startswith(b"<?xml"):
        body = body.lstrip()
    return head[: len(head) - len(body)]


def broken(error: ExpatError, parser: Any, file: File, path: Path) -> CatalogError:
    """What a parser stumbles over, with the place in the file and the way out."""
    with path.open("rb") as opened:
        above = _above(opened.read(CHUNK))
        at = len(above) + max(0, parser.ErrorByteIndex)
        opened.seek(max(0, at - _NEAR))
        before = opened.read(at - max(0, at - _NEAR))
        here = opened.read(_NEAR)
    message, hint, further = _said(error.code, before, here)
    line, column = error.lineno + above.count(b"\n"), error.offset + 1 + further
    return CatalogError(
        f"this is no whole XML: {message}", where=f"{file.name}, line {line}, column {column}", hint=hint
    )


#: How much is looked at around the place that a parser stumbles over.
_NEAR = 1_000

_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)(\w+);")
_CLOSED = re.compile(rb"</([^\s>/]+)")


def _said(code: int, before: bytes, here: bytes) -> tuple[str, str | None, int]:
    """What is wrong, what to do, and how many characters behind the place it is."""
    from xml.parsers.expat import errors

    what = errors.messages.get(code, "")
    if what == errors.XML_ERROR_UNDEFINED_ENTITY and (entity := _ENTITY.search(here)):
        name = entity[1].decode()
        instead = f", or &#{name2codepoint[name]};" if name in name2codepoint else ""
        further = len(here[: entity.start()].decode("utf-8", "replace"))
        return f"&{name}; is known to web pages, and not to XML", f"write the character itself{instead}", further
    if what == errors.XML_ERROR_INVALID_TOKEN:
        return _token(before, here)
    if what == errors.XML_ERROR_TAG_MISMATCH and (tag := _CLOSED.search(before[-2:] + here)):
        return f"</{tag[1].decode('utf-8', 'replace')}> closes an element that is not the open one", None, 0
    return _SAID.get(what, what or "it cannot be read"), None, 0


_SAID = {
    "syntax error": "it does not begin with an element",
    "reference to invalid character number": "a number stands for what is no character",
    "junk after document element": "something stands behind its end",
    **dict.fromkeys(
        ("no element found", "unclosed token", "unclosed CDATA section", "partial character"), "the file breaks off"
    ),
}


def _token(before: bytes, here: bytes) -> tuple[str, str | None, int]:
    """What stands where nothing of the kind may stand."""
    try:
        here.decode()
        bad = len(here)
    except UnicodeDecodeError as error:
        bad = error.start if error.start < len(here) - 3 or error.reason != "unexpected end of data" else len(here)
    if bad < 4:
        say = 'if the file is in another encoding, say so: encoding = "cp1250" under [catalog] in pimsync.toml'
        return f"the byte {here[bad]:02X} is no UTF-8 text", say, len(here[:bad].decode())
    if here[0] < 0x20 and here[:1] not in (b"\t", b"\r", b"\n"):
        return f"there is a control character, {here[0]:02X}", "take it out", 0
    near = before[-40:] + here[:1]
    ampersand, tag = near.rfind(b"&"), near.rfind(b"<")
    if ampersand > tag and b";" not in near[ampersand:]:
        behind = len(near[ampersand : len(near) - 1].decode("utf-8", "replace"))
        return "an & stands for itself", "write &amp;, or put the text in <![CDATA[…]]>", -behind
    return "a < or another sign stands for itself", "write &lt; for <, or put the text in <![CDATA[…]]>", 0
