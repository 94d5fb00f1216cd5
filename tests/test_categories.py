"""The catalog's categories, and Google's: what is mapped, what is suggested, and what is added to a table."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from pimsync import categories, project, taxonomy
from pimsync.errors import CatalogError, ProjectError, UsageError

#: Made up, in the form of Google's file.
TAXONOMY = """# Google_Product_Taxonomy_Version: 2021-09-21
1 - Apparel & Accessories
11 - Apparel & Accessories > Clothing
12 - Apparel & Accessories > Clothing > Shirts & Tops
13 - Apparel & Accessories > Clothing > Dresses
14 - Apparel & Accessories > Gloves & Mittens
2 - Home & Garden
21 - Home & Garden > Tableware
22 - Home & Garden > Tableware > Mugs
23 - Home & Garden > Bathroom Rugs
24 - Home & Garden > Zastawa > Kubki
3 - Furniture
31 - Furniture > Dressers
4 - Animals & Pet Supplies > Pet Gloves
"""
CATALOG = "sku,title,category,google_category,price\n" + "".join(
    f"P{n},Product {n},{category},{google},1\n"
    for n, (category, google) in enumerate(
        [
            *[("Kitchen > Coffee Mugs", "")] * 2,
            *[("Women > Dress", "13")] * 2,
            *[("Women > Dress", ""), ("Winter > Glove", ""), ("Gift cards", ""), ("", ""), ("Old > Rugs", "999")],
        ]
    )
)
SHOP = """
[catalog]
source = "catalog.csv"
[taxonomy]
google = "taxonomy.txt"
"""
CHANNEL = """[channels.google]
type = "google_shopping"
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "catalog.csv").write_text(CATALOG, encoding="utf-8")
    (tmp_path / "taxonomy.txt").write_text(TAXONOMY, encoding="utf-8")

    def load(text=SHOP + CHANNEL):
        (tmp_path / "pimsync.toml").write_text(text, encoding="utf-8")
        return project.load(tmp_path / "pimsync.toml")

    return load


@pytest.fixture
def known(tmp_path):
    (tmp_path / "taxonomy.txt").write_text(TAXONOMY, encoding="utf-8")
    return taxonomy.load(tmp_path / "taxonomy.txt")


@pytest.mark.parametrize(
    ("category", "first"),
    [
        ("Mugs", "22"),
        ("mug", "22"),
        ("Kitchen > Coffee Mugs", "22"),
        ("Kitchen/Coffee mugs", "22"),
        ("Women > Dresses", "13"),
        ("Gloves", "14"),
        ("Pets > Gloves", "4"),
        ("KUBKI ceramiczne", "24"),
        ("Kubek", "24"),
        ("Rugs for the bathroom", "23"),
    ],
)
def test_a_category_is_suggested(category, first, known):
    assert known.suggestions(category)[0].id == first


@pytest.mark.parametrize("category", ["Gift cards", "Sale", "2026", "", ">", "!!!", "Тапки", "Mud"])
def test_nothing_is_suggested_for(category, known):
    assert known.suggestions(category) == []


def test_the_same_words_are_sure_and_a_score_is_never_more():
    sure = taxonomy.Taxonomy({"7": "Mugs", "8": "Mugs > Travel Mugs"})
    assert [one.score for one in sure.suggestions("mugs")] == [1.0, pytest.approx(0.7, abs=0.3)]


def test_a_category_is_known_by_its_id_and_by_its_path(known):
    assert known.path(" 22 ") == known.path("Home & Garden > Tableware > Mugs") == "Home & Garden > Tableware > Mugs"
    assert known.path("Home > Mugs") is None


@pytest.mark.parametrize(
    ("content", "says", "where"),
    [
        (b"Animals & Pet Supplies\n", "this is not Google's taxonomy with ids", "line 1"),
        (b"category_id,category\n1,food\n", "this is not Google's taxonomy with ids", "line 1"),
        ("1 - Möbel\n".encode("cp1252"), "the taxonomy is no UTF-8 text", "taxonomy.txt"),
        (None, "the taxonomy cannot be read: No such file or directory", "taxonomy.txt"),
    ],
)
def test_a_taxonomy_is_refused(content, says, where, tmp_path):
    if content is not None:
        (tmp_path / "taxonomy.txt").write_bytes(content)
    with pytest.raises(ProjectError) as refused:
        taxonomy.load(tmp_path / "taxonomy.txt")
    assert refused.value.message.startswith(says)
    assert refused.value.where.endswith(where)


