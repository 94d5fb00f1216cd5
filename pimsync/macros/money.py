"""Money: an amount and its currency, as feeds write them."""

from __future__ import annotations

from pimsync.macros.macro import Macro

MACROS = (
    Macro(
        "decimal_text",
        "A number with a point and no needless zeros, at least two decimals.",
        r"""(amount) as case
             when amount = round(amount, 2) then cast(cast(amount as decimal(18, 2)) as varchar)
             else rtrim(cast(cast(amount as decimal(18, 4)) as varchar), '0') end""",
        examples={"decimal_text(12.5)": "12.50", "decimal_text(1.2345)": "1.2345", "decimal_text(7)": "7.00"},
    ),
    Macro(
        "money",
        "A price as most feeds write it: amount, blank, ISO 4217 code.",
        "(amount, currency) as decimal_text(amount) || ' ' || currency",
        examples={"money(12.5, 'EUR')": "12.50 EUR", "money(null, 'EUR')": None},
    ),
    Macro(
        "amount",
        "The number in a price: `12.50 EUR` gives 12.50; nothing where there is none.",
        "(price) as try_cast(split_part(price, ' ', 1) as decimal(18, 4))",
        examples={"amount('12.50 EUR')": "12.5000", "amount('free')": None},
    ),
    Macro(
        "currency_of",
        "The currency in a price: `12.50 EUR` gives EUR; nothing where there is none.",
        "(price) as nullif(split_part(price, ' ', 2), '')",
        examples={"currency_of('12.50 EUR')": "EUR", "currency_of('12.50')": None},
    ),
)
