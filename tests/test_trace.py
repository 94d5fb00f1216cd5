"""`trace`: what it says of a product is what the feed holds; a product that no feed has is found where it was lost."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pimsync import api, project
from pimsync.errors import CatalogError, ProjectError, UsageError
from pimsync.report.trace_document import document
from pimsync.store.catalog import read_catalog
from pimsync.tracing.trace import trace, traces

ROOT = Path(__file__).parents[1]
SHOPS = {path.parent.name: path for path in [*ROOT.glob("examples/*/pimsync.toml"), ROOT / "tests/golden/pimsync.toml"]}

CATALOG = """kod,nazwa,nazwa_en,cena,opis,link,image,ean,stan,brand,condition,sezon
MUG-1,  Niebieski kubek ,Blue mug,"12,90 EUR",<p>A mug of blue stoneware.</p>,https://shop.example/p/mug-1,https://shop.example/i/mug-1.jpg,4006381333931,4,Northpeak,new,zima
MUG-2,Czerwony kubek,Red mug,"13,90 EUR",A mug of red stoneware.,https://shop.example/p/mug-2,https://shop.example/i/mug-2.jpg,4006381333949,0,Northpeak,new,
MUG-3,Zielony kubek,Green mug,soon,A mug of green stoneware.,https://shop.example/p/mug-3,https://shop.example/i/mug-3.jpg,4006381333955,1,Northpeak,new,
MUG-1,Again,Again,"1,00 EUR",Again.,https://shop.example/p/mug-9,https://shop.example/i/mug-9.jpg,,1,Northpeak,new,
MUG-5,Rozbity,kubek,za,duzo,komorek,w,tym,wierszu,jest,tu,calkiem,sporo
"""
PROJECT = """
[catalog]
source = "catalog.csv"
decimal = ","
[catalog.columns]
sku = "kod"
title = "nazwa"
"title:en" = "nazwa_en"
description = "opis"
price = "cena"
quantity = "stan"

[defaults]
language = "pl"

[channels.google]
type = "google_shopping"
where = "quantity >= 0"
[channels.google.map]
title = "concat_ws(' ', brand, title)"
custom_label_0 = "attributes['sezon']"

[channels.english]
type = "google_shopping"
language = "en"
where = "quantity > 0"
"""


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch):
    monkeypatch.setenv("PIMSYNC_NOW", "2026-11-21T12:00:00+00:00")


@pytest.fixture
def shop(tmp_path):
    """Writes a project's files and loads it."""

    def shop(catalog=CATALOG, settings=PROJECT, **files):
        (tmp_path / "catalog.csv").write_text(catalog, encoding="utf-8")
        (tmp_path / "pimsync.toml").write_text(settings, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name.replace("__", ".")).write_text(content, encoding="utf-8")
        return project.load(tmp_path / "pimsync.toml")

    return shop


def loaded(path):
    """A project of the repository, whose work folder is not in the repository."""
    one = project.load(path)
    source = str(path.parent / one.catalog.source)
    catalog = one.catalog.model_copy(update={"source": source})
    return one.model_copy(update={"catalog": catalog, "file": None})


def channel(found, name="google"):
    return next(one for one in found.channels if one.name == name)


def attribute(found, name, of="google"):
    return next(one for one in channel(found, of).attributes if one.name == name)


