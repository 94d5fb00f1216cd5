"""The same weight or length in another unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pimsync.macros.macro import Macro

#: Grams and millimetres in one of each unit: exact by definition.
GRAMS = {"mg": "0.001", "g": "1", "kg": "1000", "oz": "28.349523125", "lb": "453.59237"}
MILLIMETRES = {"mm": "1", "cm": "10", "m": "1000", "in": "25.4", "ft": "304.8", "yd": "914.4"}


def _size(unit: str, sizes: Mapping[str, str]) -> str:
    """How many of the smallest unit one of this is; nothing for an unknown one."""
    cases = " ".join(f"when '{name}' then {Decimal(size):f}::double" for name, size in sizes.items())
    return f"case lower({unit}) {cases} end"


def _into(sizes: Mapping[str, str]) -> str:
    factor = f"{_size('unit', sizes)} / {_size('wanted', sizes)}"
    return f"(number, unit, wanted) as round(try_cast(try_cast(number as double) * {factor} as decimal(28, 8)), 4)"


MACROS = (
    Macro(
        "weight_in",
        "A weight in another unit: mg, g, kg, oz or lb; nothing for a unit it does not know.",
        _into(GRAMS),
        examples={
            "weight_in(1500, 'g', 'kg')": "1.5000",
            "weight_in(2, 'lb', 'g')": "907.1847",
            "weight_in(1, 'stone', 'kg')": None,
        },
    ),
    Macro(
        "length_in",
        "A length in another unit: mm, cm, m, in, ft or yd; nothing for a unit it does not know.",
        _into(MILLIMETRES),
        examples={"length_in(120, 'cm', 'm')": "1.2000", "length_in(10, 'in', 'cm')": "25.4000"},
    ),
)
