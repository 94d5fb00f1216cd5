"""Projects that are broken or mean harm, through the command line: one sentence, exit code 2, and no feed that is half a feed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

CATALOG = """sku,title,description,price,currency,quantity,url,image,brand,condition,availability
MUG-1,Blue mug,A mug.,12.90,EUR,4,https://shop.example/1,https://shop.example/1.jpg,Nordvik,new,in_stock
"""
PROJECT = '[catalog]\nsource = "catalog.csv"\n{more}\n[channels.meta]\ntype = "meta_catalog"\n{channel}\n'
PRESET = 'name = "Mine"\nurl = "https://shop.example"\nchecked = 2026-11-22\n[recognise]\ncolumns = ["sku"]\n{sql}'
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><rss><channel><item><id>1</id><title>&i;</title></item><item><id>2</id></item></channel></rss>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><id>&x;</id></item></channel></rss>'


@pytest.fixture
def refused(tmp_path):
    """Runs a command in a project that it must refuse: its sentence."""

    def refused(*command, more="", channel="", **files):
        (tmp_path / "catalog.csv").write_text(CATALOG)
        (tmp_path / "pimsync.toml").write_text(PROJECT.format(more=more, channel=channel))
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = subprocess.run(
            [sys.executable, "-m", "pimsync", *command], cwd=tmp_path, capture_output=True, text=True, timeout=60,
            check=False, env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
        assert done.returncode == 2, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        assert not [*tmp_path.rglob("meta_catalog.csv")]
        said = done.stderr[done.stderr.index("error: ") :]
        assert said.count("error: ") == 1
        return said

    return refused


@pytest.mark.parametrize("content", [BOMB, OUTSIDE], ids=["an expansion bomb", "a file outside"])
@pytest.mark.parametrize("command", [("build",), ("check",), ("trace", "1"), ("init", "--force", "catalog.xml")])
def test_an_xml_catalog_that_brings_entities_of_its_own_is_refused(command, content, refused):
    said = refused(*command, more='format = "xml"', catalog_dot_xml=content, catalog_dot_csv=content)
    assert "root:" not in said
    assert "entit" in said.lower() or "DTD" in said or "document type" in said.lower()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def better(items):\n    raise ValueError('no')\n", "mine:better fails: ValueError: no"),
        ("import sys\ndef better(items):\n    sys.exit(0)\n", "mine:better fails: SystemExit"),
        ("import sys\nsys.exit(3)\n", "the module 'mine' fails: SystemExit"),
        ("def better(items)\n", "the module 'mine' fails: SyntaxError"),
        ("def better(items):\n    return [1]\n", "gives list and no pandas frame"),
        ("def better(items):\n    items['title'] = [object()] * len(items)\n    return items\n", "title is no longer"),
        ("def better(items):\n    return better(items)\n", "mine:better fails: RecursionError"),
        ("def better():\n    pass\n", "mine:better fails: TypeError"),
        ("better = 3\n", "no function 'better'"),
    ],
)
def test_a_function_that_goes_wrong_is_a_sentence(code, says, refused):
    said = refused("build", "--output-format", "json", channel='python = ["mine:better"]', mine_dot_py=code)
    assert says in said


def test_what_a_function_prints_leaves_the_json_clean(tmp_path):
    (tmp_path / "catalog.csv").write_text(CATALOG)
    (tmp_path / "pimsync.toml").write_text(PROJECT.format(more="", channel='python = ["mine:better"]'))
    (tmp_path / "mine.py").write_text(
        "import os, sys\nprint('loading')\n"
        "def better(items):\n    print('{')\n    sys.stdout.write('x')\n    return items\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pimsync", "build", "--output-format", "json"], cwd=tmp_path, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["channels"][0]["items"] == 1
    assert b"loading" in done.stderr


@pytest.mark.parametrize(
    "table",
    [b"", b"\n\n", b"\0" * 100, b"\xff\xfe", b"from\n", b"from,to\na,1\na,2\n", b'from,to\n"a,1\n', b"\x89PNG\r\n\x1a\n" + bytes(range(256))],
    ids=["nothing", "blank lines", "NUL", "a mark alone", "one column", "two values", "an open quote", "a picture"],
)  # fmt: skip
def test_a_lookup_table_that_is_none_is_a_sentence(table, refused):
    said = refused(
        "build", more='[lookups.t]\nsource = "t.csv"', channel="where = \"lookup('t', sku) is null\"", t_dot_csv=table
    )
    assert "t.csv" in said


@pytest.mark.parametrize(
    "sql",
    [
        "[columns]\ntitle = \"sku || (select content from read_text('/etc/passwd'))\"",
        "[columns]\ntitle = \"getenv('HOME')\"",
        "[columns]\ntitle = \"title) from read_text('/etc/passwd') --\"",
        "rows = 7",
    ],
    ids=["a file", "the environment", "an open bracket", "junk"],
)
def test_a_preset_of_the_project_reaches_nothing_outside(sql, refused):
    said = refused("build", catalog_presets__mine_dot_toml=PRESET.format(sql=sql))
    assert "root:" not in said
    assert "mine.toml" in said


@pytest.mark.parametrize("source", [".", "nowhere.csv", "/dev/null", "t", "", "../../../../etc/passwd\\u0000"])
def test_a_lookup_table_that_is_no_file_is_a_sentence(source, refused):
    refused("build", more=f'[lookups.t]\nsource = "{source}"', channel="where = \"lookup('t', sku) is null\"")


@pytest.mark.parametrize(
    "command", [("build",), ("check",), ("trace", "MUG-1"), ("test",), ("test", "--coverage"), ("categories",)]
)
@pytest.mark.parametrize(
    ("more", "channel"),
    [
        ("", 'where = "nothing_there > 1"'),
        ("", 'unique = "(select 1)"'),
        ("", "[[[channels"),
        ("[lookups.t]\nsource = 'none.csv'", ""),
        ("[catalog.columns]\ntitle = \"read_text('/etc/passwd')\"", ""),
        ("preset = 'nothing_of_the_kind'", ""),
    ],
    ids=["where", "unique", "no TOML", "lookup", "columns", "preset"],
)
def test_every_command_refuses_a_broken_project_in_a_sentence(command, more, channel, refused):
    case = '[[test]]\nname = "a"\nchannel = "meta"\nsku = "MUG-1"\nin_feed = true\n'
    if command == ("categories",) and channel:
        channel += '\n[taxonomy]\ngoogle = "none.txt"'
    refused(*command, more=more, channel=channel, tests__a_dot_toml=case)
