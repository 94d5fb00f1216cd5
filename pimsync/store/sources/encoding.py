"""What the bytes of a text file mean: UTF-8, or an encoding that is said or guessed."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from encodings.aliases import aliases
from pathlib import Path

from pimsync.errors import CatalogError
from pimsync.store.sources.languages import likelihood

_LATIN = ("en", "de", "fr", "it", "es", "pt", "nl", "sv", "da", "is")
_CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "de")

#: The encodings that a guess can come to, the likelier first, and the languages that are written in them.
GUESSES = {
    "cp1252": _LATIN, "cp1250": _CENTRAL, "cp1251": ("ru", "uk", "bg", "sr"), "iso8859_2": _CENTRAL, "cp932": ("ja",),
    "euc_jp": ("ja",), "gb18030": ("zh",), "big5": ("zh_tw",), "cp949": ("ko",), "cp1253": ("el",), "iso8859_7": ("el",),
    "cp1254": ("tr",), "cp1255": ("he",), "cp1256": ("ar",), "cp1257": ("lt", "lv", "et"), "iso8859_15": _LATIN,
    "iso8859_5": ("ru", "bg", "sr"), "koi8_u": ("ru", "uk"), "cp874": ("th",), "cp866": ("ru",), "cp850": _LATIN,
    "cp852": ("pl", "cs", "sk", "hu"), "mac_roman": _LATIN,
}  # fmt: skip

#: How much more than the others those must explain that are met less often, and those that hardly ever are.
_LESS, _HARDLY = 3, 10
_PRIOR = dict.fromkeys(("cp1252", "cp1250", "cp1251", "cp1254", "cp932"), 0) | dict.fromkeys(
    ("cp874", "cp866", "cp850", "cp852", "mac_roman"), _HARDLY
)

#: What people call an encoding, where that is not what Python calls it.
_LABELS = {
    "cp932": "Shift-JIS", "cp949": "EUC-KR", "mac_roman": "Mac Roman", "cp866": "DOS 866", "cp852": "DOS 852", "cp850": "DOS 850",
}  # fmt: skip

#: Encodings that are read as the larger one that programs write under their name.
_WIDER = {
    "iso8859_1": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
    "utf_8_sig": "utf_8",
}  # fmt: skip

_MARKS = (
    (b"\xef\xbb\xbf", "utf_8"), (b"\xff\xfe\0\0", "utf_32"), (b"\0\0\xfe\xff", "utf_32"), (b"\xff\xfe", "utf_16"),
    (b"\xfe\xff", "utf_16"),
)  # fmt: skip

#: Codecs that Python has and no file is written in.
_NO_TEXT = (
    "base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec", "mbcs", "oem", "base64",
    "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape",
)  # fmt: skip

PIECE = 1 << 20
#: How much of a file is looked at before it is taken for UTF-8: its first bytes, and so many places further on.
_HEAD, _PLACES, _PLACE = 4 << 20, 24, 1 << 16
#: How many different words are looked at to guess an encoding, and how many lines, of what length.
_WORDS, _LINES, _LONG = 1_000, 200, 1_000
#: After so many lines there are no new words to be expected.
_ENOUGH = 20_000

#: Below this, what comes out is no text.
_NO_WORDS = -7.0

#: What stands between words, in names, lists and pages.
_APART = re.compile(rb"[\x00-\x20,;|\"<>()/]+")
_ASCII = bytes(range(0x80))
#: What is left at the start of a place of a character that starts before it.
_CUT = re.compile(rb"[\x80-\xbf]{1,3}")


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a file is written in: Python's name, whether that is a guess, whether there are lines of UTF-8 in it.

    It is `sure` where every byte was looked at, or somebody said it.
    """

    codec: str = "utf_8"
    guessed: bool = False
    mixed: bool = False
    sure: bool = True

    @property
    def label(self) -> str:
        """What people call it, and what Python does."""
        said = re.sub(r"^cp125(\d)$", r"Windows-125\1", self.codec)
        said = said.upper().replace("ISO8859", "ISO-8859").replace("_", "-") if said == self.codec else said
        return f"{_LABELS.get(self.codec, said)} ({self.codec})"


def named(name: str) -> Encoding:
    """The encoding that people call this.

    Raises:
        CatalogError: there is none.
    """
    plain = re.sub(r"[^a-z0-9]+", "_", name.strip().lower())
    plain = re.sub(r"^win(?:dows)?_?(125\d)$", r"cp\1", plain)
    try:
        found = re.sub(r"[^a-z0-9]+", "_", codecs.lookup(plain).name)
        if found not in _NO_TEXT:
            codec = aliases.get(found, found)
            return Encoding(_WIDER.get(codec, codec))
    except (LookupError, ValueError):
        pass
    near = _near(plain)
    hint = f"did you mean {' or '.join(near)}?" if near else "write its name as Python has it: cp1250, utf_16, cp932"
    raise CatalogError(f"there is no encoding {name!r}", where="encoding", hint=hint)


