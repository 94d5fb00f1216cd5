"""How the text of one cell is read: cases/values.toml."""

from __future__ import annotations

import csv
import datetime
import io
import tomllib
from pathlib import Path
from typing import Any

import pytest

TABLES = tomllib.loads((Path(__file__).parent / "cases" / "values.toml").read_text(encoding="utf-8"))["table"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["name"])
def test_each_value_is_read_or_found(read, table):
    cases = table["cases"]
    fields = list(dict.fromkeys(case["field"] for case in cases))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["sku", *fields])
    for number, case in enumerate(cases):
        writer.writerow([f"A{number}", *(case["text"] if field == case["field"] else "" for field in fields)])
    reading = read(out.getvalue(), defaults=table["defaults"], **table["catalog"])
    found = {int(line.split()[0]): line.split()[1] for line in reading.findings}
    for number, (case, product) in enumerate(zip(cases, reading.products, strict=True), 1):
        wanted = f"{case['field']}/{case['finds']}" if "finds" in case else None
        assert (case["text"], found.get(number)) == (case["text"], wanted)
        assert (case["text"], _shown(product[case["field"]])) == (case["text"], _wanted(case, product))


def _wanted(case: dict[str, Any], product: dict[str, Any]) -> str:
    """The value; beside a finding there is none, but for an amount in the wrong currency."""
    if "value" in case:
        return case["value"]
    return _shown(product[case["field"]]) if case["finds"] == "currency" else "None"


def _shown(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)
