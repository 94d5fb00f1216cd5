"""Workbooks as spreadsheets save them."""

from __future__ import annotations

import datetime
import zipfile

import pytest

from pimsync.errors import CatalogError

openpyxl = pytest.importorskip("openpyxl")

HEADER = ["sku", "gtin", "price", "since", "at", "sold", "note"]
FIRST = ["A", 4006381333931, 12.5, datetime.date(2026, 2, 24), datetime.datetime(2026, 2, 24, 10, 30), True, "#N/A"]
SECOND = ["007", 590123412345, 1299, None, None, False, " x "]
READ = [
    {"sku": "A", "gtin": "4006381333931", "price": "12.5", "since": "2026-02-24", "at": "2026-02-24T10:30:00", "sold": "true"},
    {"sku": "007", "gtin": "590123412345", "price": "1299", "sold": "false", "note": " x "},
]  # fmt: skip


@pytest.fixture
def xlsx(tmp_path):
    def saved(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for number, row in enumerate(rows, 1):
                sheet.append(row)
                for cell in sheet[number]:
                    if cell.value == "#N/A":
                        cell.data_type = "e"
        book.save(tmp_path / "shop.xlsx")
        return tmp_path / "shop.xlsx"

    return saved


def cells(rows):
    """A row without the helpers of the reader."""
    return [{key: value for key, value in row.items() if not key.startswith("?")} for row in rows]


def test_cells_come_as_they_are_meant(read, xlsx):
    found = read(xlsx(Products=[HEADER, FIRST, [None] * 7, SECOND]), "xlsx")
    assert cells(found.rows) == READ
    assert found.names == HEADER
    assert found.source.fixes == {"catalog/record/error_cells": 1}


def test_numbers_are_known_as_such(read, xlsx):
    """A text that looks like a number may have a thousands sign; a number has none."""
    found = read(xlsx(P=[["sku", "price"], ["A", 1.299], ["B", "1.299"]]), "xlsx")
    (price,) = [column.exact for column in found.source.columns if column.name == "price"]
    assert [row[price.strip('"')] for row in found.rows] == [True, False]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (19.99, "19.99"), (100.0, "100"), (-5, "-5"), (12345678901234567890, "1.23456789012346e+19")],
)  # fmt: skip
def test_numbers_have_the_digits_that_a_spreadsheet_shows(read, xlsx, value, text):
    assert cells(read(xlsx(P=[["sku", "n"], ["A", value]]), "xlsx").rows) == [{"sku": "A", "n": text}]


def test_the_first_sheet_with_records_is_read_and_the_others_are_named(read, xlsx):
    path = xlsx(Empty=[], Title=[["Our shop"]], Products=[["sku"], ["A"]], Stock=[["sku"], ["B"]])
    found = read(path, "xlsx")
    assert cells(found.rows) == [{"sku": "A"}]
    assert found.notices == [("file/sheet", "Products (there is also Stock)")]
    assert cells(read(path, "xlsx", sheet="stock").rows) == [{"sku": "B"}]


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(read, xlsx):
    with pytest.raises(CatalogError) as raised:
        read(xlsx(Products=[["sku"], ["A"]], Stock=[["sku"], ["B"]]), "xlsx", sheet="Product")
    assert raised.value.message == "there is no sheet 'Product'; there is 'Products', 'Stock'"
    assert raised.value.hint == "did you mean 'Products'?"


def test_rows_above_the_header_are_no_records(read, xlsx):
    rows = [["Price list 2026"], [], ["sku", "name", "price"], ["A", "Jumper", 12], ["B", "Sock", 3]]
    found = read(xlsx(P=rows), "xlsx")
    assert cells(found.rows) == [{"sku": "A", "name": "Jumper", "price": "12"}, {"sku": "B", "name": "Sock", "price": "3"}]  # fmt: skip
    assert ("file/title", "Price list 2026") in found.notices


def test_a_sheet_without_a_header_has_numbered_columns(read, xlsx):
    rows = [["A", 12, "Jumper"], ["B", 3, "Sock"]]
    found = read(xlsx(P=rows), "xlsx", header=False)
    assert cells(found.rows) == [
        {"column 1": "A", "column 2": "12", "column 3": "Jumper"},
        {"column 1": "B", "column 2": "3", "column 3": "Sock"},
    ]


def test_empty_columns_beside_the_table_are_none_and_nameless_ones_with_values_are_noted(read, xlsx):
    rows = [["sku", None, "name", None, None], ["A", None, "Jumper", None, "  "], ["B", "x", "Sock", None, None]]
    found = read(xlsx(P=rows), "xlsx")
    assert found.names == ["sku", "column 2", "name"]
    assert found.notices == [("column/unnamed", "column 2")]


def test_two_columns_of_one_name_are_two(read, xlsx):
    found = read(xlsx(P=[["sku", "Price", "price"], ["A", 1, 2]]), "xlsx")
    assert cells(found.rows) == [{"sku": "A", "Price": "1", "price_2": "2"}]


def test_a_merged_cell_stands_where_it_begins(read, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["sku", "group", "name"], ["A", "Tops", "Jumper"], ["B", None, "Shirt"]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "merged.xlsx")
    assert cells(read(tmp_path / "merged.xlsx", "xlsx").rows) == [
        {"sku": "A", "group": "Tops", "name": "Jumper"},
        {"sku": "B", "name": "Shirt"},
    ]


def test_open_document_sheets_are_read_alike(read, tmp_path):
    opendocument = pytest.importorskip("odf.opendocument")
    from odf import table, text

    def cell(shown, **kind):
        one = table.TableCell(**(kind or {"valuetype": "string"}))
        one.addElement(text.P(text=shown))
        return one

    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Products")
    for row in (
        [cell(name) for name in ("sku", "gtin", "price", "since", "sold")],
        [
            cell("A"),
            cell("4,00638E+12", valuetype="float", value="4006381333931"),
            cell("12,50 zł", valuetype="currency", currency="PLN", value="12.5"),
            cell("24.02.2026", valuetype="date", datevalue="2026-02-24"),
            cell("PRAWDA", valuetype="boolean", booleanvalue="true"),
        ],
    ):
        line = table.TableRow()
        for one in row:
            line.addElement(one)
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    document.save(tmp_path / "shop.ods")
    assert cells(read(tmp_path / "shop.ods", "ods").rows) == [
        {"sku": "A", "gtin": "4006381333931", "price": "12.5", "since": "2026-02-24", "sold": "true"}
    ]


def test_what_is_no_workbook_is_said_to_be_none(read, xlsx):
    for content in (b"sku,price\nA,1\n", b"PK\x03\x04 and so on", xlsx(P=[["sku"], ["A"]]).read_bytes()[:2000]):
        with pytest.raises(CatalogError, match="the workbook is damaged, or no workbook"):
            read(content, "xlsx")


def test_a_damaged_sheet_is_said_to_be_one(read, xlsx, tmp_path):
    with zipfile.ZipFile(xlsx(P=[["sku"], ["A"]])) as whole, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut:
        for name in whole.namelist():
            content = whole.read(name)
            cut.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    with pytest.raises(CatalogError, match=r"the sheet 'P' cannot be read|damaged"):
        read(tmp_path / "cut.xlsx", "xlsx")


def test_a_locked_workbook_is_said_to_be_locked(read):
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    with pytest.raises(CatalogError, match="locked with a password"):
        read(locked, "xlsx")


def test_a_workbook_that_unpacks_without_end_is_refused(read, tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(100 * 1024 * 1024))
    with pytest.raises(CatalogError, match="unpacks to 100 MB"):
        read(tmp_path / "bomb.xlsx", "xlsx")
