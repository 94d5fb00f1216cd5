"""The feeds of one shop in every channel, byte for byte; `--rewrite-golden` writes them anew."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from pimsync import api, project
from pimsync.format import channel as channels

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
NOW = "2026-11-21T12:00:00+00:00"
SHOP = tomllib.loads((HERE / "pimsync.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def _time_stands_still():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIMSYNC_NOW", NOW)
        yield


def build(folder, out, *names):
    """A project as it stands; its work folder is beside the feeds, not in the repository."""
    loaded = project.load(folder / project.FILE)
    source = str(folder / loaded.catalog.source)
    catalog = loaded.catalog.model_copy(update={"source": source})
    return api.build(loaded.model_copy(update={"catalog": catalog, "file": None}), names, out=out)


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory, request):
    """The shop's feeds and report as they are made now; `--rewrite-golden` makes them the golden ones."""
    out = tmp_path_factory.mktemp("golden")
    build(HERE, out)
    report = out / "report.json"
    report.write_text(report.read_text(encoding="utf-8").replace(f"{HERE.as_posix()}/", ""), encoding="utf-8")
    if request.config.getoption("--rewrite-golden"):
        for name in SHOP["channels"]:
            shutil.rmtree(HERE / name, ignore_errors=True)
            shutil.copytree(out / name, HERE / name)
        shutil.copy(report, HERE / report.name)
    return out


@pytest.mark.parametrize("name", SHOP["channels"])
def test_the_feed_is_what_it_was(name, made):
    assert files(made / name) == files(HERE / name)


def test_the_report_is_what_it_was(made):
    name = "report.json"
    assert (made / name).read_text(encoding="utf-8") == (HERE / name).read_text(encoding="utf-8")


def test_every_channel_there_is_has_a_golden_feed():
    assert {one["type"] for one in SHOP["channels"].values()} == set(channels.folders())
    assert {path.name for path in HERE.iterdir() if path.is_dir() and list(path.glob("*.[xc][ms]*"))} == {
        *SHOP["channels"]
    }


