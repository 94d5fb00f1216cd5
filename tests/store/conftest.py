"""Reading small catalogs, as text, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.catalogs import Reader


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return Reader(tmp_path)
