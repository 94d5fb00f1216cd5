"""How a delimited file is written: whatever a program wrote is read as it was."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimsync.engine import Engine
from pimsync.project import Input
from pimsync.store.sources import READERS
from pimsync.store.sources.header import header_of
from pimsync.store.sources.opening import opened

DATA = Path(os.environ.get("PIMSYNC_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
REAL = re.findall(r"\| (\S+\.(?:csv|tsv)) \| (\d+) \|", (DATA / "SOURCES.md").read_text()) if DATA.is_dir() else []


class Table:
    """What a reader makes of a file: its columns, its rows as texts, and the records that were left out."""

    def __init__(self, folder, name, careful=False, **said):
        work = Path(tempfile.mkdtemp())
        way = Input(source=name, **said)
        ((self.file, format_),) = opened(way, folder, work)
        source = READERS[format_](self.file, way)
        source = source.instead() if careful and source.instead else source
        with Engine(folders=[work], files=[self.file.path], threads=2) as engine:
            self.rejects = None
            while self.rejects is None:
                try:
                    found = engine.rows(source.relation)
                    self.rejects = source.finish(engine, len(found))
                except Exception as error:
                    assert source.instead, error
                if self.rejects is None:
                    source = source.instead()
        self.columns = [column.name for column in source.columns]
        self.rows = [[cell or "" for cell in row] for row in found]
        self.said = {notice.rule: notice.value for notice in (*self.file.notices, *source.notices)}


def written(rows, delimiter, quote, newline, quoting):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quotechar=quote, lineterminator=newline, quoting=quoting)
    writer.writerows(rows)
    return out.getvalue()


def table(folder, content, **said):
    (folder / "a.csv").write_bytes(content)
    return Table(folder, "a.csv", **said)


HEADER = ["sku", "title", "Größe", "price, gross"]
cell = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    st.sampled_from(['"', "'", ";", ",", "\t", "|", "a\nb", "a\r\nb", "\r", " x ", '5" pipe', "it's", "", "12,50", "Łyżka; duża", "#1", "sep=;"]),
)  # fmt: skip
records = st.lists(st.lists(cell, min_size=4, max_size=4), min_size=2, max_size=12)
quick = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@quick
@given(records, st.sampled_from(",;\t|"), st.sampled_from("\"'"), st.sampled_from(["\n", "\r\n", "\r"]),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]), st.booleans())  # fmt: skip
def test_a_file_with_everything_in_quotation_marks_is_read_as_it_was_written(
    rows, delimiter, quote, newline, codec, careful
):
    text = written([HEADER, *rows], delimiter, quote, newline, csv.QUOTE_ALL)
    with tempfile.TemporaryDirectory() as folder:
        said = {"encoding": codec} if codec == "utf-16-be" else {}
        read = table(Path(folder), text.encode(codec), careful=careful, **said)
    assert read.columns == HEADER
    assert read.rows == rows
    assert not read.rejects


@quick
@given(records, st.sampled_from(",;\t|"), st.booleans())
def test_a_file_with_few_quotation_marks_is_read_where_its_delimiter_is_said(rows, delimiter, careful):
    rows = [[cell.replace("\r", "").strip(" ") for cell in row] for row in rows]
    text = written([HEADER, *rows], delimiter, '"', "\n", csv.QUOTE_MINIMAL)
    with tempfile.TemporaryDirectory() as folder:
        read = table(Path(folder), text.encode(), careful=careful, delimiter=delimiter)
    assert read.columns == HEADER
    assert read.rows == rows
    assert not read.rejects


@quick
@given(st.lists(st.lists(st.sampled_from(["A", "", " ", "x y", "a, b", "12.50"]), min_size=2, max_size=7), min_size=1, max_size=8),
       st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(["\n", "\r\n"]), st.booleans())  # fmt: skip
def test_a_record_with_too_many_or_too_few_cells_is_none(rows, quoting, newline, ended):
    rows = [["A", "x", "1.50", "B"], *rows]
    text = written([HEADER, *rows], ",", '"', newline, quoting)
    with tempfile.TemporaryDirectory() as folder:
        content = text if ended else text.removesuffix(newline)
        reads = [table(Path(folder), content.encode(), careful=careful, delimiter=",") for careful in (False, True)]
    for read in reads:
        assert read.columns == HEADER
        assert read.rows == [row for row in rows if len(row) == 4]
        short = [number for number, row in enumerate(rows, 1) if len(row) != 4]
        assert [(one.record, one.demand) for one in read.rejects] == [(number, "ragged") for number in short]


shop = st.tuples(
    st.integers(1, 99999).map("K-{}".format), st.sampled_from(["Łyżka, duża", "Kubek", "Śrubokręt 6 mm", "Lampa; biała"]),
    st.integers(5900000000000, 5909999999999).map(str), st.integers(1, 99999).map(lambda n: f"{n / 100:.2f}".replace(".", ",")),
).map(list)  # fmt: skip


@quick
@given(st.lists(shop, min_size=3, max_size=60), st.sampled_from(",;\t|"), st.sampled_from(["cp1250", "utf-8", "utf-16"]),
       st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.integers(0, 2))  # fmt: skip
def test_a_stock_list_is_recognised_without_a_word(rows, delimiter, codec, newline, header, titles):
    rows.append(["K-0", "Żółw", "5901234123457", "9,99"])
    above = ["Stan magazynu", "2027-02-24 11:07"][:titles]
    names = [["kod", "nazwa", "ean", "cena"]] if header else []
    text = written([*([one] for one in above), *names, *rows], delimiter, '"', newline, csv.QUOTE_MINIMAL)
    with tempfile.TemporaryDirectory() as folder:
        read = table(Path(folder), text.encode(codec))
    assert read.rows == rows
    assert read.columns == (names[0] if header else [f"column {n}" for n in range(1, 5)])
    assert ("file/header" in read.said) is not header
    assert ("file/encoding" in read.said) is (codec == "cp1250")
    assert ("file/title" in read.said) is bool(titles)


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["sku", "price"], ["A", "1.50"]], True),
        ([["Artikelnummer", "Bezeichnung"], ["A", "x"], ["B", "y"]], True),
        ([["code", "2026", "2027"], ["A", "5", "6"], ["B", "7", "8"]], True),
        ([["A", "https://shop.example/a"], ["B", "https://shop.example/b"]], False),
        ([["A", "1.50"], ["B", "2.50"]], False),
        ([["A", "2027-02-24"], ["B", "2027-03-01"]], False),
        ([["A", "szt."], ["B", "szt."], ["C", "kpl."]], False),
        ([["4006381333931"], ["4006381333948"]], False),
        ([["kod", "1.50"], ["A", "2.50"]], False),
        ([["EAN", "x"], ["4006381333931", "y"]], True),
        ([["x", "y"]], True),
        ([["#", "sku", "price"], ["1", "A", "1.50"]], True),
        ([["#sku", "weight"], ["A", "5"]], True),
        ([["# sku"], ["code", "name"], ["A", "x"]], True),
    ],
)
def test_a_row_is_the_header_unless_it_looks_like_the_others(rows, named):
    cells = header_of(rows).cells
    assert (cells is not None) is named
    assert not named or len(cells) == len(rows[-1])


MUGS = [f"MUG-{n},Mug {n},13.90,EUR,{n},Nordvik" for n in range(1, 301)]
MOVED = "MUG-X,Red, mug,13.90,EUR,0,"


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("among", [1, 2, 3, 300])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_cell_too_many_in_one_record_is_no_delimiter_at_its_end(among, end, careful, tmp_path):
    lines = ["sku,title,price,currency,quantity,brand", *MUGS[:among], MOVED]
    read = table(tmp_path, ("\n".join(lines) + end).encode(), careful=careful)
    assert [row[0] for row in read.rows] == [f"MUG-{n}" for n in range(1, among + 1)]
    assert [(one.record, one.demand) for one in read.rejects] == [(among + 1, "ragged")]


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("records", [1, 2, 3, 300])
@pytest.mark.parametrize(("header", "end"), [("", ","), (",position", ""), (",", ""), (",position,", ",")])
def test_records_that_all_end_a_cell_before_or_behind_the_header_are_whole(header, end, records, careful, tmp_path):
    lines = [f"sku,title,price,currency,quantity,brand{header}", *(f"{mug}{end}" for mug in MUGS[:records])]
    read = table(tmp_path, "\n".join(lines).encode(), careful=careful)
    assert [row[:6] for row in read.rows] == [mug.split(",") for mug in MUGS[:records]]
    assert not read.rejects
    assert ("column/empty" in read.said) == (header == ",position")


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("moved", [MOVED, "MUG-X,Red, mug,13.90,EUR,0", "MUG-X,Red,EUR,0,Nordvik"])
def test_a_single_record_whose_cells_do_not_fit_the_names_is_none(moved, careful, tmp_path):
    header = "sku,title,price,currency,quantity,brand"
    read = table(tmp_path, f"{header}{',note' if moved.endswith('0') else ''}\n{moved}\n".encode(), careful=careful)
    assert (read.rows, [one.demand for one in read.rejects]) == ([], ["ragged"])


def test_a_line_in_another_encoding_far_down_is_found_when_the_whole_file_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("pimsync.store.sources.encoding._HEAD", 2000)
    monkeypatch.setattr("pimsync.store.sources.encoding._PLACE", 20)
    lines = [f"A{n},Kubek {n}" for n in range(4000)]
    lines[3003:3006] = ["X,Łyżka stołowa", "Y,Śrubokręt płaski", "Z,Żółw"]
    read = table(tmp_path, "\n".join(["sku,title", *lines]).encode("cp1250"))
    assert read.said == {"file/encoding": "Windows-1250 (cp1250)"}
    assert read.rows[3003] == ["X", "Łyżka stołowa"]
    assert not read.rejects


#: What is known of the files beyond their number of records.
WAYS = {
    "pl/warehouse-cp1250-no-header.csv": (
        "cp1250",
        "column 1",
        1,
        "quote",
    ),  # SOURCES.md takes the first one for a header
    "other/eccube-shift_jis-ja.csv": ("cp932", "商品ID", 0, None),
    "de/led-tab-separated.csv": ("utf_8", "Artikelnummer", 0, None),
    "feeds/meta-template-en.csv": ("utf_8", "id", -1, None),  # the comment is no record
    "feeds/meta-template-fr.csv": ("utf_8", "id", -1, None),
    "shopify/padded-headers.csv": ("utf_8", "Handle", -1, None),  # nor is a line of blanks
    "prestashop/admin-export-pl.csv": ("utf_8", "Product ID", 0, None),
}


@pytest.mark.skipif(not REAL, reason="PIMSYNC_REAL_DATA names no folder with catalogs")
@pytest.mark.parametrize(("name", "records"), REAL or [("", "0")])
def test_catalogs_from_the_wild_have_as_many_records_as_a_person_counts(name, records):
    codec, first, more, flaw = WAYS.get(name, ("utf_8", None, 0, None))
    read = Table(DATA, name)
    assert len(read.rows) + len(read.rejects) == int(records) + more
    assert {one.demand for one in read.rejects} == ({flaw} if flaw else set())
    assert read.file.encoding == codec
    assert read.columns[0] == (first or read.columns[0])
    assert not any(map(str.isdigit, read.columns))


@pytest.mark.skipif(not REAL, reason="PIMSYNC_REAL_DATA names no folder with catalogs")
@pytest.mark.parametrize("name", ["pl/warehouse-cp1250-no-header.csv", "other/eccube-shift_jis-ja.csv"])
def test_letters_of_catalogs_from_the_wild_are_right(name):
    assert Table(DATA, name).file.path.read_bytes().decode() == (DATA / name).read_bytes().decode(WAYS[name][0])
