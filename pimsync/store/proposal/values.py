"""What a column's values look like: how many are GTINs, prices, web addresses, dates and so on."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from pimsync.store.proposal.names import folded, words
from pimsync.store.reading import choices
from pimsync.store.reading.choices import CHOICES, word_of
from pimsync.store.reading.currencies import CODES, SHARED, SIGNS
from pimsync.store.reading.numbers import NO, YES
from pimsync.store.reading.texts import BLANKS

_ADDRESS = re.compile(r"(?:https?:)?//[^\s/?#]+\.[^\s]+|https?://[^\s/]+/\S*", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|bmp|tiff?|svg|heic)(?:[?#!~&/].*)?$", re.IGNORECASE)
_PICTURE_FILE = re.compile(r"[^\s<>]*\.(?:jpe?g|png|webp|gif|avif|bmp|tiff?)", re.IGNORECASE)
_NUMBER = r"[0-9]{1,3}(?:[ '’.,\u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,4})?|[0-9]*[.,][0-9]{1,6}|[0-9]+[.,]?"
_AMOUNT = re.compile(rf"([^\d\s.,+−-]{{0,4}})\s?({_NUMBER})(?:-|--|–)?\s?([^\d\s]{{0,5}})")
_MEASURE = re.compile(rf"({_NUMBER})\s?([^\W\d_]{{0,5}}\.?|[\"″'′])")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}(?:[.,]0*)?")
_PIECES = re.compile(r"[0-9]{1,9}\s?[^\W\d_]{1,6}\.?")
_MOMENT = re.compile(
    r"(?:[12][0-9]{3}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[12][0-9]{3})(?:[T ].*)?"
)
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_HTML = re.compile(r"</?(?:p|br|div|ul|ol|li|b|strong|span|h[1-6]|table|img|a|em|i)\b[^>]*>", re.IGNORECASE)
_PATH = re.compile(r"\S.*?\s?[>»›]\s?\S")
_SHIPPING = re.compile(r"[A-Z]{2}:[^:]*:[^:]*:\s?[0-9.,]+(?: [A-Z]{3})?.*", re.DOTALL)


#: No word for a choice is longer.
_LONGEST_WORD = 60


class Values:
    """The samples of a column, and how many of them are this or that. What stands for nothing is left out."""

    def __init__(self, samples: Sequence[str]) -> None:
        trimmed = [text for sample in samples if (text := sample.strip(BLANKS))]
        self.nothings = sorted({text for text in trimmed if text.casefold() in _nothings()})
        self.texts = [text for text in trimmed if text.casefold() not in _nothings()]

    def share(self, test: Callable[[str], object]) -> float:
        """How many of the samples pass, 0 to 1."""
        passing = sum(count for text, count in self._counted.items() if test(text))
        return passing / len(self.texts) if self.texts else 0.0

    @functools.cached_property
    def _counted(self) -> Counter[str]:
        """Each text once, and how often it is there."""
        return Counter(self.texts)

    def without(self, test: Callable[[str], object]) -> str:
        """The first sample that does not pass."""
        return next((text for text in self.texts if not test(text)), "")

    @functools.cached_property
    def length(self) -> float:
        """How long they are, on average."""
        return sum(map(len, self.texts)) / len(self.texts) if self.texts else 0.0

    @functools.cached_property
    def kinds(self) -> int:
        """How many different ones there are."""
        return len(self._counted)

    @functools.cached_property
    def gtins(self) -> float:
        """GTINs whose check digit holds."""
        return self.share(is_gtin)

    @functools.cached_property
    def prices(self) -> float:
        """Amounts of money, with a currency or without."""
        return self.share(is_price)

    @functools.cached_property
    def numbers(self) -> float:
        """Numbers, and nothing beside them."""
        return self.share(lambda text: re.fullmatch(rf"[+-]?(?:{_NUMBER})", text))

    @functools.cached_property
    def integers(self) -> float:
        """Whole numbers."""
        return self.share(_INTEGER.fullmatch)

    @functools.cached_property
    def links(self) -> float:
        """Web addresses, or several of them."""
        return self.share(lambda text: _ADDRESS.match(_unlisted(text)))

    @functools.cached_property
    def pictures(self) -> float:
        """Web addresses of images."""
        return self.share(lambda text: _ADDRESS.match(_unlisted(text)) and _PICTURE.search(first_link(text)))

    @functools.cached_property
    def picture_files(self) -> float:
        """Names of image files that are no web addresses."""
        return self.share(lambda text: not _ADDRESS.match(_unlisted(text)) and _PICTURE_FILE.match(text))

    @functools.cached_property
    def nested(self) -> float:
        """Values within values, as JSON."""
        return self.share(lambda text: text.startswith(('{"', "[{", "[[")))

    @functools.cached_property
    def listed(self) -> float:
        """JSON lists."""
        return self.share(lambda text: text.startswith("["))

    @functools.cached_property
    def several_links(self) -> float:
        """Cells with more than one web address."""
        return self.share(lambda text: len(re.findall(r"https?://", text)) > 1)

    @functools.cached_property
    def moments(self) -> float:
        """Dates."""
        return self.share(_MOMENT.fullmatch)

    @functools.cached_property
    def html(self) -> float:
        """Texts with HTML in them."""
        return self.share(_HTML.search)

    @functools.cached_property
    def paths(self) -> float:
        """Category paths: names with signs between them."""
        return self.share(lambda text: len(text) < 300 and _PATH.match(text) and not _HTML.search(text))

    @functools.cached_property
    def shown_currencies(self) -> dict[str, int]:
        """The currencies that stand beside amounts, the most frequent first; a sign that several use is left out."""
        found: dict[str, int] = {}
        for text in self.texts:
            if code := shown_currency(text):
                found[code] = found.get(code, 0) + 1
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    @functools.cached_property
    def shared_currencies(self) -> tuple[str, ...]:
        """The currencies that a sign beside the amounts can mean, where several use it."""
        sides = (
            side.casefold()
            for text in self._counted
            if (match := _AMOUNT.fullmatch(text))
            for side in (match[1], match[3])
        )
        return next((SHARED[side] for side in sides if side in SHARED), ())

    def measures(self, units: Mapping[str, Sequence[str]]) -> float:
        """Numbers with one of the units, or with none."""
        known = {spelling for unit, others in units.items() for spelling in (unit, *others)}

        def is_measure(text: str) -> bool:
            match = _MEASURE.fullmatch(text.casefold())
            return bool(match and (not match[2] or match[2].rstrip(".") in known))

        return self.share(is_measure)


def first_link(text: str) -> str:
    """The first web address of a cell."""
    return re.split(r"[\s,;|\"\]]+(?=https?:|$)|\s", _unlisted(text), maxsplit=1)[0]


def _unlisted(text: str) -> str:
    """A cell's text from its first item on, where it is a JSON list of texts."""
    return text[2:] if text.startswith('["') else text


