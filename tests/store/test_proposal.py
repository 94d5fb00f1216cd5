"""What is proposed for columns that pimsync does not know: cases/proposals.toml, and what must always hold."""

from __future__ import annotations

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
from pimsync.store.proposal.names import WHOLE, folded, parsed, words
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
    for field, values in words()["words"].items():
        assert set(values) <= set(CHOICES[field])
    for group in (*words()["fields"].values(), words()["fillers"], words()["with_tax"], words()["without_tax"]):
        assert set(group) <= set(words()["languages"])


def test_no_word_means_two_values_of_a_choice_in_one_language():
    for values in words()["words"].values():
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