# What follows from the catalog by the channels' own words, and must not be lost when golden files are rewritten.
SENTENCES = {
    "the price of a running sale is the listing's price": ("ebay/ebay.csv", "SWEATER-RED-S", ",GTC,96.00,12,"),
    "a sale that has not begun leaves the price": ("ebay/ebay.csv", "SWEATER-RED-M", ",GTC,120.00,0,"),
    "a sale that is over leaves the price": ("ebay/ebay.csv", "SWEATER-BLUE-M", ",GTC,120.00,3,"),
    "ounces are rounded up to whole ones": ("ebay/ebay.csv", "COFFEE-5KG", ",04101,,11,4,"),
    "leading zeros stay": ("ebay_mip_inventory/ebay_mip_inventory.csv", "007", "007,EBAY_US,15.00,240"),
    "a thousand is written without a sign": ("ebay_draft/ebay_draft.csv", "COFFEE-5KG", ",1049.90,8,"),
    "quotes in a cell are doubled": ("ebay_draft/ebay_draft.csv", "BOOK-1", '"Knots & Stitches: a ""how to"", 2nd ed."'),
    "pictures share a cell": ("ebay_draft/ebay_draft.csv", "BOOK-1", "/book-1.jpg|https://img.hearthwool.example/book%201.jpg|"),
    "Meta's shipping has four slots": ("meta_catalog/meta_catalog.csv", "SWEATER-RED-S", '"US:NY:Ground:5.99 USD,US::Express:14.00 USD,CA::Air:19.50 USD"'),
    "Meta's labels are quoted in brackets": ("meta_catalog/meta_catalog.csv", "SWEATER-RED-S", "\"['knitwear','bestseller']\""),
    "Meta's zone has a colon": ("meta_catalog/meta_catalog.csv", "SWEATER-RED-M", '"2026-12-26T00:00-05:00/2027-01-10T23:59-05:00"'),
    "Google's zone has none": ("google_shopping/google_shopping.xml", "SWEATER-RED-M", ">2026-12-26T00:00-0500/2027-01-10T23:59-0500<"),
    "a country's own price is sent there": ("google_shopping_de/google_shopping.xml", "SWEATER-RED-S", "<g:price>109.00 EUR<"),
    "millimetres become centimetres": ("google_shopping/google_shopping.xml", "007", "<g:product_width>7.5 cm<"),
    "a group of groups nests": ("google_shopping/google_shopping.xml", "SWEATER-RED-S", "<g:shipping><g:country>US</g:country><g:region>NY</g:region><g:service>Ground</g:service><g:price>5.99 USD</g:price></g:shipping>"),
    "an energy label is named by its register": ("google_shopping_de/google_shopping.xml", "LAMP-BACK", "<g:certification_code>1234567<"),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_the_golden_feeds_say(name):
    path, sku, says = SENTENCES[name]
    content = (HERE / path).read_text(encoding="utf-8-sig")
    ends = "</item>" if path.endswith(".xml") else "\n"
    [item] = [one for one in content.split(ends) if sku in one and says in one]
    assert item


def test_a_sale_price_in_dollars_is_not_sent_in_euros(tmp_path):
    """`price:DE` brings its own currency; what the catalog says in dollars alone is no price in Germany."""
    (tmp_path / "catalog.csv").write_text(
        "sku,title,description,url,image,condition,quantity,mpn,brand,price,sale_price,price:DE\n"
        "A,Cap,A cap.,https://a.example/a,https://a.example/a.jpg,new,1,A,B,120.00 USD,96.00 USD,109.00 EUR\n",
        encoding="utf-8",
    )
    shop = {
        "catalog": {"source": str(tmp_path / "catalog.csv")},
        "defaults": {"currency": "USD"},
        "channels": {"google_de": {"type": "google_shopping", "country": "DE", "currency": "EUR"}},
    }
    api.build(project.checked(project.Project, shop, where=None), out=tmp_path / "out")
    feed = (tmp_path / "out" / "google_de" / "google_shopping.xml").read_text(encoding="utf-8")
    assert "<g:price>109.00 EUR</g:price>" in feed
    assert "96.00 EUR" not in feed


# example: (records, rejected, {channel: (items, excluded, filtered)}, {rule: findings})
BUILT = {
    "polish-fashion": (60, 0, {"google": (60, 0, 0), "google_en": (60, 0, 0), "instagram": (54, 0, 6), "ebay": (44, 0, 16)}, {
        "meta_catalog/item/filtered": 6, "ebay/item/filtered": 16,
    }),
    "italian-food": (40, 0, {"google": (40, 0, 0), "facebook": (34, 0, 6), "ebay": (24, 0, 16)}, {
        "meta_catalog/item/filtered": 6, "ebay/item/filtered": 16,
    }),
    "electronics-dirty": (51, 7, {"google": (35, 9, 0), "meta": (36, 8, 0), "ebay": (34, 5, 5)}, {
        # VL-1011 and VL-1026; VL-1021; VL-1034; VL-1004; VL-1007; VL-1006
        "catalog/record/ragged": 2, "catalog/availability/unreadable": 1, "catalog/condition/unreadable": 1,
        "catalog/gtin/digits_lost": 1, "catalog/price/ambiguous": 1, "catalog/sku/duplicate": 1,
        # VL-1003 and VL-1035; VL-1022; VL-1015; VL-1014; VL-1038; VL-1039; VL-1043; VL-1044; VL-1045's blanks are repaired
        "google_shopping/gtin/checksum": 2, "google_shopping/availability_date/required": 1,
        "google_shopping/image_link/url": 1,
        "google_shopping/image_link/required": 1, "google_shopping/link/url": 1,
        "google_shopping/price/required": 1, "google_shopping/sale_price_effective_date/order": 1,
        "google_shopping/title/required": 1, "google_shopping/brand/placeholder": 1,
        "google_shopping/description/link": 1, "google_shopping/description/promotional": 1,
        "google_shopping/gtin/possible_coupon_prefix": 1, "google_shopping/sale_price/lower": 1,
        "google_shopping/title/capitals": 1, "google_shopping/title/promotional": 1, "google_shopping/title/symbols": 1,
        # the blanks of VL-1045 are repaired; the price of VL-1040 is 0.00
        "meta_catalog/image_link/required": 1, "meta_catalog/image_link/url": 1,
        "meta_catalog/link/url": 1, "meta_catalog/price/positive": 1,
        "meta_catalog/price/required": 1, "meta_catalog/sale_price/lower": 1,
        "meta_catalog/sale_price_effective_date/order": 1, "meta_catalog/title/required": 1,
        "meta_catalog/availability/documented_values": 2, "meta_catalog/gtin/checksum": 2,
        "meta_catalog/description/html": 1, "meta_catalog/description/link": 1,
        "meta_catalog/quantity_to_sell_on_facebook/in_stock": 1, "meta_catalog/title/capitals": 1,
        "meta_catalog/title/symbols": 1,
        # VL-1015; VL-1025; VL-1039; VL-1013; VL-1044; VL-1003 and VL-1035
        "ebay/PicURL/url": 1, "ebay/StartPrice/pattern": 1, "ebay/StartPrice/required": 1, "ebay/Title/length": 1,
        "ebay/Title/required": 1, "ebay/P:EAN/any_of": 1, "ebay/P:UPC/any_of": 1, "ebay/PicURL/https": 1,
        "ebay/Title/capitals": 1, "ebay/Title/promotional": 1, "ebay/item/filtered": 5,
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", BUILT)
def test_an_example_becomes(name, tmp_path):
    records, rejected, counts, rules = BUILT[name]
    build(EXAMPLES / name, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["catalog"]["records"], report["catalog"]["rejected"]) == (records, rejected)
    assert {one["channel"]: (one["items"], one["excluded"], one["filtered"]) for one in report["channels"]} == counts
    assert {one["rule"]: one["count"] for one in report["findings"]} == rules
