"""Lookup tables and rates: what they find, and what is said where they are wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.accounting import elements

from pimsync import api, project
from pimsync.engine import Engine
from pimsync.errors import ProjectError
from pimsync.lookups import RATES, Table
from pimsync.store import lookups

G = "{http://base.google.com/ns/1.0}"
HEADER = "sku,title,description,url,image,price,availability,brand,mpn,condition,category\n"
CATEGORIES = ["Kubki", "  kubki ", "Skarpety", "Koce", ""]
CATALOG = HEADER + "".join(
    f"P-{n},Produkt {n},Opis produktu numer {n}.,https://sklep.example/p/{n},https://sklep.example/i/{n}.jpg,"
    f"{n + 10}.00 EUR,in_stock,Northpeak,M{n},new,{CATEGORIES[n % 5]}\n"
    for n in range(50)
)
SHOP = """
[catalog]
source = "catalog.csv"
[defaults]
currency = "PLN"
[lookups.categories]
source = "categories.csv"
[channels.google]
type = "google_shopping"
[channels.google.map]
google_product_category = "lookup('categories', category, '166')"
price = "money(convert(price, currency, 'PLN'), 'PLN')"
custom_label_0 = "lookup('categories', category)"
"""


@pytest.fixture
def shop(tmp_path):
    """Builds the shop with these tables; the feed's items."""
    (tmp_path / "catalog.csv").write_text(CATALOG, encoding="utf-8")
    (tmp_path / "categories.csv").write_text("from,to\nKubki,2169\nSkarpety,209\nKoce,\n", encoding="utf-8")

    def build(text=SHOP + "[rates]\nEUR = 4.31\n", **files):
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        (tmp_path / "pimsync.toml").write_text(text, encoding="utf-8")
        api.build(project.load(tmp_path / "pimsync.toml"))
        return elements(tmp_path / "build" / "google" / "google_shopping.xml")

    return build


def found(items, name):
    return [one.findtext(f"{G}{name}") for one in items]


def test_a_value_is_found_or_is_what_stands_in_for_it_or_is_nothing(shop):
    items = shop()
    assert found(items, "google_product_category") == ["2169", "166", "209", "166", "166"] * 10
    assert found(items, "custom_label_0") == ["2169", None, "209", None, None] * 10
    assert found(items, "id") == [f"P-{n}" for n in range(50)]


def test_a_table_may_ignore_case(shop):
    items = shop(
        SHOP.replace('source = "categories.csv"', 'source = "categories.csv"\nignore_case = true')
        + "[rates]\nEUR = 4.31\n"
    )
    assert found(items, "google_product_category")[:2] == ["2169", "2169"]


@pytest.mark.parametrize(
    ("options", "content"),
    [
        ("", "Kategoria;Google\nKubki;2169\nSkarpety;209\n"),
        ("", 'Kategoria\tGoogle\n"Kubki"\t 2169\n\nSkarpety\t209\n'),
        ('key = "z"\nvalue = "na"', "na,uwagi,z\n2169,,Kubki\n209,„ok”,Skarpety\n"),
        ('encoding = "cp1250"', "Kategoria,Google,Ważne\nKubki,2169,\nSkarpety,209,\n".encode("cp1250")),
        ("", "\ufeffKategoria,Google\r\nKubki,2169\r\nSkarpety,209\r\n"),
        ("", "Kategoria,Google\nKubki,2169\nKubki,2169\nSkarpety,209\nKubki,\n"),
    ],
    ids=["semicolons", "tabs", "columns by name", "another encoding", "a byte order mark", "the same line twice"],
)  # fmt: skip
def test_a_table_may_be_written_with(options, content, shop):
    text = SHOP.replace('source = "categories.csv"', f'source = "categories.csv"\n{options}') + "[rates]\nEUR = 4.31\n"
    assert found(shop(text, categories=content), "custom_label_0")[:3] == ["2169", None, "209"]


