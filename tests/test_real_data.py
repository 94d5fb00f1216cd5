"""Catalogs as shops really have them: a project made for each by `pimsync init` builds feeds and a full account.

The files are not ours to pass on: PIMSYNC_REAL_DATA says where they are. docs/real-catalogs.md shows what became of them.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from support.accounting import accounted

from pimsync import api, initial, project
from pimsync.errors import CatalogError

DATA = Path(os.environ.get("PIMSYNC_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")
PAGE = Path(__file__).parents[1] / "docs" / "real-catalogs.md"
ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xml", ".xlsx", ".ods")
FILES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.suffix in ENDINGS)
CHANNELS = ("google_shopping", "meta_catalog", "ebay")

pytestmark = pytest.mark.skipif(not FILES, reason="PIMSYNC_REAL_DATA names no folder with catalogs")

EBAY = {
    "site": "Germany", "site_country": "DE", "site_currency": "EUR", "template": "DE", "category": "1", "location": "Berlin",
    "dispatch_time": "2", "return_profile": "R", "shipping_profile": "S", "payment_profile": "P",
}  # fmt: skip

#: What holds no products that could be told apart, and what is said of it.
REFUSED = {
    # two examples of one document, each with products of its own: `items` has to say which
    "feeds/acp-feed-2026-04-17.json": "several lists in it that are called products",
    "feeds/acp-feed-unreleased.json": "several lists in it that are called products",
    "gtin/real-codes.csv": "no column is the sku",
    "gtin/test-vectors.csv": "no column is the sku",
}

HEAD = """# Catalogs of real shops

What `pimsync init FILE` and `pimsync build` make of files that other people and other software wrote, for Google Shopping, with nothing said by hand:
where a catalog does not say its currency or the shop's address, both are [guesses](init.md#guesses), and the build says so. Each record is a product, rejected, left out (a draft, a parent of variants) or folded into another one's product; each product
is an item or left out of the feed, with the reasons counted. `make test` compares this page with what comes out, where the files are.

| catalog | recognised as | records | products | items | left out | most of them for |
| --- | --- | ---: | ---: | ---: | ---: | --- |
"""


@pytest.fixture(scope="module")
def lines():
    """The page's lines, one a catalog."""
    return {}


@pytest.mark.parametrize("name", FILES)
def test_a_catalog_from_the_wild_is_accounted_for(name, tmp_path, lines):
    if name in REFUSED:
        with pytest.raises(CatalogError, match=REFUSED[name]):
            initialised_and_built(name, tmp_path)
        assert not [*tmp_path.rglob("*.xml")]
        lines[name] = f"| {name} | – | | | | | {REFUSED[name]} |"
        return
    initial.init(str(DATA / name), tmp_path)
    shop = project.load(tmp_path / "pimsync.toml")
    channels = {key: project.Channel(type=key, settings=EBAY if key == "ebay" else {}) for key in CHANNELS}
    result = api.build(shop.model_copy(update={"channels": channels}))
    accounted(result)
    lines[name] = line(name, result)


def initialised_and_built(name, folder):
    made = initial.init(str(DATA / name), folder)
    assert not made.can_be_built
    api.build(project.load(folder / "pimsync.toml"))


def line(name, result):
    catalog, google = result.catalog, result.channels[0]
    errors = [
        one for one in result.findings if one.rule.severity.value == "error" and one.channel in ("catalog", google.name)
    ]
    errors.sort(key=lambda one: (-one.count, one.rule.id))
    why = ", ".join(f"{one.rule.id.partition('/')[2]} {one.count:,}" for one in errors[:3])
    lost = catalog.rejected + catalog.left_out + google.excluded
    cells = [
        name,
        catalog.preset or "–",
        *(f"{n:,}" for n in (catalog.records, catalog.products, google.items, lost)),
        why,
    ]
    return f"| {' | '.join(cells)} |"


def test_the_manual_shows_what_becomes_of_each(lines, request):
    if set(lines) != set(FILES):
        pytest.skip("only some of the catalogs were built")
    page = HEAD + "".join(f"{lines[name]}\n" for name in FILES)
    if request.config.getoption("--rewrite-golden"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


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


def worksheet(path, to):
    import csv

    import openpyxl

    book = openpyxl.Workbook()
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            book.active.append(row)
    book.save(to.with_suffix(".xlsx"))
    return to.with_suffix(".xlsx")


FORMS = {
    "compressed": gzipped,
    "Parquet": copied(".parquet", "parquet"),
    "JSON Lines": copied(".jsonl", "json"),
    "a workbook": worksheet,
}


def built(source, out):
    shop = {"catalog": {"source": str(source)}, "channels": {"google": {"type": "google_shopping"}}}
    return api.build(project.checked(project.Project, shop, where=None), out=out)


@pytest.mark.parametrize("name", [name for name in ("feeds/meta-kuroru-ja.csv",) if name in FILES])
@pytest.mark.parametrize("form", FORMS)
def test_the_same_catalog_in_another_form_gives_the_same_feeds(form, name, tmp_path):
    plain = built(DATA / name, tmp_path / "plain")
    other = built(FORMS[form](DATA / name, tmp_path / "catalog"), tmp_path / "other")
    accounted(other)
    assert other.channels[0].feed[0].sha256 == plain.channels[0].feed[0].sha256
