"""What a column's name says: which field it may be, in which language, and what else stands in it.

The words are data, in names.toml.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pimsync.store.product import FIELDS
from pimsync.store.reading.currencies import CODES, SIGNS

#: The marks that have no decomposition of their own.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss", "№": "n"})

#: Units that stand behind a name, as pimsync writes them.
_WEIGHTS = {
    "kg": "kg", "kgs": "kg", "g": "g", "gr": "g", "gram": "g", "grams": "g", "lb": "lb", "lbs": "lb", "oz": "oz",
    "mg": "mg", "кг": "kg", "г": "g",
}  # fmt: skip
_LENGTHS = {"cm": "cm", "mm": "mm", "m": "m", "in": "in", "inch": "in", "inches": "in", "ft": "ft", "см": "cm", "мм": "mm"}  # fmt: skip

#: Languages that a name may end with; `id`, `in`, `is` and `no` are words too often.
_LANGUAGES = frozenset(
    "ar bg ca cs da de el en es et fi fr he hr hu it ja ko lt lv nb nl pl pt ro ru sk sl sr sv tr uk zh".split()
)  # names.toml has their names

_MONEY = ("price", "sale_price", "cost", "others.regular_price", "others.wholesale_price", "others.each_price")
_MEASURED = {"weight": _WEIGHTS, "length": _LENGTHS, "width": _LENGTHS, "height": _LENGTHS}

#: How much a name says: it is known as a whole, as one of several that stand side by side, or a part of it is.
WHOLE, BESIDE, PART = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name may stand for: a field, or one of the `others` (`others.tax`)."""

    field: str
    rank: int = 0  # how common this name is among those for the field; 0 is the most
    languages: frozenset[str] = frozenset()
    strength: int = WHOLE


@dataclass(frozen=True, slots=True)
class Header:
    """A column's name, taken apart."""

    meanings: tuple[Meaning, ...] = ()
    tax: Literal["with", "without"] | None = None
    currency: str | None = None
    unit: str | None = None
    language: str | None = None
    number: int | None = None

    @property
    def other(self) -> str | None:
        """The name of the `others` that this is, where it is surely none of the fields."""
        fields = [meaning.field for meaning in self.meanings]
        return fields[0].removeprefix("others.") if fields and all(f.startswith("others.") for f in fields) else None


@functools.cache
def words() -> dict[str, Any]:
    """names.toml."""
    return tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))


def folded(text: str) -> str:
    """A text as names are compared: without case and accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    return "".join(char for char in plain if not unicodedata.combining(char))


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: parted by blanks and signs, and where a capital follows a small letter."""
    parted = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z][^A-Z]|[A-Z]+$)", " ", unicodedata.normalize("NFKC", name))
    return tuple(re.findall(r"[^\W_]+", folded(parted).replace("#", " number ")))


def parsed(name: str) -> Header:
    """What a column's name says."""
    if meanings := _index().get("".join(tokens(name))):
        return Header(meanings, currency=_sign(name) if meanings[0].field in _MONEY else None)
    if whole := _stripped(name):
        return whole
    pieces = [piece for piece in re.split(r"[/|(),;\[\]]", name) if piece.strip()]
    beside = [found for piece in pieces if (found := _stripped(piece))] if len(pieces) > 1 else []
    fields = {meaning.field for header in beside for meaning in header.meanings[:1]}
    if len(fields) == 1:
        return replace(beside[0], meanings=_with(beside[0].meanings, BESIDE))
    return Header(_with(_within(tokens(name)), PART))


def _with(meanings: Sequence[Meaning], strength: int) -> tuple[Meaning, ...]:
    return tuple(replace(meaning, strength=strength) for meaning in meanings)


def _stripped(name: str) -> Header | None:
    """The name without tax, currency, unit, language and number, where something known is left."""
    apart = re.sub(r"\b(brutto|netto)(?=\w{4})", r"\1 ", name, flags=re.IGNORECASE)  # Bruttopreis
    whole, tax = _without_tax(tokens(apart))
    for rest, header in _shorter(whole, Header(tax=tax, currency=_sign(name))):
        if (meanings := _known(rest)) and _fitting(meanings, header):
            return replace(header, meanings=meanings)
    return None


def _sign(name: str) -> str | None:
    """The currency whose sign stands in a name."""
    return next((code for sign, code in SIGNS.items() if not sign.isalnum() and sign in name), None)