def test_a_column_of_the_catalog_is_looked_up_too(shop):
    columns = """[catalog.columns]\ngoogle_category = "lookup('categories', category, '166')"\n"""
    text = SHOP.replace("[defaults]", columns + "[defaults]").replace(
        "google_product_category = \"lookup('categories', category, '166')\"\n", ""
    )
    assert found(shop(text + "[rates]\nEUR = 4.31\n"), "google_product_category")[:3] == ["2169", "166", "209"]


RATES_FILE = SHOP + '[rates]\nsource = "rates.csv"\n'


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (SHOP + "[rates]\nEUR = 4.31\n", ""),
        (SHOP + '[rates]\nbase = "EUR"\nPLN = 0.23201856148491879\n', ""),
        (SHOP + '[rates]\nbase = "EUR"\ninverse = true\nPLN = 4.31\n', ""),
        (RATES_FILE, "waluta;kurs\nEUR;4,31\nUSD;3,98\n"),
        (RATES_FILE + 'value = "mid"\nkey = "code"\n', "name,code,mid\neuro,EUR,4.31\n"),
        (RATES_FILE + "EUR = 4.31\n", "currency,rate\nEUR,4.99\n"),
    ],
    ids=["in the project", "in euros", "the other way round", "in a file", "in its columns", "over those of a file"],
)
def test_a_price_is_converted_by_rates(text, content, shop):
    items = shop(text, rates=content or "currency,rate\n")
    assert found(items, "price")[:2] == ["43.10 PLN", "47.41 PLN"]


def test_a_price_in_a_currency_without_a_rate_is_missing_and_reported(shop, tmp_path):
    shop(SHOP + "[rates]\nUSD = 3.98\n", catalog=CATALOG.replace("10.00 EUR", "10.00 PLN"))
    items = elements(tmp_path / "build" / "google" / "google_shopping.xml")
    assert found(items, "price") == ["10.00 PLN"]
    report = (tmp_path / "build" / "report.json").read_text(encoding="utf-8")
    assert '"rule": "google_shopping/price/required"' in report


def test_a_tie_is_rounded_up(tmp_path):
    tables = {RATES: Table({"PLN": "1", "XAU": "4"})}
    with Engine(threads=1, tables=tables) as engine:
        assert str(engine.value("select convert(4.30, 'PLN', 'XAU')")) == "1.0800"