def test_categories_are_counted_and_what_is_mapped_is_known(shop):
    found = categories.categories(shop())
    listed = {one.name: (one.products, one.mapped, one.to, one.path) for one in found.categories}
    assert listed == {
        "Women > Dress": (3, 2, "13", "Apparel & Accessories > Clothing > Dresses"),
        "Kitchen > Coffee Mugs": (2, 0, None, None),
        "Gift cards": (1, 0, None, None),
        "Old > Rugs": (1, 1, "999", None),
        "Winter > Glove": (1, 0, None, None),
        None: (1, 0, None, None),
    }
    suggested = {one.name: [s.id for s in one.suggestions] for one in found.categories}
    assert suggested["Kitchen > Coffee Mugs"] == ["22"]
    assert suggested["Old > Rugs"] == ["23"]
    assert suggested["Women > Dress"] == suggested["Gift cards"] == suggested[None] == []


def test_what_a_channel_maps_counts_as_mapped(shop, tmp_path):
    (tmp_path / "categories.csv").write_text("from,to\nGift cards,53\nWinter > Glove,\n", encoding="utf-8")
    mapped = (
        "where = \"sku <> 'P0'\"\n[channels.google.map]\ngoogle_product_category = \"lookup('categories', category)\"\n"
    )
    found = categories.categories(shop(SHOP + '[lookups.categories]\nsource = "categories.csv"\n' + CHANNEL + mapped))
    listed = {one.name: (one.products, one.mapped, one.to) for one in found.categories}
    assert listed["Gift cards"] == (1, 1, "53")
    assert listed["Winter > Glove"] == (1, 0, None)
    assert listed["Kitchen > Coffee Mugs"] == (1, 0, None)


def test_without_a_channel_the_catalogs_own_field_counts(shop):
    found = categories.categories(shop(SHOP))
    assert found.channel is None
    assert {one.name: one.mapped for one in found.categories}["Women > Dress"] == 2


def test_a_channel_without_such_an_attribute_is_refused(shop):
    with pytest.raises(UsageError, match="channel 'ebay' takes no category of Google's"):
        categories.categories(shop(SHOP + '[channels.ebay]\ntype = "ebay"\n'), "ebay")


def test_a_catalog_without_categories_is_refused(shop, tmp_path):
    (tmp_path / "catalog.csv").write_text("sku,title\nA,B\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="the catalog has no column that is the category"):
        categories.categories(shop())


def added(loaded, path, accept=None):
    return categories.extended(categories.categories(loaded), loaded, path, accept)


def test_a_new_table_is_for_a_person_to_fill_in(shop, tmp_path):
    assert added(shop(), tmp_path / "new.csv") == 3
    text = re.sub(r"\d+%", "…", (tmp_path / "new.csv").read_text(encoding="utf-8"))
    assert text.splitlines() == [
        "from,to,suggestions",
        "Kitchen > Coffee Mugs,,22 Home & Garden > Tableware > Mugs (…)",
        "Gift cards,,",
        "Winter > Glove,,14 Apparel & Accessories > Gloves & Mittens (…); 4 Animals & Pet Supplies > Pet Gloves (…)",
    ]


def test_sure_suggestions_are_filled_in_where_that_is_asked_for(shop, tmp_path):
    assert added(shop(), tmp_path / "new.csv", 0.59) == 3
    rows = (tmp_path / "new.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["", "", "14"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"from,to\nWinter > Glove,\nX,1\n", b"Kitchen > Coffee Mugs,\nGift cards,\n"),
        (b"\xef\xbb\xbfKategorie;Google\r\nGift cards;\r\n\"X\";1", b"\r\nKitchen > Coffee Mugs;\r\nWinter > Glove;\r\n"),
        (b"from,to,note\nGift cards,,later\n", b"Kitchen > Coffee Mugs,,\nWinter > Glove,,\n"),
    ],
    ids=["plain", "semicolons, a mark, no last line end", "a column of its own"],
)  # fmt: skip
def test_a_table_keeps_its_lines_and_gets_the_missing_ones(before, after, shop, tmp_path):
    path = tmp_path / "categories.csv"
    path.write_bytes(before)
    loaded = shop()
    assert added(loaded, path) == 2
    assert path.read_bytes() == before + after
    assert added(loaded, path) == 0
    assert path.read_bytes() == before + after


