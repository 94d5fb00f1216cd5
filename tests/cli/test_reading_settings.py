"""What --set says of how a catalog is read."""

from __future__ import annotations

import pytest

from pimsync.cli.project import project_of
from pimsync.errors import PimsyncError


def catalog(*settings):
    return project_of(None, "a.csv", ["google_shopping"], list(settings), None, None).catalog


def test_everything_that_a_project_can_say_of_it():
    read = catalog(
        "encoding=cp1250", "header=false", "delimiter=\t", "sheet=Stock", "items=shop/offers/offer", "preset=none"
    )
    assert (read.encoding, read.header, read.delimiter, read.sheet) == ("cp1250", False, "\t", "Stock")
    assert (read.items, read.preset) == ("shop/offers/offer", "none")


@pytest.mark.parametrize("written", ["\t", "tab", "\\t"])
def test_a_tab_can_be_typed(written):
    assert catalog(f"delimiter={written}").delimiter == "\t"


def test_what_it_cannot_be():
    with pytest.raises(PimsyncError, match="header"):
        catalog("header=perhaps")
