"""Formats: what they take and refuse, and that SQL and jsonschema agree."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judges import jsonschema_says, sql_says

from pimsync.format.schema.formats import FORMATS, codes
from pimsync.format.schema.shape import TEXT

TAKES = {
    "date": ("2027-02-24", "2028-02-29", "0001-01-01"),
    "date-time": ("2027-02-24T11:07:00Z", "2027-02-24t11:07:00.25+01:00", "2016-12-31T23:59:60Z"),
    "iso-time": (
        "2027-02-24",
        "2027-02-24T11:07",
        "2027-02-24T9:07:30",
        "2027-02-24T11:07+0100",
        "2027-02-24T11:07:00Z",
    ),
    "iso-range": ("2027-02-24/2027-03-01", "2027-02-24T11:07+0100/2027-03-01T23:59+0100", "2027-02-24 / 2027-03-01"),
    "http-url": ("https://shop.example/p?x=1#top", "http://[::1]/", "http://me@host/file"),
    "uri": ("https://shop.example/p?x=1#top", "ftp://me@host/file", "http://[::1]/", "https://müller.example/größe"),
    "gtin": ("4006381333931", "036000291452", "96385074", "14006381333938"),
    "price": ("12.50 EUR", "0 PLN", "1000.125 JPY"),
    "currency": ("EUR", "PLN", "CHF"),
    "country": ("DE", "NO", "GB"),
    "language": ("de", "no", "pl"),
}
REFUSES = {
    "date": ("2026-02-30", "2027-2-24", "0000-01-01", "2027-02-24 ", "24.02.2027", "٢٠٢٧-02-24", "2027-02-24\n"),
    "date-time": (
        "2027-02-24",
        "2027-02-24T11:07Z",
        "2026-02-30T11:07:00Z",
        "2027-02-24T24:07:00Z",
        "2027-02-24 11:07:00Z",
    ),
    "iso-time": ("soon", "2027-02-24T", "2026-02-30T11:07", "2027-02-24T11:60", "2027-02-24T11:07+25"),
    "iso-range": (
        "2027-02-24",
        "2027-02-24/",
        "2026-02-30/2027-03-01",
        "2027-02-24/2026-02-30",
        "2027-02-24/2027-03-01/",
    ),
    "http-url": ("ftp://me@host/file", "HTTPS", "shop.example", "https://", "/p/1", "https://a b/", "https:///p"),
    "uri": (
        "shop.example",
        "https://",
        "https:///p",
        "https://shop.example/a b",
        "//shop.example",
        "https://a\u00a0b",
        "",
    ),
    "gtin": ("4006381333932", "00000000", "123", "400638133393A", "N/A", "٤٠٠٦٣٨١٣٣٣٩٣١"),
    "price": ("12,50 EUR", "12.50", "12.50 ZZZ", "12.50EUR", ".5 EUR", "12.50 eur", "-1 EUR"),
    "currency": ("eur", "XXX", "DEM", ""),
    "country": ("de", "UK", "EU", "DEU"),
    "language": ("DE", "deu", "xx"),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("texts", "taken"), [(TAKES, True), (REFUSES, False)], ids=["takes", "refuses"])
def test_a_format(name, texts, taken):
    schema = {"format": name}
    assert sql_says(schema, TEXT, texts[name]) == jsonschema_says(schema, texts[name]) == [taken] * len(texts[name])


DIGITS = st.integers(0, 10**14).map(str)
NEAR = {
    "gtin": st.one_of(
        DIGITS, DIGITS.map(lambda digits: digits.zfill(13)), DIGITS.map(lambda digits: digits.zfill(8)[-8:])
    ),
    "price": st.from_regex(r"\A[0-9]{1,2}[.,]?[0-9]{0,2} ?(EUR|USD|ZZZ|usd)\Z"),
    "http-url": st.from_regex(r"\A(https?|ftp)?:?/{0,3}[a@:/?#\[ .\u00a0\x00-\x20]{0,6}\Z"),
    "uri": st.from_regex(r"\A(https?|a1|1)?:?/{0,3}[a@:/?#\[ .\u00a0\x00-\x20]{0,6}\Z"),
}
DAYS = st.from_regex(
    r"\A(000[01]|2027|2028|1900)-[01][0-9]-[0-3][0-9]"
    r"([Tt ][012]?[0-9]:[0-6][0-9](:[0-6][0-9](\.5)?)?)?(Z|\+01:?00|-24)?\Z"
)
RANGES = st.tuples(DAYS, st.sampled_from(("/", " / ", "//", " ")), DAYS).map("".join)
CODES = st.one_of(st.text("ABDENOPLabdenopl", max_size=3), *(st.sampled_from(codes()[kind]) for kind in codes()))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
@pytest.mark.parametrize("name", FORMATS)
def test_sql_agrees_with_jsonschema_on_texts_that_are_nearly(name, data):
    near = NEAR.get(name, CODES if name in ("currency", "country", "language") else st.one_of(DAYS, RANGES))
    texts = data.draw(st.lists(st.one_of(near, near, st.text(max_size=5)), min_size=20, max_size=40))
    schema = {"format": name}
    assert sql_says(schema, TEXT, texts) == jsonschema_says(schema, texts)


def test_an_unknown_format_demands_nothing():
    assert sql_says({"format": "email"}, TEXT, ["nobody"]) == jsonschema_says({"format": "email"}, ["nobody"]) == [True]
