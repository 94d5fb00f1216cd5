"""Text: cutting, cleaning and judging."""

from __future__ import annotations

from pimsync.macros.macro import Macro

#: What no feed can carry: C0 and C1 controls but tab and line breaks, DEL, U+FFFE and U+FFFF (XML 1.0, Char).
UNPRINTABLE = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{FFFE}\x{FFFF}]"

#: A tag as a browser would see it: `<b>`, `</p>`, `<br/>`, `<!-- note -->`; not `a < b`.
TAG = r"<(?:!--|/?[a-zA-Z])[^<>]*>"

_BLOCKS = r"(?i)<(?:br|/p|/div|/li|/h[1-6]|/tr|/ul|/ol|/table)\b[^<>]*>"

MACROS = (
    Macro(
        "truncate",
        "Cut at the last whole word that fits.",
        """(t, n) as case
             when strlen(t) <= n then t
             when length(t) <= n then t
             when contains(left(t, n + 1), ' ') then rtrim(regexp_replace(left(t, n + 1), ' [^ ]*$', ''))
             else left(t, n) end""",
        examples={
            "truncate('Merino wool jumper', 12)": "Merino wool",
            "truncate('Merino wool', 11)": "Merino wool",
            "truncate('Donaudampfschiff', 5)": "Donau",
        },
    ),
    Macro(
        "clean",
        "Drop the characters that no feed can carry: control characters, U+FFFE and U+FFFF.",
        f"(t) as case when regexp_matches(t, '{UNPRINTABLE}') then regexp_replace(t, '{UNPRINTABLE}', '', 'g') else t end",
        examples={"clean('Mug' || chr(7))": "Mug", "clean('Mug')": "Mug"},
    ),
    Macro(
        "squeeze",
        "Fold every run of blanks and line breaks into one blank, and trim both ends.",
        r"""(t) as case
             when contains(t, '  ') or contains(t, chr(10)) or contains(t, chr(13)) or contains(t, chr(9))
               or contains(t, chr(160)) or starts_with(t, ' ') or ends_with(t, ' ') or contains(t, chr(11)) or contains(t, chr(12))
             then trim(regexp_replace(t, '[\s\x{0B}\x{A0}]+', ' ', 'g')) else t end""",
        examples={"squeeze('  wool   socks ')": "wool socks", "squeeze('wool socks')": "wool socks"},
    ),
    Macro(
        "strip_html",
        "Turn HTML into plain text: tags go, the end of a paragraph becomes a blank, entities become characters.",
        rf"""(t) as case
             when contains(t, '<') or contains(t, '&')
             then list_transform([case
                    when contains(t, '<')
                    then trim(regexp_replace(regexp_replace(regexp_replace(t,
                      '(?is)<(script|style)\b.*?</(script|style)>', ' ', 'g'), '{_BLOCKS}', ' ', 'g'), '{TAG}', '', 'g'))
                    when regexp_matches(t, '^\p{{Zs}}') or regexp_matches(t, '\p{{Zs}}$') then trim(t)
                    else t end], lambda bare: decode_entities(bare))[1]
             else t end""",
        examples={
            "strip_html('<p>Warm &amp; dry</p><p>100% wool</p>')": "Warm & dry 100% wool",
            "strip_html('5 < 6 and <b>bold</b>')": "5 < 6 and bold",
            "strip_html(' Salt & pepper ')": "Salt & pepper",
            "strip_html('plain')": "plain",
        },
    ),
    Macro(
        "one_line",
        "Put line breaks as blanks, so that a cell stays on one line.",
        r"(t) as case when contains(t, chr(10)) or contains(t, chr(13)) then regexp_replace(t, '\s*[\r\n]+\s*', ' ', 'g') else t end",
        examples={"one_line('a' || chr(10) || 'b')": "a b"},
    ),
    Macro(
        "html_lines",
        "Put line breaks as `<br>`, for channels that take HTML but no raw new lines.",
        r"(t) as case when contains(t, chr(10)) or contains(t, chr(13)) then regexp_replace(t, '\r\n|\r|\n', '<br>', 'g') else t end",
        examples={"html_lines('a' || chr(10) || 'b')": "a<br>b"},
    ),
    Macro(
        "respell",
        "Write one accepted spelling for another: the value `found` becomes `wanted`, anything else stays.",
        "(t, found, wanted) as case when lower(t) = lower(found) then wanted else t end",
        examples={"respell('in stock', 'in stock', 'in_stock')": "in_stock", "respell('used', 'new', 'New')": "used"},
    ),
    Macro(
        "shouts",
        "Whether a text of ten or more cased letters is all in capitals.",
        r"""(t) as case
             when regexp_matches(t, '[a-z]') then false
             when t = upper(t) and length(t) >= 10
             then length(regexp_replace(t, '[^\p{Lu}]', '', 'g')) >= 10 when t is not null then false end""",
        examples={
            "shouts('BEST OFFER EVER')": "true",
            "shouts('USB-C to HDMI')": "false",
            "shouts('LED TV')": "false",
        },
    ),
    Macro(
        "has_html",
        "Whether a text holds an HTML tag or an entity.",
        rf"""(t) as case
             when contains(t, '<') and regexp_matches(t, '{TAG}') then true
             when contains(t, '&') then regexp_matches(t, '&(?:[a-zA-Z]{{2,31}}|#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}});')
             else false end""",
        examples={
            "has_html('a <b>bold</b> word')": "true",
            "has_html('5 < 6 & 7')": "false",
            "has_html('a&nbsp;b')": "true",
        },
    ),
    Macro(
        "has_link",
        "Whether a text holds a web address.",
        r"""(t) as case
             when contains(t, '://') or contains(t, 'www.') or contains(t, 'WWW.')
             then regexp_matches(t, '(?i)(?:https?://|www\.)[^\s]+\.[^\s]+') else false end""",
        examples={"has_link('see https://shop.example/p')": "true", "has_link('wool socks')": "false"},
    ),
    Macro(
        "has_private_characters",
        "Whether a text holds private-use characters, which show as boxes.",
        r"(t) as regexp_matches(t, '[\x{E000}-\x{F8FF}]')",
        examples={"has_private_characters('Mug ' || chr(57344))": "true", "has_private_characters('Mug')": "false"},
    ),
)