def _shorter(rest: tuple[str, ...], found: Header) -> Iterator[tuple[tuple[str, ...], Header]]:
    """A name, and the name with ever less around what it is about; a language at its end is no filler."""
    if len(rest) > 2 and rest[-2] in _LANGUAGES and len(rest[-1]) in (2, 4):  # en_US, zh_Hans
        yield rest[:-2], replace(found, language=rest[-2])
    if len(rest) > 1 and rest[-1] in _LANGUAGES:
        yield rest[:-1], replace(found, language=rest[-1])
    yield rest, found
    numbers = [int(token) for token in rest if token.isascii() and token.isdigit() and len(token) < 4]
    if numbers:
        rest = tuple(token for token in rest if not token.isdigit())
        found = replace(found, number=numbers[0])
        yield rest, found
    if rest and (match := re.fullmatch(r"(\D+?)([0-9]{1,2})", rest[-1])):
        rest, found = (*rest[:-1], match[1]), replace(found, number=int(match[2]))
        yield rest, found
    if len(rest) < 2:
        return
    for last, others in ((rest[-1], rest[:-1]), (rest[0], rest[1:])):
        if last.upper() in CODES:
            yield others, replace(found, currency=last.upper())
        if last in _WEIGHTS or last in _LENGTHS:
            yield others, replace(found, unit=_WEIGHTS.get(last) or _LENGTHS[last])


def _fitting(meanings: Sequence[Meaning], found: Header) -> bool:
    """Whether what was taken off a name goes with what is left."""
    first = meanings[0].field
    if found.unit and found.unit not in _MEASURED.get(first, {}).values():
        return False
    return not (found.currency and first not in _MONEY)


def _known(rest: tuple[str, ...]) -> tuple[Meaning, ...]:
    """The name as it is, without the fillers at its end, or without all of them."""
    bare = tuple(token for token in rest if token not in _fillers())
    tries = [rest[:end] for end in range(len(rest), 0, -1) if all(one in _fillers() for one in rest[end:])]
    return next((found for one in (*tries, bare) if (found := _index().get("".join(one)))), ())


def _within(rest: tuple[str, ...]) -> tuple[Meaning, ...]:
    """The longest known name within a name."""
    spans = [rest[start:end] for start in range(len(rest)) for end in range(start + 1, len(rest) + 1)]
    for span in sorted(spans, key=lambda span: -len("".join(span))):
        joined = "".join(span)
        if (len(joined) > 3 or not joined.isascii()) and len(span) < len(rest) and (found := _index().get(joined)):
            return found
    return ()


def _without_tax(rest: tuple[str, ...]) -> tuple[tuple[str, ...], Literal["with", "without"] | None]:
    """A name without the longest words that say with or without tax."""
    spans = [(start, end) for start in range(len(rest)) for end in range(start + 1, len(rest) + 1)]
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        tax = _taxes().get("".join(rest[start:end]))
        if tax and end - start < len(rest):
            return rest[:start] + rest[end:], tax
    return rest, None


@functools.cache
def _taxes() -> dict[str, Literal["with", "without"]]:
    """The words for with and without tax, written together."""
    kinds: tuple[tuple[str, Literal["with", "without"]], ...] = (("with_tax", "with"), ("without_tax", "without"))
    return {"".join(tokens(phrase)): kind for key, kind in kinds for one in words()[key].values() for phrase in one}


@functools.cache
def _fillers() -> frozenset[str]:
    return frozenset(token for text in words()["fillers"].values() for token in tokens(text))


@functools.cache
def _index() -> dict[str, tuple[Meaning, ...]]:
    """Every known name, without what parts its words, and what it may stand for."""
    found: dict[str, dict[str, tuple[int, set[str]]]] = defaultdict(dict)

    def add(name: str, field: str, rank: int, language: str) -> None:
        before, languages = found["".join(tokens(name))].get(field, (rank, set()))
        found["".join(tokens(name))][field] = min(rank, before), {*languages, language}

    for group, prefix in (("fields", ""), ("others", "others.")):
        for field, names in words()[group].items():
            for language, listed in names.items():
                for rank, name in enumerate(listed if language != "says" else ()):
                    add(name, prefix + field, rank, language)
    for field, known in FIELDS.items():
        for rank, name in enumerate((field, *known.synonyms)):
            if field != "attributes" and not found["".join(tokens(name))]:
                add(name, field, 50 + rank, "en")
    return {
        name: tuple(Meaning(field, rank, frozenset(languages)) for field, (rank, languages) in meanings.items())
        for name, meanings in found.items()
    }
