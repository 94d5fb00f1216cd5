"""`test`: a project's own tests pass and fail as they should, and what of its rules nothing meets is listed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pimsync import project
from pimsync.engine import Engine
from pimsync.errors import ProjectError, UsageError
from pimsync.projecttests.branches import Parsed
from pimsync.projecttests.coverage import covered
from pimsync.projecttests.run import run

CATALOG = """sku,title,description,url,image,price,availability,brand,gtin,condition,category
MUG-1,Stoneware mug,A mug of grey stoneware.,https://shop.example/p/mug-1,https://shop.example/i/mug-1.jpg,12.50 EUR,in_stock,Northpeak,4006381333931,new,Mugs
MUG-2,Blue mug,A mug of blue stoneware.,https://shop.example/p/mug-2,https://shop.example/i/mug-2.jpg,13.00 EUR,in_stock,Northpeak,4006381333949,new,Mugs
CUP-1,Cup,A cup of grey stoneware.,https://shop.example/p/cup-1,https://shop.example/i/cup-1.jpg,9.00 EUR,in_stock,Northpeak,,new,Cups
BAD-1,Bowl,A bowl.,https://shop.example/p/bowl-1,https://shop.example/i/bowl-1.jpg,soon,in_stock,Northpeak,,new,Bowls
"""
PROJECT = """
[catalog]
source = "catalog.csv"

