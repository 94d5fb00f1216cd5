"""Which columns of a source a value may come from, through the rows that a preset makes of it.

Names are followed, not values: what is called `title` in the rows is asked for all that is called so, whatever step calls it so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pimsync.engine import Engine, text


class Lineage:
    """The names in the SELECT of a preset's rows, and what each is made of."""

    def __init__(self, rows: str, columns: Sequence[str], engine: Engine) -> None:
        self._engine = engine
        self._columns = {name.casefold(): name for name in columns}
        self._made_of: dict[str, set[str]] = {}
        for node in _nodes(self._parsed(rows)):
            if node.get("alias"):
                own = {name for part in _nodes([*node.values()]) if (name := _name(part))} | {_name(node)}
                self._made_of.setdefault(node["alias"].casefold(), set()).update(own - {""})

    def columns(self, expression: str) -> list[str]:
        """The columns of the source that an expression over the rows may show, in the source's order."""
        seen: set[str] = set()
        waiting = [_name(node) for node in _nodes(self._parsed(f"select {expression}"))]
        while waiting:
            name = waiting.pop().casefold()
            if name and name not in seen:
                seen.add(name)
                waiting += self._made_of.get(name, ())
        return [column for key, column in self._columns.items() if key in seen]

    def _parsed(self, sql: str) -> Any:
        return json.loads(self._engine.value(f"select json_serialize_sql({text(sql)})"))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = [*node.values()]
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _name(node: dict[str, Any]) -> str:
    """The column or the member that a node reads; nothing where it reads none."""
    return str(node["column_names"][-1]) if node.get("class") == "COLUMN_REF" else ""