def is_gtin(text: str) -> bool:
    """Whether a text is a GTIN, as pimsync reads it: guards and blanks do not count, the check digit does."""
    digits = bare_digits(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14) and int(digits)):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def is_long_gtin(text: str) -> bool:
    """A GTIN of 12 digits or more: no short number passes by chance."""
    return is_gtin(text) and len(bare_digits(text)) > 8


def bare_digits(text: str) -> str:
    """The number in a code: without a spreadsheet's guards, blanks and dashes."""
    guarded = re.fullmatch(r"=\"(.*)\"|'([0-9]+)", text)
    if guarded:
        text = guarded[1] or guarded[2] or ""
    return re.sub(r"[ \-\u00a0\u2010-\u2015]", "", re.sub(r"(?<=[0-9]{6})\.0$", "", text))


def is_code_shape(text: str) -> bool:
    """Whether a text has as many digits as a GTIN."""
    digits = bare_digits(text)
    return digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14)


def is_scientific(text: str) -> bool:
    """5.90123E+12: what a spreadsheet leaves of a long number."""
    return bool(_SCIENTIFIC.fullmatch(text))


def is_price(text: str) -> bool:
    """Whether a text is an amount: a number, and beside it nothing or a currency."""
    match = _AMOUNT.fullmatch(text)
    return bool(match) and all(_is_money(side) for side in (match[1], match[3]) if side) if match else False


def is_pieces(text: str) -> bool:
    """`5 pcs`: a number with a word behind it."""
    return bool(_PIECES.fullmatch(text) or _INTEGER.fullmatch(text))


def is_shipping(text: str) -> bool:
    """`US:CA:Ground:9.99 USD`."""
    return bool(_SHIPPING.fullmatch(text) or text.startswith(("[{", "{")))


def is_currency(text: str) -> bool:
    """A code, or a sign of one currency."""
    return text.upper() in CODES or text.casefold().rstrip(".") in SIGNS


def shown_currency(text: str) -> str | None:
    """The currency that stands beside an amount."""
    match = _AMOUNT.fullmatch(text)
    for side in (match[1], match[3]) if match else ():
        word = side.casefold().rstrip(".")
        if word.upper() in CODES:
            return word.upper()
        if word in SIGNS:
            return SIGNS[word]
    return None


def _is_money(word: str) -> bool:
    bare = word.casefold().rstrip(".")
    return bare.upper() in CODES or bare in SIGNS or bare in SHARED


def is_boolean(text: str) -> bool:
    """yes, no, 1, 0 and so on, as pimsync reads them."""
    return text.casefold() in (*YES, *NO, "1.0", "0.0")


def chosen(field: str, text: str) -> str | None:
    """The value of a choice that a text stands for, as pimsync reads it by itself."""
    if len(text) > _LONGEST_WORD:
        return None
    word = word_of(text)
    for value, others in CHOICES[field].items():
        if word in (value.replace("_", ""), *others):
            return value
    return None


def worded(field: str, text: str) -> str | None:
    """The value of a choice that a text stands for in any language."""
    return _worded(field).get(folded(text).rstrip(".!")) if len(text) <= _LONGEST_WORD else None


def same_language(field: str, texts: Iterable[str]) -> dict[str, list[str]]:
    """All words for the values of a choice, of the language in which these texts are."""
    folded_texts = {folded(text).rstrip(".!") for text in texts}
    values: dict[str, dict[str, list[str]]] = choices.words().get(field, {})
    for language in words()["languages"] if folded_texts else ():
        known = {
            value: [word.lower() for word in by_language.get(language, ())] for value, by_language in values.items()
        }
        if folded_texts <= {folded(word) for listed in known.values() for word in listed}:
            return {value: listed for value, listed in known.items() if listed}
    return {}


@functools.cache
def _worded(field: str) -> dict[str, str]:
    listed = choices.words().get(field, {})
    return {
        folded(word): value
        for value, languages in listed.items()
        for language in languages.values()
        for word in language
    }


@functools.cache
def _nothings() -> frozenset[str]:
    return frozenset(words()["nothing"]["words"])
