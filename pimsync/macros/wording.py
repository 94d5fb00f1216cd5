"""Rewriting texts by rule: replacing, joining, dropping words."""

from __future__ import annotations

from pimsync.macros.macro import Macro

#: Emoji and other pictures, with what joins and colours them; `©`, `®` and `™` are none.
_PICTURE = (
    r"[\x{1F000}-\x{1FAFF}\x{2600}-\x{27BF}\x{231A}\x{231B}\x{23E9}-\x{23F3}\x{23F8}-\x{23FA}\x{25AA}\x{25AB}\x{25B6}\x{25C0}"
    r"\x{25FB}-\x{25FE}\x{2B05}-\x{2B07}\x{2B1B}\x{2B1C}\x{2B50}\x{2B55}\x{3030}\x{303D}\x{3297}\x{3299}\x{E0020}-\x{E007F}]"
)
_EMOJI = rf"{_PICTURE}(?:[\x{{200D}}\x{{FE0F}}]*{_PICTURE})*\x{{FE0F}}?|\x{{FE0F}}?\x{{20E3}}|\x{{FE0F}}"

#: What may stand between words, and is left over at an end where they are gone.
_EDGES = r"^[\s,;:|/–—-]+|[\s,;:|/–—-]+$"

_TWICE = r"([,;:|/–—-])(?:\s+[,;:|/–—-])+"

#: From the start to a stop that ends a sentence: a blank and what begins the next one come after it.
_SENTENCE = r"""(?s)^(.*?(?:[\p{L}\p{N}]{3}\.|[\p{N}%)\]”"’]\.|[!?…])[)\]”"’]?)\s+[„“"(]?[\p{Lu}\p{Lo}\p{N}]"""

MISSING, OPEN, CLOSE = "chr(1)", "chr(2)", "chr(3)"


def bare(word: str) -> str:
    """The SQL of a word as it is compared: small, and without signs around it."""
    return rf"lower(regexp_replace({word}, '^[^\p{{L}}\p{{N}}]+|[^\p{{L}}\p{{N}}]+$', '', 'g'))"


MACROS = (
    Macro(
        "replace_all",
        "Replace each text of a map by its own, wherever it stands, one pair after the other.",
        "(t, pairs) as list_reduce(map_keys(pairs), lambda done, found: replace(done, found, pairs[found]), t)",
        examples={
            "replace_all('2 szt. w kpl.', map {'szt.': 'sztuki', 'kpl.': 'komplecie'})": "2 sztuki w komplecie",
            "replace_all('Mug', map {'Cup': 'Mug'})": "Mug",
        },
    ),
    Macro(
        "template",
        "Fill a pattern: `{1}` is the first value; a part in square brackets goes where a value in it is missing.",
        rf"""(pattern, parts) as squeeze(replace(replace(replace(translate(regexp_replace(
               list_reduce(
                 list_transform(parts, lambda part, place: cast(place as varchar)),
                 lambda done, place: replace(done, '{{' || place || '}}', coalesce(
                   replace(replace(cast(parts[cast(place as integer)] as varchar), '[', {OPEN}), ']', {CLOSE}), {MISSING})),
                 pattern),
               '\[[^\[\]]*\x01[^\[\]]*\]', '', 'g'), '[]', ''), {MISSING}, ''), {OPEN}, '['), {CLOSE}, ']'))""",
        examples={
            "template('{1} {2}[ – {3}][, size {4}]', ['Nike', 'Air Max', 'white', '42'])": "Nike Air Max – white, size 42",
            "template('{1} {2}[ – {3}][, size {4}]', ['Nike', 'Air Max', null, '42'])": "Nike Air Max, size 42",
        },
    ),
    Macro(
        "lead_with",
        "Put a word, such as the brand, before a text that does not hold it yet.",
        r"""(t, word) as case
             when word is null or contains(
               ' ' || regexp_replace(lower(t), '[^\p{L}\p{N}]+', ' ', 'g') || ' ',
               ' ' || trim(regexp_replace(lower(word), '[^\p{L}\p{N}]+', ' ', 'g')) || ' ') then t
             else word || ' ' || t end""",
        examples={
            "lead_with('Stoneware mug', 'Northpeak')": "Northpeak Stoneware mug",
            "lead_with('Mug by NORTHPEAK', 'Northpeak')": "Mug by NORTHPEAK",
            "lead_with('Stoneware mug', null)": "Stoneware mug",
        },
    ),
    Macro(
        "remove_words",
        "Drop these words, whether in capitals or not, and the signs they leave at an end.",
        rf"""(t, words) as list_transform([{{
               'all': string_split(t, ' '), 'words': list_transform(words, lambda word: lower(word))}}],
             lambda one: list_transform(
               [list_filter(one.all, lambda word: not list_contains(one.words, {bare("word")}))],
               lambda rest: case when len(rest) = len(one.all) then t
                 else nullif(regexp_replace(regexp_replace(
                   array_to_string(rest, ' '), '{_TWICE}', '\1', 'g'), '{_EDGES}', '', 'g'), '') end)[1])[1]""",
        examples={
            "remove_words('HIT! Wool jumper - sale', ['hit', 'sale'])": "Wool jumper",
            "remove_words('Wool jumper', ['sale'])": "Wool jumper",
        },
    ),
    Macro(
        "unique_words",
        "Drop a word of three letters or more where it stands a second time; numbers stay.",
        rf"""(t) as list_transform([string_split(t, ' ')], lambda words: list_transform(
               [list_transform(words, lambda word: {bare("word")})], lambda spoken: array_to_string(list_filter(words,
                 lambda word, place: list_position(spoken, spoken[place]) = place
                   or not regexp_full_match(spoken[place], '\p{{L}}{{3,}}')), ' '))[1])[1]""",
        examples={
            "unique_words('Nike Nike Air Max NIKE')": "Nike Air Max",
            "unique_words('Kabel 10 x 10 cm')": "Kabel 10 x 10 cm",
        },
    ),
    Macro(
        "first_sentence",
        "The first sentence of a text; a point after one or two letters, as in `St.`, does not end it.",
        rf"""(t) as coalesce(nullif(regexp_extract(trim(t), '{_SENTENCE}', 1), ''), t)""",
        examples={
            "first_sentence('Warm and dry. Made in Poland.')": "Warm and dry.",
            "first_sentence('By St. Moritz for men! 1.5 m long.')": "By St. Moritz for men!",
            "first_sentence('Wool')": "Wool",
        },
    ),
    Macro(
        "without_emoji",
        "Drop emoji and other pictures.",
        f"(t) as case when regexp_matches(t, '{_EMOJI}') then squeeze(regexp_replace(t, '{_EMOJI}', ' ', 'g')) else t end",
        examples={
            "without_emoji('🔥 Wool jumper ❤️ new')": "Wool jumper new",
            "without_emoji('Mug™ No. 1')": "Mug™ No. 1",
        },
    ),
    Macro(
        "category_level",
        "One level of a category path `A > B > C`: 1 is the first, -1 the last.",
        "(path, n) as nullif(trim(split_part(path, '>', n)), '')",
        examples={
            "category_level('Home > Women > Dresses', 2)": "Women",
            "category_level('Home > Women > Dresses', -1)": "Dresses",
            "category_level('Home', 2)": None,
        },
    ),
)
