"""XML feeds, byte for byte."""

from __future__ import annotations

import pytest
from feeds import TEXT, column, feed_of, written

from pimsync.errors import ChannelError
from pimsync.format.encode import ENCODERS, XmlOptions
from pimsync.format.schema.shape import Group, ListOf, Scalar

GOODS = XmlOptions(root=("goods",), item="good")
SHIPPING = Group({"country": TEXT, "price": TEXT})
DEEP = Group({"name": TEXT, "sizes": ListOf(TEXT), "box": Group({"width": Scalar("number")})})

VALUES = [
    ("plain", TEXT, "Mug", "<a>Mug</a>\n"),
    ("markup", TEXT, "R&D <b> ]]> \"'", "<a>R&amp;D &lt;b&gt; ]]&gt; \"'</a>\n"),
    ("an entity stays the text it is", TEXT, "&amp;", "<a>&amp;amp;</a>\n"),
    ("blanks and line feeds stay", TEXT, " a\n\tb ", "<a> a\n\tb </a>\n"),
    ("a carriage return stays", TEXT, "a\r\nb", "<a>a&#13;\nb</a>\n"),
    ("control characters go", TEXT, "a\x00\x01\x1f\x0b\x0cb", "<a>ab</a>\n"),
    ("non-characters go", TEXT, "a\ufffe\uffffb\U0001f600", "<a>ab\U0001f600</a>\n"),
    ("nothing", TEXT, None, ""),
    ("an empty text", TEXT, "", ""),
    ("a whole number", Scalar("integer"), 12, "<a>12</a>\n"),
    ("a number", Scalar("number"), 76.5, "<a>76.5</a>\n"),
    ("a number without decimals", Scalar("number"), 3.0, "<a>3</a>\n"),
    ("a small number", Scalar("number"), -1.25e-7, "<a>-0.000000125</a>\n"),
    ("a large number", Scalar("number"), 1.5e21, "<a>1500000000000000000000</a>\n"),
    ("no number on paper", Scalar("number"), float("nan"), ""),
    ("a truth", Scalar("boolean"), False, "<a>false</a>\n"),
    ("a list", ListOf(TEXT), ["x", None, "", "y&"], "<a>x</a>\n<a>y&amp;</a>\n"),
    ("an empty list", ListOf(TEXT), [], ""),
    ("a list of nothing", ListOf(TEXT), [None, ""], ""),
    ("numbers", ListOf(Scalar("number")), [1.0, 0.5], "<a>1</a>\n<a>0.5</a>\n"),
    ("a group", SHIPPING, {"country": "PL", "price": "9 PLN"}, "<a><country>PL</country><price>9 PLN</price></a>\n"),
    ("a part of a group", SHIPPING, {"country": None, "price": "9 PLN"}, "<a><price>9 PLN</price></a>\n"),
    ("an empty group", SHIPPING, {"country": None, "price": ""}, ""),
    ("groups", ListOf(SHIPPING), [{"country": "PL"}, {}, {"country": "<"}],
     "<a><country>PL</country></a>\n<a><country>&lt;</country></a>\n"),
    ("groups in groups", DEEP, {"name": "n", "sizes": ["S", "M"], "box": {"width": 2.0}},
     "<a><name>n</name><sizes>S</sizes><sizes>M</sizes><box><width>2</width></box></a>\n"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "value", "elements"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES])
def test_a_value_is_written_as(shape, value, elements):
    columns = [column("id"), column("a", shape)]
    encoder = ENCODERS["xml"](GOODS, columns, {})
    (item,) = written(encoder, columns, [{"id": "1", "a": value}])
    assert item == f"<good>\n<id>1</id>\n{elements}</good>\n"


