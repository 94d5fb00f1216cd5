"""What an encoder wrote, a reader reads back: any text, any shape, however the feed is cut up."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.csv
import pytest
from feeds import asked, column, feed_of, read, read_alone, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import LAYOUTS, Layout, items
from lxml import etree

from pimsync.format.encode.values import number_text
from pimsync.format.schema.shape import Scalar

few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
delimited = pytest.mark.parametrize("layout", [x for x in LAYOUTS.values() if x.encoding == "delimited"])
xml = pytest.mark.parametrize("layout", [x for x in LAYOUTS.values() if x.encoding != "delimited"])


def expressible(layout: Layout, rows: list[dict]) -> list[dict]:
    """The items without a value that the layout's lists and groups cannot hold."""
    conflicts = layout.encoder.conflicts()
    if not conflicts:
        return rows
    found = asked(layout.columns, rows, *conflicts.values())
    return [
        {name: None if conflict.get(name) else value for name, value in row.items()}
        for row, conflict in zip(rows, (dict(zip(conflicts, flags, strict=True)) for flags in found), strict=True)
    ]


@each_layout
@few
@given(data=st.data(), cuts=st.lists(st.integers(0, 10**6), max_size=20))
def test_items_read_back_as_they_were_meant(layout, data, cuts):
    meant, encoder = expressible(layout, data.draw(items(layout))), layout.encoder
    rows, keys = zip(*asked(layout.columns, meant, encoder.item(), encoder.key()), strict=True)
    assert read(encoder, feed_of(encoder, rows), cuts) == (len(meant), list(keys))
    reader = encoder.reader()
    assert [read_alone(encoder, row) for row in rows] == [reader.expected(item) for item in meant]


@delimited
@few
@given(data=st.data())
def test_python_and_arrow_read_the_same_cells(layout, data):
    meant, encoder, options = data.draw(items(layout)), layout.encoder, layout.options
    feed = feed_of(encoder, written(encoder, layout.columns, meant))
    if options.bom:
        assert feed.startswith("\ufeff".encode())
    lines = feed.decode("utf-8-sig" if options.bom else "utf-8").split(options.newline, len(options.before))[-1]
    header, *rows = csv.reader(io.StringIO(lines, newline="\n"), delimiter=options.delimiter, strict=True)
    assert header == [column.header({}) for column in layout.columns]
    assert [row[header.index("id")] for row in rows] == [item["id"] or "" for item in meant]
    table = pa.csv.read_csv(
        pa.BufferReader(lines.encode()),
        parse_options=pa.csv.ParseOptions(
            delimiter=options.delimiter, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=pa.csv.ConvertOptions(column_types={name: pa.string() for name in header}),
    )
    assert [list(row.values()) for row in table.to_pylist()] == rows


@xml
@few
@given(data=st.data())
def test_lxml_reads_the_same_texts(layout, data):
    meant, encoder = data.draw(items(layout)), layout.encoder
    root = etree.fromstring(feed_of(encoder, written(encoder, layout.columns, meant)))
    clean = encoder.reader().expected
    title = "g:title" if layout.options.prefix else "d:title"
    spaces = {"g": "http://base.google.com/ns/1.0", "d": "urn:goods"}
    found = [
        item.findtext(title, None, spaces) or None for item in root[0] if item.tag.endswith(layout.encoder.element)
    ]
    assert found == [clean({"title": item["title"]}).get("title") for item in meant]


@few
@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=100, max_size=200))
def test_numbers_have_no_exponent_and_stay_what_they_are(numbers):
    rows = asked([column("n", Scalar("number"))], [{"n": number} for number in numbers], number_text('"n"'))
    assert [float(row[0]) for row in rows] == numbers
    assert not [row for row in rows if not set(row[0]) <= set("-.0123456789")]


@each_layout
def test_an_item_that_has_nothing_is_written_all_the_same(layout):
    encoder = layout.encoder
    rows = written(encoder, layout.columns, [{}, {}])
    assert read(encoder, feed_of(encoder, rows)) == (2, ["", ""])
    assert read_alone(encoder, rows[0]) == {}


@each_layout
def test_a_feed_without_items_reads_as_one(layout):
    assert read(layout.encoder, feed_of(layout.encoder, [])) == (0, [])


@each_layout
def test_a_feed_of_many_megabytes_is_read_in_pieces(layout):
    encoder = layout.encoder
    meant = [{"id": f"A{number}", "title": 'x,"\n<' * 2000} for number in range(20)]
    meant = [{name: item[name] for name in item if name in [c.attribute for c in layout.columns]} for item in meant]
    rows, keys = zip(*asked(layout.columns, meant, encoder.item(), encoder.key()), strict=True)
    repeats = 5_000_000 // sum(map(len, rows)) + 1
    reader = encoder.reader()
    reader.feed(feed_of(encoder, rows * repeats))
    assert reader.close() == repeats * len(rows)
    assert reader.take_keys() == list(keys) * repeats
    samples = reader.take_samples()
    assert samples[0].number == 0
    assert len(samples) >= 3
    assert [s.item for s in samples] == [reader.expected(meant[s.number % len(meant)]) for s in samples]
