"""One product of several that are the same: the first one stays, the others are named, and nothing is lost."""

from __future__ import annotations

import csv

import pytest
from support.accounting import accounted, items

from pimsync import api, project
from pimsync.errors import ProjectError
from pimsync.knowledge import explain
from pimsync.projecttests.coverage import covered
from pimsync.projecttests.run import run
from pimsync.report.trace_document import document
from pimsync.tracing.trace import trace

COLUMNS = ("sku", "title", "description", "price", "currency", "quantity", "url", "image", "brand", "condition", "gtin")


def product(sku, /, **changes):
    base = dict(zip(COLUMNS, (
        sku, "Blue mug", "A mug.", "12.90", "EUR", "4", f"https://shop.example/{sku}", "https://shop.example/i.jpg", "Nordvik", "new", "",
    ), strict=True))  # fmt: skip
    return {**base, **changes}


MUGS = [
    product("MUG-1", quantity="0", gtin="4006381333931"),
    product("MUG-2", gtin="4006381333931", title="Red mug"),
    product("MUG-3", title="blue Mug"),
    product("MUG-4", gtin="4006381333931"),
    product("MUG-5", gtin="4006381333948"),
]


@pytest.fixture
def shop(tmp_path):
    """Builds a catalog's Meta feed."""

    def shop(products, threads=1, defaults=None, **channel):
        with (tmp_path / "catalog.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, products[0].keys(), restval="")
            writer.writeheader()
            writer.writerows(products)
        document = {
            "catalog": {"source": "catalog.csv"},
            "defaults": defaults or {},
            "channels": {"meta": {"type": "meta_catalog", **channel}},
            "run": {"threads": threads},
            "folder": tmp_path,
        }
        result = api.build(project.checked(project.Project, document, where=None), out=tmp_path / "out")
        accounted(result)
        return result

    return shop


def fed(result):
    """The skus in the feed."""
    return [key for file in result.channels[0].feed for key in items(file.path, "meta_catalog")]


def left_out(result, rule="duplicate_of"):
    """The products that a rule leaves out, with the value and the sentence."""
    frame = result.frame()
    mine = frame[frame.rule == f"meta_catalog/item/{rule}"]
    assert {*mine.severity} <= {"info"}
    return [*mine[["sku", "record", "value", "message"]].itertuples(index=False, name=None)]


def test_the_first_of_the_products_with_the_same_value_stays(shop):
    result = shop(MUGS, unique="gtin")
    assert fed(result) == ["MUG-1", "MUG-3", "MUG-5"]
    assert left_out(result) == [
        ("MUG-2", 2, "4006381333931", "is left out: MUG-1 has the same gtin"),
        ("MUG-4", 4, "4006381333931", "is left out: MUG-1 has the same gtin"),
    ]
    assert left_out(result, "filtered") == []
    assert (result.channels[0].filtered, result.channels[0].excluded) == (2, 0)


def test_only_products_that_the_filter_keeps_count(shop):
    result = shop(MUGS, unique="gtin", where="quantity > 0 or sku = 'X' or null")
    assert fed(result) == ["MUG-2", "MUG-3", "MUG-5"]
    assert [(sku, message) for sku, _, _, message in left_out(result)] == [
        ("MUG-4", "is left out: MUG-2 has the same gtin")
    ]
    assert [sku for sku, *_ in left_out(result, "filtered")] == ["MUG-1"]
    assert result.channels[0].filtered == 2


def test_an_expression_says_what_is_the_same(shop):
    result = shop(MUGS, unique="lower(\n  title)")
    assert fed(result) == ["MUG-1", "MUG-2"]
    assert {message for *_, message in left_out(result)} == {"is left out: MUG-1 has the same `lower( title)`"}
    assert {value for _, _, value, _ in left_out(result)} == {"blue mug"}


@pytest.mark.parametrize("nothing", ["gtin", "coalesce(gtin, '')", "attributes['ean 2']", "material"])
def test_no_value_is_the_same_as_no_other(nothing, shop):
    result = shop([{**one, "gtin": ""} for one in MUGS], unique=nothing)
    assert len(fed(result)) == len(MUGS)
    assert left_out(result) == []


def test_functions_of_the_projects_own_see_what_is_unique(shop, tmp_path):
    (tmp_path / "mine.py").write_text(
        "def loud(items):\n    items['title'] = items['title'].str.upper()\n    return items\n"
    )
    result = shop(MUGS, unique="gtin", where="quantity > 0", python=["mine:loud"], map={"title": "title || ' ' || sku"})
    assert fed(result) == ["MUG-2", "MUG-3", "MUG-5"]
    assert [sku for sku, *_ in left_out(result)] == ["MUG-4"]


def test_rules_across_items_do_not_see_the_copies(shop):
    twins = [product("A", gtin="4006381333931"), product("B", gtin="4006381333931")]
    same = {"map": {"id": "gtin"}}
    assert [*shop(twins, **same).frame().query("severity == 'error'").sku] == ["B"]
    result = shop(twins, unique="gtin", **same)
    assert (result.channels[0].excluded, result.channels[0].filtered) == (0, 1)
    assert [sku for sku, *_ in left_out(result)] == ["B"]


def test_many_workers_leave_out_the_same_products_in_the_catalogs_order(shop):
    many = [product(f"P-{n}", title=f"Mug {n % 30_000}") for n in range(50_000)]
    feeds = set()
    for threads in (1, 3):
        result = shop(many, threads, unique="title", where="quantity > 0")
        assert fed(result) == [f"P-{n}" for n in range(30_000)]
        assert [sku for sku, *_ in left_out(result)] == [f"P-{n}" for n in range(30_000, 50_000)]
        assert left_out(result)[0] == ("P-30000", 30_001, "Mug 0", "is left out: P-0 has the same title")
        feeds.add(result.channels[0].feed[0].sha256)
    assert len(feeds) == 1


@pytest.mark.parametrize(
    ("unique", "says"),
    [
        ("gtinn", "gtin"),
        ("'gtin'", "the same for every product"),
        ("now", "the same for every product"),
        ("", "no SQL expression"),
        ("gtin, sku", "2 expressions"),
        ("(select 1)", "sub-select"),
        ("row_number() over ()", "window"),
        ("cast(title as integer)", "cannot be computed for every product"),
        ("price + title", "cannot be computed"),
    ],
)
def test_what_cannot_be_is_a_sentence_with_its_place(unique, says, shop):
    with pytest.raises(ProjectError) as refused:
        shop(MUGS, unique=unique)
    assert says in f"{refused.value} {refused.value.hint}"
    assert refused.value.where.startswith("pimsync.toml")


@pytest.fixture
def written(tmp_path):
    """Writes a project of the mugs, with a test, and loads it."""

    def written(unique, python="", where="quantity > 0", case='sku = "MUG-4"\nin_feed = true'):
        with (tmp_path / "catalog.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(MUGS)
        (tmp_path / "mine.py").write_text("def same(items):\n    return items\n")
        (tmp_path / "pimsync.toml").write_text(
            f'[catalog]\nsource = "catalog.csv"\n[channels.meta]\ntype = "meta_catalog"\nwhere = "{where}"\n{python}\n{unique}\n'
        )
        (tmp_path / "tests").mkdir(exist_ok=True)
        (tmp_path / "tests" / "mugs.toml").write_text(f'[[test]]\nname = "a mug"\nchannel = "meta"\n{case}\n')
        return project.load(tmp_path / "pimsync.toml")

    return written


@pytest.mark.parametrize("python", ["", 'python = ["mine:same"]'])
def test_a_trace_names_the_product_that_stays(python, written):
    shop = written('unique = "gtin"', python)
    [channel] = trace(shop, "MUG-4").channels
    assert (channel.state, channel.encoded) == ("filtered", None)
    assert (channel.filter.kept, channel.copy.first, channel.copy.expression) == (True, "MUG-2", "gtin")
    assert [(read.name, read.value) for read in channel.copy.reads] == [("gtin", "4006381333931")]
    filtered, stays = (trace(shop, sku).channels[0] for sku in ("MUG-1", "MUG-2"))
    assert (filtered.state, filtered.filter.kept, filtered.copy) == ("filtered", False, None)
    assert (stays.state, stays.filter.kept, stays.copy) == ("in_feed", True, None)
    assert document(trace(shop, "MUG-4"))["channels"][0]["copy"]["first"] == "MUG-2"


def test_a_test_of_the_project_says_what_stays_instead(written):
    [outcome] = run(written('unique = "gtin"')).outcomes
    assert outcome.failures == ("it is not in the feed: MUG-2 is the same, by the project's `unique`",)


def test_products_that_tests_write_out_are_no_copies_of_each_other(written):
    case = 'product = { sku = "M", gtin = "4006381333931", title = "Mug", price = "12.90 EUR", quantity = 1 }\nitem = { gtin = "4006381333931" }\n'
    twice = case + '[[test]]\nname = "another"\nchannel = "meta"\n' + case
    assert [one.failures for one in run(written('unique = "gtin"', case=twice)).outcomes] == [(), ()]


def test_what_no_two_products_share_is_a_gap_in_the_coverage(written):
    assert [gap.kind for gap in covered(written('unique = "gtin"')).gaps] == []
    [gap] = covered(written('unique = "sku"')).gaps
    assert (gap.kind, gap.where, gap.says) == (
        "unique",
        "pimsync.toml, [channels.meta] unique",
        "no two products are the same",
    )


@pytest.mark.parametrize("demand", ["duplicate_of", "filtered"])
def test_the_rules_of_what_is_left_out_are_explained(demand):
    [card] = explain(f"meta_catalog/item/{demand}")
    assert (card.id, card.severity) == (f"meta_catalog/item/{demand}", "info")
    assert card.help.startswith("The project's ")
