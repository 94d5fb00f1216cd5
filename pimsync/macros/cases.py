"""Capitals and small letters: titles, sentences, and languages in which one letter's case is another's.

A text is cut into words and what is between them. A word with a capital inside (`iPhone`) or with a digit (`4K`) stays as it is.
In a text all in capitals those tell nothing: acronyms and units are known by heart, and a word without a vowel is taken for one.
"""

from __future__ import annotations

from pimsync.macros.macro import Macro

_WORD = r"[\p{L}\p{M}\p{N}]+"
_TOKEN = rf"{_WORD}|[^\p{{L}}\p{{M}}\p{{N}}]+"

#: Written in capitals wherever they stand alone.
_ACRONYMS = (
    "usb|led|oled|qled|lcd|hdmi|ssd|hdd|dvd|gps|rgb|uhd|hd|tv|pc|cpu|gpu|nfc|rfid|pvc|mdf|uv|spf|abs|eva"
    "|tpu|bpa|hepa|usa|uk|eu|diy|xs|xl|xxl|xxxl"
)
#: Roman numerals that are no words.
_ROMAN = "II|III|IV|VI{1,3}|IX|XI{1,3}|XIV|XVI{0,3}"
#: What a text in capitals makes of units after a number.
_UNITS = {
    unit.upper(): unit
    for unit in (
        "mm",
        "cm",
        "km",
        "mg",
        "kg",
        "ml",
        "cl",
        "dl",
        "kW",
        "mAh",
        "Hz",
        "kHz",
        "MHz",
        "GHz",
        "kWh",
        "oz",
        "lb",
        "szt",
        "pcs",
    )
}
#: Words that stay small within a title: English, Polish, Czech, German, French, Italian, Spanish.
_SMALL = (
    "a|an|and|as|at|but|by|for|from|in|into|nor|of|on|or|per|the|to|vs|with|x"
    "|i|oraz|lub|w|we|z|ze|na|do|od|dla|po|pod|nad|przy|bez|o|u"
    "|s|se|ve|k|ke|pro|před|bez"
    "|und|oder|mit|für|aus|von|vom|im|am|zum|zur|auf"
    "|et|ou|de|du|des|le|la|les|un|une|pour|avec|sans|sur|en|au|aux"
    "|e|il|lo|gli|di|da|del|della|dei|delle|per|con|senza|su|y|el|los|las|para|sin"
)

_UNITS_SQL = "map {" + ", ".join(f"'{found}': '{wanted}'" for found, wanted in _UNITS.items()) + "}"

#: A word with a capital first: in `word` it is as it was, in `low` all small.
_FIRST = """case when language in ('tr', 'az') and starts_with(word, 'i') then 'İ' else upper(left(word, 1)) end
               || substr(one.low[place], 2)"""
_AFTER_NUMBER = r"place > 2 and regexp_matches(one.words[place - 2], '\pN$')"


def _cased(small: str, plain: str) -> str:
    """The SQL that writes each word as it should be.

    Args:
        small: when a word is small although it is none of those below.
        plain: how an ordinary word is written.
    """
    return rf"""(t, keep := []::varchar[], language := '') as case when t is not null then
         list_transform([{{
             'words': regexp_extract_all(t, '{_TOKEN}'), 'low': regexp_extract_all(lower_case(t, language), '{_TOKEN}'),
             'kept': regexp_extract_all(array_to_string(keep, ' '), '{_WORD}'),
             'kept_low': regexp_extract_all(lower(array_to_string(keep, ' ')), '{_WORD}'),
             'shouted': t = upper(t) and t <> lower(t)}}],
           lambda one: array_to_string(list_transform(one.words, lambda word, place: case
             when word = ' ' then word
             when list_contains(one.kept_low, lower(word)) then one.kept[list_position(one.kept_low, lower(word))]
             when place > 2 and one.words[place - 1] in ('''', '’') and (length(word) <= 2 or language = 'tr') then one.low[place]
             when {small} then one.low[place]
             when regexp_full_match(word, '(?i){_ACRONYMS}') then upper(word)
             when one.shouted and {_UNITS_SQL}[word] is not null and {_AFTER_NUMBER} then {_UNITS_SQL}[word]
             when one.shouted and regexp_full_match(word, '\pL|.*\pN.*|[B-DF-HJ-NP-TV-XZ]{{2,}}|{_ROMAN}') then word
             when not one.shouted and regexp_matches(word, '.\p{{Lu}}|\pN') then word
             {plain} end), ''))[1] end"""


