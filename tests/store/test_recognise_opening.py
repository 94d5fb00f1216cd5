"""Which files a source names, how they are unpacked, and what format each one has."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources import unpacking
from pimsync.store.sources.opening import opened

CSV = b"sku,title\nA,x\n"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
TABLE = b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>sku</td></tr></table></html>'


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(kind):
    if kind == "xlsx":
        return zipped(**{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})
    return zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<x/>"})


@pytest.fixture
def look(tmp_path):
    """Open a source among these files: name and format of each, and what was found out."""

    def look(source, files, **said):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        found = opened(Input(source=source, **said), tmp_path, work)
        look.contents = [file.path.read_bytes() for file, _ in found]
        look.notices = [notice.value for file, _ in found for notice in file.notices]
        return [(file.name, format_) for file, format_ in found]

    return look


def test_a_glob_gives_its_files_as_people_sort_them(look):
    files = {f"exports/part-{n}.csv": CSV for n in (10, 9, 1, 2)} | {"exports/.part-3.csv": CSV, "exports/x.txt": CSV}
    assert look("exports/part-*.csv", files) == [(f"exports/part-{n}.csv", "csv") for n in (1, 2, 9, 10)]


def test_a_glob_goes_into_folders(look):
    files = {"in/b/1.csv": CSV, "in/a/2.jsonl": b'{"sku": "A"}\n', "in/c.csv": CSV}
    assert look("in/**/*.*", files) == [("in/a/2.jsonl", "jsonl"), ("in/b/1.csv", "csv"), ("in/c.csv", "csv")]


def test_a_glob_that_matches_nothing(look):
    with pytest.raises(CatalogError, match="no file matches"):
        look("exports/*.csv", {"exports/a.json": b"[]"})


def test_a_file_whose_name_has_the_signs_of_a_glob(look):
    assert look("shop [2027].csv", {"shop [2027].csv": CSV}) == [("shop [2027].csv", "csv")]


def test_files_of_a_glob_keep_apart_what_is_written_anew(look):
    text = "sku,title\nA,Łyżka stołowa\n"
    assert look("*.csv", {"1.csv": text.encode("cp1250"), "2.csv": text.encode("utf-16"), "3.csv": gzip.compress(text.encode())}) == [
        ("1.csv", "csv"), ("2.csv", "csv"), ("3.csv", "csv")
    ]  # fmt: skip
    assert [content.decode() for content in look.contents] == [text] * 3


@pytest.mark.parametrize(
    ("name", "content", "format_", "said"),
    [
        ("a.csv", CSV, "csv", None),
        ("a.dat", CSV, "csv", None),
        ("a.tsv", b"sku\ttitle\nA\tx\n", "tsv", None),
        ("a.csv.gz", gzip.compress(CSV), "csv", None),
        ("a.json.gz", gzip.compress(b'[{"sku": "A"}]'), "json", None),
        ("a.csv", gzip.compress(CSV), "csv", None),
        ("a.zip", zipped(**{"export/products.tsv": b"sku\tx\nA\ty\n", "__MACOSX/._p": b"x", "export/.DS_Store": b""}), "tsv", None),
        ("a.zip", zipped(**{"../../evil.json": b'[{"sku": "A"}]'}), "json", None),
        ("a.csv", zipped(**{"a.csv": CSV}), "csv", None),
        ("a.csv", b'[{"sku": "A"}]', "json", "JSON, although its name ends in .csv"),
        ("a.csv", b'{"products": []}', "json", "JSON, although its name ends in .csv"),
        ("a.csv", b'[sku],title\n[1],"x"\n', "csv", None),
        ("a.csv", b'{sku},title\n{1},"x"\n', "csv", None),
        ("a.csv", b'<?xml version="1.0"?><rss/>', "xml", "XML, although its name ends in .csv"),
        ("a.csv", "\ufeff<?xml version='1.0' encoding='utf-16'?><rss/>".encode("utf-16-le"), "xml", "XML, although its name ends in .csv"),
        ("feed", b"<rss/>", "xml", None),
        ("a.xlsx", workbook("xlsx"), "xlsx", None),
        ("a.ods", workbook("ods"), "ods", None),
        ("a.xls", workbook("xlsx"), "xlsx", None),
        ("a.csv", workbook("xlsx"), "xlsx", "a workbook, although its name ends in .csv"),
        ("a.xls", OLD_WORKBOOK, "xlsx", None),
        ("a.xls", b"sku\ttitle\r\nA\tx\r\n", "csv", "delimited text, although its name ends in .xls"),
        ("a.xls", "sku\ttitle\r\nA\tŁyżka\r\n".encode("utf-16"), "csv", "delimited text, although its name ends in .xls"),
        ("a.json", b'{"sku": "A"}\n{"sku": "B"}\n', "json", None),
        ("a.ndjson", b'{"sku": "A"}\n', "jsonl", None),
    ],
)  # fmt: skip
def test_content_decides_where_a_name_lies(name, content, format_, said, look):
    assert look(name, {name: content}) == [(name, format_)]
    assert look.notices == ([f"{said}"] if said else [])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", TABLE, "this is a web page, and no catalog"),
        ("a.csv", b"\xef\xbb\xbf\n<!DOCTYPE html><p>404", "this is a web page, and no catalog"),
        ("a.csv", b"%PDF-1.4", "this is a PDF file, and no catalog"),
        ("a.csv", b"SQLite format 3\0rest", "this is an SQLite database, and no catalog"),
        ("a.csv.gz", CSV, "this is no gzip archive"),
        ("a.csv.gz", gzip.compress(CSV)[:-9], "the archive is damaged"),
        ("a.zip", zipped(), "the archive holds no file"),
        ("a.zip", zipped(**{".hidden": b"x"}), "the archive holds no file"),
        ("a.zip", zipped(**{"a.csv": CSV, "b.csv": CSV}), "the archive holds 2 files: a.csv, b.csv"),
        ("a.zip", zipped(**{"a.csv": CSV * 99})[:60] + b"PK\x05\x06", "the archive is damaged or no ZIP archive"),
        ("a.csv", b"\xff\xfe", "the catalog is empty"),
        ("a.zip", zipped(**{"a.csv": b""}), "the catalog is empty"),
    ],
)
def test_what_holds_no_catalog_is_refused(name, content, said, look):
    with pytest.raises(CatalogError) as raised:
        look(name, {name: content})
    assert raised.value.message.startswith(said)
    assert name in raised.value.where


def test_an_archive_with_a_password(look):
    content = bytearray(zipped(**{"a.csv": CSV}))
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(start) + flags] |= 1
    with pytest.raises(CatalogError, match="locked with a password"):
        look("a.zip", {"a.zip": bytes(content)})


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(**{"a.csv": content})])
def test_an_archive_that_unpacks_without_end(pack, look, monkeypatch):
    monkeypatch.setattr(unpacking, "_ANYWAY", 1 << 20)
    with pytest.raises(CatalogError, match="unpacks to more than 200 times its size"):
        look("a.dat", {"a.dat": pack(b"A,0000000000\n" * 700_000)})


def test_a_folder_is_no_catalog(look):
    with pytest.raises(CatalogError, match="this is a folder") as raised:
        look("exports", {"exports/a.csv": CSV})
    assert "exports/*.csv" in raised.value.hint


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "cp1250"])
def test_json_becomes_utf8_too(codec, look):
    products = [{"sku": "A", "title": "Łyżka stołowa"}, {"sku": "B", "title": "Śrubokręt"}]
    text = json.dumps(products, ensure_ascii=False)
    assert look("a.json", {"a.json": text.encode(codec)}) == [("a.json", "json")]
    assert json.loads(look.contents[0].decode("utf-8-sig")) == products


def test_records_of_several_files_are_told_apart(read, tmp_path):
    (tmp_path / "1.csv").write_text("sku,title\nA,x\nB\n")
    (tmp_path / "2.csv").write_text("title;sku\ny;C\n;\nz;D;9\n")
    (tmp_path / "10.csv").write_text("sku,title\nE,x\n\nF\n")
    reading = read.file("*.csv")
    assert [product["sku"] for product in reading.products if product["sku"]] == ["A", "C", "E"]
    assert sorted(reading.findings) == ["2 record/ragged", "4 sku/required", "5 record/ragged", "7 record/ragged"]


def test_findings_name_the_line(read):
    for newline in ("\n", "\r\n", "\r"):
        content = newline.join(["Export", "sku;title;price", 'A;"x', 'y";1', "B;z", "", 'C;"w";2', 'D;"v;3', "E;u;4"])
        for broken in (content, content.replace('"v', "v;")):
            result = read(broken).result
            values = {
                finding.record: finding.value
                for found in result.examples.values()
                for finding in found
                if finding.record
            }
            assert values[2] == "line 5: B;z"
            assert values[4].startswith("line 8: D;")
