"""Patterns mean what ECMA-262 says, in SQL and in jsonschema."""

from __future__ import annotations

import pytest
from judges import jsonschema_says, sql_says

from pimsync.errors import ChannelError
from pimsync.format.schema.patterns import matches, read
from pimsync.format.schema.shape import TEXT

MEANS = [
    (r"^\d+$", "12", True),
    (r"^\d+$", "12\n", False),
    (r"^\d$", "٣", False),
    (r"^\w$", "é", False),
    (r"\s", "a\u00a0b", True),
    (r"^[^\s]$", "\ufeff", False),
    (r"^\S$", "é", True),
    (r"^.$", "\n", False),
    (r"^.$", "\u2028", False),
    (r"^.$", "👍", True),
    (r"^\u0061\x62\u{63}$", "abc", True),
    (r"^\uD83D\uDC4D$", "👍", True),
    (r"^[^]$", "\n", True),
    (r"[]", "a", False),
    (r"^[\d-]+$", "1-2", True),
    (r"^[[&&|]$", "&", True),
    (r"^a{2,3}?$", "aaa", True),
    (r"^(?<year>\d{4})$", "2027", True),
    (r"\bcat\b", "a cat!", True),
    (r"^\\u0061$", "\\u0061", True),
    (r"^a\/b\.c\-d$", "a/b.c-d", True),
    (r"^\cJ$", "\n", True),
    ("^é|ü$", "ü", True),
]
BEYOND_RE2 = [
    (r"^(?!sale)", "sale", False),
    (r"(?<=a)b", "ab", True),
    (r"^(a|b)\1$", "aa", True),
    (r"^(?<c>.)\k<c>$", "ab", False),
    (r"^\p{Lu}$", "É", True),
    (r"^\P{L}$", "É", False),
    (r"^[\p{Lu}\d]+$", "É1", True),
    (r"^a{1001}$", "a", False),
    (r"^(a{50}){50}$", "a", False),
]
NO_PATTERNS = (
    "a++",
    "(?i)a",
    "(?>a)",
    "a{",
    "[",
    "(",
    ")",
    "]",
    "x**",
    "*",
    r"\z",
    r"\1",
    "[z-a]",
    r"\p{Greek}",
    r"\ud83d",
    "\\",
)


@pytest.mark.parametrize(("pattern", "value", "expected"), MEANS)
def test_a_pattern_means_in_sql_what_ecma_says(pattern, value, expected):
    schema = {"pattern": pattern}
    assert sql_says(schema, TEXT, [value]) == jsonschema_says(schema, [value]) == [expected]


@pytest.mark.parametrize(("pattern", "value", "expected"), BEYOND_RE2)
def test_a_pattern_that_sql_does_not_know_is_left_to_jsonschema(pattern, value, expected):
    assert sql_says({"pattern": pattern}, TEXT, [value]) is None
    assert matches(pattern, value) is expected


@pytest.mark.parametrize("pattern", NO_PATTERNS)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ChannelError, match="is no regular expression"):
        read(pattern)
