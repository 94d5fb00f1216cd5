"""The tables of channel.toml that say how a feed is written."""

from __future__ import annotations

import tomllib

import pytest
from pydantic import ValidationError

from pimsync.format.encode import ColumnOptions, DelimitedOptions, XmlOptions


def test_blanks_mean_something():
    options = DelimitedOptions.model_validate(
        tomllib.loads('delimiter = "\\t"\nnewline = "\\r\\n"\nlist = { join = " | " }\ngroup = { join = " " }')
    )
    assert (options.delimiter, options.newline, options.list.join, options.group.join) == ("\t", "\r\n", " | ", " ")


def test_a_column_s_own_style():
    options = ColumnOptions.model_validate(
        tomllib.loads('header = "x"\ngroup = { json = true }\nlist = { open = "[" }')
    )
    assert options.group is not None
    assert options.group.as_json
    assert options.list is not None
    assert (options.list.open, options.list.join) == ("[", ",")


WRONG = [
    (DelimitedOptions, {"delimiter": ""}),
    (DelimitedOptions, {"delimiter": ",,"}),
    (DelimitedOptions, {"delimiter": '"'}),
    (DelimitedOptions, {"delimiter": "a"}),
    (DelimitedOptions, {"delimiter": "."}),
    (DelimitedOptions, {"delimiter": "§"}),
    (DelimitedOptions, {"quote": "some"}),
    (DelimitedOptions, {"newline": "\r"}),
    (DelimitedOptions, {"list": {"join": ""}}),
    (DelimitedOptions, {"colour": "red"}),
    (XmlOptions, {"root": []}),
    (XmlOptions, {"indent": 2}),
    (ColumnOptions, {"header": ""}),
]


@pytest.mark.parametrize(("options", "document"), WRONG)
def test_what_is_no_way_to_write_a_feed_is_refused(options, document):
    with pytest.raises(ValidationError):
        options.model_validate(document)
