"""Delimited feeds, byte for byte."""

from __future__ import annotations

import pytest
from feeds import TEXT, asked, column, feed_of, written

from pimsync.errors import ChannelError
from pimsync.format.encode import ENCODERS, DelimitedOptions
from pimsync.format.schema.shape import Group, ListOf, Scalar

LABELS = {"open": "[", "quote": "'", "join": ",", "close": "]"}
JSON = {"json": True}
SHIPPING = Group({"country": TEXT, "region": TEXT, "price": TEXT})
MEASURE = Group({"value": Scalar("number"), "unit": TEXT, "exact": Scalar("boolean"), "tags": ListOf(TEXT)})

CELLS = [
    ("plain", TEXT, {}, "Mug", "Mug"),
    ("delimiter", TEXT, {}, "Mug, red", '"Mug, red"'),
    ("quote", TEXT, {}, '12" pan', '"12"" pan"'),
    ("line feed", TEXT, {}, "a\nb", '"a\nb"'),
    ("carriage return", TEXT, {}, "a\rb", '"a\rb"'),
    ("blank first", TEXT, {}, " a", '" a"'),
    ("tab last", TEXT, {}, "a\t", '"a\t"'),
    ("markup and the like", TEXT, {}, "<b>&amp; $& \u200f\U0001f600", "<b>&amp; $& \u200f\U0001f600"),
    ("a formula stays", TEXT, {}, "=1+1", "=1+1"),
    ("nothing", TEXT, {}, None, ""),
    ("an empty text", TEXT, {}, "", ""),
    ("a number", Scalar("number"), {}, 76.5, "76.5"),
    ("a large number", Scalar("number"), {}, 1e16, "10000000000000000"),
    ("a whole number", Scalar("integer"), {}, -3, "-3"),
    ("a truth", Scalar("boolean"), {}, True, "true"),
    ("a list", ListOf(TEXT), {}, ["a", None, "", "b"], '"a,b"'),
    ("a list of one", ListOf(TEXT), {}, ["a"], "a"),
    ("an empty list", ListOf(TEXT), {}, [], ""),
    ("another sign", ListOf(TEXT), {"list": {"join": "|"}}, ["a", "b"], "a|b"),
    ("labels", ListOf(TEXT), {"list": LABELS}, ["a", "b,c"], "\"['a','b,c']\""),
    ("no labels", ListOf(TEXT), {"list": LABELS}, ["", None], ""),
    ("a group", SHIPPING, {}, {"country": "PL", "price": "9 PLN"}, "PL::9 PLN"),
    ("an empty group", SHIPPING, {}, {"country": "", "price": None}, ""),
    ("groups", ListOf(SHIPPING), {}, [{"country": "PL"}, {}, {"price": "9"}], '"PL::,::9"'),
    ("numbers in a group", Group({"a": Scalar("number"), "b": Scalar("integer")}), {}, {"a": 0.5, "b": None}, "0.5:"),
    ("a group as JSON", MEASURE, {"group": JSON}, {"value": 1.0, "unit": 'a"', "exact": True, "tags": ["x", None]},
     '"{""value"":1,""unit"":""a\\"""",""exact"":true,""tags"":[""x""]}"'),
    ("absent members are left out", MEASURE, {"group": JSON}, {"unit": "kg", "tags": []}, '"{""unit"":""kg""}"'),
    ("an empty group as JSON", MEASURE, {"group": JSON}, {"unit": "", "tags": [None]}, ""),
    ("groups as JSON", ListOf(SHIPPING), {"group": JSON}, [{"price": "\n"}, {}], '"[{""price"":""\\n""}]"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "options", "value", "cell"), [row[1:] for row in CELLS], ids=[row[0] for row in CELLS]
)
def test_a_value_is_written_as(shape, options, value, cell):
    columns = [column("id"), column("a", shape, **options)]
    encoder = ENCODERS["delimited"](DelimitedOptions(), columns, {})
    assert written(encoder, columns, [{"id": "1", "a": value}]) == [f"1,{cell}\n"]


def test_a_feed_as_a_whole():
    columns = [column("Action", header='*Action(SiteID={site}|"x")'), column("Title"), column("a;b")]
    options = DelimitedOptions(delimiter=";", newline="\r\n", bom=True, before=('Info,"a",{x y},{site}', ""))
    encoder = ENCODERS["delimited"](options, columns, {"site": "DE"})
    items = [{"Action": "Add", "Title": "a;b"}, {}]
    assert feed_of(encoder, written(encoder, columns, items)) == (
        b'\xef\xbb\xbfInfo,"a",{x y},DE\r\n\r\n"*Action(SiteID=DE|""x"")";Title;"a;b"\r\nAdd;"a;b";\r\n;;\r\n'
    )


def test_every_cell_is_quoted_where_the_feed_asks_for_it():
    columns = [column("id"), column("n", Scalar("number")), column("l", ListOf(TEXT))]
    encoder = ENCODERS["delimited"](DelimitedOptions(quote="all", delimiter="\t"), columns, {})
    assert encoder.before() == b'"id"\t"n"\t"l"\n'
    items = [{"id": 'a"', "n": 1.5, "l": ["x", "y"]}, {"id": "b"}]
    assert written(encoder, columns, items) == ['"a"""\t"1.5"\t"x,y"\n', '"b"\t""\t""\n']


def test_an_empty_cell_alone_is_no_empty_line():
    encoder = ENCODERS["delimited"](None, [column("id")], {})
    assert written(encoder, [column("id")], [{"id": None}, {"id": ""}, {"id": "a"}]) == ['""\n', '""\n', "a\n"]


REFUSED = [
    ("an unset setting in a first row", {"before": ["Info,{site}"]}, [column("id")], {}, "setting site has no value"),
    ("an unset setting in the header", {}, [column("id", header="Id ({site})")], {}, "the header of id needs it"),
    ("a line break before the header", {"before": ["a{site}"]}, [column("id")], {"site": "\n"}, "line break"),
    ("one sign for groups and parts", {"group": {"join": ","}}, [column("a", ListOf(SHIPPING))], {}, "same sign"),
    ("a list in a group", {}, [column("id"), column("a", MEASURE)], {}, "joined group cannot express"),
    ("a list of lists", {}, [column("id"), column("a", ListOf(ListOf(TEXT)))], {}, "joined list cannot express"),
    ("one header twice", {}, [column("id"), column("a", header="id")], {}, "written as 'id'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "columns", "settings", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_feed_that_could_not_be_read_is_refused_when_it_is_planned(options, columns, settings, says):
    with pytest.raises(ChannelError, match=says):
        ENCODERS["delimited"](DelimitedOptions.model_validate(options), columns, settings).item()


CONFLICTS = [
    ("no sign", ListOf(TEXT), {}, ["a", "b"], False),
    ("the sign between elements", ListOf(TEXT), {}, ["a", "b,c"], True),
    ("nothing", ListOf(TEXT), {}, None, False),
    ("absent elements", ListOf(TEXT), {}, [None, "a"], False),
    ("a long sign that only seems to be there", ListOf(TEXT), {"list": {"join": "||"}}, ["a|", "|b"], False),
    ("quoted elements hold the sign", ListOf(TEXT), {"list": LABELS}, ["a,b"], False),
    ("the quote", ListOf(TEXT), {"list": LABELS}, ["women's"], True),
    ("a backslash", ListOf(TEXT), {"list": LABELS}, ["a\\"], True),
    ("a group", SHIPPING, {}, {"country": "PL", "price": "9:00"}, True),
    ("the lists' sign in a group", SHIPPING, {}, {"country": "PL", "price": "9,00"}, False),
    ("the lists' sign in groups", ListOf(SHIPPING), {}, [{"country": "PL"}, {"price": "9,00"}], True),
    ("the groups' sign in groups", ListOf(SHIPPING), {}, [None, {"region": "a:b"}], True),
    ("groups without signs", ListOf(SHIPPING), {}, [{"country": "PL"}, {"price": "9.00"}], False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "options", "value", "fails"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS]
)
def test_a_value_that_would_read_back_otherwise_is_found(shape, options, value, fails):
    columns = [column("id"), column("a", shape, **options)]
    conflicts = ENCODERS["delimited"](None, columns, {}).conflicts()
    assert list(conflicts) == ["a"]
    assert bool(asked(columns, [{"id": "1", "a": value}], conflicts["a"])[0][0]) is fails


def test_json_numbers_and_single_texts_have_no_conflicts():
    columns = [column("id"), column("n", ListOf(Scalar("integer"))), column("g", ListOf(SHIPPING), group=JSON)]
    assert ENCODERS["delimited"](None, columns, {}).conflicts() == {}


FORMULAS = [
    ("=1+1", True), ("@SUM(A1)", True), ("+49 30 123", True), ("-a", True), ("\t=1", True), ("\r", True),
    ("-5", False), ("+1.5", False), ("-1,234.50", False), ("-20%", False), ("a=1", False), ("", False), (None, False),
]  # fmt: skip


@pytest.mark.parametrize(("value", "fails"), FORMULAS)
def test_a_text_that_a_spreadsheet_would_compute_is_found(value, fails):
    columns = [column("id"), column("t"), column("l", ListOf(TEXT)), column("s", SHIPPING)]
    formulas = ENCODERS["delimited"](None, columns, {}).formulas()
    items = [{"id": "1", "t": value, "l": [value, "a"], "s": {"country": value}}]
    assert set(formulas) == {"id", "t", "l", "s"}
    assert [bool(found) for found in asked(columns, items, *formulas.values())[0]] == [False, fails, fails, fails]


def test_a_cell_that_begins_with_a_sign_or_a_number_is_no_formula():
    columns = [column("id"), column("n", Scalar("number")), column("l", ListOf(TEXT), list=LABELS)]
    columns.append(column("g", SHIPPING, group=JSON))
    assert list(ENCODERS["delimited"](None, columns, {}).formulas()) == ["id"]
