"""Whether a column's values can be a field's: one function a kind of field, each giving a verdict and the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pimsync.engine import ident, text
from pimsync.store.proposal.column import ColumnLook
from pimsync.store.proposal.names import WHOLE, Header
from pimsync.store.proposal.values import (
    Values,
    bare_digits,
    chosen,
    is_boolean,
    is_code_shape,
    is_currency,
    is_gtin,
    is_long_gtin,
    is_pieces,
    is_price,
    is_scientific,
    is_shipping,
    same_language,
    worded,
)
from pimsync.store.reading.choices import LENGTH_UNITS, WEIGHT_UNITS
from pimsync.words import shown

#: Verdicts: it cannot be; nothing against it; it looks like it; it can hardly be anything else.
NO, POSSIBLE, TYPICAL, PROOF = -1, 0, 1, 2

#: How many values of a column named price have to be one; the others say that one has to ask.
_MOST_PRICES = 0.8

#: What is said of a column without any value.
EMPTY = "empty in what was looked at"

#: What is said of JSON in a column.
NESTED = "its values are lists of several things: an expression takes them apart, with ->> '$.…'"


@dataclass(frozen=True, slots=True)
class Fit:
    """A verdict, and the sentence that gives its reason; `expression` where the column alone will not do."""

    verdict: int
    why: str = ""
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column with all that is known of it."""

    look: ColumnLook
    header: Header
    values: Values
    place: int = 0

    @property
    def name(self) -> str:
        """What the source calls it."""
        return self.look.name

    @property
    def sql(self) -> str:
        """The column in an expression, without the words that stand for nothing."""
        if not self.values.nothings:
            return ident(self.name)
        if len(self.values.nothings) == 1:
            return f"nullif({ident(self.name)}, {text(self.values.nothings[0])})"
        listed = ", ".join(map(text, self.values.nothings))
        return f"case when {ident(self.name)} not in ({listed}) then {ident(self.name)} end"


Judge = Callable[[str, Column], Fit]


def fit(field: str, column: Column) -> Fit:
    """What the values say to the field. A column without any says nothing."""
    if not column.values.texts:
        return Fit(POSSIBLE, EMPTY)
    if column.values.nested > 0.3 and field not in ("details", "shipping"):
        return Fit(NO, NESTED)
    return JUDGES[field](field, column)


def _says(column: Column, test: Callable[[str], object], what: str) -> str:
    """`3 of 200 values looked at are no prices, such as "ask"`."""
    passing = round(column.values.share(test) * len(column.values.texts))
    wrong = len(column.values.texts) - passing
    example = shown(column.values.without(test), 30)
    return f'{wrong} of {len(column.values.texts)} values looked at are no {what}, such as "{example}"'


def _code(field: str, column: Column) -> Fit:
    values = column.values
    if values.length > 80 or values.html > 0.1 or values.share(lambda t: "\n" in t) > 0.1:
        return Fit(NO, "its values are texts, not codes")
    if field != "mpn" and values.links > 0.5:
        return Fit(NO, "its values are web addresses")
    if values.share(is_scientific) > 0.2:
        return Fit(NO, f'a spreadsheet has cut its numbers, such as "{values.texts[0]}"')
    if field == "sku":
        return _key(column)
    return Fit(TYPICAL if values.length <= 40 else POSSIBLE)


def _key(column: Column) -> Fit:
    if column.look.is_key:
        return Fit(TYPICAL, "each record has its own")
    if len(column.values.texts) > 4 and column.look.distinct < 0.5:
        return Fit(NO, "its values repeat, so that it tells no records apart")
    if column.look.filled < 0.5:
        return Fit(POSSIBLE, f"only {column.look.filled:.0%} of the records have one")
    return Fit(POSSIBLE, "not every record has its own: the others are reported")


def _gtin(field: str, column: Column) -> Fit:
    values = column.values
    if values.share(is_scientific) > 0.2:
        return Fit(NO, f'a spreadsheet has cut its numbers, such as "{values.without(lambda t: not is_scientific(t))}"')
    shaped = values.share(is_code_shape)
    if values.gtins < 0.5 or (values.gtins < 0.9 and shaped < 0.5):
        return Fit(NO, _says(column, is_gtin, "GTINs"))
    why = f"{round(values.gtins * len(values.texts))} of {len(values.texts)} values looked at are GTINs"
    verdict = PROOF if values.share(is_long_gtin) > 0.9 else TYPICAL
    if shaped > 0.9:  # the few others are slips, which a report should name
        return Fit(verdict, why)
    bare = f"digits({ident(column.name)})"
    only = f"case when regexp_full_match({bare}, '[0-9]{{8}}|[0-9]{{12,14}}') then {ident(column.name)} end"
    wrong = shown(values.without(is_code_shape), 20)
    return Fit(verdict, f'{why}; what has another number of digits, such as "{wrong}", is not taken', only)