def said(found, field):
    """What each record says of a field: the file, the record, the texts, the value, and whether it counts."""
    return [
        (one.at.file, one.at.record, dict(one.texts), one.value, one.counts) for one in found.origin.fields[field].told
    ]


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Every product of a project of the repository, built and traced; each project once."""
    known = {}

    def followed(name):
        if name not in known:
            out = tmp_path_factory.mktemp("build")
            whole = loaded(SHOPS[name])
            built = api.build(whole, out=out)
            skus = [*dict.fromkeys(one for one in pq.read_table(built.findings_file).column("sku").to_pylist() if one)]
            listed = [one for text in _skus(whole) if (one := text.strip())]
            known[name] = built, traces(whole, [*dict.fromkeys([*listed, *skus])])
        return known[name]

    return followed


def _skus(whole):
    """The skus as a reader of the catalog that is not ours finds them."""
    import csv

    source = Path(whole.catalog.source)
    if source.suffix == ".json":
        document = json.loads(source.read_text(encoding="utf-8"))
        rows = document if isinstance(document, list) else next(v for v in document.values() if isinstance(v, list))
    else:
        rows = [*csv.DictReader(source.open(encoding="utf-8", newline=""), delimiter=whole.catalog.delimiter or ",")]
    column = whole.catalog.columns.get("sku", "sku")
    return [str(row[column]) for row in rows if row.get(column)]


@pytest.mark.parametrize("name", SHOPS)
def test_what_a_trace_ends_with_is_what_the_feed_holds(name, followed):
    built, traced = followed(name)
    assert len(traced) > 15
    for number, summary in enumerate(built.channels):
        mine = [one.channels[number] for one in traced]
        written = [one.encoded for one in sorted(_with_rows(traced, number), key=lambda one: one.row)]
        feed = b"".join(part.path.read_bytes() for part in summary.feed).decode("utf-8-sig").replace("\r\n", "\n")
        assert "".join(written).replace("\r\n", "\n") in feed
        states = [one.state for one in mine]
        assert (states.count("in_feed"), states.count("left_out"), states.count("filtered")) == (
            summary.items, summary.excluded, summary.filtered,
        )  # fmt: skip
        for one in mine:
            for part in one.attributes if one.state == "in_feed" else ():
                assert _as_read(part.value) == part.feed, (one.name, part)


class _Row:
    def __init__(self, row, encoded):
        self.row, self.encoded = row, encoded


def _with_rows(traced, number):
    return [
        _Row(one.origin.row, one.channels[number].encoded) for one in traced if one.channels[number].state == "in_feed"
    ]


def _as_read(value):
    """A value without what no feed can show: missing and empty parts."""
    if isinstance(value, dict):
        return {name: kept for name, part in value.items() if (kept := _as_read(part)) is not None} or None
    if isinstance(value, list):
        return [kept for part in value if (kept := _as_read(part)) is not None] or None
    return None if value == "" else value


@pytest.mark.parametrize("name", SHOPS)
def test_a_product_that_is_not_in_a_feed_is_said_why(name, followed):
    _, traced = followed(name)
    for one in traced:
        if one.origin.state != "product":
            assert one.origin.findings, one.sku
            assert {part.state for part in one.channels} == {"not_reached"}
            continue
        for part in one.channels:
            assert (part.state == "left_out") == any(rule.rule.severity == "error" for rule in part.failed), one.sku
            assert (part.state == "filtered") == bool(part.filter and not part.filter.kept)


@pytest.mark.parametrize("name", SHOPS)
def test_every_field_comes_from_somewhere(name, followed):
    _, traced = followed(name)
    for one in traced:
        for field in one.origin.fields.values():
            counting = [told for told in field.told if told.counts]
            assert (field.value is None) == (not counting), (one.sku, field)
            assert all(told.value == field.value for told in counting), (one.sku, field)
            assert all(told.texts or told.expression or told.follows or told.raw is None for told in counting)


def test_each_hand_that_a_value_goes_through_is_named(shop):
    found = trace(shop(), "MUG-1")
    title = attribute(found, "title")
    assert said(found, "title") == [("catalog.csv", 1, {"nazwa": "  Niebieski kubek "}, "Niebieski kubek", True)]
    assert title.expression == "concat_ws(' ', brand, title)"
    assert title.where == "pimsync.toml, [channels.google.map] title"
    assert [(one.name, one.field, one.value) for one in title.reads] == [
        ("brand", "brand", "Northpeak"), ("title", "title", "Niebieski kubek"),
    ]  # fmt: skip
    assert title.mapped == title.value == title.feed == "Northpeak Niebieski kubek"
    description = attribute(found, "description")
    assert description.where == "google_shopping/channel.toml, [attributes] description"
    assert [(step.fix, step.before, step.after) for step in description.steps if step.before != step.after] == [
        ("strip_html", "<p>A mug of blue stoneware.</p>", "A mug of blue stoneware.")
    ]
    assert attribute(found, "price").feed == "12.90 EUR"
    assert said(found, "price") == [("catalog.csv", 1, {"cena": "12,90 EUR"}, "12.9", True)]
    assert found.origin.fields["currency"].told[0].follows == ("price",)
    assert said(found, "attributes['sezon']") == [("catalog.csv", 1, {"sezon": "zima"}, "zima", True)]
    assert attribute(found, "custom_label_0").reads[0].name == "attributes['sezon']"
    assert "length" in {rule.rule.id.rpartition("/")[2] for rule in title.rules if rule.passed}


def test_the_language_of_a_channel_says_which_column_is_read(shop):
    found = trace(shop(), "MUG-1", ["english"])
    [read] = attribute(found, "title", "english").reads
    assert (read.name, read.field, read.value) == ("title", "title:en", "Blue mug")
    assert attribute(found, "title", "english").feed == "Blue mug"


def test_an_amount_in_another_currency_than_the_market_s_price_is_told(shop):
    catalog = "sku,title,price,price:DE,cost\nA-1,Mug,12.00 USD,11.00 EUR,5.00 USD\n"
    settings = PLAIN + 'country = "DE"\n[channels.google.map]\ncustom_label_0 = "money(cost, currency)"\n'
    found = trace(shop(catalog, settings), "A-1")
    assert [(one.name, one.field, one.value) for one in attribute(found, "price").reads] == [
        ("price", "price:DE", "11"), ("currency", "currency:DE", "EUR"),
    ]  # fmt: skip
    assert [one.value for one in attribute(found, "custom_label_0").reads if one.name == "cost"] == [None]
    assert found.origin.fields["cost"].value == "5"
    assert "google_shopping/price/other_currency" in {one.rule.id for one in channel(found).failed}


def test_a_rule_that_an_item_breaks_is_told_with_its_help(shop):
    found = trace(shop(), "MUG-2", ["google"])
    assert channel(found).state == "left_out"
    [wrong] = [one for one in channel(found).failed if one.rule.severity == "error"]
    assert wrong.rule.id == "google_shopping/gtin/checksum"
    assert "4006381333949" in wrong.message
    assert wrong.rule.help
    assert wrong in attribute(found, "gtin").rules
    assert attribute(found, "gtin").feed is None


def test_a_filter_is_shown_with_what_it_reads(shop):
    found = trace(shop(), "MUG-2", ["english"])
    assert channel(found, "english").state == "filtered"
    wanted = channel(found, "english").filter
    assert (wanted.expression, wanted.kept) == ("quantity > 0", False)
    assert [(one.name, one.value) for one in wanted.reads] == [("quantity", 0)]


def test_a_record_with_a_value_that_cannot_be_read_is_found(shop):
    found = trace(shop(), "MUG-3")
    assert (found.origin.state, found.origin.at.record) == ("rejected", 3)
    assert [one.rule for one in found.origin.findings] == ["catalog/price/unreadable"]
    assert found.origin.findings[0].help
    assert said(found, "price") == [("catalog.csv", 3, {"cena": "soon"}, None, False)]
    assert {one.state for one in found.channels} == {"not_reached"}


def test_a_later_record_with_the_same_sku_is_told(shop):
    found = trace(shop(), "MUG-1")
    assert found.origin.state == "product"
    assert [one.record for one in found.origin.again] == [4]


def test_a_sku_in_a_record_that_cannot_be_taken_apart_is_found(shop):
    found = trace(shop(), "MUG-5")
    assert (found.origin.state, found.origin.at.record) == ("unreadable", 5)
    assert found.origin.findings[0].rule == "catalog/record/ragged"


def test_a_sku_that_is_not_there_has_neighbours(shop):
    found = trace(shop(), "MUG-22")
    assert not found.known
    assert found.origin.near[0] == "MUG-2"
    assert found.products == 2


def test_a_text_that_is_no_sku_is_found_in_its_column(shop):
    found = trace(shop(), "4006381333955")
    assert not found.known
    assert [(at.record, column) for at, column in found.origin.texts] == [(3, "ean")]
    after = trace(shop(CATALOG.replace("MUG-1,  ", "MUG-0,too,many" + ",x" * 20 + "\nMUG-1,  ")), "4006381333955")
    assert [at.record for at, _ in after.origin.texts] == [4]


def test_a_part_of_another_sku_is_not_taken_for_a_record(shop):
    assert trace(shop(), "MUG").origin.state == "unknown"
    assert trace(shop(), "UG-5").origin.state == "unknown"


ODD = ["O'Neil 7", 'the "big" one', "żółć/1", "a;b", "100%_x", "=1+1", "ŁÓDŹ 🙂"]


@pytest.mark.parametrize("sku", ODD)
def test_a_sku_may_hold_any_sign(sku, shop):
    quoted = sku.replace('"', '""')
    found = trace(shop(f'sku,title\n"{quoted}",Mug\n', PLAIN), sku)
    assert (found.origin.state, found.origin.fields["title"].value) == ("product", "Mug")
    assert not trace(shop(f'sku,title\n"{quoted}",Mug\n', PLAIN), f"{sku}?").known


def test_an_expression_that_cannot_be_computed_is_an_error(shop):
    settings = PROJECT.replace("concat_ws(' ', brand, title)", "cast(title as integer)")
    with pytest.raises(ProjectError, match="cannot be computed for every product"):
        trace(shop(settings=settings), "MUG-1")


SUPPLEMENTS = (
    PROJECT.replace(
        "[defaults]",
        '[[catalog.supplement]]\nsource = "stock.csv"\n[catalog.supplement.columns]\nsku = "id"\nquantity = "free"\n'
        '[[catalog.supplement]]\nsource = "prices.csv"\nkey = "gtin"\ndecimal = ","\n\n[defaults]',
    )
)  # fmt: skip


def test_supplements_that_win_and_those_that_do_not_are_told(shop):
    files = {
        "stock__csv": "id,free\nMUG-2,1\nMUG-1,7\nMUG-1,9\n",
        "prices__csv": 'ean,price\n04006381333931,"11,50 EUR"\n',
    }
    found = trace(shop(settings=SUPPLEMENTS, **files), "MUG-1")
    assert said(found, "quantity") == [
        ("catalog.csv", 1, {"stan": "4"}, 4, False), ("stock.csv", 8, {"free": "9"}, 9, True),
    ]  # fmt: skip
    assert found.origin.fields["quantity"].told[1].at.in_file == 3
    assert [one[-1] for one in said(found, "price")] == [False, True]
    assert said(found, "sku") == [("catalog.csv", 1, {"kod": "MUG-1"}, "MUG-1", True)]
    assert said(found, "gtin") == [("catalog.csv", 1, {"ean": "4006381333931"}, "4006381333931", True)]
    assert attribute(found, "price").feed == "11.50 EUR"


def test_a_supplement_that_says_nothing_does_not_win(shop):
    files = {"stock__csv": "id,free\nMUG-1,\n", "prices__csv": "ean,price\n"}
    files["prices__csv"] += "999,\n"
    found = trace(shop(settings=SUPPLEMENTS, **files), "MUG-1")
    assert [one[-2:] for one in said(found, "quantity")] == [(4, True), (None, False)]


def test_a_sku_that_a_supplement_alone_has_is_found_there(shop):
    files = {"stock__csv": "id,free\nCUP-7,1\n", "prices__csv": "ean,price\n999,\n"}
    found = trace(shop(settings=SUPPLEMENTS, **files), "CUP-7")
    assert not found.known
    assert [(one.rule, one.at.file, one.at.in_file) for one in found.origin.findings] == [
        ("catalog/supplement/unmatched", "stock.csv", 1)
    ]


FAMILY = """sku,parent_sku,title,description,price,currency,color,size,brand
SHIRT,,Linen shirt,A shirt of linen.,49.00,EUR,,,Northpeak
SHIRT-S,SHIRT,,,,,blue,S,
SHIRT-M,SHIRT,Linen shirt M,,45.00,EUR,blue,M,
BOX,,Box of things,Things.,,,,,
BOX-1,BOX,,,5.00,EUR,red,,
"""
PLAIN = '[catalog]\nsource = "catalog.csv"\n[channels.google]\ntype = "google_shopping"\n'


def test_what_a_variant_takes_from_its_parent_is_told(shop):
    found = trace(shop(FAMILY, PLAIN), "SHIRT-S")
    title = found.origin.fields["title"]
    assert (title.value, title.parent) == ("Linen shirt", "SHIRT")
    [told] = [one for one in title.told if one.counts]
    assert (told.sku, told.at.record, dict(told.texts)) == ("SHIRT", 1, {"title": "Linen shirt"})
    assert found.origin.fields["currency"].parent == "SHIRT"
    assert found.origin.fields["color"].parent is None
    assert trace(shop(FAMILY, PLAIN), "SHIRT-M").origin.fields["title"].parent is None


def test_a_parent_without_a_price_is_no_product_and_says_so(shop):
    found = trace(shop(FAMILY, PLAIN), "BOX")
    assert found.origin.state == "left_out"
    assert "parent of variants" in next(
        one.message for one in found.origin.findings if one.rule == "catalog/record/left_out"
    )


def test_rules_across_items_look_at_the_whole_group(shop):
    catalog = FAMILY.replace("SHIRT-M,SHIRT,Linen shirt M,,45.00,EUR,blue,M,", "SHIRT-M,SHIRT,,,45.00,EUR,,M,")
    whole, name = shop(catalog, PLAIN), "google_shopping/color/in_group"
    findings = api.check(whole)
    broken = {one.sku for group in findings.findings if group.rule.id == name for one in group.examples}
    for sku in ("SHIRT-S", "SHIRT-M", "SHIRT"):
        mine = [one for one in channel(trace(whole, sku)).failed if one.rule.id == name]
        assert bool(mine) == (sku in broken)
    assert broken


def test_what_reading_repaired_is_told(shop):
    found = trace(shop(FAMILY.replace("Linen shirt,A", "Linen\x07 shirt,A"), PLAIN), "SHIRT")
    [told] = found.origin.fields["title"].told
    assert (told.texts["title"], told.value) == ("Linen\x07 shirt", "Linen shirt")
    assert told.repairs == ("control characters are left out",)


DATA = Path(os.environ.get("PIMSYNC_REAL_DATA") or ROOT.parent / "shared" / "data")
REAL = [
    path.relative_to(DATA).as_posix()
    for folder in ("shopify", "woocommerce", "magento", "feeds", "vendure")
    for path in sorted((DATA / folder).glob("*.*"))[::3]
]


@pytest.mark.skipif(not REAL, reason="PIMSYNC_REAL_DATA names no folder with catalogs")
@pytest.mark.parametrize("name", REAL)
def test_every_value_of_a_real_catalog_comes_from_somewhere(name, tmp_path):
    """However a shop writes, and whatever a preset makes of it: what counts is what the product has, and stands in the file."""
    whole = project.of_options(str(DATA / name), ["google_shopping"], {}, defaults={"currency": "EUR"})
    try:
        read = read_catalog(whole.catalog, whole.defaults, folder=tmp_path, into=tmp_path / "snapshot")
    except CatalogError as refused:
        pytest.skip(str(refused))
    skus = [sku for sku in pq.read_table(read.snapshot.products).column("sku").to_pylist() if sku]
    traced = traces(whole, [*dict.fromkeys(skus[:: max(1, len(skus) // 8)])])
    assert {one.origin.state for one in traced} <= {"product", "rejected"}
    for one in traced:
        for field in one.origin.fields.values():
            counting = [told for told in field.told if told.counts]
            assert (field.value is None) == (not counting), (one.sku, field)
            assert all(told.value == field.value for told in counting), (one.sku, field)
        document(one)


NESTED = {
    "json": ('[{"sku": "A-1", "title": "Mug", "price": "5.00 EUR"}, {"sku": "A-2", "title": "Cup", "price": "6.00 EUR"}]', "catalog.json"),
    "jsonl": ('{"sku": "A-1", "title": "Mug"}\n\n{"sku": "A-2", "title": "Cup"}\n', "catalog.jsonl"),
    "xml": ("<shop><item><sku>A-1</sku><title>Mug</title></item><item><sku>A-2</sku><title>Cup</title></item></shop>", "catalog.xml"),
    "tsv": ("sku\ttitle\nA-1\tMug\nA-2\tCup\n", "catalog.tsv"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NESTED)
def test_any_format_gives_the_record_and_its_text(kind, shop, tmp_path):
    content, name = NESTED[kind]
    (tmp_path / name).write_text(content, encoding="utf-8")
    found = trace(shop(settings=PLAIN.replace("catalog.csv", name)), "A-2")
    assert said(found, "title") == [(name, 2, {"title": "Cup"}, "Cup", True)]


def test_records_are_counted_file_by_file(shop, tmp_path):
    for name, content in {"a": "A-1,Mug\nA-2,Cup\n", "b": "B-1,Jug\n"}.items():
        (tmp_path / f"list-{name}.csv").write_text(f"sku,title\n{content}", encoding="utf-8")
    found = trace(shop(settings=PLAIN.replace("catalog.csv", "list-*.csv")), "B-1")
    assert (found.origin.at.file, found.origin.at.record, found.origin.at.in_file) == ("list-b.csv", 3, 1)
    assert said(found, "title")[0][2] == {"title": "Jug"}


def test_records_that_cannot_be_read_do_not_shift_the_texts(shop):
    found = trace(shop(CATALOG.replace("MUG-1,  ", "MUG-0,too,many" + ",x" * 20 + "\nMUG-1,  "), PROJECT), "MUG-2")
    assert (found.origin.at.record, said(found, "title")[0][2]) == (3, {"nazwa": "Czerwony kubek"})


SHOPIFY = """Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Image Position,Status
mug,Stoneware mug,A mug.,Northpeak,true,Color,Blue,MUG-B,12.00,https://cdn.shop.example/1.jpg,1,active
mug,,,,,,Red,MUG-R,13.00,https://cdn.shop.example/2.jpg,2,
old,Old mug,A mug.,Northpeak,false,Title,Default Title,MUG-OLD,9.00,https://cdn.shop.example/3.jpg,1,draft
"""


def test_rows_that_a_preset_folds_are_followed(shop):
    whole = shop(SHOPIFY, PLAIN)
    found = trace(whole, "MUG-R")
    assert (found.preset, found.origin.state) == ("Shopify product export", "product")
    assert found.origin.fields["price"].value == "13"
    [told] = found.origin.fields["title"].told
    assert told.where == "shopify.toml, [columns] title"
    assert (dict(told.texts), told.stands.record, told.at.record) == ({"Title": "Stoneware mug"}, 1, 2)
    assert said(found, "price") == [("catalog.csv", 2, {"Variant Price": "13.00"}, "13", True)]
    assert said(found, "brand")[0][2] == {"Vendor": "Northpeak"}
    draft = trace(whole, "MUG-OLD").origin
    assert draft.state == "left_out"
    assert "draft" in draft.findings[0].message


def test_a_project_s_own_python_is_a_step(shop):
    pytest.importorskip("pandas")
    settings = PROJECT.replace('where = "quantity >= 0"', 'python = ["own:shout"]')
    found = trace(
        shop(
            settings=settings,
            own__py="def shout(items):\n    items['title'] = items['title'].str.upper()\n    return items\n",
        ),
        "MUG-1",
    )
    title = attribute(found, "title")
    assert title.mapped == "Northpeak Niebieski kubek"
    assert (title.steps[0].fix, title.steps[0].after) == ("own:shout", "NORTHPEAK NIEBIESKI KUBEK")
    assert title.feed == "NORTHPEAK NIEBIESKI KUBEK"


def test_what_is_left_to_jsonschema_is_judged(shop, tmp_path):
    """A user's own channel whose schema wants what SQL cannot tell."""
    folder = tmp_path / "channels" / "market"
    folder.mkdir(parents=True)
    (folder / "channel.toml").write_text(
        'key = "market"\nname = "Market"\nabout = "A market."\nspec = { url = "https://market.example", checked = 2026-11-21 }\n'
        '[feed]\nencoding = "delimited"\nfile = "market.csv"\n[attributes]\nid = "sku"\ncode = "title"\n',
        encoding="utf-8",
    )
    schema = {
        "type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "description": "The sku."},
            "code": {"type": "string", "description": "No letter twice in a row.", "not": {"pattern": "(.)\\1"}},
        },
    }  # fmt: skip
    (folder / "item.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    whole = shop("sku,title\nA-1,Mug\nA-2,Bottle\n", PLAIN.replace("google_shopping", "market"))
    first, second = traces(whole, ["A-1", "A-2"])
    assert channel(first).state == "in_feed"
    assert channel(second).state == "left_out"
    assert [one.rule.attribute for one in channel(second).failed] == ["code"]


def pimsync(*arguments, stdin=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "pimsync", *map(str, arguments)],
        input=stdin, capture_output=True, cwd=cwd, timeout=120, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def test_the_command_prints_a_chain(shop, tmp_path):
    shop()
    done = pimsync("trace", "MUG-1", "google", "-C", tmp_path)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0] == "MUG-1: catalog.csv, record 1"
    assert "google (Google Shopping): in the feed" in lines
    assert "    description ← opis “<p>A mug of blue stoneware.</p>”  catalog.csv, record 1" in lines
    assert "english (Google Shopping): in the feed" not in lines


