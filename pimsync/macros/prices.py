"""Price arithmetic: VAT, discounts, margins, and prices that end as a shop likes them.

Sums are rounded half away from zero, to the cent. They are worked out with 15 digits and settled on 8 decimals first, so that 1.075 is a
tie and not a little less.
"""

from __future__ import annotations

from pimsync.macros.macro import Macro


def cents(sum_: str) -> str:
    """The SQL that rounds a sum to the cent; nothing for what is no number."""
    return f"round(try_cast({sum_} as decimal(28, 8)), 2)"


def number(value: str) -> str:
    """The SQL of a value as a number to reckon with."""
    return f"try_cast({value} as double)"


AMOUNT, PRICE, SALE_PRICE, COST, STEP, ENDING = (
    number(name) for name in ("amount", "price", "sale_price", "cost", "step", "ending")
)

#: What the last digits of a price are a part of: 0.99 of 1, 9.99 of 10.
_STEP = f"case when {ENDING} < 1 then 1 when {ENDING} < 10 then 10 when {ENDING} < 100 then 100 else 1000 end"


def _ending(whole: str) -> str:
    """The price with an ending, `whole` steps up; never below the ending itself."""
    return cents(f"case when {whole} < 0 then 0 else {whole} end * {_STEP} + {ENDING}")


_STEPS = f"round(({AMOUNT} - {ENDING}) / {_STEP}, 6)"

MACROS = (
    Macro(
        "with_vat",
        "A price with so many percent of VAT on top.",
        f"(amount, percent) as {cents(f'{AMOUNT} * (1 + percent / 100)')}",
        examples={"with_vat(100, 23)": "123.00", "with_vat(9.99, 19)": "11.89"},
    ),
    Macro(
        "without_vat",
        "A price without the VAT that is in it.",
        f"(amount, percent) as {cents(f'{AMOUNT} / (1 + percent / 100)')}",
        examples={"without_vat(123, 23)": "100.00", "without_vat(11.89, 19)": "9.99"},
    ),
    Macro(
        "percent_off",
        "A price with so many percent off.",
        f"(amount, percent) as {cents(f'{AMOUNT} * (1 - percent / 100)')}",
        examples={"percent_off(80, 15)": "68.00", "percent_off(19.99, 33.3)": "13.33"},
    ),
    Macro(
        "saving",
        "How many whole percent a sale price is below the price; nothing where it is not below.",
        f"""(price, sale_price) as case when {SALE_PRICE} < {PRICE} then
             try_cast(floor(round(({PRICE} - {SALE_PRICE}) / {PRICE} * 100, 6)) as integer) end""",
        examples={"saving(100, 80)": "20", "saving(89.99, 59.99)": "33", "saving(50, 50)": None},
    ),
    Macro(
        "margin",
        "What of a price is left when the cost is paid, in percent of the price.",
        f"""(price, cost) as case when {PRICE} > 0 then
             {cents(f"({PRICE} - {COST}) / {PRICE} * 100")} end""",
        examples={"margin(100, 65)": "35.00", "margin(50, 60)": "-20.00"},
    ),
    Macro(
        "with_margin",
        "The price at which so many percent of it are left when the cost is paid.",
        f"(cost, percent) as case when percent < 100 then {cents(f'{COST} / (1 - percent / 100)')} end",
        examples={"with_margin(65, 35)": "100.00", "with_margin(20, 15)": "23.53"},
    ),
    Macro(
        "nearest",
        "The nearest multiple of a step: of 0.05, of 5.",
        f"(amount, step) as {cents(f'round(round({AMOUNT} / {STEP}, 6)) * {STEP}')}",
        examples={"nearest(12.34, 0.05)": "12.35", "nearest(122.4, 5)": "120.00", "nearest(12.5, 1)": "13.00"},
    ),
    Macro(
        "charm",
        "The nearest price that ends like this: in .99, .95 or 9.99.",
        f"(amount, ending) as {_ending(f'floor({_STEPS} + 0.5)')}",
        examples={
            "charm(12.34, 0.99)": "11.99",
            "charm(12.60, 0.99)": "12.99",
            "charm(127, 9.99)": "129.99",
            "charm(0.20, 0.95)": "0.95",
        },
    ),
    Macro(
        "charm_up",
        "The next price up that ends like this; a price that does already stays.",
        f"(amount, ending) as {_ending(f'ceil({_STEPS})')}",
        examples={"charm_up(12.34, 0.99)": "12.99", "charm_up(12.99, 0.99)": "12.99", "charm_up(13, 0.99)": "13.99"},
    ),
    Macro(
        "price_band",
        "Between which of some prices a price lies, as a label.",
        f"""(amount, edges) as case when {AMOUNT} is not null and len(edges) > 0 then
             list_transform([list_sort(edges)], lambda sorted: list_transform(
               [len(list_filter(sorted, lambda edge: edge <= {AMOUNT}))], lambda passed: case
                 when passed = len(sorted) then plain_number(sorted[passed]) || '+'
                 else coalesce(plain_number(sorted[passed]), '0') || '-' || plain_number(sorted[passed + 1]) end)[1])[1] end""",
        examples={
            "price_band(34.90, [25, 50, 100])": "25-50",
            "price_band(9.90, [25, 50, 100])": "0-25",
            "price_band(100, [25, 50, 100])": "100+",
        },
    ),
)
