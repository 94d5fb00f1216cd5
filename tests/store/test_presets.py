"""Every preset: recognised by its file, and its cases come out as they say."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from pimsync.project import Catalog, Defaults
from pimsync.store import presets
from pimsync.store.catalog import CatalogResult, read_catalog

PRESETS = {key: presets.load(path, cases=True) for key, path in presets.files().items()}
CASES = [
    pytest.param(key, case, id=f"{key}: {case.name}") for key, one in PRESETS.items() for case in one.definition.case
]


def plain(value: Any) -> Any:
    """A value as a case writes it."""
    if isinstance(value, Decimal):
        return str(value.normalize() + 0) if value == value.to_integral() else str(value.normalize())
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return dict(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if one is not None}
    return value


def read(tmp_path, source: str, suffix: str, defaults: dict[str, str], **catalog: Any) -> CatalogResult:
    path = tmp_path / f"export{suffix}"
    path.write_text(source.lstrip("\n"), encoding="utf-8", newline="")
    return read_catalog(
        Catalog(source=path.name, **catalog), Defaults(**defaults), folder=tmp_path, into=tmp_path / "snapshot", threads=1
    )  # fmt: skip


@pytest.mark.parametrize(("key", "case"), CASES)
def test_a_case_comes_out_as_it_says(key, case, tmp_path):
    result = read(tmp_path, case.source, case.suffix, case.defaults)
    assert result.preset == PRESETS[key].definition.name
    products = pq.read_table(result.snapshot.products).to_pylist()
    got = [
        {name: plain(product.get(name)) for name in wanted}
        for product, wanted in zip(products, case.products, strict=False)
    ]
    assert got == [{name: plain(value) for name, value in wanted.items()} for wanted in case.products]
    assert len(products) == len(case.products)
    assert result.left_out == case.left_out
    assert result.unreadable == 0


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_has_a_case_and_a_source(key):
    definition = PRESETS[key].definition
    assert definition.case
    assert definition.url
    assert definition.checked


@pytest.mark.parametrize("key", PRESETS)
def test_every_column_but_those_it_is_recognised_by_may_be_missing(key, tmp_path):
    """A delimited export with nothing but those columns is read without a complaint about the preset."""
    asked = PRESETS[key].definition.recognise
    if asked.formats and not {"csv", "tsv"} & {*asked.formats}:
        pytest.skip("it is recognised in files of records alone")
    for columns in (asked.columns, *asked.others):
        header = ";".join(f'"{name}"' for name in columns)
        row = ";".join(f'"{number}"' for number, _ in enumerate(columns, 1))
        result = read(tmp_path, f"{header}\n{row}\n", ".csv", {})
        assert result.preset == PRESETS[key].definition.name


def test_a_field_may_be_a_list_that_the_rows_made(tmp_path):
    (tmp_path / "catalog_presets").mkdir()
    (tmp_path / "catalog_presets" / "own.toml").write_text(
        """
        name = "own"
        rows = '''select *, [{'name': 'Wool', 'value': "Wool"}] as lines from source'''
        recognise = { columns = ["id", "Wool"] }
        columns = { sku = "id", details = "lines" }
        """
    )
    result = read(tmp_path, "id,Wool\nA-1,80 %\n", ".csv", {})
    (product,) = pq.read_table(result.snapshot.products).to_pylist()
    assert product["details"] == [{"section": None, "name": "Wool", "value": "80 %"}]