def test_the_command_says_where_a_product_was_lost(shop, tmp_path):
    shop()
    said = pimsync("trace", "MUG-2", "-C", tmp_path).stdout.decode()
    assert "error google_shopping/gtin/checksum" in said
    assert "english (Google Shopping): left out by the filter" in said
    assert "where quantity > 0" in said
    assert "Why: pimsync explain google_shopping/gtin/checksum" in said


def test_the_json_is_json_and_nothing_else(shop, tmp_path):
    whole = shop()
    done = pimsync("trace", "MUG-1", "-C", tmp_path, "--output-format", "json")
    assert json.loads(done.stdout) == document(trace(whole, "MUG-1"))
    assert json.loads(done.stdout)["version"] == 1
    assert done.stderr == b""


@pytest.mark.parametrize(("sku", "code"), [("MUG-1", 0), ("MUG-3", 0), ("MUG-5", 0), ("CUP-9", 2)])
def test_a_sku_that_is_not_there_is_an_exit_code_of_its_own(sku, code, shop, tmp_path):
    shop()
    assert pimsync("trace", sku, "-C", tmp_path).returncode == code


def test_a_catalog_without_a_project_is_traced_from_standard_input():
    content = gzip.compress(FAMILY.encode())
    done = pimsync("trace", "SHIRT-M", "--catalog", "-", "--channel", "google_shopping", stdin=content)
    assert done.returncode == 0, done.stderr
    assert "Linen shirt M" in done.stdout.decode()


def test_no_value_reaches_the_terminal_as_a_command(shop, tmp_path):
    shop(FAMILY.replace("Linen shirt,A", "\x1b[31m" + "Linen shirt " * 40 + ",A"), PLAIN)
    done = pimsync("trace", "SHIRT", "-C", tmp_path)
    assert b"\x1b" not in done.stdout
    titles = [line for line in done.stdout.decode().splitlines() if "Linen shirt" in line]
    assert titles
    assert max(map(len, titles)) < 260


def test_a_channel_that_is_not_there_is_an_error(shop):
    with pytest.raises(UsageError, match="there is no channel 'gogle'"):
        trace(shop(), "MUG-1", ["gogle"])
