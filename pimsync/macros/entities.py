"""HTML entities: the characters that shops write as `&eacute;`, `&#233;` or `&#xe9;`."""

from __future__ import annotations

from html.entities import name2codepoint

from pimsync.macros.macro import Macro

#: An entity as shops write it, with its semicolon.
ENTITY = "&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
_AMPERSAND = "&(?:amp|AMP|#0*38|#[xX]0*26);"


def _named() -> dict[str, str]:
    """HTML 4's names, `&apos;`, and the numbers 128 to 159, which browsers read as Windows-1252."""
    found = {f"&{name};": chr(code) for name, code in name2codepoint.items()} | {"&apos;": "'", "&nbsp;": " "}
    for code in range(128, 160):
        character = bytes([code]).decode("cp1252", errors="ignore")
        found |= {f"&#{code};": character, f"&#x{code:x};": character}
    return found


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_MAP = "map([" + ", ".join(map(_literal, _named())) + "], [" + ", ".join(map(_literal, _named().values())) + "])"

MACROS = (
    Macro(
        "code_point",
        "The character with this number; nothing visible for a number that no feed can carry.",
        """(code) as case
             when code in (9, 10, 13) or code between 32 and 126 or code between 160 and 55295 or code between 57344 and 65533
               or code between 65536 and 1114111 then chr(code) when code is not null then '' end""",
        examples={"code_point(65)": "A", "code_point(55296)": "", "code_point(0)": ""},
    ),
    Macro(
        "entity",
        "The character that one HTML entity stands for; an unknown entity stays as it is.",
        f"""(e) as coalesce({_MAP}[e], case
             when starts_with(e, '&#x') or starts_with(e, '&#X') then code_point(try_cast('0x' || substr(e, 4, length(e) - 4) as integer))
             when starts_with(e, '&#') then code_point(try_cast(substr(e, 3, length(e) - 3) as integer)) else e end)""",
        examples={
            "entity('&eacute;')": "é",
            "entity('&#8364;')": "€",
            "entity('&#x20ac;')": "€",
            "entity('&nonsense;')": "&nonsense;",
        },
    ),
    Macro(
        "decode_entities",
        "Decode HTML entities, once: `&amp;lt;` becomes `&lt;`.",
        rf"""(t) as case
             when contains(t, '&') and contains(t, ';')
             then regexp_replace(
               list_reduce(
                 list_filter(list_distinct(regexp_extract_all(t, '{ENTITY}')), lambda e: not regexp_full_match(e, '{_AMPERSAND}')),
                 lambda done, e: replace(done, e, entity(e)), t), '{_AMPERSAND}', '&', 'g')
             else t end""",
        examples={
            "decode_entities('Salt &amp; pepper &eacute;')": "Salt & pepper é",
            "decode_entities('&amp;lt; &lt;')": "&lt; <",
            "decode_entities('L&#146;Or &#x2014; 5 &euro;')": "L’Or — 5 €",
            "decode_entities('AT&T; R&D')": "AT&T; R&D",
            "decode_entities('no entity & no semicolon')": "no entity & no semicolon",
        },
    ),
)
