"""The floor: DuckDB reads the catalog and writes it again, nothing else. No feed of the same data can be much faster.

python benchmarks/floor.py CATALOG COPY
"""

from __future__ import annotations

import argparse


def main() -> None:
    import duckdb

    parser = argparse.ArgumentParser(description="Copy a CSV to a CSV with DuckDB.")
    parser.add_argument("catalog")
    parser.add_argument("copy")
    chosen = parser.parse_args()
    with duckdb.connect(config={"threads": 2}) as connection:
        source = f"select * from read_csv({text(chosen.catalog)}, all_varchar = true)"
        connection.execute(f"copy ({source}) to {text(chosen.copy)} (format csv)")


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
