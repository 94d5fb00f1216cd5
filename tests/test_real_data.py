"""Catalogs as shops really write them: each becomes feeds and a full account, or is refused in a sentence.

The files are not ours to pass on: PIMSYNC_REAL_DATA says where they are.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from support.accounting import accounted

from pimsync import api, project
from pimsync.errors import CatalogError

DATA = Path(os.environ.get("PIMSYNC_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")
ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet")
FILES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.suffix in ENDINGS)
CHANNELS = ("google_shopping", "meta_catalog", "ebay")

pytestmark = pytest.mark.skipif(not FILES, reason="PIMSYNC_REAL_DATA names no folder with catalogs")

NO_SKU = "no column is the sku"
LISTS = "there are several lists in it"
# What cannot be a catalog as it stands, and what is said of it.
REFUSED = {
    "de/led-tab-separated.csv": NO_SKU,
    "feeds/acp-feed-2026-04-17.json": LISTS,
    "feeds/acp-feed-unreleased.json": LISTS,
    "feeds/idealo-abcescolar-es.csv": NO_SKU,
    "gs1/digital-link-entries.json": NO_SKU,
    "gtin/real-codes.csv": NO_SKU,
    "gtin/test-vectors.csv": NO_SKU,
    "json/bestbuy-3291.json": NO_SKU,
    "openfoodfacts/export-fr-multilingual.tsv": NO_SKU,
    "other/eccube-shift_jis-ja.csv": "the header is no UTF-8 text",
    "pl/warehouse-cp1250-no-header.csv": NO_SKU,
    "prestashop/admin-export-pl.csv": "not one of 509 records can be read",
    "shopify/fashion-sophie.csv": NO_SKU,
    "shopify/jewelry-nl.csv": NO_SKU,
    "shopify/mixed-dropship-tr-en.csv": NO_SKU,
    "shopify/official-apparel.csv": NO_SKU,
    "shopify/official-home-and-garden.csv": NO_SKU,
    "shopify/official-jewelery.csv": NO_SKU,
    "shopify/padded-headers.csv": NO_SKU,
}

SHOPIFY = {
    "sku": "concat_ws('-', \"Handle\", nullif(\"Option1 Value\", ''), nullif(\"Variant SKU\", ''))",
    "title": '"Title"', "description": '"Body (HTML)"', "price": '"Variant Price"', "image": '"Image Src"',
    "brand": '"Vendor"', "quantity": "'3'", "condition": "'new'", "url": "'https://shop.example/p/' || \"Handle\"",
}  # fmt: skip
# What a person would write under [catalog.columns]: then the same files fill feeds.
MAPPED = {
    "shopify/jewelry-nl.csv": SHOPIFY,
    "shopify/official-jewelery.csv": SHOPIFY,
    "other/myntra-fashion-en.csv": {
        "brand": '"Product_Brand"', "condition": "'new'", "quantity": "'1'", "mpn": '"Product_ID"',
        "url": "'https://shop.example/p/' || \"Product_ID\"", "image": "'https://shop.example/i/' || \"Product_ID\"",
    },
    "json/bestbuy-3291.json": {
        "sku": "md5(name)", "url": "'https://shop.example/p/' || md5(name)", "condition": "'new'", "quantity": "'1'",
    },
    "pl/warehouse-output.csv": {
        "description": "name", "brand": "attribute1", "mpn": "sku", "url": "'https://shop.example/p/' || sku",
        "image": "'https://shop.example/i/' || sku", "condition": "'new'",
    },
}  # fmt: skip


EBAY = {
    "site": "Germany", "site_country": "DE", "site_currency": "EUR", "template": "DE", "category": "1", "location": "Berlin",
    "dispatch_time": "2", "return_profile": "R", "shipping_profile": "S", "payment_profile": "P",
}  # fmt: skip


def built(source, out, columns=None, channels=CHANNELS):
    """What `pimsync build --catalog … --set currency=EUR …` does."""
    shop = {
        "catalog": {"source": str(source), "columns": columns or {}},
        "defaults": {"currency": "EUR", "shop": "A shop", "shop_url": "https://shop.example"},
        "channels": {key: {"type": key, "settings": EBAY if key == "ebay" else {}} for key in channels},
    }
    return api.build(project.checked(project.Project, shop, where=None), out=out)


@pytest.mark.parametrize("name", FILES)
def test_a_catalog_from_the_wild_is_accounted_for_or_refused(name, tmp_path):
    says = REFUSED.get(name)
    if says is None:
        accounted(built(DATA / name, tmp_path))
        return
    with pytest.raises(CatalogError) as refused:
        built(DATA / name, tmp_path)
    assert refused.value.message.startswith(says)
    assert name in str(refused.value.where)
    assert not [*tmp_path.rglob("*.csv"), *tmp_path.rglob("*.xml")]


@pytest.mark.parametrize("name", [name for name in MAPPED if name in FILES])
def test_a_catalog_whose_columns_are_named_fills_feeds(name, tmp_path):
    result = built(DATA / name, tmp_path, MAPPED[name])
    accounted(result)
    assert all(channel.items for channel in result.channels)


@pytest.mark.parametrize("name", [name for name in ("pl/warehouse-cp1250-no-header.csv",) if name in FILES])
def test_a_windows_code_page_is_refused_as_such(name, tmp_path):
    with pytest.raises(CatalogError, match="this is no UTF-8 text"):
        built(DATA / name, tmp_path, {"sku": '"5365"'})


def gzipped(path, to):
    to.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    return to.with_suffix(".csv.gz")


def copied(ending, kind):
    def copy(path, to):
        import duckdb

        to = to.with_suffix(ending)
        duckdb.sql(f"copy (from read_csv('{path}', all_varchar = true)) to '{to}' (format {kind})")
        return to

    return copy


FORMS = {
    "compressed": gzipped,
    "Parquet": copied(".parquet", "parquet"),
    "JSON Lines": copied(".jsonl", "json"),
}


@pytest.mark.parametrize("name", [name for name in ("feeds/meta-kuroru-ja.csv",) if name in FILES])
@pytest.mark.parametrize("form", FORMS)
def test_the_same_catalog_in_another_form_gives_the_same_feeds(form, name, tmp_path):
    plain = built(DATA / name, tmp_path / "plain", channels=CHANNELS[:1])
    other = built(FORMS[form](DATA / name, tmp_path / "catalog"), tmp_path / "other", channels=CHANNELS[:1])
    accounted(other)
    assert other.channels[0].feed[0].sha256 == plain.channels[0].feed[0].sha256