def test_a_projects_own_table_is_added_to_in_its_columns(shop, tmp_path):
    path = tmp_path / "categories.csv"
    path.write_text("google,shop\n53,Gift cards\n", encoding="utf-8")
    table = '[lookups.categories]\nsource = "categories.csv"\nkey = "shop"\nvalue = "google"\n'
    assert added(shop(SHOP + table + CHANNEL), path, 0.5) == 2
    assert path.read_text(encoding="utf-8").splitlines()[2:] == ["22,Kitchen > Coffee Mugs", "14,Winter > Glove"]


def test_a_table_in_another_encoding_is_left_alone(shop, tmp_path):
    path = tmp_path / "categories.csv"
    path.write_bytes("from,to\nZażółć gęślą jaźń,1\nŁóżka dziecięce,2\n".encode("cp1250"))
    before = path.read_bytes()
    with pytest.raises(ProjectError, match="only a table in UTF-8 can be added to"):
        added(shop(), path)
    assert path.read_bytes() == before


def pimsync(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "pimsync", "categories", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_lists_them_and_says_what_to_do(shop, tmp_path):
    shop()
    done = pimsync(cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "13 Apparel & Accessories > Clothing > Dresses (2 of them)" in done.stdout
    assert "not mapped; perhaps" in done.stdout
    assert "22 Home & Garden > Tableware > Mugs (" in done.stdout
    assert "999: not in the taxonomy" in done.stdout
    assert "5 categories: 2 mapped for google, 3 not. 1 product has no category." in done.stdout
    assert "pimsync categories --write categories.csv" in done.stdout


def test_the_command_writes_a_table_and_json(shop, tmp_path):
    shop()
    done = pimsync("--write", "new.csv", "--accept", "60", "--output-format", "json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["written"] == {"path": "new.csv", "lines": 3}
    assert told["channel"] == "google"
    assert [one["name"] for one in told["categories"]][:2] == ["Women > Dress", "Kitchen > Coffee Mugs"]
    assert (tmp_path / "new.csv").exists()


def test_without_a_taxonomy_the_command_says_where_there_is_one(shop, tmp_path):
    shop(SHOP.replace('[taxonomy]\ngoogle = "taxonomy.txt"\n', "") + CHANNEL)
    done = pimsync(cwd=tmp_path)
    assert done.returncode == 0
    assert "https://www.google.com/basepages/producttype/taxonomy-with-ids.en-US.txt" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--accept", "60"], "--accept goes with --write"),
        (["gogle"], "there is no channel 'gogle'"),
        (["--taxonomy", "nowhere.txt"], "the taxonomy cannot be read"),
        (["--write", "nowhere/new.csv"], "cannot be written"),
    ],
)
def test_the_command_refuses(arguments, says, shop, tmp_path):
    shop()
    done = pimsync(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("PIMSYNC_REAL_DATA") or ROOT.parent / "shared" / "data")
G = "{http://base.google.com/ns/1.0}"


def googles(language):
    return taxonomy.load(max((DATA / "taxonomy").glob(f"google-taxonomy-with-ids.{language}.*.txt")))


real = pytest.mark.skipif(
    not (DATA / "taxonomy").is_dir(), reason="PIMSYNC_REAL_DATA names no folder with Google's taxonomy"
)


@real
@pytest.mark.parametrize(
    ("example", "language", "first", "among"), [("polish-fashion", "pl-PL", 11, 13), ("italian-food", "it-IT", 13, 15)]
)
def test_most_of_an_examples_categories_are_suggested(example, language, first, among, tmp_path):
    """Compared with what a person mapped them to."""
    loaded = project.load(ROOT / "examples" / example / "pimsync.toml")
    source = str(loaded.folder / loaded.catalog.source)
    alone = loaded.model_copy(update={"catalog": loaded.catalog.model_copy(update={"source": source}), "file": None})
    known = googles(language)
    hits = [
        [one.path for one in known.suggestions(category.name)].index(known.path(category.to))
        for category in categories.categories(alone).categories
        if known.path(category.to) in [one.path for one in known.suggestions(category.name)]
    ]
    assert hits.count(0) >= first
    assert len(hits) >= among


@real
def test_most_of_a_real_shops_categories_are_suggested_first():
    """A shop's feed says both: its own category and, where that is one, Google's."""
    known, found = googles("en-US"), {}
    for item in etree.parse(DATA / "feeds" / "google-sparkling-en.xml").iter("item"):
        own, google = item.findtext(f"{G}product_type"), item.findtext(f"{G}google_product_category")
        if own and google and known.path(google):
            found[own.strip()] = known.path(google)
    right = [own for own, google in found.items() if [one.path for one in known.suggestions(own, 1)] == [google]]
    assert len(right) / len(found) > 0.75
