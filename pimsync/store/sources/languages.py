"""How often languages use the letters beyond ASCII: what tells one encoding of eight bits from another.

Every byte above 7F is some character in each of these encodings. Which one is meant shows by whether the characters make
words of a language.
"""

from __future__ import annotations

import functools
import math
import unicodedata
from collections import Counter

#: The letters of a language beyond ASCII, the commonest first.
LETTERS = {
    "en": "éèñ",
    "de": "üäößé",
    "fr": "éàèêçùâîôûœëïü",
    "it": "àèùòìéí",
    "es": "óíáéñúü¿¡ªº",
    "pt": "ãçôâáéêóúíõàªº",
    "nl": "ëéïöüèá",
    "sv": "äåöé",
    "da": "åøæéö",
    "is": "áíðéöæþóúý",
    "pl": "łęążóśćńź",
    "cs": "íěáýžšéčřůúňťóď",
    "sk": "áíýčéšžúťľôňďäóŕĺ",
    "hu": "éáöőóíüúű",
    "ro": "ăşţîâșț",
    "hr": "čšžćđ",
    "tr": "ıüşğçöİâî",
    "lt": "ėšųžįąčūę",
    "lv": "āīēšņļūžčģķ",
    "et": "äõüöšž",
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё№",
    "uk": "оаніиетвсркдлмупязьгбчхйжїцюєшфщґё№",
    "bg": "аоиетнрсвлкдпмзъгябучцшжщхйюфь№",
    "sr": "аоиенрстјумдклпвзгбчћшцжњљђфхџѕ",
    "el": "αοιετνσρκπμλυςίόηάωέγδήχθφύώβξζψϊϋΐΰ",
    "he": "יוהלראתמבשנםעדחפקגכצסטזךןףץ",
    "ar": "ايلمنرتبوسةعدهفقكحجشأصطخىزضإغءئثآذظؤًٌَُِّْپچگی",
    "th": "านรกอเงมยลวดทสตะปบคหแจพชขใไผศโซธษถฟฉณฝ่้ิีัุู์ืำ็๊๋",
}

#: Characters that no language owns: signs of trade and measure, and what print puts between words.
SIGNS = "°®™€£©²³½¼¾×±µ·•…–—„“”‘’‚«»§\xa0\xad¥ø·′″"

#: The commonest characters of Chinese, in its two scripts.
_SIMPLIFIED = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里品色装新产用电机质尺寸"
_TRADITIONAL = "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡品色裝新產用電機質尺寸"

_SIGN, _FOREIGN, _NONE = math.log(0.006), math.log(0.0004), math.log(1e-6)

#: Blocks of characters, how likely each one is, for languages that have too many to list.
_BLOCKS = {
    "ja": ((0x3001, 0x30FF, 1 / 130), (0x4E00, 0x9FFF, 1 / 2500), (0xFF01, 0xFF5E, 1 / 400), (0xFF61, 0xFF9F, 1 / 4000)),
    "ko": ((0xAC00, 0xD7A3, 1 / 700), (0x3001, 0x3011, 1 / 300)),
    "zh": ((0x4E00, 0x9FFF, 1 / 3000), (0xFF01, 0xFF5E, 1 / 200), (0x3001, 0x3011, 1 / 100)),
    "zh_tw": ((0x4E00, 0x9FFF, 1 / 3000), (0xFF01, 0xFF5E, 1 / 200), (0x3001, 0x3011, 1 / 100)),
}  # fmt: skip
_COMMON = {"zh": _SIMPLIFIED, "zh_tw": _TRADITIONAL}


def likelihood(text: str, languages: tuple[str, ...]) -> float:
    """How likely the characters beyond ASCII are to be text in one of these languages: a logarithm, zero at most."""
    used = Counter(character for character in text if character > "\x7f")
    best = max(sum(times * _chance(one, language) for one, times in used.items()) for language in languages)
    return best - _oddities(text)


@functools.lru_cache(maxsize=200_000)
def _chance(character: str, language: str) -> float:
    """How likely a character is, a logarithm."""
    known = _letters(language).get(character)
    if known is not None:
        return known
    for first, last, chance in _BLOCKS.get(language, ()):
        if first <= ord(character) <= last:
            return math.log(chance)
    if character in SIGNS:
        return _SIGN
    return _NONE if unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") or character == "\ufffd" else _FOREIGN


@functools.lru_cache(maxsize=64)
def _letters(language: str) -> dict[str, float]:
    common = _COMMON.get(language)
    if common:
        return dict.fromkeys(common, math.log(1 / 150))
    listed = LETTERS.get(language, "")
    whole = sum(1 / (rank + 2) for rank in range(len(listed)))
    chances = {letter: math.log(0.9 / (rank + 2) / whole) for rank, letter in enumerate(listed)}
    capitals = {
        letter.upper(): chance + math.log(0.5) for letter, chance in chances.items() if len(letter.upper()) == 1
    }
    return capitals | chances


def _oddities(text: str) -> float:
    """What words do not do: a capital behind a small letter, a sign between letters, letters of two scripts."""
    odd = 0.0
    for place, character in enumerate(text):
        if character <= "\x7f":
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if character.isalpha():
            odd += 3 * ((character.isupper() and before.islower()) or (character.islower() and _shouts(text, place)))
            odd += 3 * ("\u0370" <= character < "\u1000" and (_latin(before) or _latin(after)))
            if not before.isalpha() and not after.isalpha():
                odd += 3 if before.isdigit() or after.isdigit() else 1.5
        elif character not in " \xa0’":
            odd += 3 * (before.isalpha() and after.isalpha())
    return odd


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _shouts(text: str, place: int) -> bool:
    """Whether the letters on both sides, or the two before, are capitals."""
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and around.isupper() and around.isalpha()