_WITHIN = "one.words[place - 1] = ' ' and one.words[place + 1] = ' '"

MACROS = (
    Macro(
        "lower_case",
        "Small letters as a language writes them: `tr` and `az` have a dotless i; a Greek word ends in ς.",
        r"""(t, language) as case
             when language in ('tr', 'az') then lower(replace(replace(t, 'I', 'ı'), 'İ', 'i'))
             when contains(t, 'Σ') then regexp_replace(lower(t), '(\pL)σ(\PL|$)', '\1ς\2', 'g') else lower(t) end""",
        examples={
            "lower_case('IŞIK İLE', 'tr')": "ışık ile",
            "lower_case('ΔΡΟΜΟΣ', 'el')": "δρομος",
            "lower_case('ŁÓDŹ', 'pl')": "łódź",
        },
    ),
    Macro(
        "upper_case",
        "Capitals as a language writes them: `tr` and `az` have a dotted İ.",
        "(t, language) as upper(case when language in ('tr', 'az') then replace(t, 'i', 'İ') else t end)",
        examples={"upper_case('istanbul', 'tr')": "İSTANBUL", "upper_case('łódź', 'pl')": "ŁÓDŹ"},
    ),
    Macro(
        "title_case",
        "Capitals at the start of words, but for `of`, `dla` and the like. Brands such as iPhone stay; `keep` lists more to spell so.",
        _cased(rf"place > 1 and {_WITHIN} and regexp_full_match(word, '(?i){_SMALL}')", f"else {_FIRST}"),
        examples={
            "title_case('usb-c cable for iPhone 15, 4K')": "USB-C Cable for iPhone 15, 4K",
            "title_case('ŁÓDŹ: KURTKA DLA DZIECI 10 CM', ['LEGO'])": "Łódź: Kurtka dla Dzieci 10 cm",
            "title_case('H&M MEN''S LEGO SET', ['LEGO', 'H&M'])": "H&M Men's LEGO Set",
            "title_case('ışık istanbul', [], 'tr')": "Işık İstanbul",
        },
    ),
    Macro(
        "sentence_case",
        "A capital at the start of each sentence alone. Brands such as iPhone stay; `keep` lists more to spell so.",
        _cased(
            "false",
            rf"""when place = 1 or regexp_full_match(one.words[place - 1], '.*[.!?]\s+') then {_FIRST}
             when not one.shouted and length(word) = 1 then word
             else one.low[place]""",
        ),
        examples={
            "sentence_case('Red Wool Socks. For Men')": "Red wool socks. For men",
            "sentence_case('Adidas Running Shoes', ['adidas'])": "adidas running shoes",
            "sentence_case('ΖΕΣΤΕΣ ΚΑΛΤΣΕΣ')": "Ζεστες καλτσες",
        },
    ),
    Macro(
        "unshout",
        "Turn a text that is all in capitals into title case; any other stays.",
        "(t, keep := []::varchar[], language := '') as case when shouts(t) then title_case(t, keep, language) else t end",
        examples={
            "unshout('WOOL JUMPER FOR MEN')": "Wool Jumper for Men",
            "unshout('WOOL JUMPER BY HELLY', ['HELLY'])": "Wool Jumper by HELLY",
            "unshout('LED TV')": "LED TV",
        },
    ),
)
