"""Which currency, language and country a catalog is for, as far as its columns say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pimsync.store.proposal.column import GUESS, Proposal
from pimsync.store.proposal.fits import Column
from pimsync.store.proposal.guess import guessed_currency
from pimsync.store.proposal.names import PART, words
from pimsync.store.proposal.state import State
from pimsync.words import shown

#: Currencies that many countries have, or price in.
_ABROAD = ("EUR", "USD")


@dataclass(frozen=True, slots=True)
class Market:
    """What is known: what the user said, else what names and values say."""

    currency: str | None
    language: str | None
    country: str | None
    said: frozenset[str] = frozenset()  # which of them the user named
    header_language: str | None = None

    def foreign(self, column: Column) -> bool:
        """Whether a column's name says another currency than the one that is wanted."""
        return bool(self.currency and column.header.currency and column.header.currency != self.currency)

    def defaults(self, state: State) -> tuple[Proposal, ...]:
        """Lines for [defaults]; what is not sure enough is a note instead."""
        found = [self._currency(state), self._language(), self._country(state)]
        return tuple(one for one in found if one)

    def _currency(self, state: State) -> Proposal | None:
        if self.currency and "currency" in self.said:
            return Proposal("currency", self.currency, "as you said")
        price = state.column("price")
        if price is None or "currency" in state.fields:
            return None
        if code := next(iter(price.values.shown_currencies), None):
            return Proposal("currency", code, f"stands in `{shown(price.name, 40)}`", 0.9, (price.name,))
        if price.header.currency:
            return Proposal("currency", price.header.currency, f"stands in the name `{shown(price.name, 40)}`", 0.9)
        if self.country and (code := words()["currencies"].get(self.country)):
            return Proposal("currency", code, f"the money of {self.country}", 0.8)
        return guessed_currency([c.look for c in state.columns], self.header_language, price.values.shared_currencies)

    def _language(self) -> Proposal | None:
        if self.language and "language" in self.said:
            return Proposal("language", self.language, "as you said")
        if self.header_language and self.header_language != "en":
            return Proposal("language", self.header_language, f"the columns have {self._named()} names", 0.8)
        return None

    def _country(self, state: State) -> Proposal | None:
        if self.country and "country" in self.said:
            return Proposal("country", self.country, "as you said")
        currency = self._currency_alone(state)
        home = self._home(currency)
        if home:
            return Proposal(
                "country", home, f"a guess by the {'currency' if currency else 'language'}: check it", GUESS
            )
        return None

    def _currency_alone(self, state: State) -> str | None:
        price = state.column("price")
        shown_ = next(iter(price.values.shown_currencies), None) if price else None
        return self.currency or shown_ or (price.header.currency if price else None)

    def _home(self, currency: str | None) -> str | None:
        """The one country of a language, or of a currency that is no other country's."""
        home = words()["countries"].get(self.header_language or "")
        if currency is None:
            return str(home) if home else None
        countries = [country for country, money in words()["currencies"].items() if money == currency]
        if home in countries:
            return str(home)
        return countries[0] if len(countries) == 1 and currency not in _ABROAD else None

    def _named(self) -> str:
        return str(words()["languages"].get(self.header_language or "", ""))


def market(columns: Sequence[Column], currency: str | None, language: str | None, country: str | None) -> Market:
    """What the user named, and what the columns' names say of the language."""
    given = {"currency": currency, "language": language, "country": country}
    said = frozenset(name for name, value in given.items() if value)
    return Market(currency, language, country, said, language or _language(columns))


def _language(columns: Sequence[Column]) -> str | None:
    """The language of most names. Names that are English too say nothing against another language."""
    votes: Counter[str] = Counter()
    known = 0
    for column in columns:
        meanings = [m for m in column.header.meanings if m.strength > PART]
        languages = {one for m in meanings for one in m.languages}
        known += bool(languages)
        votes.update({one: 1.0 / len(languages) for one in languages})
    if not votes:
        return None
    ranked = votes.most_common()
    best, score = next(((one, n) for one, n in ranked if one != "en"), ("en", 0))
    own = sum(
        1 for c in columns if any(best in m.languages and "en" not in m.languages for m in c.header.meanings if m.strength > PART)
    )  # fmt: skip
    rivals = [n for one, n in ranked if one not in ("en", best)]
    clear = not rivals or score > rivals[0] * 1.15
    return best if own >= max(2, known / 4) and clear else ("en" if votes["en"] * 2 > known else None)
