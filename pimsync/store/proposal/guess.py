"""What a catalog does not say and a feed cannot do without: guesses, each with what it goes by.

A guess is marked as one in pimsync.toml and reported until somebody confirms it. The words and names are data, in guesses.toml.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pimsync.store.proposal.column import GUESS, ColumnLook, Proposal
from pimsync.store.proposal.names import words
from pimsync.store.rules import NO_SHOP
from pimsync.store.sources.languages import LETTERS, likelihood

#: A cell of web addresses: one, several, or a list of JSON.
_LINKS = re.compile(r"https?:|[\[{]")
_HOST = re.compile(r"https?:\\?/\\?/(?:[^/\s\"'@]*@)?([a-z0-9.-]+\.[a-z0-9-]{2,})", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>|&[a-z]+;|https?:\S+")

#: The language of `Lorem ipsum`, which no shop sells in.
_FILLER = "la"

#: How much of a text is read for its language, and from how many words or letters on something can be said.
_READ, _FEW_WORDS, _FEW_LETTERS = 400, 2, 8


def guessed_currency(columns: Sequence[ColumnLook], spoken: str | None, among: Sequence[str] = ()) -> Proposal:
    """The currency of prices that do not say it: by the country of the links, else by the language of the names or the texts.

    Args:
        spoken: the language of the columns' names; English ones say nothing, as software writes them everywhere.
        among: the currencies that the sign beside the prices can mean.
    """
    for money, by in _signs_of_money(columns, spoken):
        if not among or money in among:
            return _guess("currency", money, by)
    return _guess("currency", among[0], "the sign beside the prices, which several currencies use")


def _signs_of_money(columns: Sequence[ColumnLook], spoken: str | None) -> Iterator[tuple[str, str]]:
    """Currencies, and what speaks for them, the surest first."""
    for host in _hosts(columns):
        if money := _money_of_domain(host):
            yield money, f"the domain of the addresses, {host}"
    if spoken and spoken != "en":
        yield _money_of_language(spoken), f"the language, {_named(spoken)}"
    if written := _language(columns):
        yield _money_of_language(written), f"the language of the texts, {_named(written)}"
    yield _money_of_language(spoken or ""), "what most shops have, as nothing speaks for another one"


def guessed_shop(columns: Sequence[ColumnLook]) -> Proposal:
    """The address of the shop: that of its links or images, else one that leads nowhere."""
    if host := next(_hosts(columns), None):
        return _guess("shop_url", f"https://{host}", "the addresses in the catalog")
    return Proposal("shop_url", NO_SHOP, "nothing says the shop's address: links lead nowhere until this is it", 0.0)


def _guess(name: str, value: str, by: str) -> Proposal:
    return Proposal(name, value, f"a guess by {by}: check it", GUESS)


def _hosts(columns: Sequence[ColumnLook]) -> Iterator[str]:
    """The hosts of links and images, those that most columns share first; none that serves files for everybody."""
    shared: Counter[str] = Counter()
    for column in columns:
        cells = [found for text in column.samples if _LINKS.match(text) and (found := _of_cell(text))]
        shared.update(host for host, n in Counter(cells).items() if n * 2 >= len(cells))
    yield from (host for host, _ in shared.most_common())


def _of_cell(text: str) -> str | None:
    """The first host of a cell, without the name of a server for images."""
    for host in _HOST.findall(text):
        own = re.sub(rf"^({'|'.join(_known()['servers'])})[0-9]*\.(?=.*\.)", "", host.lower())
        if not any(own == one or own.endswith(f".{one}") for one in _known()["elsewhere"]):
            return str(own)
    return None


def _money_of_domain(host: str) -> str | None:
    end = host.rpartition(".")[2]
    money = _known()["domains"].get(end) or words()["currencies"].get(end.upper())
    return str(money) if money else None


def _money_of_language(language: str) -> str:
    home = words()["countries"].get(language)
    return str(_known()["money"].get(language) or words()["currencies"].get(home) or "EUR")


def _named(language: str) -> str:
    return str(words()["languages"].get(language, language))


def _language(columns: Sequence[ColumnLook]) -> str | None:
    """The language of most texts, by their letters and their commonest words; None where there are few of both."""
    texts = [_TAG.sub(" ", text[:_READ]) for column in columns for text in column.samples if _is_text(text)]
    letters = "".join(char for text in texts for char in text if char.isalpha())
    own = [char for char in letters if char > "\x7f"]
    if len(own) > 0.3 * len(letters):
        return _by_letters(texts)
    return _by_words(texts) or (_by_letters(texts) if len(own) >= _FEW_LETTERS else None)


def _is_text(text: str) -> bool:
    return " " in text and not _LINKS.match(text) and any(char.isalpha() for char in text)


def _by_letters(texts: Sequence[str]) -> str:
    seen = "\n".join(texts)[: 50 * _READ]
    return max((*LETTERS, "ja", "ko", "zh"), key=lambda language: likelihood(seen, (language,)))


def _by_words(texts: Sequence[str]) -> str | None:
    """The language with most of the commonest words, where no other one comes near; a word of several counts less."""
    found = Counter(word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold()))
    votes: Counter[str] = Counter()
    for word, languages in _languages().items():
        votes.update({one: found[word] / len(languages) for one in languages})
    (best, most), (_, next_) = votes.most_common(2)
    return best if best != _FILLER and most >= _FEW_WORDS and most > 1.3 * next_ else None


@functools.cache
def _languages() -> dict[str, list[str]]:
    """The languages that have a word."""
    spoken: dict[str, list[str]] = {}
    for language, listed in _known()["words"].items():
        for word in listed.split():
            spoken.setdefault(word, []).append(language)
    return spoken


@functools.cache
def _known() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("guesses.toml").read_text(encoding="utf-8"))
