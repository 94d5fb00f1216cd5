"""Which column could fill which field: by its name and its values, which must agree.

A wrong mapping is worse than none: where the two do not agree, the column is left over and the reason is said. Of several
columns for a field the surest is taken, and the others say which that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pimsync.engine import ident
from pimsync.store.product import FIELDS
from pimsync.store.proposal.column import ColumnLook, Leftover, Proposal, Proposals
from pimsync.store.proposal.composed import composed
from pimsync.store.proposal.fits import EMPTY, NESTED, NO, PROOF, TYPICAL, Column, Fit, fit
from pimsync.store.proposal.manner import manner
from pimsync.store.proposal.market import Market, market
from pimsync.store.proposal.names import BESIDE, PART, WHOLE, Meaning, parsed, words
from pimsync.store.proposal.showing import shown_only
from pimsync.store.proposal.silence import silenced
from pimsync.store.proposal.state import State
from pimsync.store.proposal.values import Values
from pimsync.store.reading.choices import CHOICES
from pimsync.words import shown

#: Fields for which a part of a name is not enough, whatever the values are: to be wrong here costs money.
_STRICT = ("price", "sale_price", "cost", "quantity", "sku", "parent_sku", "mpn", "multipack", "availability")

#: Fields of few words, each of which is checked: a part of a name is enough beside them.
_CHECKED = ("gender", "age_group", "condition")

#: More different words than any choice has, in however many spellings.
_MOST_WORDS = 20

#: Fields that values alone can prove.
_PROVABLE = ("gtin", "image", "url", "currency", "condition", "availability", "description", "category")


@dataclass(frozen=True)
class Candidate:
    """A column that could fill a field."""

    field: str
    column: Column
    fit: Fit
    meaning: Meaning | None = None

    @property
    def certainty(self) -> float:
        """0 to 1: what the name says counts most, then what the values say."""
        base = {WHOLE: 0.8, BESIDE: 0.75, PART: 0.5}[self.meaning.strength] if self.meaning else 0.35
        return base + 0.05 * self.fit.verdict if self.column.values.texts else 0.3

    @property
    def order(self) -> tuple[object, ...]:
        """The best comes first."""
        tax = {"with": 0, None: 1, "without": 2}[self.column.header.tax]
        rank = self.meaning.rank if self.meaning else 99
        return (
            -self.certainty,
            self.column.look.filled < 0.5,
            tax,
            self.column.header.number or 0,
            rank,
            self.column.place,
        )

    @property
    def why(self) -> str:
        """The reason, for a person."""
        named = f"its name{_in_languages(self.meaning)}" if self.meaning and self.meaning.strength > PART else ""
        named = named or ("a part of its name" if self.meaning else "its values")
        return f"by {named}" + (f"; {self.fit.why}" if self.fit.why else "")


def propose(
    columns: Sequence[ColumnLook],
    *,
    currency: str | None = None,
    language: str | None = None,
    country: str | None = None,
) -> Proposals:
    """Propose a mapping for these columns.

    Args:
        currency: the one that the user named; of several prices that one is taken.
        language: the same for texts in several languages.
        country: the one that the user named.
    """
    known = [Column(look, parsed(look.name), Values(look.samples), place) for place, look in enumerate(columns)]
    state = State(known)
    place = market(known, currency, language, country)
    candidates = list(_candidates(known, state))
    _scoped(candidates, state, place)
    _assigned(candidates, state, place)
    _given_up(state)
    composed(state)
    defaults = place.defaults(state)
    spoken = next((one.expression for one in defaults if one.field == "language"), None)
    reading = tuple(manner(state, spoken))
    where = shown_only(state)
    return Proposals(
        tuple(sorted(state.fields.values(), key=_place)),
        tuple(silenced(state)),
        defaults,
        tuple(_leftover(state)),
        tuple(state.notes),
        reading,
        where,
    )


_ORDER = {name: number for number, name in enumerate(FIELDS)}


def _place(one: Proposal) -> tuple[int, str]:
    """Fields in their order, each with its languages behind it."""
    name, _, scope = one.field.partition(":")
    return _ORDER[name], scope


def _candidates(columns: Sequence[Column], state: State) -> Iterator[Candidate]:
    for column in columns:
        if column.header.other and column.header.meanings[0].strength > PART:
            continue
        found = [
            Candidate(meaning.field, column, fit(meaning.field, column), meaning)
            for meaning in column.header.meanings
            if not meaning.field.startswith("others.")
        ]
        good = [one for one in found if _acceptable(one)]
        if good:
            yield from good
        elif found and found[0].fit.verdict == NO:
            state.why_not[column.name] = f"named like {_a(found[0].field)}, but {found[0].fit.why}"
        if not good and column.values.texts:
            yield from _by_values(column)


def _acceptable(one: Candidate) -> bool:
    if one.fit.verdict == NO:
        return False
    if one.meaning and one.meaning.strength == PART:
        checked = one.fit.verdict == PROOF or (one.fit.verdict >= TYPICAL and one.field in _CHECKED)
        return checked and one.field not in _STRICT and bool(one.column.values.texts)
    return True


def _by_values(column: Column) -> Iterator[Candidate]:
    """What the values alone prove."""
    if len(column.values.texts) < 3 or column.header.other:
        return
    for name in _PROVABLE:
        if name in CHOICES and column.values.kinds > _MOST_WORDS:
            continue
        judged = fit(name, column)
        if judged.verdict == PROOF and not (name == "condition" and column.header.meanings):
            yield Candidate(name, column, judged)


def _scoped(candidates: list[Candidate], state: State, place: Market) -> None:
    """Texts in several languages: one is the field, the others are the field in their language."""
    by_field: dict[str, list[Candidate]] = {}
    for one in candidates:
        if one.column.header.language and FIELDS[one.field].kind in ("text", "links", "list"):
            by_field.setdefault(one.field, []).append(one)
    for name, several in by_field.items():
        plain = [c for c in candidates if c.field == name and not c.column.header.language and c.column.values.texts]
        filled = [one for one in several if one.column.values.texts]
        main = None if plain else next((c for c in filled if c.column.header.language == place.language), None)
        main = main or (None if plain else max(filled, key=lambda one: one.column.look.filled, default=None))
        for one in several:
            if one is main:
                continue
            candidates.remove(one)
            scope = f"{name}:{one.column.header.language}"
            if one.column.values.texts and scope not in state.fields:
                language = words()["languages"][one.column.header.language]
                why = f"by its name; for channels in {language}"
                state.fields[scope] = Proposal(scope, one.column.sql, why, one.certainty, (one.column.name,))
            else:
                state.why_not[one.column.name] = (
                    f"a second {name} in that language" if one.column.values.texts else EMPTY
                )


def _assigned(candidates: list[Candidate], state: State, place: Market) -> None:
    """Give each field its best column, the surest first; say of the others what they lost to."""
    candidates = [one for one in candidates if not _untaxed(one, candidates, state)]
    candidates.sort(key=lambda one: (-one.certainty, place.foreign(one.column), *one.order))
    for one in candidates:
        taken = state.fields.get(one.field)
        if one.column.name in state.used:
            continue
        if taken is None and one.field != "sku":
            state.why_not.pop(one.column.name, None)
            sql = one.fit.expression or one.column.sql
            state.fields[one.field] = Proposal(one.field, sql, one.why, round(one.certainty, 2), (one.column.name,))
        elif taken is not None and one.meaning and one.meaning.strength > PART:
            state.why_not.setdefault(one.column.name, _lost(one, taken, state))
    for one in candidates:
        if one.column.name in state.used:
            state.why_not.pop(one.column.name, None)


def _given_up(state: State) -> None:
    """Of two columns for a field, a filled one that cannot be used and an empty one, none is taken."""
    named = {
        meaning.field
        for column in state.columns
        for meaning in column.header.meanings[:1]
        if column.values.texts and column.name not in state.used and meaning.strength > PART
    }
    for name in named & set(state.fields):
        column = state.column(name)
        if column is not None and not column.values.texts:
            del state.fields[name]
            state.why_not[column.name] = EMPTY


def _lost(one: Candidate, taken: Proposal, state: State) -> str:
    other = shown(taken.columns[0], 40) if taken.columns else taken.expression
    money = one.column.header.currency
    note = f" in {money}" if money else ""
    if not one.column.values.texts:
        return f"{EMPTY}; {taken.field} is `{other}`"
    return f"also looks like {_a(one.field)}{note}; {taken.field} is `{other}`"


def _untaxed(one: Candidate, candidates: Sequence[Candidate], state: State) -> bool:
    """A price without tax is no price for people who buy."""
    if one.field not in ("price", "sale_price") or one.column.header.tax != "without":
        return False
    state.why_not[one.column.name] = f"{_a(one.field)} without tax; channels want the price that people pay"
    gross = [c for c in candidates if c.field == one.field and c.column.header.tax != "without"]
    if not gross:
        state.notes.append(
            f"`{one.column.name}` is a price without tax: where people pay that, write {one.field} = '{ident(one.column.name)}'"
        )
    return True


def _a(name: str) -> str:
    """`a sale price`."""
    said = {
        "url": "product's web address",
        "sku": "key",
        "gtin": "GTIN",
        "mpn": "manufacturer's number",
        "images": "list of images",
        "videos": "video",
        "shipping": "list of shipping prices",
    }.get(name.partition(":")[0], name.replace("_", " "))
    return f"{'an' if said[0] in 'aeiou' else 'a'} {said}"


def _in_languages(meaning: Meaning) -> str:
    """` (Polish)` where the name is none in English."""
    names = words()["languages"]
    listed = [names[one] for one in names if one in meaning.languages]
    return f" ({', '.join(listed[:2])})" if listed and "en" not in meaning.languages else ""


def _leftover(state: State) -> Iterator[Leftover]:
    used = state.used
    for column in state.columns:
        if column.name not in used:
            yield Leftover(column.name, state.why_not.get(column.name) or _unknown(column))


def _unknown(column: Column) -> str:
    """What can be said of a column that no field wants."""
    values, other = column.values, column.header.other
    if other and column.header.meanings[0].strength > PART:
        return str(words()["others"][other]["says"])
    if not values.texts:
        return EMPTY if not values.nothings else "nothing but " + ", ".join(values.nothings)
    if values.kinds == 1 and len(values.texts) > 2:
        return f'always the same: "{shown(values.texts[0], 40)}"'
    if values.nested > 0.3:
        return NESTED
    looks = next((said for test, said in _LOOKS if test(values)), None)
    return f"its name is not known; {looks}" if looks else "its name is not known"


_DECIMALS = re.compile(r"[0-9]*[.,][0-9]{2,4}")

_LOOKS: tuple[tuple[Callable[[Values], object], str], ...] = (
    (lambda v: v.gtins > 0.9 and len(v.texts) > 4, "its values are GTINs"),
    (lambda v: v.pictures > 0.5, "its values are web addresses of images"),
    (lambda v: v.picture_files > 0.5, "its values are names of image files"),
    (lambda v: v.links > 0.5, "its values are web addresses"),
    (lambda v: v.shown_currencies and v.prices > 0.9, "its values are prices"),
    (lambda v: v.moments > 0.9, "its values are dates"),
    (lambda v: v.share(_DECIMALS.fullmatch) > 0.8, "its values are numbers with decimals, prices perhaps"),
)