[channels.google]
type = "google_shopping"
where = "price > 5"
[channels.google.map]
title = "concat_ws(' ', brand, title)"
custom_label_0 = "case when price > 10 then 'dear' else 'cheap' end"
"""

BASE = """
channel = "google"
[base]
sku = "A-1"
title = "Mug"
description = "A mug of grey stoneware."
url = "https://shop.example/p/a-1"
image = "https://shop.example/i/a-1.jpg"
price = "12.90 EUR"
availability = "in_stock"
brand = "Northpeak"
gtin = "4006381333931"
condition = "new"
"""


@pytest.fixture
def shop(tmp_path):
    """Writes a project with a file of tests, and loads it."""

    def shop(tests=None, settings=PROJECT, catalog=CATALOG, **files):
        (tmp_path / "catalog.csv").write_text(catalog, encoding="utf-8")
        (tmp_path / "pimsync.toml").write_text(settings, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name.replace("__", ".")).write_text(content, encoding="utf-8")
        if tests is not None:
            (tmp_path / "tests").mkdir(exist_ok=True)
            (tmp_path / "tests" / "shop.toml").write_text(tests, encoding="utf-8")
        return project.load(tmp_path / "pimsync.toml")

    return shop


def failures(shop, test, **more):
    """What is said of one test over the base product."""
    [one] = run(shop(f'{BASE}\n[[test]]\nname = "it"\n{test}', **more)).outcomes
    return list(one.failures)


PASSING = {
    "an attribute as it is": 'item = { title = "Northpeak Mug", price = "12.90 EUR" }',
    "no findings": "no_findings = true",
    "in the feed": "in_feed = true",
    "left out by the filter": 'product = { price = "4 EUR" }\nin_feed = false',
    "a finding": 'product = { gtin = "4006381333932" }\nfindings = ["google_shopping/gtin/checksum"]\nin_feed = false',
    "a finding of the catalog": 'product = { price = "soon" }\nfindings = ["catalog/price/unreadable"]',
    "no value": 'absent = ["sale_price", "color"]',
    "an empty text for no value": 'item = { color = "" }',
    "a list of one by its element": 'item = { gtin = "4006381333931" }',
    "a list": 'product = { images = "https://a.example/1.jpg|https://a.example/2.jpg" }\n'
    'item = { additional_image_link = ["https://a.example/1.jpg", "https://a.example/2.jpg"] }',
    "a number by its text": 'product = { multipack = 6 }\nitem = { multipack = "6" }',
    "a group": 'product = { details = [{ section = "Size", name = "Height", value = "9 cm" }] }\n'
    'item = { product_detail = [{ section_name = "Size", attribute_name = "Height", attribute_value = "9 cm" }] }',
    "an attribute that is called like a field": 'product = { title = "", attributes = { name = "x" } }\nitem = { title = "Northpeak" }',
    "a date": 'product = { expires_on = 2026-12-01T00:00:00Z }\nin_feed = true',
    "a product of the catalog": 'sku = "MUG-1"\nitem = { title = "Northpeak Stoneware mug" }\nin_feed = true',
    "a product that the catalog refuses": 'sku = "BAD-1"\nin_feed = false\nfindings = ["catalog/price/unreadable"]',
}  # fmt: skip


@pytest.mark.parametrize("name", PASSING)
def test_what_is_as_expected_passes(name, shop):
    assert failures(shop, PASSING[name]) == []


FAILING = {
    "another value": ('item = { title = "Mug" }', "title: expected “Mug”, got “Northpeak Mug”"),
    "no value": ('item = { color = "blue" }', "color: expected “blue”, got nothing"),
    "a value too many": ('absent = ["title"]', "title: expected nothing, got “Northpeak Mug”"),
    "in the feed": ("in_feed = false", "it is in the feed, and should not be"),
    "filtered": ('product = { price = "4 EUR" }\nin_feed = true', "it is not in the feed: the project's `where` leaves it out"),
    "left out": ('product = { gtin = "4006381333932" }\nin_feed = true', "it is not in the feed: google_shopping/gtin/checksum: '4006381333932' has a wrong check digit"),
    "a finding": ('product = { gtin = "4006381333932" }\nno_findings = true', "finding not expected: google_shopping/gtin/checksum ('4006381333932' has a wrong check digit)"),
    "no finding": ('findings = ["google_shopping/gtin/checksum"]', "finding expected, and not there: google_shopping/gtin/checksum"),
    "a date for a text": ('item = { title = 2026-12-01 }', "title: expected \"2026-12-01\", got “Northpeak Mug”"),
    "a sku that is not there": ('sku = "MUG-11"\nin_feed = true', "there is no item: the catalog has no such sku; the nearest is MUG-1"),
    "a product that the catalog refuses": ('sku = "BAD-1"\nin_feed = true', "there is no item: catalog/price/unreadable: soon cannot be read as a price"),
    "a shorter list": ('product = { images = "https://a.example/1.jpg|https://a.example/2.jpg" }\nitem = { additional_image_link = ["https://a.example/1.jpg"] }', 'additional_image_link: expected ["https://a.example/1.jpg"], got ["https://a.example/1.jpg", "https://a.example/2.jpg"]'),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILING)
def test_what_is_not_as_expected_is_said(name, shop):
    test, says = FAILING[name]
    assert failures(shop, test) == [says]


def test_a_sku_that_is_not_there_never_passes(shop):
    assert failures(shop, 'sku = "MUG-11"\nin_feed = false') != []
    assert failures(shop, 'sku = "MUG-11"\nno_findings = true') != []


WRONG = {
    "an unknown key": ('findngs = []', "findngs", "did you mean `findings`?"),
    "an unknown channel": ('channel = "gogle"\nin_feed = true', "there is no channel 'gogle'", "did you mean 'google'?"),
    "an unknown field": ('product = { titel = "x" }\nin_feed = true', "no field `titel`", "did you mean `title`?"),
    "an unknown attribute": ('item = { tilte = "x" }', "no attribute `tilte`", "did you mean `title`?"),
    "an unknown rule": ('findings = ["google_shopping/gtin/chksum"]', "no rule `google_shopping/gtin/chksum`", "did you mean `google_shopping/gtin/checksum`?"),
    "nothing expected": ("", "expects nothing", "no_findings"),
    "a sku and a product": ('sku = "MUG-1"\nproduct = { title = "x" }\nin_feed = true', "a sku and a product", None),
    "a field within attributes": ('product = { attributes = { color = "x" } }\nin_feed = true', "`color` is a field", None),
    "attributes that are none": ('product = { attributes = "x" }\nin_feed = true', "`attributes` is no table", "attributes = {"),
    "no TOML": ("in_feed = maybe", "no TOML", None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_is_an_error_with_its_line(name, shop):
    test, says, hint = WRONG[name]
    with pytest.raises(ProjectError) as raised:
        failures(shop, test)
    assert says in raised.value.message
    assert "shop.toml" in raised.value.where
    assert "line" in raised.value.where + raised.value.message
    assert hint is None or hint in raised.value.hint


def test_tests_in_one_bracket_are_told_of_two(shop):
    with pytest.raises(ProjectError, match="no list") as raised:
        run(shop('[test]\nname = "it"\nin_feed = true\n'))
    assert "[[test]]" in raised.value.hint


def test_attributes_of_the_base_are_kept_where_a_test_adds_one(shop):
    tests = (
        BASE
        + 'attributes = { season = "winter" }\n[[test]]\nname = "it"\nproduct = { attributes = { line = "home" } }\n'
    )
    settings = PROJECT + "custom_label_1 = \"concat_ws(' ', attributes['season'], attributes['line'])\"\n"
    [one] = run(shop(tests + 'item = { custom_label_1 = "winter home" }\n', settings=settings)).outcomes
    assert one.failures == ()


def test_a_test_names_the_line_that_it_starts_on(shop):
    tests = f'{BASE}\n[[test]]\nname = "one"\nin_feed = true\n\n[[test]]\nname = "two"\nin_feed = false\n'
    outcomes = run(shop(tests)).outcomes
    assert [tests.splitlines()[one.case.line - 1] for one in outcomes] == ["[[test]]", "[[test]]"]
    assert [one.passed for one in outcomes] == [True, False]


def test_products_of_several_tests_know_nothing_of_one_another(shop):
    """One sku in many tests, and another test's product as the parent: each is judged by itself."""
    tests = BASE + "".join(
        f'[[test]]\nname = "{n}"\nproduct = {{ title = "{title}", parent_sku = "A-1", color = "{color}" }}\nno_findings = true\nitem = {{ title = "{said}" }}\n'
        for n, (title, color, said) in enumerate(
            [("Mug", "red", "Northpeak Mug"), ("", "", "Northpeak"), ("Mug", "red", "Northpeak Mug")]
        )
    )
    assert [list(one.failures) for one in run(shop(tests)).outcomes] == [[], [], []]


