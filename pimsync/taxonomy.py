"""Google's taxonomy of products, and which of its categories a shop's own category may be.

The file is Google's (taxonomy-with-ids.en-US.txt) and not part of pimsync; the ids are the same in every language. Suggestions
are made of words alone: those of the shop's category against those of the taxonomy's paths, the last levels weighing most, and
rare words more than common ones. Endings do not matter much, so that `Mugs` finds `Mug` and `butów` finds `buty`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path

from pimsync.errors import ProjectError

#: The weight of a level of a path, from the last one back.
_LEVELS = (1.0, 0.5, 0.25)

#: Below this a suggestion helps nobody.
LEAST = 0.35

_LINE = re.compile(r"(\d+) - (\S.*)")
_BETWEEN = re.compile(r"\s*(?:>|»|›|/|\||::)\s*")
#: What stands between the things that one level names: `Gloves & Mittens`, `Rękawiczki i mitenki`.
_EITHER = re.compile(r"\s*(?:[,&]|\b(?:and|or|i|oraz|lub|und|oder|et|ou|e|ed|o|y|a|nebo)\b)\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
#: Words that join others, in the languages that the taxonomy is most read in.
_JOINING = frozenset(
    "a and or of for the with in to i oraz lub do dla na z w a pro und oder für mit von et ou de des du la le les pour "
    "en y e o di da per con del della ed su el los las para s se na po".split()
)
#: How words end that are the same one: plurals and cases.
_ENDINGS = frozenset(
    "s es ies y i e a o u ia ie io ii x aux al ale ali n en er ern em es ow ami ach om ek ka ki ke ko ku kow iek ik yk "
    "ych ich ego ej ym ymi im imi na ne ni ny nych nego nym ov ou um ech eh ami mi ta te ti ty la le li lo ly ra re ri ry "
    "da de di dy za ze zi zy sa se si sy cze ce ci ca che chi va ve vi vy ing ed".split()
) | {""}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category of the taxonomy that may be meant: how sure that is, from 0 to 1."""

    id: str
    path: str
    score: float


@dataclass(frozen=True)
class Taxonomy:
    """The categories, by their ids."""

    paths: dict[str, str]

    def path(self, category: str) -> str | None:
        """The path of a category that is written as its id or as its path; None where there is no such category."""
        written = category.strip()
        return self.paths.get(written) or (written if written in self._known else None)

    def suggestions(self, category: str, most: int = 3) -> list[Suggestion]:
        """The categories that a shop's category may be, the likeliest first.

        Only those are weighed whose last level has a word of the shop's category; the score is the mean of how much of the one is
        in the other, both ways.
        """
        wanted = _weighed(levels(category))
        whole = sum(weight * self._rarity(word) for word, weight in wanted.items())
        found: defaultdict[str, dict[str, float]] = defaultdict(dict)
        weighed = set()
        for word, weight in wanted.items():
            worth = weight * self._rarity(word) / whole
            for near, likeness in self._near(word).items():
                for id_, place in self._index[near]:
                    hit = worth * likeness * (0.5 + 0.5 * place)
                    found[id_][word] = max(found[id_].get(word, 0.0), hit)
                    if place == _LEVELS[0]:
                        weighed.add(id_)
        scores = {id_: math.sqrt(sum(found[id_].values()) * self._covered(id_, wanted)) for id_ in weighed}
        ranked = sorted(scores, key=lambda id_: (-round(scores[id_], 4), len(self.paths[id_]), id_))
        return [Suggestion(i, self.paths[i], round(scores[i], 2)) for i in ranked[:most] if scores[i] >= LEAST]

    def _covered(self, id_: str, wanted: dict[str, float]) -> float:
        """How much of what a category's last level says the shop's category says too; of `Gloves & Mittens`, one will nearly do."""
        last = levels(self.paths[id_])[-1]
        parts = [self._shared(words(part), wanted) for part in _EITHER.split(last) if words(part)]
        return (2 * max(parts) + self._shared(words(last), wanted)) / 3

    def _shared(self, level: list[str], wanted: dict[str, float]) -> float:
        rarities = {word: self._rarity(word) for word in level}
        said = (rarity * max(_alike(word, one) for one in wanted) for word, rarity in rarities.items())
        return sum(said) / sum(rarities.values())

    def _rarity(self, word: str) -> float:
        return math.log(1 + len(self.paths) / (1 + self._counts.get(word, 0)))

    def _near(self, word: str) -> dict[str, float]:
        """The taxonomy's words that may be this one with another ending, and how alike they are."""
        candidates = self._starts.get(word[:3], ())
        return {one: likeness for one in candidates if (likeness := _alike(word, one))}

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths.values())

    @cached_property
    def _index(self) -> dict[str, list[tuple[str, float]]]:
        """Where each word stands: the category, and the weight of the level."""
        found = defaultdict(list)
        for id_, path in self.paths.items():
            for word, weight in _weighed(levels(path)).items():
                found[word].append((id_, weight))
        return dict(found)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter({word: len(places) for word, places in self._index.items()})

    @cached_property
    def _starts(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for word in self._index:
            found[word[:3]].append(word)
        return dict(found)


def load(path: Path) -> Taxonomy:
    """Read Google's file.

    Raises:
        ProjectError: it cannot be read, or is another file.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ProjectError(f"the taxonomy cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise ProjectError("the taxonomy is no UTF-8 text", where=str(path)) from None
    return Taxonomy(dict(_read(lines, path)))


def _read(lines: list[str], path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ProjectError(
                "this is not Google's taxonomy with ids: a line of it is like `412 - Food, Beverages & Tobacco`",
                where=f"{path}, line {number}",
            )
        yield match[1], match[2]


def levels(category: str) -> list[str]:
    """The levels of a path `A > B > C`."""
    return [level for level in _BETWEEN.split(category) if level.strip()] or [category]


@cache
def words(level: str) -> list[str]:
    """The words of a level, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", level.casefold().replace("ł", "l").replace("ø", "o"))
    found = _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))
    return [word for word in found if word not in _JOINING and len(word) > 1 and not word.isdigit()] or found


def _weighed(path: list[str]) -> dict[str, float]:
    """Each word of a path, with the weight of the last level it stands in."""
    found: dict[str, float] = {}
    for back, level in enumerate(reversed(path)):
        for word in words(level):
            found.setdefault(word, _LEVELS[min(back, len(_LEVELS) - 1)])
    return found


def _alike(word: str, other: str) -> float:
    """How alike two words are, from 0 to 1: the same but for their endings."""
    if word == other:
        return 1.0
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    if shared < 3 or word[shared:] not in _ENDINGS or other[shared:] not in _ENDINGS:
        return 0.0
    return shared / max(len(word), len(other))
