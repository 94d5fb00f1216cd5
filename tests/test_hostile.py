"""Whatever stands in a catalog: feeds stay well-formed, neighbours unharmed, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.accounting import accounted, items

from pimsync import api, project

NASTY = {
    "nothing but a blank": " ",
    "NUL": "a\0b",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\x9f",
    "no characters": "\ufffe\uffff\U0001fffe\ufdd0",
    "the end of CDATA": "a]]>b<![CDATA[c",
    "markup": "<script>alert(1)</script><!-- </item> --><?xml?>&bogus;&#0;&lt;",
    "the end of an item": "</g:title></item></channel></rss>",
    "what replacing reads": r"$& $1 \1 \\ \0 %s {} {title} {0}",
    "SQL": "'; drop table products; --\" ' \"\" ''",
    "the other way": "\u202eabc\u202c \u200f\u200e אבג",
    "beyond the first plane": "🧶 👩‍👩‍👧 𝒳 \U0010ffff",
    "quotes": '"', "two quotes": '""', "quotes and a comma": '","', "quotes within": 'a "b", c',
    "delimiters": "a;b,c\td|e", "line ends": "a\r\nb\nc\rd\u2028e\u2029f\x0bg", "a line end last": "a\n",
    "a formula": "=HYPERLINK(\"https://a.example\")", "more formulas": "+1", "and": "-1", "at": "@sum(1)", "tab": "\t=1",
    "a backslash": "\\", "a backslash and a quote": '\\"', "brackets": "[\"a\"", "braces": '{"a":', "a null": "null",
    "combining": "e\u0301" + "\u0301" * 200, "zero width": "\u200b\u2060\ufeff", "private": "\ue000\uf8ff",
    "a bare ampersand": "R&D", "an entity twice": "&amp;amp;lt;b&amp;gt;", "soft hyphen": "a\u00adb",
}  # fmt: skip
SURROGATES = {"half a pair": "a\ud800b", "the other half": "\udfff", "swapped": "\udc00\ud800"}
FIELDS = ("sku", "title", "description", "brand", "color", "labels", "category")
CHANNELS = ("google_shopping", "meta_catalog")


def product(sku, /, **changes):
    base = {
        "sku": sku, "title": "Wool cap", "description": "A warm cap.", "url": "https://shop.example/p",
        "image": "https://shop.example/i.jpg", "price": "10.00 EUR", "condition": "new", "quantity": "4", "brand": "B",
        "color": "red", "mpn": "M", "labels": "l", "category": "Hats", "gtin": "",
    }  # fmt: skip
    return {**base, **changes}


def as_csv(products):
    written = io.StringIO()
    writer = csv.DictWriter(written, products[0].keys(), lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(products)
    return written.getvalue().encode()


def as_json(products):
    """Escapes where JSON has them: the only way that half a surrogate pair gets into a file."""
    return json.dumps(products, ensure_ascii=True).encode()


FORMS = {"csv": as_csv, "json": as_json}


def build(folder, form, products, channels=CHANNELS, **run):
    source = folder / f"catalog.{form}"
    source.write_bytes(FORMS[form](products) if isinstance(products, list) else products)
    shop = {
        "catalog": {"source": str(source)},
        "channels": {key: {"type": key} for key in channels},
        "run": run,
        "folder": folder,
    }
    return api.build(project.checked(project.Project, shop, where=None), out=folder / "out")


def lines(result):
    """The bytes of each item that has no line end of its own, by channel."""
    found = {}
    for channel in result.channels:
        content = b"".join(file.path.read_bytes() for file in channel.feed)
        ends = b"</item>\n" if content.startswith(b"<?xml") else b"\n"
        found[channel.name] = [one for one in content.split(ends) if b"GOOD-" in one]
    return found


GOOD = [product(f"GOOD-{number}", title=f"Cap {number}") for number in range(3)]


@pytest.fixture(scope="module", params=FORMS)
def form(request):
    return request.param


@pytest.fixture(scope="module")
def unharmed(form, tmp_path_factory):
    """What the good products look like where there is nobody else."""
    return lines(build(tmp_path_factory.mktemp("alone"), form, GOOD))


def among(bad):
    """The good products with the bad ones between them."""
    third = -(-len(bad) // 2)
    return [GOOD[0], *bad[:third], GOOD[1], *bad[third:], GOOD[2]]


def survives(folder, form, bad, unharmed):
    result = build(folder, form, among(bad))
    accounted(result)
    assert result.catalog.records == len(bad) + len(GOOD)
    assert lines(result) == unharmed
    return result


def test_texts_that_break_feeds_break_none(form, unharmed, tmp_path):
    texts = {**NASTY, **(SURROGATES if form == "json" else {})}
    bad = [
        product(f"BAD-{field}-{number}", **{field: text})
        for number, text in enumerate(texts.values())
        for field in FIELDS
    ]
    survives(tmp_path, form, bad, unharmed)


@given(data=st.data())
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_text_is_in_a_feed_or_in_the_findings(form, unharmed, data):
    signs = st.characters(exclude_categories=() if form == "json" else ("Cs",))
    texts = data.draw(st.lists(st.text(signs, max_size=12), min_size=7, max_size=40))
    bad = [product(f"BAD-{n}", **{FIELDS[n % len(FIELDS)]: text}) for n, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        survives(Path(folder), form, bad, unharmed)


def test_ten_megabytes_in_one_cell_harm_nobody(form, unharmed, tmp_path):
    result = survives(
        tmp_path, form, [product("BAD-0", description="x" * 10_000_000, brand="y" * 10_000_000)], unharmed
    )
    findings = result.frame()
    assert "google_shopping/brand/length" in set(findings[findings.sku == "BAD-0"].rule)


def test_one_record_in_another_encoding_is_left_out_alone(unharmed, tmp_path):
    hats = [product("BAD-0", title="Mütze"), product("HAT", title="Käppi")]
    content = as_csv(among(hats)).replace("Mütze".encode(), "Mütze".encode("latin-1"))
    result = build(tmp_path, "csv", content)
    accounted(result)
    assert (result.catalog.records, result.catalog.rejected) == (5, 1)
    assert [*result.frame()[["rule", "record"]].itertuples(index=False, name=None)] == [("catalog/record/encoding", 2)]


# ---- many products

MANY = 60_000


def many():
    """60,000 records, some of them bad in a way that has a number: what is expected of each, and the file."""
    products, found = [], {}
    for record in range(1, MANY + 1):
        sku, gtin = f"P{record}", ""
        if record % 997 == 0:
            sku, found[record] = "", "catalog/sku/required"
        elif record % 1013 == 0:
            sku, found[record] = "P1", "catalog/sku/duplicate"
        elif record % 1511 == 0:
            gtin, found[record] = "4006381333932", "google_shopping/gtin/checksum"
        products.append(product(sku, title=f"Cap number {record}", gtin=gtin))
    content = as_csv(products).decode().splitlines(keepends=True)
    for record in range(5_000, MANY + 1, 5_000):
        if record not in found:
            content[record] = f"P{record},too,short\n"
            found[record] = "catalog/record/ragged"
    return "".join(content).encode(), found


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    content, found = many()
    return build(tmp_path_factory.mktemp("large"), "csv", content, CHANNELS[:1], threads=2), content, found


def test_items_stand_in_the_catalogs_order(large):
    result, _, found = large
    accounted(result)
    [file] = result.channels[0].feed
    assert items(file.path, "google_shopping") == [f"P{n}" for n in range(1, MANY + 1) if n not in found]


def test_findings_name_the_right_record_behind_records_that_have_no_row(large):
    result, _, found = large
    frame = result.frame()
    errors = frame[frame.severity == "error"]
    assert dict(zip(errors.record, errors.rule, strict=True)) == found
    assert len(errors) == len(found)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_no_byte(threads, large, tmp_path):
    result, content, _ = large
    other = build(tmp_path, "csv", content, CHANNELS[:1], threads=threads)
    assert other.channels[0].feed[0].sha256 == result.channels[0].feed[0].sha256
    assert other.frame().equals(result.frame())


# ---- a channel of the user's own, with small limits

OWN = {
    "rss": """encoding = "rss"\nfile = "own.xml"\n{limit}\n[feed.xml]\nnamespaces = {{ g = "https://own.example/ns" }}\nprefix = "g"