def test_a_price_is_read_alone_and_not_by_the_habits_of_other_tests(shop):
    tests = BASE + '[[test]]\nname = "a"\nproduct = { price = "1,299" }\nfindings = ["catalog/price/ambiguous"]\n'
    tests += '[[test]]\nname = "b"\nproduct = { price = "1.299,50 EUR" }\nitem = { price = "1299.50 EUR" }\n'
    assert [list(one.failures) for one in run(shop(tests)).outcomes] == [[], []]


def test_rules_across_items_look_at_a_product_of_the_catalog_among_all(shop):
    catalog = CATALOG.splitlines()[0] + ",parent_sku,color\n"
    catalog += "".join(
        f"{line},MUGS,{color}\n" for line, color in zip(CATALOG.splitlines()[1:3], ("blue", ""), strict=True)
    )
    catalog = catalog.replace("4006381333949", "4006381333948")
    tests = '[[test]]\nname = "a"\nsku = "MUG-2"\nchannel = "google"\nno_findings = true\n'
    [one] = run(shop(tests, catalog=catalog)).outcomes
    assert any("google_shopping/color/in_group" in failure for failure in one.failures)


def test_only_some_tests_run(shop):
    tests = BASE + '[[test]]\nname = "the title"\nin_feed = true\n[[test]]\nname = "the price"\nin_feed = true\n'
    whole = shop(tests)
    assert [one.case.name for one in run(whole, "Price").outcomes] == ["the price"]
    with pytest.raises(UsageError, match="no test has 'colour'"):
        run(whole, "colour")


def test_no_tests_at_all_is_an_error_that_shows_one(shop):
    with pytest.raises(UsageError, match="there are no tests") as raised:
        run(shop())
    assert "[[test]]" in raised.value.hint


def test_a_project_s_own_python_runs_in_tests(shop):
    pytest.importorskip("pandas")
    settings = PROJECT.replace('where = "price > 5"', 'python = ["own:shout"]')
    own = "def shout(items):\n    items['title'] = items['title'].str.upper()\n    return items\n"
    assert failures(shop, 'item = { title = "NORTHPEAK MUG" }', settings=settings, own__py=own) == []


def test_hundreds_of_tests_take_seconds(shop):
    tests = BASE + "".join(
        f'[[test]]\nname = "{n}"\nproduct = {{ title = "Mug {n}" }}\nitem = {{ title = "Northpeak Mug {n}" }}\n'
        for n in range(500)
    )
    began = time.process_time()
    tested = run(shop(tests))
    assert tested.failed == 0
    assert time.process_time() - began < 15


def command(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "pimsync", "test", *map(str, arguments)],
        capture_output=True, cwd=cwd, timeout=120, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


TWO = (
    BASE + '[[test]]\nname = "good"\nin_feed = true\n[[test]]\nname = "bad \\u001b[31m <&>"\nitem = { title = "Mug" }\n'
)


