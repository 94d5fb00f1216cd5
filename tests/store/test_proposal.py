"""What is proposed for columns that pimsync does not know: cases/proposals.toml, and what must always hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimsync.engine import Engine, ident
from pimsync.engine import text as literal
from pimsync.expressions import checked
from pimsync.store.product import FIELDS
from pimsync.store.proposal import ColumnLook, propose
from pimsync.store.proposal.column import Proposal
from pimsync.store.proposal.guess import guessed_currency, guessed_shop
from pimsync.store.proposal.names import WHOLE, folded, parsed, words
from pimsync.store.proposal.writing import document
from pimsync.store.reading import choices
from pimsync.store.reading.choices import CHOICES

CASES = tomllib.loads((Path(__file__).parent / "cases" / "proposals.toml").read_text(encoding="utf-8"))["case"]


def looked_at(columns):
    """Columns of texts, as the look at a file gives them."""
    looks = []
    for name, texts in columns.items():
        filled = tuple(text for text in texts if text)
        distinct = len(set(filled)) / len(filled) if filled else 0.0
        looks.append(ColumnLook(name, filled, len(filled) / max(len(texts), 1), distinct))
    return looks


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_proposed(case, engine):
    found = propose(looked_at(case["columns"]), **case.get("given", {}))
    reads = case.get("reads", {})
    assert {one.field: one.expression for one in found.fields if one.field not in reads} == case["fields"]
    for field, values in reads.items():
        one = found.of(field)
        for text, value in values.items():
            row = f"(select {literal(text)} as {ident(one.columns[0])})"
            assert (text, engine.value(f"select {one.expression} from {row}")) == (text, value)
    reasons = {one.column: one.why for one in found.leftover}
    for column, words_ in case.get("leftover", {}).items():
        assert words_ in reasons[column]
    assert {one.field: one.expression for one in found.defaults} == case.get("defaults", {})
    assert [one.field for one in found.defaults if one.is_guess] == case.get("guessed", [])
    assert {one.field: one.expression for one in found.reading} == case.get("reading", {})
    assert [one.field for one in found.silenced] == case.get("silenced", [])
    assert (found.where.expression if found.where else None) == case.get("where")
    for note, said in zip(found.notes, case.get("notes", []), strict=True):
        assert said in note


@pytest.mark.parametrize(("name", "field", "language"), [
    (name, field, language)
    for field, languages in words()["fields"].items()
    for language, names in languages.items()
    for name in names
])  # fmt: skip
def test_each_name_is_known_as_written_and_in_capitals(name, field, language):
    for spelled in (name, name.upper(), name.replace(" ", "_")):
        meanings = {one.field: one for one in parsed(spelled).meanings}
        assert meanings[field].strength == WHOLE
        assert language in meanings[field].languages


def test_names_are_those_of_fields_choices_and_languages():
    assert set(words()["fields"]) <= set(FIELDS)
    for field, values in choices.words().items():
        assert set(values) <= set(CHOICES[field])
    for group in (*words()["fields"].values(), words()["fillers"], words()["with_tax"], words()["without_tax"]):
        assert set(group) <= set(words()["languages"])


def test_no_word_means_two_values_of_a_choice_in_one_language():
    for values in choices.words().values():
        for language in words()["languages"]:
            said: dict[str, str] = {}
            for value, languages in values.items():
                for word in languages.get(language, ()):
                    assert said.setdefault(folded(word), value) == value


@pytest.mark.parametrize(("header", "said"), [
    ("Cena brutto PLN", {"tax": "with", "currency": "PLN"}),
    ("price_usd", {"currency": "USD"}),
    ("Prezzo (€)", {"currency": "EUR"}),
    ("Weight [kg]", {"unit": "kg"}),
    ("waga_g", {"unit": "g"}),
    ("title:pl", {"language": "pl"}),
    ("name_zh_Hans", {"language": "zh"}),
    ("Zdjęcie 12", {"number": 12}),
])  # fmt: skip
def test_what_stands_beside_a_name_is_kept(header, said):
    found = parsed(header)
    assert found.meanings
    assert {name: getattr(found, name) for name in said} == said


@pytest.mark.parametrize(("columns", "spoken", "among", "currency", "by"), [
    ({"link": ["https://lampy.pl/1", "https://lampy.pl/2"]}, "de", (), "PLN", "domain of the addresses, lampy.pl"),
    ({"image": ["https://img2.svitidla.cz/1.jpg|https://img2.svitidla.cz/2.jpg"]}, None, (), "CZK", "svitidla.cz"),
    ({"images": ['[{"src": "https:\\/\\/mugs.co.uk\\/1.jpg"}]']}, "en", (), "GBP", "mugs.co.uk"),
    ({"image": ["https://cdn.shopify.com/1.jpg"], "lang": ["http://schema.org/InStock"]}, "hu", (), "HUF", "language, Hungarian"),
    ({"link": ["https://a.pl/1", "https://b.cz/1", "https://c.hu/1"]}, "en", (), "USD", "most shops have"),
    ({"text": ["<p>Schüssel und Becher für die Küche</p>", "Becher mit Henkel", "Topf aus Ton"]}, "en", (), "EUR", "German"),
    ({"text": ["Стілець дерев'яний", "Їжа для котів"]}, "en", (), "UAH", "Ukrainian"),
    ({"text": ["Стол деревянный", "Чай чёрный листовой"]}, None, (), "RUB", "Russian"),
    ({"text": ["Židle dřevěná čalouněná", "Křeslo otáčecí růžové"]}, None, (), "CZK", "Czech"),
    ({"text": ["A bowl for the kitchen", "Mug with a handle", "Made of clay"]}, None, (), "USD", "English"),
    ({"text": ["Lorem ipsum dolor sit amet et est", "Et est in ut"] * 3}, None, (), "EUR", "most shops have"),
    ({"text": ["A bowl for the kitchen", "Mug with a handle", "Made of clay"]}, None, ("SEK", "NOK"), "SEK", "the sign"),
    ({"sku": ["A"]}, "en", (), "USD", "most shops have"),
    ({"sku": ["A"]}, None, (), "EUR", "most shops have"),
])  # fmt: skip
def test_a_currency_is_guessed_by_the_best_that_speaks_for_one(columns, spoken, among, currency, by):
    found = guessed_currency(looked_at(columns), spoken, among)
    assert (found.expression, found.is_guess) == (currency, True)
    assert by in found.why


def test_a_sign_that_several_currencies_use_limits_the_guess():
    prices = {"sku": ["A", "B"], "price": ["$5.00", "$6.00"], "link": ["https://mugs.ca/1", "https://mugs.ca/2"]}
    assert [one.expression for one in propose(looked_at(prices)).defaults if one.field == "currency"] == ["CAD"]
    assert (
        propose(looked_at({**prices, "link": ["https://mugs.de/1", "https://mugs.de/2"]})).defaults[0].expression
        == "USD"
    )


@pytest.mark.parametrize(("columns", "address"), [
    ({"a": ["https://mugs.example/1.jpg"], "b": ["https://tea.example/2", "https://tea.example/3"], "c": ["https://mugs.example/1"]},
     "https://mugs.example"),
    ({"image": ["https://cdn.mugs.example/1.jpg"]}, "https://mugs.example"),
    ({"link": ["https://user@www.mugs.example:8443/1"]}, "https://www.mugs.example"),
    ({"image": ["https://cdn.shopify.com/1.jpg"], "text": ["See https://mugs.example"]}, "https://shop.example"),
    ({"link": ["https://a.example/1", "https://b.example/1", "https://c.example/1"]}, "https://shop.example"),
])  # fmt: skip
def test_the_address_of_the_shop_is_the_one_that_most_columns_share(columns, address):
    assert guessed_shop(looked_at(columns)).expression == address


#: What stands in catalogs, and what does not.
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["4006381333931", "12,50 zł", "https://shop.example/a.jpg", "in stock", "N/A", "", "5 kg", "2026-11-22", "A > B", "<p>x</p>"]),
)  # fmt: skip
NAMES = st.one_of(
    st.text(min_size=1, max_size=20),
    st.sampled_from([name for languages in words()["fields"].values() for names in languages.values() for name in names]),
    st.sampled_from([name for one in words()["others"].values() for names in one.values() if isinstance(names, list) for name in names]),
)  # fmt: skip


def test_an_example_can_be_taken_in_as_it_stands():
    columns = {"sku": ["A", "B", "C"], "price": ["ask", "12.00", "call us"], "status": ["active", "active", "draft"]}
    missing = [Proposal("price", "'9.99'", "nothing fills it", 0.0), Proposal("brand", "'…'", "nothing fills it", 0.0)]
    written = document("shop", [], propose(looked_at(columns)), missing, {"google": "google_shopping"}, {})
    taken = tomllib.loads(re.sub(r"^# (?=\w+ = \W)", "", written, flags=re.MULTILINE))
    assert taken["catalog"]["columns"]["price"] == "null"
    assert "instead, for example: \"'9.99'\"" in written
    assert taken["catalog"]["columns"]["brand"] == "'…'"
    assert taken["channels"]["google"]["where"] == "attributes['status'] = 'active'"


@settings(max_examples=150, deadline=None)
@given(columns=st.dictionaries(NAMES, st.lists(TEXTS, max_size=6), min_size=1, max_size=8))
def test_every_column_fills_a_field_or_is_left_over_with_a_reason(columns):
    found = propose(looked_at(columns))
    fields = [one.field for one in found.fields]
    assert len(fields) == len(set(fields))
    assert {field.partition(":")[0] for field in fields} <= set(FIELDS)
    used = {name for one in found.fields for name in one.columns}
    assert used | {one.column for one in found.leftover} == set(columns)
    assert not used & {one.column for one in found.leftover}
    assert guessed_shop(looked_at(columns)).is_guess
    assert all(one.why for one in (*found.fields, *found.leftover))
    assert not {one.field for one in found.silenced} & set(fields)


@settings(max_examples=60, deadline=None)
@given(columns=st.dictionaries(NAMES, st.lists(TEXTS, max_size=6), min_size=1, max_size=8))
def test_every_expression_is_let_in(engine, columns):
    for one in propose(looked_at(columns)).fields:
        checked(one.expression, engine, list(columns), one.field)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Engine(folders=[tmp_path_factory.mktemp("engine")]) as engine:
        yield engine
