"""Files with something wrong or rare in them: cases/files.toml, recognise.toml and json.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from pimsync.errors import CatalogError

FOLDER = Path(__file__).parent / "cases"
CASES = [
    {"suffix": suffix, **case}
    for name, suffix in (("files.toml", ".csv"), ("recognise.toml", ".csv"), ("json.toml", ".json"))
    for case in tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["case"]
]


def _bytes(text: str) -> bytes:
    """`{ff}` is the byte FF."""
    pieces = re.split(r"\{([0-9a-f]{2})\}", text)
    return b"".join(bytes.fromhex(piece) if n % 2 else piece.encode() for n, piece in enumerate(pieces))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_record_is_read_or_found(read, case):
    content = _bytes(case["text"])
    if "error" in case:
        with pytest.raises(CatalogError) as raised:
            read(content, case["suffix"], {"currency": "EUR"}, **case.get("catalog", {}))
        assert raised.value.message == case["error"]
        assert raised.value.where
        return
    reading = read(content, case["suffix"], {"currency": "EUR"}, **case.get("catalog", {}))
    duplicate = {int(line.split()[0]) for line in reading.findings if line.endswith("sku/duplicate")}
    skus = {
        product["sku"]: record
        for product, record in zip(reading.products, reading.records, strict=True)
        if record not in duplicate and product["sku"]
    }
    assert skus == case["skus"]
    assert sorted(reading.findings) == sorted(case.get("finds", []))
    assert reading.fixes == case.get("fixes", {})
