"""Nested JSON: json.toml. Plain files are in tests/store/cases/json.toml."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimsync.errors import CatalogError
from pimsync.store.sources.variants import rows

CASES = tomllib.loads((Path(__file__).parent / "json.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_objects_become_columns(read, case):
    options = {key: case[key] for key in ("items", "variants") if key in case}
    if "error" in case:
        with pytest.raises(CatalogError) as raised:
            read(case["text"], "json", **options)
        assert raised.value.message == case["error"]
        assert raised.value.hint == case.get("hint")
        return
    found = read(case["text"], "json", **options)
    assert found.rows == case["rows"]
    assert [one.record for one in found.source.finish(None, 0)] == case.get("rejects", [])


def test_lines_with_variants(read):
    lines = '{"sku": "P", "variants": [{"sku": "A"}, {"sku": "B"}]}\n\n{"sku": "C"}\n'
    assert read(lines, "jsonl", variants="variants").rows == [
        {"sku": "A", "product.sku": "P", "?record": 1},
        {"sku": "B", "product.sku": "P", "?record": 1},
        {"sku": "C", "?record": 2},
    ]


def test_a_path_to_the_products_is_refused_where_each_line_is_one(read):
    with pytest.raises(CatalogError, match="each line is a product"):
        read('{"sku": "A"}\n', "jsonl", items="data")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
products = st.dictionaries(
    st.sampled_from(["sku", "title", "price", "é"]), values, max_size=4
) | st.fixed_dictionaries({"sku": st.text(), "variants": st.lists(st.dictionaries(st.sampled_from(["sku", "size"]), values), max_size=3)})  # fmt: skip


@given(product=products)
def test_each_variant_is_a_row_and_nothing_of_its_product_is_lost(product):
    made = list(rows(product, ("variants",)))
    variants = product.get("variants") or []
    assert len(made) == max(1, len(variants))
    for row, variant in zip(made, variants or [{}], strict=True):
        for key, value in product.items():
            if key != "variants" and value is not None:
                assert row.get(f"product.{key}", row[key]) == value
        for key, value in variant.items():
            assert value is None or row[key] == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(numbers=st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-10**6, max_value=10**6), min_size=1, max_size=5))  # fmt: skip
def test_numbers_within_are_as_they_are_written(tmp_path_factory, numbers):
    from pimsync.project import Input
    from pimsync.store.sources import READERS, File

    folder = tmp_path_factory.mktemp("numbers")
    written = "[" + ",".join(str(one) for one in numbers) + "]"
    (folder / "a.json").write_text('[{"node": {"sku": "A", "list": ' + written + "}}]", encoding="utf-8")
    READERS["json"](File(folder / "a.json", "a.json", folder), Input(source="a.json"))
    (line,) = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert line == '{"sku":"A","list":' + written + "}"
    assert json.loads(line)["sku"] == "A"