head = {{ title = "Own" }}""",
    "delimited": """encoding = "delimited"\nfile = "own.csv"\n{limit}\n[feed.delimited]\ndelimiter = ";" """,
}
LIMITS = {"max_items = 700": 700, "max_bytes = 20000": 20_000}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "An item of our own",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "description": "The sku.", "source": "https://own.example"},
        # a look-ahead has no form in SQL
        "name": {"type": "string", "pattern": "^(?!.*number 1[0-9]{2}$).*$", "description": "The title.", "source": "https://own.example"},
    },
}  # fmt: skip


def own_channel(folder, encoding, limit):
    channel = folder / "channels" / "own"
    channel.mkdir(parents=True, exist_ok=True)
    (channel / "item.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    feed = OWN[encoding].format(limit=limit)
    (channel / "channel.toml").write_text(
        'key = "own"\nname = "Own"\nabout = "A channel of our own."\n'
        'spec = { url = "https://own.example", checked = 2026-11-21 }\n'
        f'[feed]\nsource = "https://own.example"\n{feed}\n[attributes]\nid = "sku"\nname = "title"\n',
        encoding="utf-8",
    )


@pytest.mark.parametrize("encoding", OWN)
@pytest.mark.parametrize("limit", LIMITS)
def test_a_feed_over_its_limit_is_split(encoding, limit, tmp_path):
    products = [product(f"P{number}", title=f"Cap number {number}") for number in range(3_000)]
    own_channel(tmp_path, encoding, limit)
    result = build(tmp_path, "csv", products, ["own"])
    accounted(result, tmp_path)
    files = result.channels[0].feed
    ending = files[0].path.suffix
    assert [file.path.name for file in files] == [f"own-{n}{ending}" for n in range(1, len(files) + 1)]
    assert len(files) > 3
    counted = [file.items if "items" in limit else file.bytes for file in files]
    assert max(counted) <= LIMITS[limit]
    assert min(counted[:-1]) > LIMITS[limit] * 0.95
    wanted = [f"P{n}" for n in range(3_000) if not 100 <= n <= 199]
    assert [key for file in files for key in items(file.path, "own", tmp_path)] == wanted
    assert {one.rule.id: one.count for one in result.findings} == {"own/name/pattern": 100}

    own_channel(tmp_path, encoding, "")
    build(tmp_path, "csv", products, ["own"])
    assert [path.name for path in (tmp_path / "out" / "own").iterdir()] == [f"own{ending}"]


# ---- a place that cannot be written


def test_a_disk_that_is_full_leaves_the_feed_in_place(tmp_path):
    """A limit on the size of files stands for the full disk: the snapshot fits, the feed does not."""
    build(tmp_path, "csv", GOOD, CHANNELS[:1])
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    (tmp_path / "catalog.csv").write_bytes(as_csv([product(f"P{number}") for number in range(20_000)]))
    command = [
        sys.executable, "-m", "pimsync", "build", "--catalog", "catalog.csv", "--channel", "google_shopping", "--out", "out",
    ]  # fmt: skip
    full = 4_000_000
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (full, full)),
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(b"error: the feed cannot be written")
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only_leaves_the_feed_in_place(tmp_path):
    from pimsync.errors import PimsyncError

    [before] = lines(build(tmp_path, "csv", GOOD, CHANNELS[:1])).values()
    folder = tmp_path / "out" / CHANNELS[0]
    folder.chmod(0o555)
    try:
        with pytest.raises(PimsyncError, match="cannot be written"):
            build(tmp_path, "csv", GOOD[:1], CHANNELS[:1])
    finally:
        folder.chmod(0o755)
    assert (folder / "google_shopping.xml").read_bytes().count(b"<item>") == len(before)


def test_a_shuffled_catalog_gives_the_same_items_in_another_order(tmp_path):
    products = [product(f"GOOD-{number}", title=f"Cap {number}") for number in range(500)]
    straight = lines(build(tmp_path, "csv", products, CHANNELS[1:]))["meta_catalog"]
    random.Random(7).shuffle(products)
    shuffled = lines(build(tmp_path, "csv", products, CHANNELS[1:]))["meta_catalog"]
    assert shuffled != straight
    assert sorted(shuffled) == sorted(straight)
