"""Reading one small file, as a reader's own rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pimsync.engine import Engine
from pimsync.project import Input
from pimsync.store.sources import READERS, File, Source


@dataclass
class Read:
    """What a reader makes of a file."""

    source: Source
    rows: list[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.source.columns]

    @property
    def notices(self) -> list[tuple[str, str]]:
        return [(notice.rule, notice.value) for notice in self.source.notices]


@pytest.fixture
def read(tmp_path):
    """Read a file of this content in a format; its rows hold what is not null."""
    work = tmp_path / "work"
    work.mkdir()

    def rows(content: str | bytes | Path, format_: str, *, name: str = "catalog", **options: Any) -> Read:
        if isinstance(content, Path):
            path = content
        else:
            path = tmp_path / f"{name}.{format_}"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = READERS[format_](File(path, path.name, work), Input(source=path.name, format=format_, **options))
        with Engine(folders=[work], files=[path], threads=2) as engine:
            table = engine.arrow(f"select * from ({source.relation})").to_pylist()
            assert source.finish(engine, len(table)) is not None
        kept = [{k: v for k, v in row.items() if v is not None and k != "?types"} for row in table]
        return Read(source, kept)

    return rows