def _brand(field: str, column: Column) -> Fit:
    values = column.values
    if values.numbers > 0.8:
        return Fit(NO, "its values are numbers, no names")
    if values.links > 0.3 or values.length > 60 or values.html > 0.1:
        return Fit(NO, "its values are no names")
    return Fit(TYPICAL if column.look.distinct < 0.8 or len(values.texts) < 20 else POSSIBLE)


def _title(field: str, column: Column) -> Fit:
    values = column.values
    if values.numbers > 0.8:
        return Fit(NO, "its values are numbers, no names")
    if values.links > 0.3:
        return Fit(NO, "its values are web addresses")
    if values.length > 400 or values.html > 0.8:
        return Fit(NO, "its values are long texts")
    return Fit(TYPICAL if values.length > 3 else POSSIBLE)


def _description(field: str, column: Column) -> Fit:
    values = column.values
    if values.numbers > 0.5 or values.links > 0.5:
        return Fit(NO, "its values are no texts")
    if values.length > 150 and values.html > 0.5 and values.kinds > 1 and column.look.filled > 0.5:
        return Fit(PROOF, "long texts with HTML")
    return Fit(TYPICAL if values.length > 30 else POSSIBLE)


def _link(field: str, column: Column) -> Fit:
    values = column.values
    if values.links < 0.8:
        return _no_link(column)
    if field in ("image", "images"):
        why = "web addresses of images" if values.pictures > 0.5 else "web addresses"
        return Fit(PROOF if values.pictures > 0.8 else TYPICAL, why)
    if values.pictures > 0.5 and field != "videos":
        return Fit(NO, "its web addresses are those of images")
    own = values.pictures == 0 and column.look.distinct > 0.5 and values.share(lambda t: "/" in t.split("//", 1)[-1]) > 0.9  # fmt: skip
    return Fit(PROOF if own and field == "url" else TYPICAL, "web addresses")


def _no_link(column: Column) -> Fit:
    sample = shown(column.values.texts[0], 40)
    if column.values.picture_files > 0.5:
        return Fit(NO, f'names of image files without their web address, such as "{sample}"')
    return Fit(NO, f'its values are no web addresses, such as "{sample}"')


def _category(field: str, column: Column) -> Fit:
    values = column.values
    kinds = {"simple", "configurable", "variable", "variation", "grouped", "virtual", "bundle", "external", "physical"}
    if values.share(lambda t: t.casefold() in kinds) > 0.8:
        return Fit(NO, "it says what kind of record it is, no category")
    if values.paths > 0.8 and values.links < 0.1:
        return Fit(PROOF if column.look.distinct < 0.9 else TYPICAL, "paths of categories")
    if field == "google_category" and values.integers > 0.8:
        return Fit(TYPICAL)
    if values.share(lambda t: t.replace(",", "").replace(";", "").replace(" ", "").isdigit()) > 0.5:
        return Fit(NO, "the numbers of categories, not their names")
    if values.links > 0.3 or values.length > 300:
        return Fit(NO, "its values are no categories")
    return Fit(TYPICAL if values.length <= 150 else POSSIBLE)


def _choice(field: str, column: Column) -> Fit:
    values = column.values
    read = values.share(lambda t: chosen(field, t))
    if read > 0.95:
        wordy = (
            values.share(lambda t: len(t) > 2 and (field == "condition" or (len(t) > 4 and not is_boolean(t)))) > 0.9
        )
        return Fit(PROOF if wordy and field in ("availability", "condition") else TYPICAL)
    if values.share(lambda t: chosen(field, t) or worded(field, t)) > 0.8:
        return Fit(TYPICAL, "its words are translated", _cases(field, column))
    if field == "availability" and values.numbers > 0.8:
        return Fit(NO, "its values are numbers")
    return Fit(
        NO, _says(column, lambda t: chosen(field, t) or worded(field, t), f"words for {field.replace('_', ' ')}")
    )


def _cases(field: str, column: Column) -> str:
    """Each word of the column as the value that it stands for; what is unknown stays as it is, and is reported."""
    found: dict[str, dict[str, None]] = {}
    for word in sorted({t.lower() for t in column.values.texts}):
        value = chosen(field, word) or worded(field, word)
        if value:
            found.setdefault(value, {})[word] = None
    unread = [t for t in column.values.texts if not chosen(field, t) and worded(field, t)]
    for value, others in same_language(field, unread).items():
        found.setdefault(value, {}).update(dict.fromkeys(others))
    name = f"lower(trim({ident(column.name)}))"
    whens = [f"when {name} in ({', '.join(map(text, listed))}) then {text(value)}" for value, listed in found.items()]
    return "case " + "\n     ".join([*whens, f"else {column.sql} end"])


