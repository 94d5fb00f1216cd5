"""The macros that mappings, fixes and checks may call, beside every scalar function of DuckDB.

Value in, value out: no clock, no files, no settings; `lookup`, `rate` and `convert` alone read what the project gives them.
Each macro's sentence and examples are its entry in the manual, and the examples are its tests.
"""

from __future__ import annotations

from pimsync.macros import (
    cases,
    dates,
    entities,
    identifiers,
    links,
    lists,
    measures,
    money,
    nested,
    options,
    prices,
    tables,
    texts,
    units,
    wording,
)
from pimsync.macros.macro import Macro

MACROS: dict[str, Macro] = {
    macro.name: macro
    for family in (
        entities,
        texts,
        money,
        dates,
        measures,
        identifiers,
        lists,
        options,
        prices,
        units,
        wording,
        cases,
        links,
        tables,
        nested,
    )
    for macro in family.MACROS
}

__all__ = ["MACROS", "Macro"]
