"""Looking up: in the tables that a project has under `[lookups]`, and in its `[rates]`."""

from __future__ import annotations

from pimsync.lookups import FUNCTION, RATES, Table
from pimsync.macros.macro import Macro

#: What the examples look things up in.
EXAMPLES = {
    "categories": Table({"Mugs": "Home & Garden > Kitchen & Dining > Tableware > Mugs"}),
    RATES: Table({"PLN": "1", "EUR": "4.31", "USD": "3.98"}),
}

_CONVERTED = "round(try_cast(try_cast(amount as double) * rate(source) / rate(target) as decimal(28, 8)), 2)"

MACROS = (
    Macro(
        "lookup",
        "What a table of the project has for a key; where it has nothing, the third argument, or nothing.",
        f"""(name, key, otherwise := null) as
             coalesce({FUNCTION}(name, cast(key as varchar)), cast(otherwise as varchar))""",
        examples={
            "lookup('categories', ' Mugs ')": "Home & Garden > Kitchen & Dining > Tableware > Mugs",
            "lookup('categories', 'Socks')": None,
            "lookup('categories', 'Socks', 'Apparel')": "Apparel",
        },
    ),
    Macro(
        "rate",
        "What one unit of a currency costs in the base currency of `[rates]`; nothing for a currency that is not there.",
        f"(currency) as try_cast({FUNCTION}('{RATES}', currency) as double)",
        examples={"rate('EUR')": "4.31", "rate('XXX')": None},
    ),
    Macro(
        "convert",
        "An amount of one currency in another, by `[rates]`; nothing for a currency that is not there.",
        f"(amount, source, target) as case when source = target then try_cast(amount as decimal(28, 4)) else {_CONVERTED} end",
        examples={
            "money(convert(100, 'EUR', 'PLN'), 'PLN')": "431.00 PLN",
            "money(convert(49.99, 'USD', 'EUR'), 'EUR')": "46.16 EUR",
            "money(convert(12.5, 'EUR', 'EUR'), 'EUR')": "12.50 EUR",
            "convert(12.5, 'XXX', 'EUR')": None,
        },
    ),
)