def _price(field: str, column: Column) -> Fit:
    values = column.values
    if values.prices >= 0.95:
        zero = values.share(lambda t: t.strip("0.,") == "") > 0.99
        return Fit(POSSIBLE, "all of them are 0") if zero else Fit(TYPICAL)
    named = any(one.field == "price" and one.strength == WHOLE for one in column.header.meanings)
    if field == "price" and named and values.prices >= _MOST_PRICES:
        return Fit(TYPICAL, _says(column, is_price, "prices"))
    return Fit(NO, _says(column, is_price, "prices"))


def _currency(field: str, column: Column) -> Fit:
    share = column.values.share(is_currency)
    return Fit(PROOF) if share > 0.98 else Fit(NO, _says(column, is_currency, "currencies"))


def _moment(field: str, column: Column) -> Fit:
    if column.values.moments > 0.9:
        return Fit(TYPICAL)
    return Fit(NO, f'its values are no dates, such as "{shown(column.values.texts[0], 30)}"')


def _integer(field: str, column: Column) -> Fit:
    values = column.values
    if values.integers >= 0.95 and values.share(lambda t: len(bare_digits(t)) > 7) < 0.1:
        return Fit(TYPICAL)
    if field == "quantity" and values.integers < 0.95 and values.share(is_pieces) > 0.95:
        number = f"regexp_extract({ident(column.name)}, '^[0-9]+')"
        return Fit(TYPICAL, "its number alone is taken", f"nullif({number}, '')")
    return Fit(NO, _says(column, lambda t: t.lstrip("+-").split(".")[0].isdigit() and len(t) < 8, "whole numbers"))


def _boolean(field: str, column: Column) -> Fit:
    if column.values.share(is_boolean) > 0.95:
        return Fit(TYPICAL)
    return Fit(NO, _says(column, is_boolean, "words for yes or no"))


def _measure(field: str, column: Column) -> Fit:
    units = WEIGHT_UNITS if field == "weight" else LENGTH_UNITS
    if column.values.measures(units) >= 0.9:
        return Fit(TYPICAL)
    sample = shown(column.values.without(lambda t: t.replace(".", "").replace(",", "").isdigit()), 30)
    return Fit(NO, f'its values are no measures, such as "{sample}"')


def _word(field: str, column: Column) -> Fit:
    """A word or two: colours, sizes, materials."""
    values = column.values
    if values.links > 0.2 or values.html > 0.1 or values.length > (100 if field == "material" else 40):
        return Fit(NO, "its values are no single words")
    if field != "size" and values.numbers > 0.5:
        return Fit(NO, "its values are numbers")
    return Fit(TYPICAL if column.look.distinct < 0.7 or len(values.texts) < 20 else POSSIBLE)


def _list(field: str, column: Column) -> Fit:
    return Fit(NO, "its values are numbers") if column.values.numbers > 0.5 else Fit(POSSIBLE)


def _document(field: str, column: Column) -> Fit:
    if column.values.share(lambda t: t.startswith(("[{", "{"))) > 0.9:
        return Fit(TYPICAL)
    return Fit(NO, "its values are no lists of section, name and value")


def _shipping(field: str, column: Column) -> Fit:
    if column.values.share(is_shipping) > 0.9:
        return Fit(TYPICAL)
    return Fit(NO, "its values do not say country and price, such as US:::9.99 USD")


JUDGES: dict[str, Judge] = {
    **dict.fromkeys(("sku", "parent_sku", "mpn"), _code),
    "gtin": _gtin,
    "brand": _brand,
    "title": _title,
    "description": _description,
    **dict.fromkeys(("url", "mobile_url", "image", "images", "videos"), _link),
    **dict.fromkeys(("category", "google_category"), _category),
    **dict.fromkeys(("condition", "availability", "gender", "age_group", "weight_unit", "length_unit"), _choice),
    **dict.fromkeys(("adult", "bundle"), _boolean),
    **dict.fromkeys(("price", "sale_price", "cost"), _price),
    "currency": _currency,
    **dict.fromkeys(("sale_starts", "sale_ends", "available_on", "expires_on"), _moment),
    **dict.fromkeys(("quantity", "multipack"), _integer),
    **dict.fromkeys(("color", "size", "size_system", "size_type", "material", "pattern"), _word),
    **dict.fromkeys(("unit_measure", "unit_base_measure"), _word),
    **dict.fromkeys(("weight", "length", "width", "height"), _measure),
    **dict.fromkeys(("highlights", "labels"), _list),
    "details": _document,
    "shipping": _shipping,
}