def test_a_feed_as_a_whole():
    columns = [column("title"), column("id"), column("shipping", ListOf(SHIPPING)), column("odd", header="c:{kind}_x")]
    options = XmlOptions(
        namespaces={"g": "http://base.google.com/ns/1.0", "c": "https://shop.example/a?b&c"},
        prefix="g",
        head={"description": "{shop}'s mugs & {what}", "updated": "{when}"},
    )
    settings = {"shop": "A & B", "shop_url": "https://shop.example", "kind": "fine", "what": "jugs\x01"}
    encoder = ENCODERS["rss"](options, columns, settings)
    items = [{"id": "M1", "title": "Mug", "shipping": [{"country": "PL"}], "odd": "o"}, {"id": "M2"}, {}]
    assert feed_of(encoder, written(encoder, columns, items)).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" xmlns:c="https://shop.example/a?b&amp;c">\n'
        "<channel>\n"
        "<title>A &amp; B</title>\n"
        "<link>https://shop.example</link>\n"
        "<description>A &amp; B's mugs &amp; jugs</description>\n"
        "<updated></updated>\n"
        "<item>\n<g:title>Mug</g:title>\n<g:id>M1</g:id>\n"
        "<g:shipping><g:country>PL</g:country></g:shipping>\n<c:fine_x>o</c:fine_x>\n</item>\n"
        "<item>\n<g:id>M2</g:id>\n</item>\n"
        "<item>\n</item>\n"
        "</channel>\n</rss>\n"
    )


def test_the_attributes_of_the_outermost_element_are_escaped():
    encoder = ENCODERS["xml"](
        XmlOptions(root=("a", "b"), item="i", attributes={"v": '1"<&\n'}, namespaces={"": "urn:x"}), [column("id")], {}
    )
    assert b'<a v="1&quot;&lt;&amp;&#10;" xmlns="urn:x">\n<b>\n' in encoder.before()
    assert encoder.after() == b"</b>\n</a>\n"


def test_an_rss_channel_has_its_three_elements_even_when_the_shop_is_unknown():
    before = ENCODERS["rss"](None, [column("id")], {}).before().decode()
    assert "<title></title>\n<link></link>\n<description></description>\n" in before


REFUSED = [
    ("no root", XmlOptions(item="good"), [column("id")], "root"),
    ("no attribute", GOODS, [], "no attribute"),
    ("blank in a name", GOODS, [column("unit price")], "'unit price'"),
    ("digit first", GOODS, [column("1st")], "'1st'"),
    ("empty name", GOODS, [column("id", header="{empty}")], "''"),
    ("markup for a name", GOODS, [column("a><b")], "'a><b'"),
    ("a comment for a name", GOODS, [column("!--")], "'!--'"),
    ("two prefixes", GOODS, [column("a:b:c")], "'a:b:c'"),
    ("unknown prefix", GOODS, [column("g:id")], "prefix of 'g:id'"),
    ("sub-attribute", GOODS, [column("id"), column("a", Group({"b c": TEXT}))], "'b c'"),
    ("in the head", GOODS.model_copy(update={"head": {"a b": "x"}}), [column("id")], "'a b'"),
    ("attribute of the root", GOODS.model_copy(update={"attributes": {"a=": "x"}}), [column("id")], "'a='"),
    ("the item's own name", GOODS, [column("id"), column("good")], "'good' is the element of an item"),
    ("the item's own name within", GOODS, [column("id"), column("a", Group({"good": TEXT}))], "'good'"),
    ("twice the same", GOODS, [column("id"), column("a", header="id")], "'id'"),
    ("a list of lists", GOODS, [column("id"), column("a", ListOf(ListOf(TEXT)))], "list of lists"),
    ("a list for a key", GOODS, [column("id", ListOf(TEXT))], "id cannot tell items apart"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "columns", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_feed_that_no_parser_would_take_is_refused_when_it_is_planned(options, columns, says):
    with pytest.raises(ChannelError, match=says):
        ENCODERS["xml"](options, columns, {"empty": ""})


def test_an_unset_setting_in_an_element_s_name_says_how_to_set_it():
    with pytest.raises(ChannelError, match="the setting site has no value") as raised:
        ENCODERS["xml"](GOODS, [column("id", header="id_{site}")], {})
    assert "[channels.<name>.settings] site" in raised.value.hint
