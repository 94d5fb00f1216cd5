"""Files with a few bytes changed: they are read or refused in a sentence, and never anything else."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from pimsync.errors import CatalogError

XML = b"""<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><c><category id="1">Home</category></c>
<item><g:id>1</g:id><title>Tea &amp; cups</title><title>x</title><param name="a">z<b>c</b></param><categoryId>1</categoryId></item>
<item><g:id>2</g:id><title><![CDATA[<p>Pot</p>]]></title></item></channel></rss>"""

JSON = """{"data": {"products": {"edges": [{"node": {"id": 1, "price": 1.50, "title": "é\\u00e9", "variants": [{"id": 2}, {"id": 3}]}},
{"node": {"id": 4}}]}}}""".encode()

PIECES = (
    b"<",
    b">",
    b"&",
    b"<item>",
    b"</item>",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"\0",
    b'"',
    b"{",
    b"[",
    b"9" * 400,
    b"\\",
)


def damaged(content: bytes, by: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(by.randint(1, 2)):
        at = by.randrange(len(changed))
        kind = by.random()
        if kind < 0.4:
            changed[at] = by.randrange(256)
        elif kind < 0.6:
            del changed[at : at + by.randint(1, 20)]
        else:
            changed[at:at] = by.choice(PIECES)
    return bytes(changed)


def workbook(by: random.Random) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    whole, other = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    for row in (["sku", "price", "since"], ["A", 12.5, None], ["B", "x", True]):
        book.active.append(row)
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(other, "w") as new:
        hit = by.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, damaged(old.read(name), by) if name == hit else old.read(name))
    return other.getvalue()


MADE = {
    "xml": lambda by: damaged(XML, by),
    "json": lambda by: damaged(JSON, by),
    "xlsx": workbook,
}


@pytest.mark.parametrize("format_", MADE)
def test_a_damaged_file_is_read_or_refused(read, format_):
    by = random.Random(2026)
    refused = 0
    for _ in range(40):
        try:
            read(MADE[format_](by), format_, **({} if format_ == "xlsx" else {"variants": "variants"}))
        except CatalogError as error:
            assert error.where
            refused += 1
    assert 0 < refused < 40
