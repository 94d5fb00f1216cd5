"""Which of several prices is the one that people pay: a wrong one is worse than none."""

from __future__ import annotations

from collections.abc import Iterator

from pimsync.engine import ident, text
from pimsync.store.proposal.fits import TYPICAL, Column, fit
from pimsync.store.proposal.names import PART, tokens
from pimsync.store.proposal.state import State
from pimsync.store.proposal.values import is_boolean
from pimsync.store.reading.numbers import NO
from pimsync.words import shown

#: Parts of a word for a price, and whole words, as names.folded writes them.
_STEMS = (
    "price",
    "preis",
    "prix",
    "prezzo",
    "precio",
    "preco",
    "cena",
    "prijs",
    "fiyat",
    "цена",
    "ціна",
    "価格",
    "τιμη",
)
_WORDS = frozenset(("vk", "pris", "ar", "pret", "pvp"))

#: Parts of a word for a price that the maker recommends: the shop may never have asked it.
_RECOMMENDED = ("msrp", "rrp", "srp", "uvp", "recommend", "suggest", "sugerowan", "conseill", "consigliat", "recomend")

#: Prices that are known not to be the one people pay, and say nothing against another one beside a sale price.
_BESIDE = ("wholesale_price", "unit_price", "price_limit")


def settled_price(state: State) -> None:
    """The price, where no column is named so: that of a piece, or the one before a discount where there is no other."""
    _each(state)
    _regular(state)
    _on_sale(state)


def _each(state: State) -> None:
    """The price of a piece is the price, where nothing says that it is that of a kilogram."""
    measured = state.others("unit") or {"unit_measure", "unit_base_measure"} & set(state.fields)
    each = [c for c in state.others("each_price") if c.header.tax != "without" and fit("price", c).verdict == TYPICAL]
    if "price" in state.fields or measured or not each or each[0].header.meanings[0].strength == PART:
        return
    if each[0].header.tax is None and any(c.header.tax == "with" for c in state.others("regular_price")):
        return  # where others say that they are with tax, this one may be without
    why = "by its name; there is no unit of measure, and no other price"
    state.put("price", each[0].sql, why, 0.6, each[0].name)


def _regular(state: State) -> None:
    """The price before a discount is the price where there is a sale price beside it, or no other."""
    regular = max(state.others("regular_price"), key=lambda c: c.look.filled, default=None)
    if regular is None or fit("price", regular).verdict < TYPICAL or regular.header.tax == "without":
        return
    price, sale = state.fields.get("price"), state.column("sale_price")
    beside = sale is not None and bool(sale.values.texts)
    if price is None and (rivals := [*_rivals(state, regular, beside=beside)]):
        _unclear(state, regular, rivals)
        return
    if price is None:
        why = (
            f"by its name; the sale price is `{sale.name}`"
            if beside and sale
            else "by its name; there is no other price"
        )
    elif (
        beside
        and not _plain_price(state)
        and not _is_recommended(regular)
        and regular.look.filled >= _filled(state, price.columns[0])
    ):
        why = f"by its name; the sale price is `{sale.name if sale else ''}`"
        state.why_not[price.columns[0]] = f"also looks like a price; price is `{regular.name}`"
    else:
        state.why_not[regular.name] = f"the price before a discount; price is `{price.columns[0]}`"
        return
    state.put("price", regular.sql, why, 0.7, regular.name)


def _rivals(state: State, regular: Column, *, beside: bool) -> Iterator[Column]:
    """The columns left over that may be the price people pay."""
    for column in state.columns:
        if column.name in state.used or column.header.other == "regular_price" or not column.values.texts:
            continue
        first = column.header.meanings[0] if column.header.meanings else None
        if beside and column.header.other in _BESIDE:
            continue
        known = first is not None and first.strength > PART
        money = first is not None and first.field.removeprefix("others.") in (
            "price",
            "sale_price",
            "each_price",
            *_BESIDE,
        )
        if (money and _has_digits(column)) or (
            not known and (_is_called_price(column) or _looks_like_prices(column, regular))
        ):
            yield column


def _has_digits(column: Column) -> bool:
    return column.values.share(lambda t: any(char.isdigit() for char in t)) > 0.5


def _is_called_price(column: Column) -> bool:
    name = tokens(column.name)
    named = bool(_WORDS & {*name}) or any(stem in token for stem in _STEMS for token in name)
    return named and _has_digits(column)


def _looks_like_prices(column: Column, regular: Column) -> bool:
    """Amounts, most with a currency or decimals; whole numbers are counts, but where they are as long as those prices."""
    values = column.values
    if values.prices <= 0.5:
        return False
    shown_ = values.shown_currencies or values.shared_currencies or values.share(lambda t: "." in t or "," in t) > 0.5
    return bool(shown_) or (values.length >= 3 and abs(values.length - regular.values.length) <= 1)


def _unclear(state: State, regular: Column, rivals: list[Column]) -> None:
    """Say that no price is proposed, and between which columns a person has to choose."""
    state.why_not[regular.name] = "a price before a discount, or a recommended one; another column may be the price"
    listed = ", ".join(f"`{shown(c.name, 40)}`" for c in rivals[:4])
    state.notes.append(
        f"no price is proposed: `{shown(regular.name, 40)}` is one before a discount, or a recommended one, and {listed} may "
        "be what people pay: write the right one as price = '\"…\"'"
    )


def _on_sale(state: State) -> None:
    """A sale price holds where the shop says so."""
    sale = state.column("sale_price")
    if sale is None or not sale.values.texts:
        return
    for column in state.others("on_sale"):
        no = sorted({t for t in column.values.texts if t.casefold() in (*NO, "0.0")})
        if no and column.values.share(is_boolean) > 0.95:
            state.why_not[column.name] = (
                f"whether the product is on sale; sale_price is `{sale.name}` wherever it has one"
            )
            when = f"case when {ident(column.name)} not in ({', '.join(map(text, no))}) then {sale.sql} end"
            state.notes.append(
                f'`{shown(column.name, 40)}` is "{no[0]}" for some records, whose sale price may not hold: '
                f"where it does not, write sale_price = '''{when}'''"
            )


def _is_recommended(column: Column) -> bool:
    return any(stem in token for stem in _RECOMMENDED for token in tokens(column.name))


def _plain_price(state: State) -> bool:
    """Whether a sale price is at times above the price, which then is the one people pay."""
    price, sale = state.column("price"), state.column("sale_price")
    return price is None or sale is None or price.header.number is not None


def _filled(state: State, name: str) -> float:
    return next((c.look.filled for c in state.columns if c.name == name), 0.0)
