"""Currencies: ISO 4217 codes, the words and signs that people write for them, and who writes which decimal sign."""

from __future__ import annotations

from pimsync.engine import ident, text
from pimsync.store.reading.reading import Manner, Reading, part


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: ISO 4217, active codes (https://www.six-group.com/en/products-services/financial-information/data-standards.html).
CODES = _words(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"""
)

#: What stands for one currency and no other.
SIGNS = {
    "€": "EUR", "zł": "PLN", "zl": "PLN", "kč": "CZK", "£": "GBP", "₽": "RUB", "руб": "RUB", "р": "RUB", "₴": "UAH",
    "грн": "UAH", "₺": "TRY", "₹": "INR", "ft": "HUF", "₪": "ILS", "₩": "KRW", "₫": "VND", "฿": "THB", "₸": "KZT",
    "lei": "RON", "лв": "BGN", "r$": "BRL", "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD",
    "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "nt$": "TWD", "mx$": "MXN", "円": "JPY", "元": "CNY", "euro": "EUR",
}  # fmt: skip

#: What stands for several: it means the one that the catalog or the project names.
SHARED = {
    "$": _words("USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BRL JMD TTD BSD"),
    "kr": _words("SEK NOK DKK ISK"),
    "¥": _words("JPY CNY"),
    "￥": _words("JPY CNY"),
}

#: The decimal sign of a language (Unicode CLDR, symbols-numberSystem-latn/decimal).
DECIMAL_SIGNS = {
    **dict.fromkeys(_words("bn cy en ga gu he hi ja ko mr ms pa ta te th ur zh"), "."),
    **dict.fromkeys(
        _words(
            """af az be bg bs ca cs da de el et eu fi fr gl hr hu hy id is it ka kk ky lt lv mk nb nl nn no pl ro ru sk sl
            sq sr sv tr uk uz vi"""
        ),
        ",",
    ),
}


def code_of(word: str) -> str:
    """SQL: the code that a word (in lower case, without dots at its end) means; a shared sign as itself; null for neither."""
    signs = " ".join(f"when {text(sign)} then {text(code)}" for sign, code in SIGNS.items())
    shared = " ".join(f"when {text(sign)} then {text(sign)}" for sign in SHARED)
    return f"case when {is_code(f'upper({word})')} then upper({word}) else case {word} {signs} {shared} end end"


def is_code(word: str) -> str:
    """SQL: whether a word is a currency's code."""
    return f"regexp_full_match({word}, '{'|'.join(CODES)}')"


def may_mean(sign: str, code: str) -> str:
    """SQL: whether what a price shows can stand for a currency; null where either is missing."""
    families = " ".join(f"when {text(shared)} then {code} in ({_listed(codes)})" for shared, codes in SHARED.items())
    return f"case {sign} {families} else {sign} = {code} end"


def is_shared(sign: str) -> str:
    """SQL: whether a price shows a sign that several currencies use."""
    return f"{sign} in ({_listed(tuple(SHARED))})"


def currency(name: str, manner: Manner) -> Reading:
    """A code in any case, or a sign; a sign that several use means the project's currency where it can."""
    raw, word = ident(name), part(name, "word")
    own = text(manner.currency) if manner.currency else "null"
    bare = f"rtrim(lower({raw}), '.')"
    spelled = f"case when length({raw}) <= 6 then {code_of(bare)} end"
    steps = ({word: f"case when {is_code(raw)} then {raw} else {spelled} end"},)
    shared = f"case when {may_mean(word, own)} then {own} end"
    value = f"case when {is_shared(word)} then {shared} else {word} end"
    return Reading(value, steps, f"case when {is_shared(word)} then 'ambiguous' else 'unreadable' end")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(text(word) for word in words)