def test_the_command_prints_a_line_a_test_and_exits_with_1(shop, tmp_path):
    shop(TWO)
    done = command(cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1, done.stderr
    assert lines[0] == "tests/shop.toml"
    assert lines[1] == "  passed  good  google"
    assert lines[2].startswith("  FAILED  bad")
    assert "title: expected “Mug”, got “Northpeak Mug”" in lines[3]
    assert lines[-1].endswith("1 passed, 1 failed.")
    assert "\x1b" not in done.stdout.decode()


def test_the_command_exits_with_0_where_all_is_well_and_with_2_where_a_file_is_wrong(shop, tmp_path):
    shop(BASE + '[[test]]\nname = "good"\nin_feed = true\n')
    assert command(cwd=tmp_path).returncode == 0
    shop(BASE + '[[test]]\nname = "good"\nin_fed = true\n')
    wrong = command(cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert "did you mean `in_feed`?" in wrong.stderr.decode()


def test_the_outcome_is_junit_xml_too(shop, tmp_path):
    shop(TWO)
    command("--junit", tmp_path / "junit.xml", cwd=tmp_path)
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "2", "1")
    [suite] = root
    assert suite[0].get("name") == "good"
    failure = suite[1].find("failure")
    assert failure.get("message") == "title: expected “Mug”, got “Northpeak Mug”"
    assert command("--junit", tmp_path / "nowhere" / "junit.xml", cwd=tmp_path).returncode == 2


def test_the_json_is_json_and_nothing_else(shop, tmp_path):
    shop(TWO)
    report = json.loads(command("--output-format", "json", "--coverage", cwd=tmp_path).stdout)
    assert report["version"] == 1
    assert [one["passed"] for one in report["tests"]] == [True, False]
    assert report["tests"][1]["failures"] == ["title: expected “Mug”, got “Northpeak Mug”"]
    assert report["coverage"]["products"] == 3
    [gap] = report["coverage"]["gaps"]
    assert gap == {
        "kind": "where", "where": "pimsync.toml, [channels.google] where", "what": "price > 5",
        "says": "it leaves no product out",
    }  # fmt: skip


def gaps(whole):
    return {(one.kind, one.where.removeprefix("pimsync.toml, "), one.what) for one in covered(whole).gaps}


def test_rules_that_matter_are_no_gaps(shop):
    found = covered(shop(settings=PROJECT.replace("price > 5", "price > 10")))
    assert {(one.kind, one.what) for one in found.gaps} == {("branch", "else 'cheap'")}
    assert found.looked == 5
    assert found.products == 3


UNMET = PROJECT.replace("price > 5", "price > 500")


@pytest.mark.parametrize(("where", "says"), [("price > 500", "every product"), ("price > 0", "no product")])
def test_a_filter_that_keeps_all_or_nothing_is_a_gap(where, says, shop):
    found = covered(shop(settings=PROJECT.replace("price > 5", where)))
    [gap] = [one for one in found.gaps if one.kind == "where"]
    assert (gap.what, gap.where) == (where, "pimsync.toml, [channels.google] where")
    assert says in gap.says


BRANCHES = {
    "case when price > 100 then 'a' when price > 10 then 'b' end": ["when price > 100"],
    "case when price > 1 then 'a' when price > 10 then 'b' end": ["when price > 10"],
    "case brand when 'Northpeak' then 'n' when 'Orlo' then 'o' end": ["when brand = 'Orlo'"],
    "case when price > 0 then 'a' else 'none' end": ["else 'none'"],
    "upper(case when title = 'Cup' then case when price > 9 then 'x' else 'y' end else 'z' end)": ["when price > 9"],
    "case when squeeze(title) = 'Cup' then 'a' else 'b' end": [],
    "list_filter(labels, lambda l: case when l = 'x' then true else false end)[1]": [],
}


@pytest.mark.parametrize("expression", BRANCHES)
def test_branches_that_no_product_takes_are_gaps(expression, shop):
    settings = PROJECT.replace("case when price > 10 then 'dear' else 'cheap' end", expression)
    found = {what for kind, _, what in gaps(shop(settings=settings)) if kind == "branch"}
    assert {_plain(one) for one in found} == {_plain(one) for one in BRANCHES[expression]}


def _plain(says):
    return says.replace("(", "").replace(")", "")


def test_branches_of_the_catalog_s_columns_are_looked_at(shop):
    columns = "[catalog.columns]\ncondition = \"case category when 'Mugs' then 'new' when 'Rugs' then 'used' else 'new' end\"\n"
    found = gaps(shop(settings=PROJECT.replace("\n[channels.google]\n", f"\n{columns}[channels.google]\n")))
    assert {(kind, where) for kind, where, what in found if "Rugs" in what} == {
        ("branch", "[catalog.columns] condition")
    }


def test_a_mapping_that_gives_nothing_is_a_gap(shop):
    settings = PROJECT + "custom_label_1 = \"attributes['season']\"\ncustom_label_2 = \"nullif(brand, 'Northpeak')\"\n"
    assert {(kind, what) for kind, _, what in gaps(shop(settings=settings)) if kind == "map"} == {
        ("map", "attributes['season']"), ("map", "nullif(brand, 'Northpeak')"),
    }  # fmt: skip


def test_keys_that_no_product_has_are_gaps(shop):
    settings = PROJECT + "google_product_category = \"lookup('kinds', category)\"\n"
    settings += '[lookups.kinds]\nsource = "kinds.csv"\nignore_case = true\n[lookups.other]\nsource = "kinds.csv"\n'
    found = gaps(shop(settings=settings, kinds__csv="from,to\nmugs,2169\nRugs,1\nJugs,2\n"))
    assert {(kind, where, what) for kind, where, what in found if kind == "lookup"} == {
        ("lookup", "[lookups.kinds]", "rugs, jugs"), ("lookup", "[lookups.other]", "kinds.csv"),
    }  # fmt: skip


def test_rules_that_are_ignored_for_nothing_are_gaps(shop):
    ignore = ["google_shopping/gtin/*", "google_shopping/title/html", "google_shopping/nothing/*"]
    settings = f"{PROJECT}\n[channels.google.rules]\nignore = {json.dumps(ignore)}\n"
    found = {gap.what: gap.says for gap in covered(shop(settings=settings)).gaps if gap.kind == "ignore"}
    assert found == {
        "google_shopping/title/html": "no product breaks it",
        "google_shopping/nothing/*": "no rule of Google Shopping is called so",
    }


def test_columns_of_supplements_that_never_win_are_gaps(shop):
    settings = PROJECT.replace(
        "[channels.google]\n",
        '[[catalog.supplement]]\nsource = "one.csv"\n[[catalog.supplement]]\nsource = "two.csv"\n\n[channels.google]\n', 1,
    )  # fmt: skip
    files = {
        "one__csv": "sku,title,color,season\nMUG-1,One,,winter\nMUG-2,Two,,\nRUG-1,,red,\n",
        "two__csv": "sku,title,season\nMUG-1,Eins,summer\nMUG-2,Zwei,\n",
    }
    found = {(where, what) for kind, where, what in gaps(shop(settings=settings, **files)) if kind == "supplement"}
    assert found == {
        ("[[catalog.supplement]] one.csv", "title"), ("[[catalog.supplement]] one.csv", "color"),
        ("[[catalog.supplement]] one.csv", "attributes['season']"),
    }  # fmt: skip


def test_coverage_needs_no_tests_and_is_no_failure(shop, tmp_path):
    shop(settings=UNMET)
    done = command("--coverage", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "it leaves every product out" in done.stdout.decode()


def test_the_example_s_tests_pass():
    folder = Path(__file__).parents[1] / "examples" / "polish-fashion"
    loaded = project.load(folder / "pimsync.toml")
    catalog = loaded.catalog.model_copy(update={"source": str(folder / loaded.catalog.source)})
    tested = run(loaded.model_copy(update={"catalog": catalog, "file": None}))
    assert len(tested.outcomes) == 9
    assert [one.failures for one in tested.outcomes if not one.passed] == []


TREES = {
    "case when a then b else c end": ["when a", "else c"],
    "case d when 'ż''' then b when 'x' then c end": ["when d = 'ż'''", "when d = 'x'"],
    "case when a and case when b > 1 then true else false end then 1 end": None,
    "coalesce(case when d like 'x%' then 1 end, case when c in (1, 2) then 2 end)": None,
}


@pytest.mark.parametrize("expression", TREES)
def test_every_branch_is_sql_that_the_engine_takes(expression):
    with Engine() as engine:
        branches = Parsed(expression, engine).branches()
        for branch in branches:
            [(taken,)] = engine.rows(f"select {branch.taken} from (select true as a, 1 as b, 2 as c, 'x' as d)")
            assert taken in (True, False, None)
    assert branches
    assert TREES[expression] is None or [_plain(one.says) for one in branches] == TREES[expression]
