"""Identifiers: GTINs, domains, categories."""

from __future__ import annotations

from pimsync.macros.macro import Macro

_DASHES = r"[ \-\x{A0}\x{2010}-\x{2015}]"
_HOST = r"^[a-zA-Z][a-zA-Z0-9+.\-]*://(?:[^/?#@]*@)?([^/?#:]+)"
_TRIPLE = " + ".join(f"(n // {10**power}) % 10" for power in range(1, 14, 2))
_SINGLE = " + ".join(f"(n // {10**power}) % 10" for power in range(0, 14, 2))

MACROS = (
    Macro(
        "check_digit_holds",
        "Whether the last digit of a number is the GS1 check digit of the others.",
        f"(n) as (3 * ({_TRIPLE}) + ({_SINGLE})) % 10 = 0",
        examples={"check_digit_holds(4006381333931)": "true", "check_digit_holds(4006381333932)": "false"},
    ),
    Macro(
        "is_gtin",
        "Whether a text is a GTIN: 8, 12, 13 or 14 digits, not all zero, the last one the GS1 check digit.",
        r"""(t) as case
             when length(t) in (8, 12, 13, 14) and regexp_full_match(t, '[0-9]+')
             then list_transform([try_cast(t as bigint)], lambda n: check_digit_holds(n) and n > 0)[1]
             when t is not null then false end""",
        examples={
            "is_gtin('4006381333931')": "true",
            "is_gtin('036000291452')": "true",
            "is_gtin('4006381333932')": "false",
            "is_gtin('N/A')": "false",
        },
    ),
    Macro(
        "digits",
        "Drop the blanks and dashes that people put into numbers.",
        rf"""(t) as case
             when regexp_matches(t, '{_DASHES}') then regexp_replace(t, '{_DASHES}', '', 'g') else t end""",
        examples={"digits('978-3-16-148410-0')": "9783161484100", "digits('4006381333931')": "4006381333931"},
    ),
    Macro(
        "gtin_13",
        "A GTIN in its 13-digit form, without the packaging digit of a GTIN-14: where the GS1 prefix is read.",
        "(t) as right(lpad(t, 14, '0'), 13)",
        examples={"gtin_13('036000291452')": "0036000291452", "gtin_13('14006381333938')": "4006381333938"},
    ),
    Macro(
        "shortened",
        "Cut a key to n characters; what is cut off is told apart by eight characters of its hash.",
        "(key, n) as case when length(key) > n then left(key, greatest(n - 9, 0)) || '-' || left(md5(key::varchar), 8) else key end",
        examples={"shortened('RED-42', 50)": "RED-42", "shortened('a-very-long-handle', 16)": "a-very--6c6e71ef"},
    ),
    Macro(
        "domain",
        "The host in a web address, in lower case and without `www.`.",
        rf"(url) as nullif(regexp_replace(lower(regexp_extract(url, '{_HOST}', 1)), '^www\.', ''), '')",
        examples={"domain('https://www.Shop.example/p?x=1')": "shop.example", "domain('/p/1')": None},
    ),
    Macro(
        "category_depth",
        "How many levels a category path `A > B > C` has.",
        "(path) as length(path) - length(replace(path, '>', '')) + 1",
        examples={"category_depth('Home > Women > Dresses')": "3", "category_depth('Home')": "1"},
    ),
)