def _near(name: str) -> list[str]:
    """The names of encodings that are most like this one, the likelier ones first."""
    known = dict.fromkeys([*GUESSES, "utf_8", "utf_16", *(one for one in aliases if aliases[one] not in _NO_TEXT)])
    alike = {one: difflib.SequenceMatcher(None, name, one).ratio() for one in known}
    best = max(alike.values())
    return [one for one in alike if alike[one] == best][:3] if best > 0.75 else []


def encoding_of(path: Path) -> Encoding:
    """What a text file is written in, by its bytes."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec)
    wide = _wide(head)
    if wide:
        return Encoding(wide, guessed=True)
    if (b"\x1b$" in head or b"\x1b(J" in head) and head.isascii():
        return Encoding("iso2022_jp", guessed=True)
    if all(map(is_utf8, _samples(path, head))):
        return Encoding(sure=len(head) < _HEAD)
    return looked_through(path)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain text is zero."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 4:
        return None
    for zeros, others, codec in ((odd, even, "utf_16_le"), (even, odd, "utf_16_be")):
        if zeros.count(0) > 0.6 * len(zeros) and others.count(0) < 0.05 * len(others):
            return codec
    return None


def _samples(path: Path, head: bytes) -> Iterator[bytes]:
    """The first megabytes of a file, and places all over the rest of it."""
    yield head
    size = path.stat().st_size
    if size <= len(head):
        return
    with path.open("rb") as file:
        for place in range(1, _PLACES + 1):
            file.seek(len(head) + (size - len(head)) * place // _PLACES - _PLACE)
            cut = _CUT.match(piece := file.read(_PLACE))
            yield piece[cut.end() :] if cut else piece


def is_utf8(piece: bytes) -> bool:
    """Whether a piece of a file is UTF-8; a character that is cut off at its end does not count."""
    try:
        codecs.utf_8_decode(piece, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def decodes(line: bytes) -> bool:
    """Whether a line is UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def looked_through(path: Path) -> Encoding:
    """What a file is written in that is not all UTF-8: every line is looked at.

    Lines that are no UTF-8 in a file whose other lines are make no other encoding of it.
    """
    good = bad = 0
    words: dict[bytes, None] = {}
    sample: list[bytes] = []
    for piece in pieces(path):
        if piece.isascii():
            continue
        for line in piece.splitlines():
            if line.isascii():
                continue
            if decodes(line):
                good += 1
            else:
                bad += 1
                if bad < _ENOUGH and len(words) < _WORDS:
                    words.update(dict.fromkeys(words_of(line)))
                if len(sample) < _LINES:
                    sample.append(line.lstrip(_ASCII)[:_LONG])
    if not bad:
        return Encoding()
    if good >= bad:
        return Encoding()
    codec = guess(b" ".join(words), b"\n".join(sample))
    return Encoding(codec, guessed=True, mixed=bool(good)) if codec else Encoding()


def words_of(line: bytes) -> list[bytes]:
    """The words of a line that have bytes beyond ASCII."""
    return [word[:_LONG] for word in _APART.split(line) if not word.isascii()]


def guess(words: bytes, lines: bytes) -> str | None:
    """The encoding in which a sample is likeliest to be words of a language; None where it is in none.

    Args:
        words: for encodings of one byte a character.
        lines: for those of several: a part of a character can be a delimiter there.
    """
    scores = {codec: _score(lines if codec in _MULTIBYTE else words, codec) for codec in GUESSES}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] > _NO_WORDS else None


_MULTIBYTE = ("cp932", "euc_jp", "gb18030", "big5", "cp949")


def _score(sample: bytes, codec: str) -> float:
    """How likely a sample is in an encoding, for each of its bytes beyond ASCII."""
    found = likelihood(sample.decode(codec, "replace"), GUESSES[codec]) - _PRIOR.get(codec, _LESS)
    return found / max(1, sum(byte > 0x7F for byte in sample))


def pieces(path: Path) -> Iterator[bytes]:
    """A file in pieces that end where a line does, unless a line is longer than 64 MB."""
    with path.open("rb") as file:
        rest = b""
        while piece := file.read(PIECE):
            rest += piece
            end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1
            if end or len(rest) >= 64 * PIECE:
                yield rest[: end or len(rest)]
                rest = rest[end:] if end else b""
        if rest:
            yield rest
