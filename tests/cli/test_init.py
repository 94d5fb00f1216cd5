"""pimsync init, run for real: what it prints, what it writes, and that this builds."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.accounting import accounted

from pimsync import api, initial, project
from pimsync.errors import CatalogError
from pimsync.store.proposal.names import words

LAMPS = """Indeks;Nazwa;Cena (netto);Cena (brutto);Ilość;Producent;Kod EAN;Zdjęcie;Adres produktu;Opis;Moc
LAM-1;Lampa wisząca Nordlys;39,00;47,97;5;Nordlys;4006381333931;https://lampy.example/i/1.jpg;https://lampy.example/p/1;Lampa wisząca ze szkła i metalu, do salonu.;10 W
LAM-2;Kinkiet Nordlys;55,00;67,65;0;Nordlys;4006381333948;https://lampy.example/i/2.jpg;https://lampy.example/p/2;Kinkiet z mosiądzu, do sypialni i korytarza.;5 W
LAM-3;Plafon Dąb;20,00;24,60;12;Dąb;4006381333955;https://lampy.example/i/3.jpg;https://lampy.example/p/3;Plafon z drewna dębowego, średnica 40 cm.;8 W
"""


def pimsync(*arguments, cwd, timeout=120):
    """Run the command as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "pimsync", *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
        encoding="utf-8", timeout=timeout, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "lampy.csv").write_text(LAMPS, encoding="utf-8")
    return tmp_path


def written(folder):
    return tomllib.loads((folder / "pimsync.toml").read_text(encoding="utf-8"))


def test_an_unknown_catalog_becomes_a_project_that_builds(shop):
    done = pimsync("init", "lampy.csv", cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r'price +"Cena \(brutto\)" +by its name', done.stdout)
    assert re.search(r"Cena \(netto\) +a price without tax", done.stdout)
    assert done.stdout.endswith("Written: pimsync.toml\nNext: pimsync build\n")
    made = written(shop)
    assert made["catalog"]["source"] == "lampy.csv"
    assert made["defaults"] == {
        "currency": "PLN",
        "language": "pl",
        "country": "PL",
        "guessed": ["currency", "country"],
    }
    assert made["channels"] == {"google": {"type": "google_shopping"}}
    built = pimsync("build", cwd=shop)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "3 ready, 0 left out" in built.stdout


def test_each_line_of_the_mapping_says_why(shop):
    pimsync("init", "lampy.csv", cwd=shop)
    text = (shop / "pimsync.toml").read_text(encoding="utf-8")
    mapping = text.partition("[catalog.columns]\n")[2].partition("\n\n")[0].splitlines()
    assert len(mapping) == 9
    assert all(re.search(r" # \S", line) for line in mapping)
    assert re.search(r"^#   Moc +its name is not known$", text, re.MULTILINE)


def test_a_project_that_is_there_stays_unless_force_is_said(shop):
    (shop / "pimsync.toml").write_text("# mine\n", encoding="utf-8")
    done = pimsync("init", "lampy.csv", cwd=shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: there is a project already\n  at: pimsync.toml\n  hint: pimsync init --force replaces it\n"
    )
    assert (shop / "pimsync.toml").read_text(encoding="utf-8") == "# mine\n"
    assert pimsync("init", "lampy.csv", "--force", cwd=shop).returncode == 0
    assert written(shop)["catalog"]["source"] == "lampy.csv"


