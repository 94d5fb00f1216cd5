"""Fields that take more than one column, or one that was meant for something else: the key, images, categories, units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pimsync.engine import ident, text
from pimsync.store.proposal.fits import EMPTY, NO, PROOF, TYPICAL, Column, fit
from pimsync.store.proposal.names import PART, tokens
from pimsync.store.proposal.nested import nested
from pimsync.store.proposal.prices import settled_price
from pimsync.store.proposal.state import State
from pimsync.store.proposal.values import worded
from pimsync.words import shown


def composed(state: State) -> None:
    """Settle what needs several columns."""
    _title(state)
    _key(state)
    settled_price(state)
    _description(state)
    _category(state)
    _images(state)
    nested(state)
    _unit(state, "weight_unit", ("weight",))
    _unit(state, "length_unit", ("length", "width", "height"))
    _stock_words(state)


def _key(state: State) -> None:
    """The column that tells records apart; none is made up from a record's number."""
    for column, expression, why, certainty in _keys(state):
        state.put("sku", expression, why, certainty, column.name)
        state.why_not.pop(column.name, None)
        _gtin_of(column, state)
        break
    else:
        state.notes.append('no column tells the records apart: name one as the key, sku = "…", or nothing can be built')
    for column in state.columns:
        if column.name not in state.used and _named(column, "sku") and column.values.texts:
            key = state.fields.get("sku")
            lost = f"also looks like a key; sku is `{key.columns[0]}`" if key else "its values repeat: it is no key"
            state.why_not.setdefault(column.name, lost)


def _gtin_of(column: Column, state: State) -> None:
    """A key that is a GTIN is one, where no other column has them."""
    gtin = state.column("gtin")
    if (gtin is None or not gtin.values.texts) and column.values.gtins > 0.95 and fit("gtin", column).verdict == PROOF:
        if gtin is not None:
            state.why_not[gtin.name] = f"{EMPTY}; gtin is `{column.name}`"
        state.put("gtin", ident(column.name), "the key's values are GTINs", 0.7, column.name)


def _keys(state: State) -> Iterator[tuple[Column, str, str, float]]:
    """The columns that could be the key, the best first."""
    named = [c for c in state.columns if _named(c, "sku") and c.values.texts and fit("sku", c).verdict != NO]
    named.sort(key=lambda c: (c.look.filled < 0.9 or c.look.distinct < 0.9, _rank(c), c.place))
    yield from ((c, ident(c.name), f"by its name; {fit('sku', c).why}", 0.9 if c.look.is_key else 0.7) for c in named[:1]
                if c.look.filled >= 0.9 and c.look.distinct >= 0.9)  # fmt: skip
    unique = [c for c in state.columns if c.look.is_key]
    for field, said in _OTHER_KEYS.items():
        for column in unique:
            if _fills(state, column, field) and fit("sku", column).verdict == TYPICAL:
                why = f"no column is named as a key; the {said} is another one for each record"
                yield column, ident(column.name), why, 0.6
    for column in unique:
        if (
            column.name not in state.used
            and column.header.other is None
            and _is_called_code(column)
            and _is_code(column)
        ):
            yield column, ident(column.name), "no column is named as a key; its codes tell all records apart", 0.5
    yield from ((c, ident(c.name), f"by its name; {fit('sku', c).why}", 0.5) for c in named)
    for column in unique:
        if _fills(state, column, "url") and (end := _end_of_address(column)):
            yield column, end, "no column is a key; the ends of the web addresses tell the records apart", 0.4
        if _fills(state, column, "image") and (end := _end_of_address(column)):
            yield column, end, "no column is a key; the names of the images tell the records apart", 0.3
        if _fills(state, column, "title"):
            why = "no column is a key; a code made of the title is one while titles stay as they are"
            yield column, f"md5({ident(column.name)})", why, 0.3


#: What else can tell records apart, the best first.
_OTHER_KEYS = {"gtin": "GTIN", "mpn": "manufacturer's number", "slug": "end of the web address"}


def _named(column: Column, field: str) -> bool:
    return any(m.field == field and m.strength > PART for m in column.header.meanings)


def _rank(column: Column) -> int:
    return next(m.rank for m in column.header.meanings if m.field == "sku")


def _fills(state: State, column: Column, field: str) -> bool:
    one = state.fields.get(field)
    return bool(one and column.name in one.columns) or (field == "slug" and column.header.other == "slug")


def _is_called_code(column: Column) -> bool:
    """Whether the name is that of a number or a code, or says nothing at all: a rank differs in each record too."""
    words_ = tokens(column.name)
    return words_[:1] == ("column",) or bool(
        {*words_} & {"id", "uid", "guid", "nr", "no", "num", "number", "code", "kod", "key"}
    )


def _is_code(column: Column) -> bool:
    """Short and without blanks, and no price, measure or date."""
    values = column.values
    plain = values.share(lambda t: re.fullmatch(r"[\w.\-/]{2,40}", t) and any(char.isdigit() for char in t))
    return plain > 0.98 and values.moments < 0.1 and (values.prices < 0.1 or values.integers > 0.98)


def _end_of_address(column: Column) -> str | None:
    ends = [re.search(r"([^/?#]+)/?(?:[?#].*)?$", address) for address in column.values.texts]
    found = {match[1] for match in ends if match}
    if len(found) < len(set(column.values.texts)):
        return None
    return f"regexp_extract({ident(column.name)}, '([^/?#]+)/?(?:[?#].*)?$', 1)"


