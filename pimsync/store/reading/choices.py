"""Choices: a few values that a field can have, and how else people spell them.

Words of languages are data, in words.toml.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pimsync.engine import ident, text
from pimsync.store.reading.reading import Manner, Reading

#: Spellings are compared in lower case, without blanks, hyphens and underscores, and without schema.org's address.
Spellings = Mapping[str, tuple[str, ...]]

CONDITIONS: Spellings = {
    "new": ("brandnew", "newcondition"),
    "refurbished": ("refurbishedcondition", "renewed", "reconditioned"),
    "used": ("usedcondition", "secondhand", "preowned", "usedlikenew", "usedgood", "usedfair"),
}
AVAILABILITIES: Spellings = {
    "in_stock": ("instock", "available", "limitedavailability", "onlineonly"),
    "out_of_stock": ("outofstock", "soldout", "unavailable", "discontinued"),
    "preorder": ("presale",),
    "backorder": ("onbackorder", "backordered", "availablefororder"),
}
GENDERS: Spellings = {
    "male": ("men", "mens", "man", "m", "boy", "boys"),
    "female": ("women", "womens", "woman", "f", "girl", "girls"),
    "unisex": ("menandwomen", "uni"),
}
AGE_GROUPS: Spellings = {
    "newborn": ("newborns",),
    "infant": ("infants", "baby", "babies"),
    "toddler": ("toddlers",),
    "kids": ("kid", "child", "children"),
    "adult": ("adults",),
}
WEIGHT_UNITS: Spellings = {
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams", "gr", "г"),
    "kg": ("kilogram", "kilograms", "kgs", "кг"),
    "oz": ("ounce", "ounces"),
    "lb": ("lbs", "pound", "pounds"),
}
LENGTH_UNITS: Spellings = {
    "mm": ("millimeter", "millimetre", "millimeters", "millimetres", "мм"),
    "cm": ("centimeter", "centimetre", "centimeters", "centimetres", "см"),
    "m": ("meter", "metre", "meters", "metres", "м"),
    "in": ("inch", "inches", '"', "″", "''"),
    "ft": ("foot", "feet", "'", "′"),
    "yd": ("yard", "yards"),
}


@functools.cache
def words() -> dict[str, dict[str, dict[str, list[str]]]]:
    """What people write in their catalogs: by the field, its value, and the language."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def word_of(text: str) -> str:
    """A text as spellings are compared."""
    return re.sub("[ _-]", "", re.sub(r"^https?://schema\.org/", "", text.lower()))


def _in_all_languages(field: str, spellings: Spellings) -> Spellings:
    """The spellings of a field's values, with the words of every language."""
    listed = words()[field]
    return {
        value: tuple(
            dict.fromkeys([*others, *(word_of(word) for several in listed.get(value, {}).values() for word in several)])
        )
        for value, others in spellings.items()
    }


CHOICES: Mapping[str, Spellings] = {
    "condition": _in_all_languages("condition", CONDITIONS),
    "availability": _in_all_languages("availability", AVAILABILITIES),
    "gender": _in_all_languages("gender", GENDERS),
    "age_group": _in_all_languages("age_group", AGE_GROUPS),
    "weight_unit": WEIGHT_UNITS,
    "length_unit": LENGTH_UNITS,
}


def choice(name: str, manner: Manner) -> Reading:
    """One of the values, however it is spelled."""
    raw = ident(name)
    spellings = CHOICES[name.partition(":")[0]]
    values = ", ".join(text(value) for value in spellings)
    return Reading(
        f"case when {raw} in ({values}) then {raw} when length({raw}) <= 60 then {spelled(raw, spellings)} end"
    )


def spelled(raw: str, spellings: Spellings) -> str:
    """SQL: the value that a spelling stands for, null for none."""
    address = rf"regexp_replace(lower({raw}), '^https?://schema\.org/', '')"
    word = f"translate(case when prefix({raw}, 'http') then {address} else lower({raw}) end, ' _-', '')"
    known = {spelling: value for value, others in spellings.items() for spelling in (value.replace("_", ""), *others)}
    return f"map([{', '.join(map(text, known))}], [{', '.join(map(text, known.values()))}])[{word}]"