WRONG = {
    "a file that is not there": ('source = "nowhere.csv"', None, "lookup table `categories` cannot be read: there is no such file", None),
    "a column that is not there": ('source = "categories.csv"\nkey = "form"', "from,to\na,b\n", "lookup table `categories` has no column `form`", "did you mean `from`?"),
    "one column": ("", "from\na\n", "lookup table `categories` has one column; it needs two", "a header such as: from,to"),
    "one key with two values": ("", "from,to\na,b\nc,d\na,e\n", "lookup table `categories` has `a` twice, as `b` and as `e`", "keep one of the two lines"),
    "a value without a key": ("", "from,to\na,b\n,c\n", "lookup table `categories` has `c` without a key", None),
    "a comma that is not quoted": ("", "from,to\nMugs,2169\nHome, Garden,536\n", "lookup table `categories` has 3 cells in a line, and 2 in the header", "put a text with a comma in it in double quotes"),
    "nothing": ("", "", "lookup table `categories` cannot be read: it is empty", None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_table_is_refused_that_has(name, shop):
    options, content, says, hint = WRONG[name]
    text = SHOP.replace('source = "categories.csv"', options or 'source = "categories.csv"') + "[rates]\nEUR = 4.31\n"
    with pytest.raises(ProjectError) as refused:
        shop(text, **({"categories": content} if content is not None else {}))
    assert refused.value.message == says
    assert refused.value.hint == hint


def test_the_line_of_a_table_is_named(shop):
    with pytest.raises(ProjectError) as refused:
        shop(categories='from,to\n"a\nlong key",b\nc,d\nc,e\n')
    assert refused.value.where == "categories.csv, line 5"


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        (SHOP.replace("lookup('categories', category)", "lookup('categoris', category)") + "[rates]\nEUR = 4.31\n", "looks up 'categoris', and the project has no such table", "did you mean 'categories'?"),
        (SHOP.replace("lookup('categories', category)", "lookup(brand, category)") + "[rates]\nEUR = 4.31\n", "has to be named in quotes", None),
        (SHOP.replace("lookup('categories', category)", "pimsync_found('categories', category)") + "[rates]\nEUR = 4.31\n", "calls pimsync_found(), which is not there", None),
        (SHOP, "calls convert(), and the project has no rates", '[rates]\nbase = "PLN"\nEUR = 4.31'),
        (SHOP + "[rates]\nEUR = 4.31\nPLN = 2\n", "the rates are in PLN, and have another rate for it", "one PLN is worth one PLN: say what the rates are in by `base`"),
        (SHOP + "[rates]\neur = 4.31\n", "`eur` is no currency; write one as EUR = 4.31", None),
        (SHOP + "[rates]\nEUR = 0\n", "`rates.EUR` is 0: should be greater than 0", None),
    ],
    ids=["an unknown table", "a table by product", "the function behind", "no rates", "two rates of the base", "no currency", "no rate"],
)  # fmt: skip
def test_what_cannot_be_looked_up_is_said_before_anything_is_made(text, says, hint, shop):
    with pytest.raises(ProjectError) as refused:
        shop(text)
    assert says in refused.value.message
    assert refused.value.hint == hint


def test_a_rate_that_is_no_number_is_named_with_its_line(shop):
    with pytest.raises(ProjectError, match="the rate of `EUR` is `n/a`, which is no number above 0") as refused:
        shop(RATES_FILE, rates="currency,rate\nUSD,3.98\nEUR,n/a\n")
    assert refused.value.where == "rates.csv, line 3"


def test_every_way_into_an_engine_looks_up_the_same_while_others_do():
    from concurrent.futures import ThreadPoolExecutor

    tables = {"n": Table({str(n): str(n * 2) for n in range(20_000)})}
    sql = "select sum(cast(lookup('n', cast(range as varchar)) as bigint)) from range(60000)"
    with Engine(threads=1, tables=tables) as engine, ThreadPoolExecutor(4) as pool:
        ways = [engine.another() for _ in range(4)]
        assert [*pool.map(lambda way: way.value(sql), ways)] == [sum(n * 2 for n in range(20_000))] * 4


def test_looking_up_needs_no_pandas_and_leaves_quietly():
    code = (
        "import sys\nfrom pimsync.engine import Engine\nfrom pimsync.lookups import Table\n"
        "with Engine(threads=1, tables={'t': Table({'a': 'b'})}) as engine:\n"
        "    assert engine.rows(\"select lookup('t', x) from (values ('a'), ('c'), (null)) v(x)\") == [('b',), (None,), (None,)]\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_run_that_fails_says_so_and_nothing_else(shop, tmp_path):
    shop()
    (tmp_path / "catalog.csv").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "pimsync", "check"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["error: there is no such file", f"  at: {tmp_path / 'catalog.csv'}"]


def test_a_folder_of_a_project_keeps_nothing_of_its_tables(shop, tmp_path):
    shop(categories="Kategoria,Google\nKubki,2169\nŚcierki,4\n".encode("cp1250"))
    assert not [*(tmp_path / ".pimsync").rglob("text")]


def test_reading_a_table_alone(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\nx,1\n", encoding="utf-8")
    table = lookups.table("t", project.Lookup(source="t.csv"), tmp_path, tmp_path / "work")
    assert (table.get(" x "), table.get("X"), table.get(None)) == ("1", None, None)
