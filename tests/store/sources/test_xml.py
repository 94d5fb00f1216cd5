"""XML catalogs: xml.toml, and what is too large for a table."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimsync.engine import Engine
from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources import READERS, File

CASES = tomllib.loads((Path(__file__).parent / "xml.toml").read_text(encoding="utf-8"))["case"]


def _bytes(text: str) -> bytes:
    """`{ff}` is the byte FF."""
    pieces = re.split(r"\{([0-9a-f]{2})\}", text)
    return b"".join(bytes.fromhex(piece) if n % 2 else piece.encode() for n, piece in enumerate(pieces))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_elements_become_columns(read, case):
    content = _bytes(case.get("text") or f"<shop><item>{case['item']}</item></shop>")
    options = {key: case[key] for key in ("items", "variants", "encoding") if key in case}
    if "error" in case:
        with pytest.raises(CatalogError) as raised:
            read(content, "xml", **options)
        assert raised.value.message == case["error"]
        assert raised.value.where.startswith("catalog.xml")
        assert case.get("where", "") in raised.value.where
        assert case.get("hint", "") in (raised.value.hint or "")
        return
    found = read(content, "xml", **options)
    assert found.rows == (case.get("rows") or [case["row"]])
    if "notices" in case:
        assert found.notices == [tuple(one) for one in case["notices"]]
    if "names" in case:
        assert found.names == case["names"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-2", "utf-8-sig"])
def test_every_encoding_gives_the_same_rows(read, encoding):
    declared = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<s><item><n>Żółty kubek</n></item></s>'
    assert read(text.encode(encoding), "xml").rows == [{"n": "Żółty kubek"}]


def test_names_that_differ_by_case_alone_are_noted(read):
    assert read("<s><item><Name>a</Name><name>b</name></item></s>", "xml").notices == [
        ("column/duplicate", "name → name_2")
    ]


def test_a_product_far_into_a_line_is_found_with_its_place(read):
    content = "<s>" + "<item><n>ł</n></item>" * 100_000 + "<item><n>a & b</n></item></s>"
    with pytest.raises(CatalogError, match="an & stands for itself") as raised:
        read(content, "xml")
    assert raised.value.where == f"catalog.xml, line 1, column {3 + 100_000 * 21 + 12}"


def test_elements_without_end_are_refused(read):
    many = "<a>" * 1_000 + "</a>" * 1_000
    for deep in (many, f"<s><item><n>1</n></item><item>{many}</item></s>", f"<s><item><n>1</n></item>{many}</s>"):
        with pytest.raises(CatalogError, match="nested more than 200 deep"):
            read(deep, "xml")


def test_more_keys_than_anyone_needs_are_refused(read):
    keys = "".join(f"<k{n}>1</k{n}>" for n in range(3_000))
    with pytest.raises(CatalogError, match="more than 2,000 keys"):
        read(f"<s><item>{keys}</item></s>", "xml")


def test_an_expansion_bomb_is_refused_before_the_rest_is_read(read):
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    start = time.monotonic()
    with pytest.raises(CatalogError, match="declares an entity"):
        read(f"<!DOCTYPE s [{bomb}]><s><item><n>&e11;</n></item></s>" + " " * 50_000_000, "xml")
    assert time.monotonic() - start < 5


names = st.sampled_from(["a", "b", "Cena", "żółć", "x-1"])
characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
texts = st.text(characters, min_size=1).filter(str.strip).map(str.strip)
objects = st.recursive(
    texts,
    lambda inner: st.dictionaries(names, inner | st.lists(inner, min_size=2, max_size=3), min_size=1),
    max_leaves=8,
)


def written(name, value, draw):
    """An element, its text in one of the ways in which it can be written."""
    if isinstance(value, list):
        return "".join(written(name, one, draw) for one in value)
    if isinstance(value, dict):
        return f"<{name}>\n{''.join(written(key, one, draw) for key, one in value.items())}\n</{name}>"
    ways = [escape(value), "".join(f"&#{ord(one)};" for one in value)]
    if "]]>" not in value:
        ways.append(f"<![CDATA[{value}]]>")
    return f"<{name}>{draw(st.sampled_from(ways))}</{name}>"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(products=st.lists(st.dictionaries(names, objects, min_size=1), min_size=1, max_size=4), data=st.data())
def test_what_is_written_is_read(tmp_path_factory, products, data):
    folder = tmp_path_factory.mktemp("xml")
    path = folder / "shop.xml"
    path.write_text(f"<shop>{written('item', products, data.draw)}</shop>", encoding="utf-8")
    found = READERS["xml"](File(path, path.name, folder), Input(source=path.name))
    with Engine(folders=[folder]) as engine:
        rows = engine.arrow(f"select * from ({found.relation})").to_pylist()
    read_ = [
        {
            k: v if not isinstance(products[n][k], dict | list) else json.loads(v)
            for k, v in row.items()
            if v is not None
        }
        for n, row in enumerate(rows)
    ]
    assert read_ == products


_MEASURED = """
import json, resource, sys
from pathlib import Path
from pimsync.project import Input
from pimsync.store.sources import File, READERS
path, work = Path(sys.argv[1]), Path(sys.argv[2])
small = path.with_name("small.xml")
READERS["xml"](File(small, small.name, work), Input(source=small.name))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
READERS["xml"](File(path, path.name, work), Input(source=path.name))
print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))
"""


def _feed(path: Path, items: int, tail: str = "") -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("<rss><channel>")
        for number in range(items):
            file.write(f"<item><id>{number}</id><title>Jumper {number}</title><d>{'Soft wool. ' * 100}</d></item>\n")
        file.write("</channel>" + tail + "</rss>")


@pytest.mark.parametrize("megabytes", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_file(tmp_path, megabytes):
    """What follows the products is let go as well."""
    (tmp_path / "work").mkdir()
    _feed(tmp_path / "small.xml", 30_000)
    _feed(
        tmp_path / "large.xml",
        megabytes * 900,
        "<reviews>" + "<review>nice</review>" * (megabytes * 5_000) + "</reviews>",
    )
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, tmp_path / "large.xml", tmp_path / "work"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) < 60