def test_nothing_is_written_where_the_catalog_cannot_be_read(tmp_path):
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    for name in ("empty.csv", "missing.csv"):
        done = pimsync("init", name, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv"]


def test_without_a_name_the_one_catalog_of_the_folder_is_taken(shop):
    assert pimsync("init", cwd=shop).returncode == 0
    assert written(shop)["catalog"]["source"] == "lampy.csv"


def test_without_a_name_two_catalogs_are_one_too_many(shop):
    (shop / "stock.csv").write_text("sku,qty\nA,1\n", encoding="utf-8")
    done = pimsync("init", cwd=shop)
    assert done.returncode == 2
    assert "there are 2 files that may be the catalog: lampy.csv, stock.csv" in done.stderr
    assert "hint: name the one that is: pimsync init lampy.csv" in done.stderr


def test_without_a_name_and_a_file_it_says_what_to_do(tmp_path):
    done = pimsync("init", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no catalog here" in done.stderr
    assert "hint: name one: pimsync init FILE" in done.stderr


def test_the_project_may_stand_in_another_folder(shop):
    done = pimsync("init", "lampy.csv", "-C", "projects/lamps", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Next: pimsync build -C projects/lamps\n")
    assert written(shop / "projects" / "lamps")["catalog"]["source"] == "../../lampy.csv"
    assert pimsync("build", "-C", "projects/lamps", cwd=shop).returncode == 0


def test_a_catalog_far_from_the_project_keeps_its_whole_path(shop):
    place = os.path.commonpath([Path("/usr"), shop])
    if place != "/":
        pytest.skip("the folder of the tests has more in common with /usr than the root")
    with pytest.raises(CatalogError) as missing:
        initial.init("/usr/catalog-that-is-not-there.csv", shop)
    assert missing.value.where == "/usr/catalog-that-is-not-there.csv"
    assert pimsync("init", shop / "lampy.csv", cwd=shop).returncode == 0
    assert written(shop)["catalog"]["source"] == "lampy.csv"


def test_channels_and_what_they_want_to_know(shop):
    done = pimsync(
        "init", "lampy.csv", "--channel", "meta_catalog", "--channel", "ebay", "--channel", "ebay_mip", cwd=shop
    )
    assert done.returncode == 0, done.stderr
    made = written(shop)
    assert [(name, one["type"]) for name, one in made["channels"].items()] == [
        ("meta", "meta_catalog"), ("ebay", "ebay"), ("ebay_mip", "ebay_mip"),
    ]  # fmt: skip
    assert "condition: nothing fills it, and Meta and eBay MIP" in done.stdout
    assert re.search(r"^# condition = \"'new'\" ", (shop / "pimsync.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert pimsync("build", cwd=shop).returncode in (0, 1)


def test_an_unknown_channel_is_named(shop):
    done = pimsync("init", "lampy.csv", "--channel", "gogle_shopping", cwd=shop)
    assert done.returncode == 2
    assert "gogle_shopping" in done.stderr
    assert not (shop / "pimsync.toml").exists()


def test_what_is_known_may_be_said(shop):
    done = pimsync(
        "init",
        "lampy.csv",
        "--currency",
        "EUR",
        "--language",
        "de",
        "--country",
        "AT",
        "--set",
        "list_separator=;",
        cwd=shop,
    )
    assert done.returncode == 0, done.stderr
    assert written(shop)["defaults"] == {"currency": "EUR", "language": "de", "country": "AT"}
    assert written(shop)["catalog"]["list_separator"] == ";"


@pytest.mark.parametrize(("arguments", "says"), [
    (["--currency", "euro"], "`currency` is 'euro'"),
    (["--set", "encodng=cp1250"], "--set does not know `encodng`\n  hint: did you mean `encoding`?"),
    (["--set", "header=perhaps"], "`header` is 'perhaps'"),
])  # fmt: skip
def test_what_is_said_wrongly_is_an_error(shop, arguments, says):
    done = pimsync("init", "lampy.csv", *arguments, cwd=shop)
    assert done.returncode == 2
    assert says in done.stderr
    assert not (shop / "pimsync.toml").exists()


def test_standard_input_and_passwords_are_no_source_for_a_project(shop):
    assert "that it can read again" in pimsync("init", "-", cwd=shop).stderr
    done = pimsync("init", "https://me:secret@shop.example/catalog.csv", cwd=shop)
    assert (done.returncode, "secret" in done.stderr) == (2, False)
    assert "the address holds a password" in done.stderr


def test_without_a_key_the_next_step_is_to_name_one(tmp_path):
    (tmp_path / "c.csv").write_text("colour,size\nred,S\nred,M\nblue,M\n", encoding="utf-8")
    done = pimsync("init", "c.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "no column tells the records apart" in done.stdout
    assert done.stdout.endswith("Next: name a key in it: sku = …\n")
    assert "sku" not in written(tmp_path)["catalog"]["columns"]


def test_a_column_that_is_not_what_its_name_says_stays_out(tmp_path):
    (tmp_path / "c.csv").write_text("sku,title,gtin\nA,Mug,A-1\nB,Cup,B-1\nC,Pot,C-1\n", encoding="utf-8")
    assert pimsync("init", "c.csv", cwd=tmp_path).returncode == 0
    assert written(tmp_path)["catalog"]["columns"]["gtin"] == "null"
    report = pimsync("check", "--output-format", "json", cwd=tmp_path)
    assert not [one for one in json.loads(report.stdout)["findings"] if "gtin" in one["rule"]]


def test_names_of_columns_may_hold_any_sign(tmp_path):
    header = 'sku,"Pri""ce\'\'\'",title\\,"a\n# [x]",\u202eitle'
    (tmp_path / "c.csv").write_text(f"{header}\nA,1.00 EUR,Mug,x,y\nB,2.00 EUR,Cup,x,y\n", encoding="utf-8")
    done = pimsync("init", "c.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\u202e" not in done.stdout
    assert written(tmp_path)["catalog"]["columns"]["sku"] == '"sku"'
    assert pimsync("build", cwd=tmp_path).returncode in (0, 1)


def test_what_had_to_be_guessed_of_the_file_is_said_and_pinned(tmp_path):
    rows = [f"LAM-{n:03};Lampa wisząca Żółta {n};{n}7,90;{n % 5};Wózek dębowy i świecznik" for n in range(1, 40)]
    (tmp_path / "lampy.csv").write_bytes("\n".join(rows).encode("cp1250"))
    done = pimsync("init", "lampy.csv", cwd=tmp_path)
    assert "the text is taken for Windows-1250 (cp1250), which is a guess" in done.stdout
    assert written(tmp_path)["catalog"]["encoding"] == "cp1250"
    assert written(tmp_path)["catalog"]["header"] is False
    assert pimsync("build", cwd=tmp_path).returncode in (0, 1)


SHOPIFY = """Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Image Position,Variant Inventory Qty
mug,Stoneware mug,<p>A mug.</p>,Northpeak,Color,grey,MUG-1,12.50,https://mugs.example/1.jpg,1,5
mug,,,,,blue,MUG-2,12.50,,,3
"""


def test_a_known_export_is_recognised_and_needs_no_mapping(tmp_path):
    (tmp_path / "products.csv").write_text(SHOPIFY, encoding="utf-8")
    done = pimsync("init", "--currency", "EUR", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "preset shopify maps its columns" in done.stdout
    assert written(tmp_path)["catalog"] == {"source": "products.csv", "preset": "shopify"}
    assert pimsync("build", cwd=tmp_path).returncode in (0, 1)


def test_a_known_export_is_looked_at_as_unknown_where_that_is_asked_for(tmp_path):
    (tmp_path / "products.csv").write_text(SHOPIFY, encoding="utf-8")
    assert pimsync("init", "--set", "preset=none", cwd=tmp_path).returncode == 0
    made = written(tmp_path)["catalog"]
    assert made["preset"] == "none"
    assert made["columns"]["price"] == '"Variant Price"'
    assert pimsync("check", cwd=tmp_path).returncode in (0, 1)


def test_json_says_the_same_to_a_program(shop):
    done = pimsync("init", "lampy.csv", "--output-format", "json", cwd=shop)
    document = json.loads(done.stdout)
    assert document["catalog"]["records"] == 3
    assert {one["field"]: one["expression"] for one in document["columns"]} == written(shop)["catalog"]["columns"]


#: Names and values that do not go together, as chance has it.
NAMES = st.sampled_from([names[0] for languages in words()["fields"].values() for names in languages.values()])
VALUES = st.sampled_from([
    "4006381333931", "12,50 zł", "1.299", "https://shop.example/a.jpg", "https://shop.example/p/a", "in stock", "tak", "N/A", "", "5 kg",
    "03/04/2026", "27.11.2026", "A > B", "<p>A long text</p>", "[1, 2]", '{"a": "b"}', "'", '"', "\\", "new", "-3", "0", "5 szt.",
])  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(names=st.lists(NAMES, min_size=3, max_size=9, unique_by=str.casefold), data=st.data())
def test_whatever_stands_in_a_catalog_what_is_written_builds(names, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("chance")
    rows = data.draw(st.lists(st.lists(VALUES, min_size=len(names), max_size=len(names)), min_size=1, max_size=5))
    with (folder / "catalog.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["sku", *names], *([f"A-{n}", *row] for n, row in enumerate(rows))])
    made = initial.init(None, folder)
    assert made.can_be_built
    accounted(api.build(project.load(made.file), out=folder / "build"))


SHOP = """Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Variant Inventory Tracker,Variant Inventory Policy,Image Src
kubek,Kubek z kamionki,<p>Kubek do herbaty i kawy.</p>,Nordlys,Kolor,szary,K-1,49.90,5,shopify,deny,https://cdn.shopify.com/s/k-1.jpg
talerz,Talerz do ciasta,<p>Talerz nie tylko do ciasta.</p>,Nordlys,Kolor,szary,T-1,29.90,2,shopify,deny,https://cdn.shopify.com/s/t-1.jpg
"""


@pytest.fixture
def export(tmp_path):
    (tmp_path / "products.csv").write_text(SHOP, encoding="utf-8")
    return tmp_path


def guesses(folder, *arguments):
    """What check says of guesses, by name and value."""
    done = pimsync("check", "--output-format", "json", *arguments, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [one for one in json.loads(done.stdout)["findings"] if one["rule"] == "catalog/defaults/guessed"]
    assert {one["severity"] for one in found} <= {"warning"}
    return sorted(example["value"] for one in found for example in one["examples"])


def test_what_a_known_export_does_not_say_is_guessed_and_reported_until_it_is_confirmed(export):
    done = pimsync("init", cwd=export)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.partition("To look at\n")[2].splitlines()[:2]
    assert first == "  currency PLN: a guess by the language of the texts, Polish: check it"
    assert second.startswith("  shop_url https://shop.example: nothing says the shop's address: links lead nowhere")
    assert written(export)["defaults"] == {
        "currency": "PLN", "shop_url": "https://shop.example", "guessed": ["currency", "shop_url"],
    }  # fmt: skip
    built = pimsync("build", cwd=export)
    assert "2 ready, 0 left out" in built.stdout
    assert "currency PLN is a guess of pimsync init" in built.stdout
    assert "shop_url https://shop.example (links lead nowhere) is a guess of pimsync init" in built.stdout
    assert guesses(export) == ["currency PLN", "shop_url https://shop.example (links lead nowhere)"]
    assert guesses(export, "--set", "currency=EUR") == ["shop_url https://shop.example (links lead nowhere)"]
    text = (export / "pimsync.toml").read_text(encoding="utf-8")
    (export / "pimsync.toml").write_text(text.replace('["currency", "shop_url"]', "[]"), encoding="utf-8")
    assert guesses(export) == []


def test_what_is_said_is_no_guess(export):
    done = pimsync("init", "--currency", "EUR", "--shop-url", "nordlys.example", "--output-format", "json", cwd=export)
    assert json.loads(done.stdout)["guessed"] == []
    assert written(export)["defaults"] == {"currency": "EUR", "shop_url": "https://nordlys.example"}
    assert guesses(export) == []


def test_what_the_catalog_says_of_itself_is_not_guessed(tmp_path):
    (tmp_path / "catalog_presets").mkdir()
    (tmp_path / "catalog_presets" / "own.toml").write_text(
        'name = "Own export"\n[recognise]\ncolumns = ["nr", "was", "kostet", "adresse"]\n[columns]\nsku = "nr"\ntitle = "was"\nprice = "kostet"\n'
        'url = "coalesce(adresse, defaults.shop_url || nr)"\n', encoding="utf-8",
    )  # fmt: skip
    header = "nr,was,kostet,adresse\n"
    for rows, names in (
        ("1,Becher,5 EUR,https://becher.example/1\n", set()),
        ("1,Becher,5 EUR,https://becher.example/1\n2,Topf,9 EUR,\n", {"shop_url"}),
        ("1,Becher,5,https://becher.example/1\n", {"currency"}),
    ):
        (tmp_path / "own.csv").write_text(header + rows, encoding="utf-8")
        made = initial.init("own.csv" if Path.cwd() == tmp_path else str(tmp_path / "own.csv"), tmp_path, force=True)
        assert made.look.preset == "own"
        assert {one.field for one in made.proposals.defaults if one.is_guess} == names


def on_a_terminal(folder, *arguments, answers):
    """Run the command as a person does who sits at a terminal; the exit code, and what they see."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    ours, theirs = pty.openpty()
    try:
        os.write(ours, answers.encode())
        done = subprocess.Popen(
            [sys.executable, "-m", "pimsync", *arguments], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
            env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"},
        )  # fmt: skip
        os.close(theirs)
        seen = b"".join(_read(ours))
    finally:
        os.close(ours)
    return done.wait(timeout=60), seen.decode()


def _read(terminal):
    with contextlib.suppress(OSError):  # Linux says so where the other side is closed
        while part := os.read(terminal, 4096):
            yield part


def test_on_a_terminal_it_asks_instead_of_guessing(export):
    code, seen = on_a_terminal(export, "init", answers="euro\neur\nnordlys.example\n")
    assert code == 0, seen
    assert seen.count("In which currency are the prices? [PLN]") == 2
    assert "Error: 'euro' is no currency's code" in seen
    assert "What is the shop's address? [https://shop.example]" in seen
    assert written(export)["defaults"] == {"currency": "EUR", "shop_url": "https://nordlys.example"}


def test_on_a_terminal_the_guess_may_be_confirmed_but_no_address_that_leads_nowhere(export):
    code, seen = on_a_terminal(export, "init", answers="\n\n")
    assert code == 0, seen
    assert written(export)["defaults"] == {
        "currency": "PLN",
        "shop_url": "https://shop.example",
        "guessed": ["shop_url"],
    }


def test_on_a_terminal_nothing_is_written_where_a_person_breaks_off(export):
    code, seen = on_a_terminal(export, "init", answers="\x04")
    assert (code, (export / "pimsync.toml").exists()) == (130, False), seen


def test_on_a_terminal_it_asks_nothing_where_that_is_said(export):
    code, seen = on_a_terminal(export, "init", "--no-input", answers="")
    assert (code, "[PLN]" in seen) == (0, False)
    assert written(export)["defaults"]["guessed"] == ["currency", "shop_url"]


def test_a_guess_is_of_something_that_there_is(export):
    assert pimsync("init", cwd=export).returncode == 0
    text = (export / "pimsync.toml").read_text(encoding="utf-8")
    (export / "pimsync.toml").write_text(text.replace('["currency", ', '["curency", '), encoding="utf-8")
    done = pimsync("check", cwd=export)
    assert (done.returncode, done.stdout) == (2, "")
    assert "[defaults] has no `curency`; did you mean `currency`?" in done.stderr
    assert re.search(r"at: .*pimsync\.toml, line \d+", done.stderr)
