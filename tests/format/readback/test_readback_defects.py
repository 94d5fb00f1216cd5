"""A feed that is not what was written is found out."""

from __future__ import annotations

import pytest
from feeds import asked, column, feed_of, read
from layouts import LAYOUTS, Layout

from pimsync.errors import FeedError
from pimsync.format.encode import ENCODERS, Encoder, XmlOptions
from pimsync.format.readback import Sample
from pimsync.format.schema.shape import Scalar

each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
delimited = pytest.mark.parametrize("layout", [x for x in LAYOUTS.values() if x.encoding == "delimited"])

SHIPPING = {"country": "PL", "days": 3, "price": "9 PLN"}
ITEM = {"id": 'A "1"', "title": "Mug, red & <b>\nnew", "n": 76.5, "i": 12, "yes": True, "pictures": ["a", "b"]}
ITEM |= {"odd name": "x;\t", "ships": [SHIPPING, SHIPPING], "one": SHIPPING, "sizes": [1.0, 2.5]}
ITEM |= {"deep": {"t": "d", "n": 1.5, "many": [{"x": "é", "y": ["q"]}]}, "labels": ["l1", "l2"], "c:own": "own"}


def rows_of(layout: Layout, ids: list[str]) -> list[str]:
    """Items that differ in their id and title."""
    names = [column.attribute for column in layout.columns]
    items = [
        {k: v for k, v in {**ITEM, "id": i, "title": f"{i} Mug, red & <b>\nnew"}.items() if k in names} for i in ids
    ]
    return [row[0] for row in asked(layout.columns, items, layout.encoder.item())]


def outcome(encoder: Encoder, data: bytes) -> object:
    """All that a writer compares: the count, the keys and the samples; None where the reader refuses the feed."""
    try:
        return whole(encoder, data)
    except FeedError as error:
        return None if error.where else "refused without a place"


def whole(encoder: Encoder, data: bytes) -> tuple[int, list[str], list[Sample]]:
    """The count, the keys and the samples of a feed."""
    reader = encoder.reader()
    reader.feed(data)
    return reader.close(), reader.take_keys(), reader.take_samples()


@each_layout
def test_a_feed_cut_short_is_refused_or_has_fewer_items(layout):
    encoder = layout.encoder
    feed = feed_of(encoder, rows_of(layout, ["A1", "A2"]))
    assert outcome(encoder, feed)[:1] == (2,)
    for end in range(len(feed)):
        found = outcome(encoder, feed[:end])
        assert found is None or (layout.encoding == "delimited" and found[0] < 2)


@each_layout
def test_a_flipped_bit_is_found(layout):
    encoder = layout.encoder
    feed = feed_of(encoder, rows_of(layout, ['A "1"']))
    right = outcome(encoder, feed)
    for place in range(len(feed)):
        wrong = bytearray(feed)
        wrong[place] ^= (0x01, 0x20, 0x80)[place % 3]
        assert outcome(encoder, bytes(wrong)) != right, (
            f"{feed[place - 20 : place]!r} then {wrong[place : place + 20]!r}"
        )


@each_layout
def test_items_missing_doubled_or_changed_about_are_told_by_their_keys(layout):
    encoder = layout.encoder
    first, second, third = rows_of(layout, ["A1", "A2", "A3"])
    right = read(encoder, feed_of(encoder, [first, second, third]))
    for rows in ([first, third], [first, second, second, third], [second, first, third], [first, second, first]):
        assert read(encoder, feed_of(encoder, rows)) != right


@each_layout
def test_two_items_grown_into_one_are_found(layout):
    encoder = layout.encoder
    first, second = rows_of(layout, ["A1", "A2"])
    if layout.encoding == "delimited":
        merged = first.removesuffix(layout.options.newline) + second
    else:
        merged = first[: first.rindex("</")] + second[second.index("\n") + 1 :]
    found = outcome(encoder, feed_of(encoder, [merged]))
    assert found is None or found[0] == 1


@each_layout
def test_what_stands_around_the_items_has_to_be_right(layout):
    encoder = layout.encoder
    before, rows, after = encoder.before(), "".join(rows_of(layout, ["A1"])).encode(), encoder.after()
    for feed in (before[1:] + rows + after, b"x" + before + rows + after, rows + after, b"", before[:-1]):
        assert outcome(encoder, feed) is None
    if after:
        for feed in (before + rows, before + rows + after + after, before + rows + b"<!-- -->\n" + after):
            assert outcome(encoder, feed) is None


ROWS = [
    ("too few cells", b"a,b\n", "3 should stand", "item 2"),
    ("too many cells", b"a,b,c,d\n", "a row has 4 cells", "item 2"),
    ("an empty line", b"\n", "an empty line", "after item 0"),
    ("text behind a quoted cell", b'"a"b,c,d\n', "a quote stands where none should", "after item 0"),
    ("a quote inside a plain cell", b'a"b",c,d\n', "a quote stands where none should", "after item 0"),
    ("a quote that is never closed", b'a,b,"c\n', "ends inside a row", "after item 1"),
    ("no line break at the end", b"a,b,c", "ends inside a row", "after item 1"),
    ("another encoding", b"a,b,\xe9\n", "not UTF-8", "after item 0"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "says", "where"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_that_is_wrong_is_named(row, says, where):
    encoder = ENCODERS["delimited"](None, [column("id"), column("b"), column("c")], {})
    with pytest.raises(FeedError, match=says) as raised:
        whole(encoder, b"id,b,c\n1,2,3\n" + row)
    assert where in (raised.value.where or "")


def test_a_quote_that_is_never_closed_does_not_fill_the_memory():
    encoder = ENCODERS["delimited"](None, [column("id"), column("b")], {})
    with pytest.raises(FeedError, match="never closed"):
        whole(encoder, b'id,b\n"1,2\n' + b"1,2\n" * (1 << 25))


DOCUMENTS = [
    ("a document type", b'<!DOCTYPE a [<!ENTITY x "y">]><a>\n<i>\n<id>&x;</id>\n</i>\n</a>\n', "begin as it should"),
    ("an unknown entity", b"<i>\n<id>&x;</id>\n</i>\n</a>\n", "Entity 'x' not defined"),
    ("a control character", b"<i>\n<id>\x01</id>\n</i>\n</a>\n", "not well-formed XML: PCDATA invalid Char value 1"),
    ("two of one", b"<i>\n<id>1</id>\n<id>2</id>\n</i>\n</a>\n", "id stands there 2 times"),
    ("a strange element", b"<i>\n<id>1</id>\n<x>2</x>\n</i>\n</a>\n", "'x' is no attribute of this feed"),
    ("text between elements", b"<i>\n<id>1</id>\nand\n</i>\n</a>\n", "text between the elements of 'i'"),
    ("no number", b"<i>\n<id>1</id>\n<n>one</n>\n</i>\n</a>\n", "'one' stands where a value of kind number should"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "says"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_an_xml_feed_that_is_wrong_is_named(document, says):
    columns = [column("id"), column("n", Scalar("number"))]
    encoder = ENCODERS["xml"](XmlOptions(root=("a",), item="i"), columns, {})
    opening = b"" if document.startswith(b"<!") else encoder.before()
    with pytest.raises(FeedError, match=says) as raised:
        read(encoder, opening + document)
    assert raised.value.where
