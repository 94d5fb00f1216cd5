"""What holds for every catalog: no text makes it raise, nothing is lost, and what is kept is a valid product."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.catalogs import Reader

from pimsync.errors import CatalogError
from pimsync.store.product import FIELDS, Product
from pimsync.store.reading.texts import BLANKS

SCHEMA = Draft202012Validator(Product.model_json_schema(mode="validation"))
NAMES = [name for name, field in FIELDS.items() if field.kind != "attributes"]

anything = st.text(st.characters(codec="utf-8"), max_size=12)
likely = st.sampled_from(
    ["", " ", "1,299", "-5 zł", "$ 1", "12.99 EUR", "2027-02-30", "1e3", "[1]", "[", "{}", '["a"]', "a|b", "|", "yes", "0", "US:::5",
     "5,5 kg", "in stock", "\x00", "\ufffe", "e\u0301", "a\nb", '"', '""', "='1'", '="1"', "https://schema.org/InStock", "١٢",
     "0001-01-01", "9999-12-31T23:59:59-14:00", "2999-12-31 23:59Z", "['a']", '[{"name":"a","value":"b"}]', "99999999999999999999"]
)  # fmt: skip
cell = st.one_of(likely, anything, st.from_regex(r"[-+$€]?[0-9]{0,4}[., ’][0-9]{0,4}( zł| EUR|kg)?", fullmatch=True))
quick = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(
    st.lists(st.lists(cell, min_size=len(NAMES), max_size=len(NAMES)), min_size=1, max_size=25),
    st.sampled_from([None, "pl", "en"]),
)
def test_any_cells_give_valid_products(rows, language):
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([*NAMES, "season"])
    writer.writerows([*row, row[0]] for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        reading = Reader(Path(folder))(
            out.getvalue(), defaults={"language": language, "currency": "EUR"} if language else {}
        )
        records = reading.records
    assert reading.result.snapshot.records == reading.result.snapshot.rows + reading.result.left_out == len(rows)
    found = {int(line.split()[0]) for line in reading.findings if not line.startswith("None")}
    for number, product in zip(records, reading.products, strict=True):
        row = rows[number - 1]
        if product["sku"]:
            _is_valid(product)
        for name, text in zip(NAMES, row, strict=True):
            lost = product[name] is None and _clean(text)
            assert not lost or number in found, (name, text)


@quick
@given(st.lists(st.one_of(likely, anything), min_size=1, max_size=60))
def test_text_survives_csv(texts):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["sku", "title"], *([f"S{n}", text] for n, text in enumerate(texts))])
    with tempfile.TemporaryDirectory() as folder:
        reading = Reader(Path(folder))(out.getvalue())
    assert [product["sku"] for product in reading.products] == [f"S{n}" for n in range(len(texts))]
    assert [product["title"] for product in reading.products] == [_clean(text) or None for text in texts]


@quick
@given(st.lists(st.dictionaries(st.sampled_from(["title", "price", "x", "a/b~c", "labels", "?types"]), st.one_of(
    cell, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none(), st.booleans(),
    st.lists(anything, max_size=3), st.dictionaries(anything, anything, max_size=2),
)), min_size=1, max_size=30), st.booleans(), st.booleans())  # fmt: skip
def test_any_json_gives_valid_products(objects, lines, ascii_only):
    named = [{"sku": f"S{n}", **one} for n, one in enumerate(objects)]
    text = "\n".join(json.dumps(one, ensure_ascii=ascii_only) for one in named) if lines else json.dumps(named)
    with tempfile.TemporaryDirectory() as folder:
        reading = Reader(Path(folder))(text, ".jsonl" if lines else ".json")
    assert [product["sku"] for product in reading.products] == [one["sku"] for one in named]
    for product in reading.products:
        _is_valid(product)


@settings(quick, max_examples=30)
@given(st.one_of(st.binary(max_size=80), st.text(alphabet='ab,;"\n\r\t\x00\\{}[]:', max_size=60).map(str.encode)),
       st.sampled_from([".csv", ".tsv", ".json", ".jsonl", ".parquet", ".csv.gz", ".txt"]), st.booleans())  # fmt: skip
def test_no_bytes_raise_anything_but_a_catalog_error(content, suffix, header):
    opening = {".csv": b"sku,a\n", ".tsv": b"sku\ta\n", ".json": b'[{"sku":"A"},', ".jsonl": b'{"sku":"A"}\n'}.get(
        suffix, b""
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            Reader(Path(folder))((opening if header else b"") + content, suffix)
        except CatalogError as error:
            assert error.message
            assert error.where


def _clean(text: str) -> str:
    """The text as the snapshot has it."""
    import unicodedata

    kept = "".join(c for c in text if c in "\t\n\r" or not (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\ufffe\uffff"))
    return unicodedata.normalize("NFC", kept).strip(BLANKS)


def _is_valid(product: dict[str, Any]) -> None:
    document = {name: value for name, value in product.items() if name in FIELDS and value is not None}
    if "attributes" in document:
        document["attributes"] = dict(document["attributes"])
    SCHEMA.validate(json.loads(json.dumps(document, default=_plain)))
    Product.model_validate(document)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value.isoformat()
