"""A project's own Python: what it makes of the items stands in the feed, and what it gets wrong is a sentence."""

from __future__ import annotations

import csv

import pytest

from pimsync import api, project
from pimsync.errors import ProjectError

CATALOG = """sku,title,description,price,currency,quantity,url,image,brand,condition
MUG-1,Blue mug,A mug.,12.90,EUR,4,https://shop.example/1,https://shop.example/1.jpg,Nordvik,new
MUG-2,Red mug,A mug.,13.90,EUR,0,https://shop.example/2,https://shop.example/2.jpg,Nordvik,new
MUG-3,Old mug,A mug.,1.90,EUR,1,https://shop.example/3,https://shop.example/3.jpg,Nordvik,used
"""


@pytest.fixture
def shop(tmp_path):
    """Builds the catalog's Meta feed with a module `mine.py`."""

    def shop(code, functions=("mine:better",), **channel):
        (tmp_path / "catalog.csv").write_text(CATALOG)
        (tmp_path / "mine.py").write_text(code)
        document = {
            "catalog": {"source": "catalog.csv"},
            "channels": {"meta": {"type": "meta_catalog", "python": list(functions), **channel}},
            "folder": tmp_path,
        }
        result = api.build(project.checked(project.Project, document, where=None), out=tmp_path / "out")
        (feed,) = result.channels[0].feed
        with feed.path.open(newline="", encoding="utf-8") as file:
            return result, list(csv.DictReader(file))

    return shop


def test_a_function_changes_items_before_they_are_repaired_and_checked(shop):
    code = "def better(items):\n    items['title'] = items['title'] + '  <b>' + items['brand'] + '</b>'\n    return items\n"
    result, rows = shop(code)
    assert [row["title"] for row in rows] == ["Blue mug Nordvik", "Red mug Nordvik", "Old mug Nordvik"]
    assert any(fix.rule.id == "meta_catalog/title/strip_html" for fix in result.fixes)


def test_functions_run_in_turn_and_see_the_filter_and_the_sku(shop):
    code = (
        "def one(items):\n    items.loc['MUG-1', 'title'] = 'First'\n    return items.iloc[::-1]\n"
        "def two(items):\n    items['title'] = items['title'].str.upper()\n    return items\n"
    )
    result, rows = shop(code, ("mine:one", "mine:two"), where="condition = 'new'")
    assert [row["title"] for row in rows] == ["FIRST", "RED MUG"]
    assert result.channels[0].filtered == 1


def test_an_attribute_that_nothing_maps_is_mapped_to_null_first(shop):
    code = "def better(items):\n    items['custom_label_4'] = 'mugs'\n    return items\n"
    _, rows = shop(code, map={"custom_label_4": "null::varchar"})
    assert {row["custom_label_4"] for row in rows} == {"mugs"}


def test_what_a_function_prints_does_not_spoil_the_report(shop, capsys):
    shop("print('loaded')\ndef better(items):\n    print('hello')\n    return items\n")
    printed = capsys.readouterr()
    assert "hello" not in printed.out
    assert "hello" in printed.err


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def better(items):\n    return items.missing\n", "mine:better fails: AttributeError"),
        ("def better(items):\n    return items.head(1)\n", "mine:better gives 1 items of 3"),
        ("def better(items):\n    return items.drop(columns='title')\n", "without the column 'title'"),
        ("def better(items):\n    items['colour'] = 1\n    return items\n", "adds the column 'colour'"),
        ("def better(items):\n    return None\n", "gives NoneType and no pandas frame"),
        ("def better(items):\n    items['title'] = 1.5\n    return items\n", "title is no longer string"),
        ("def other(items):\n    return items\n", "mine.py has no function 'better'"),
        ("import nothing_of_the_kind\n", "the module 'mine' fails: ModuleNotFoundError"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_no_feed(code, says, shop, tmp_path):
    with pytest.raises(ProjectError) as raised:
        shop(code)
    assert says in str(raised.value)
    assert not [*tmp_path.rglob("*.csv")][1:]


def test_a_module_that_is_not_there_is_named(shop):
    with pytest.raises(ProjectError, match="there is no module 'yours'"):
        shop("", ("yours:better",))
