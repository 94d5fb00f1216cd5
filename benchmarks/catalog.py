"""Writes the catalog that the benchmarks run on: N products, the same ones every time.

    python benchmarks/catalog.py 200000 benchmarks/out/200000/catalog.csv

A product is about 800 bytes: mostly a variant of a group of three or four, with a text of five sentences (HTML in one
of five), Polish, German, English, Japanese and emoji, a price, a sale on a third, a GTIN that holds, several images.
Every hundredth has a flaw, so that the report has something to say. Product i is the same in a catalog of any size.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

SEED = 20261121

KINDS = (
    ("Koszula lniana", "Apparel > Shirts", 212, 15687),
    ("Sukienka wełniana żółta", "Apparel > Dresses", 2271, 63861),
    ("Kurtka przeciwdeszczowa Łódź", "Apparel > Outerwear > Jackets", 5598, 57988),
    ("Wollpullover für kühle Tage", "Apparel > Knitwear", 212, 11484),
    ("Wanderschuhe Größenfreund", "Apparel > Shoes > Hiking", 187, 24087),
    ("Strickmütze Nordlicht", "Apparel > Accessories > Hats", 173, 52365),
    ("Merino base layer", "Apparel > Sport > Base layers", 212, 15687),
    ("Canvas tote bag", "Bags > Totes", 3032, 169291),
    ("綿のTシャツ", "Apparel > Shirts > T-shirts", 212, 15687),
    ("Running shorts & liner", "Apparel > Sport > Shorts", 204, 15689),
)
BRANDS = ("Nordfaden", "Żagiel", "Müller & Söhne", "Blue Harbour", "Lnianka", "Kamikōchi", "O'Hara", "Atelier Café")
LINES = ("Classic", "Studio", "Trail", "Atlas", "Heritage", "Coast", "Metro", "Polana", "Brise", "Jura")
COLORS = ("navy", "olive", "ecru", "black", "burgundy", "teal", "grey", "ochre")
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
MATERIALS = ("cotton", "linen", "merino wool", "polyester/elastane", "recycled polyamide", "leather")
SEASONS = ("spring", "summer", "autumn", "winter", "all year")
SENTENCES = (
    "Cut from cloth that we have had woven in the same mill since the first collection",
    "Szyta w małej pracowni pod Łodzią, z podwójnymi szwami i guzikami z masy perłowej",
    "Die Nähte sind flach gesetzt, damit auch nach langen Wegen nichts drückt oder scheuert",
    "Washes at 30 degrees, dries overnight on a line and needs no iron at all",
    "Tkanina z certyfikatem, barwiona bez chlorków; kolor nie płowieje nawet po wielu praniach",
    "Fällt normal aus: wer zwischen zwei Größen liegt, nimmt für mehr Weite die größere",
    "The pockets are deep enough for a phone & a map, and the left one closes with a zip",
    "柔らかな肌触りで、季節を問わず毎日着られる一枚です",
    "Model ma 178 cm wzrostu i nosi rozmiar M; długość mierzona od ramienia to 68 cm",
    "Spare buttons and a length of matching yarn are sewn to the inside of the side seam",
    "Ein leichtes Stück für die Übergangszeit, das sich klein zusammenrollen lässt",
    "Repairs are free for two years: send it in, and we mend it and post it back 🧵",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the benchmarks' catalog.")
    parser.add_argument("products", type=int)
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    write(chosen.products, chosen.file)


def write(products: int, file: Path) -> None:
    """Write the first products of the endless catalog."""
    import duckdb

    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(MACROS)
        connection.execute(f"copy ({query(products)}) to {text(str(file))} (format csv, header)")


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def choice(values: Sequence[str | int], roll: str) -> str:
    """One of the values, by a number that may be any."""
    words = ", ".join(text(value) if isinstance(value, str) else str(value) for value in values)
    return f"[{words}][{roll} % {len(values)} + 1]"


#: A number for product or group `i` and question `k`: spread enough for shops, and the same on every machine.
MACROS = f"""
create macro roll(i, k) as (((i + 1) * (2654435761 + 80996 * k) + {SEED * 7919}) // 1021);
create macro check_digit(n) as (10 - (
    3 * (n % 10 + n // 100 % 10 + n // 10000 % 10 + n // 1000000 % 10 + n // 100000000 % 10 + n // 10000000000 % 10)
    + n // 10 % 10 + n // 1000 % 10 + n // 100000 % 10 + n // 10000000 % 10 + n // 1000000000 % 10 + n // 100000000000
) % 10) % 10;
"""


def query(products: int, flaws: str = "case when i % 100 = 37 then i // 100 % 7 end") -> str:
    """The SELECT of the first products; `flaws` is the SQL of which of seven flaws product `i` has."""
    sentence = [choice(SENTENCES, f"roll(family, {10 + n})") for n in range(5)]
    kind, category, google, ebay = (choice(column, "roll(family, 1)") for column in zip(*KINDS, strict=True))
    return f"""
with numbered as (
    -- seven products are a group of three and a group of four; of every fifth group, each product stands alone
    select i, 2 * (i // 7) + (i % 7 >= 3)::bigint as family, if(i % 7 < 3, i % 7, i % 7 - 3) as place,
        {flaws} as flaw
    from range({products}) as numbers (i)
),
priced as (
    select *, (roll(family, 2) % 1400 + 9)::decimal(18, 2) + 0.90 as full_price, 590000000000 + i as code from numbered
)
select
    'B-' || lpad(i::varchar, 7, '0') as sku,
    case when family % 5 <> 0 then 'G-' || lpad(family::varchar, 7, '0') end as parent_sku,
    code::varchar || ((check_digit(code) + if(flaw = 0, 1, 0)) % 10)::varchar as gtin,
    'M' || (100000 + i)::varchar as mpn,
    {choice(BRANDS, "roll(family, 3)")} as brand,
    case when flaw is distinct from 1
        then {kind} || ' ' || {choice(LINES, "roll(family, 4)")} || ' ' || (family % 9000 + 100)::varchar end as title,
    case when family % 5 = 2
        then '<p>' || {sentence[0]} || '.</p><ul><li>' || {sentence[1]} || '</li><li>' || {sentence[2]}
            || '</li></ul><p><b>Nr ' || family::varchar || '</b> &ndash; ' || {sentence[3]} || '. ' || {sentence[4]}
            || '.</p>'
        else concat_ws('. ', {", ".join(sentence)}, 'Nr ' || family::varchar) end as description,
    if(flaw = 2, 'shop.example', 'https://shop.example') || '/p/' || i::varchar || '?ref=feed&v=1' as url,
    if(flaw = 3, null, 'https://img.shop.example/full/' || i::varchar || '-1.jpg') as image,
    'https://img.shop.example/full/' || i::varchar || '-2.jpg|https://img.shop.example/full/' || i::varchar
        || '-3.jpg' as images,
    {category} as category,
    {google}::varchar as google_category,
    case when flaw = 4 then null when flaw = 5 then 'on request' else full_price::varchar end as price,
    case when flaw = 6 then (full_price + 10)::varchar
        when family % 3 = 1 then round(full_price * 0.8, 2)::decimal(18, 2)::varchar end as sale_price,
    case when family % 3 = 1 then '2026-11-20T00:00:00+01:00' end as sale_starts,
    case when family % 3 = 1 then '2027-01-31T23:59:00+01:00' end as sale_ends,
    'EUR' as currency,
    roll(i, 5) % 60 as quantity,
    'new' as condition,
    {choice(COLORS, "(roll(family, 6) + place // 2)")} as color,
    {choice(SIZES, "(roll(family, 7) % 3 + place)")} as size,
    {choice(MATERIALS, "roll(family, 8)")} as material,
    {choice(("female", "male", "unisex"), "roll(family, 9)")} as gender,
    if(roll(family, 9) % 11 = 0, 'kids', 'adult') as age_group,
    (roll(family, 16) % 1900 + 100)::varchar as weight,
    'g' as weight_unit,
    {choice(SEASONS, "roll(family, 17)")} as season,
    {ebay}::varchar as ebay_category
from priced

"""


if __name__ == "__main__":
    main()