def _title(state: State) -> None:
    """Without a column named so: the only one of short texts that differ from record to record."""
    if "title" in state.fields:
        return
    free = [
        c for c in state.columns if c.name not in state.used and c.name not in state.why_not and not c.header.meanings
    ]
    texts = [c for c in free if _is_title(c)]
    if len(texts) == 1:
        why = "by its values: the only short texts that differ from record to record"
        state.put("title", texts[0].sql, why, 0.4, texts[0].name)


def _is_title(column: Column) -> bool:
    values, look = column.values, column.look
    return (
        len(values.texts) > 4 and look.filled > 0.9 and look.distinct > 0.8 and 12 <= values.length <= 200
        and values.share(lambda t: " " in t and any(char.isalpha() for char in t)) > 0.8
        and values.html < 0.05 and values.links < 0.05 and values.paths < 0.5
    )  # fmt: skip


def _description(state: State) -> None:
    """A short description where there is no long one, for all records or for some."""
    short = next(iter(state.others("short_description")), None)
    long = state.column("description")
    if short is None or fit("description", short).verdict == NO or short.header.language:
        return
    if long is None or not long.values.texts:
        state.put("description", short.sql, "by its name; there is no longer one", 0.7, short.name)
    elif long.look.filled < 0.98:
        both = f"coalesce(nullif({ident(long.name)}, ''), {short.sql})"
        why = f"by its name; the short one where it is empty ({1 - long.look.filled:.0%} of the records)"
        state.put("description", both, why, 0.8, long.name, short.name)


def _category(state: State) -> None:
    """A category and its subcategory, or several numbered ones, as one path."""
    first = state.column("category")
    levels = [c for c in state.others("subcategory") if not c.header.language]
    if first is not None and first.header.number == 1:
        numbered = [c for c in state.columns if _named(c, "category") and (c.header.number or 0) > 1 and c.values.texts]
        levels = sorted(numbered, key=lambda c: c.header.number or 0)
    if first is None or not levels or first.values.paths > 0.3 or any(fit("category", c).verdict == NO for c in levels):
        return
    columns = [first, *levels]
    parts = ", ".join(f"nullif({ident(c.name)}, '')" for c in columns)
    why = f"by their names: {len(columns)} levels of one path"
    state.put("category", f"concat_ws(' > ', {parts})", why, 0.8, *(c.name for c in columns))


def _images(state: State) -> None:
    """The main image, and all others: one column each, or several addresses in a cell."""
    main = state.column("image")
    listed = state.fields.get("images")
    several = state.column("images")
    free = [c for c in state.columns if c.name not in state.used and _shows_images(c)]
    if main is None and several is not None and several.values.texts:
        first = f"regexp_extract({ident(several.name)}, 'https?://[^\\s,;|\"]+')"
        state.put(
            "image", f"nullif({first}, '')", f"the first address in `{shown(several.name, 40)}`", 0.8, several.name
        )
    if main is not None and (main.values.several_links > 0.1 or main.values.listed > 0) and listed is None:
        first = f"regexp_extract({ident(main.name)}, 'https?://[^\\s,;|\"]+')"
        state.put("images", main.sql, "several addresses in a cell", 0.8, main.name)
        state.put("image", f"nullif({first}, '')", "the first of several addresses in a cell", 0.8, main.name)
    if free and main is not None:
        columns = sorted(free, key=lambda c: (c.header.number or 0, c.place))
        before = [several] if several is not None else []
        names = [c.name for c in (*before, *columns)]
        parts = ", ".join(f"nullif({ident(name)}, '')" for name in names)
        why = f"{len(names)} more columns of images"
        state.put("images", f"concat_ws('|', {parts})" if len(names) > 1 else ident(names[0]), why, 0.8, *names)


def _shows_images(column: Column) -> bool:
    named = any(m.field in ("image", "images") for m in column.header.meanings)
    return (
        named and bool(column.values.texts) and not column.header.language and fit("image", column).verdict >= TYPICAL
    )


def _unit(state: State, unit: str, measures: tuple[str, ...]) -> None:
    """A unit that stands in the name of a measure's column and in no value."""
    columns = [column for name in measures if (column := state.column(name))]
    units = {column.header.unit for column in columns}
    if unit in state.fields or not columns:
        return
    bare = all(column.values.numbers > 0.95 for column in columns if column.values.texts)
    found = next(iter(units))
    if len(units) == 1 and found and bare:
        names = tuple(column.name for column in columns)
        state.fields[unit] = replace(state.fields[measures[0]] if measures[0] in state.fields else next(
            state.fields[name] for name in measures if name in state.fields), field=unit, expression=text(found),
            why=f"it stands in the name of `{shown(names[0], 40)}`", columns=names, certainty=0.9)  # fmt: skip
    elif bare and any(column.values.share(lambda t: t.strip("0.,")) for column in columns):
        listed = "kg, g, lb or oz" if unit == "weight_unit" else "cm, mm, m or in"
        state.notes.append(
            f"no column says the unit of `{shown(columns[0].name, 40)}`: write {unit} = \"'…'\" ({listed})"
        )


def _stock_words(state: State) -> None:
    """A column named like a quantity that holds words about the stock."""
    if "availability" in state.fields:
        return
    for column in state.columns:
        named = _named(column, "quantity") and column.name not in state.used and column.values.texts
        if named and (judged := fit("availability", column)).verdict >= TYPICAL and not _all_numbers(column):
            why = "its values are words about the stock"
            state.put("availability", judged.expression or column.sql, why, 0.7, column.name)
            return


def _all_numbers(column: Column) -> bool:
    return column.values.numbers > 0.5 or not any(worded("availability", t) or t for t in column.values.texts)
