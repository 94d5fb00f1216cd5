"""Measures: a number and its unit."""

from __future__ import annotations

from pimsync.macros.macro import Macro

MACROS = (
    Macro(
        "plain_number",
        "A number with a point and no needless zeros: 1.20 gives 1.2, 3.000 gives 3.",
        r"""(number) as case
             when contains(cast(number as varchar), '.')
             then rtrim(rtrim(cast(number as varchar), '0'), '.') else cast(number as varchar) end""",
        examples={"plain_number(1.20)": "1.2", "plain_number(3.000)": "3", "plain_number(100)": "100"},
    ),
    Macro(
        "measure",
        "A number, a blank and its unit: `1.2 kg`.",
        "(number, unit) as plain_number(number) || ' ' || unit",
        examples={"measure(1.20, 'kg')": "1.2 kg", "measure(null, 'kg')": None},
    ),
    Macro(
        "measure_number",
        "The number in a measure: `1.5kg` and `1.5 kg` give 1.5.",
        r"(t) as try_cast(regexp_extract(t, '^\s*([0-9]+(?:\.[0-9]+)?)', 1) as double)",
        examples={"measure_number('1.5kg')": "1.5", "measure_number('heavy')": None},
    ),
    Macro(
        "measure_unit",
        "The unit in a measure: `1.5kg` and `1.5 kg` give kg.",
        r"(t) as nullif(regexp_extract(t, '^\s*[0-9.]+\s*([^\s0-9].*?)\s*$', 1), '')",
        examples={"measure_unit('1.5kg')": "kg", "measure_unit('20 fl oz')": "fl oz", "measure_unit('7')": None},
    ),
    Macro(
        "unit_dimension",
        "What a unit measures: weight, volume, length, area or count; nothing for a unit it does not know.",
        """(unit) as case
             when lower(unit) in ('oz', 'lb', 'mg', 'g', 'kg') then 'weight'
             when lower(unit) in ('floz', 'pt', 'qt', 'gal', 'ml', 'cl', 'l', 'cbm') then 'volume'
             when lower(unit) in ('in', 'ft', 'yd', 'cm', 'm', 'mm') then 'length'
             when lower(unit) in ('sqft', 'sqm') then 'area'
             when lower(unit) = 'ct' then 'count' end""",
        examples={"unit_dimension('kg')": "weight", "unit_dimension('furlong')": None},
    ),
)
