"""The branches of an expression, as SQL that says which one a product takes; and the lookups that it makes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pimsync.engine import Engine, text


@dataclass(frozen=True)
class Branch:
    """One branch of a `case`: its words, and the SQL of whether a product takes it."""

    says: str
    taken: str


@dataclass(frozen=True)
class Call:
    """A lookup: the table's name, and the SQL of the key."""

    table: str
    key: str


class Parsed:
    """An expression's syntax tree, as the engine sees it."""

    def __init__(self, expression: str, engine: Engine) -> None:
        self._engine = engine
        self._document = json.loads(engine.value(f"select json_serialize_sql({text('select ' + expression)})"))
        self.tree = self._document["statements"][0]["node"]["select_list"][0]

    def branches(self) -> list[Branch]:
        """Every branch of every `case`, but for those within a lambda and those that give nothing in the end."""
        return [*self._branches(self.tree, ())]

    def calls(self) -> tuple[list[Call], set[str]]:
        """Every lookup; and the tables of those within a lambda, whose keys no query over products can tell."""
        found, hidden = [], set()
        for node, within in _nodes(self.tree):
            if node.get("class") == "FUNCTION" and node["function_name"].lower() == "lookup":
                table, key = (_argument(one) for one in node["arguments" if "arguments" in node else "children"][:2])
                name = str(table["literal"].get("text"))
                if within:
                    hidden.add(name)
                else:
                    found.append(Call(name, self.sql(key)))
        return found, hidden

    def sql(self, node: Any) -> str:
        """A part of the tree as SQL again."""
        document = copy.deepcopy(self._document)
        document["statements"][0]["node"]["select_list"] = [{**node, "alias": ""}]
        written = str(self._engine.value(f"select json_deserialize_sql({text(json.dumps(document))})"))
        return written.removeprefix("SELECT ").strip()

    def _branches(self, node: Any, guards: tuple[str, ...]) -> Iterator[Branch]:
        if isinstance(node, list):
            for child in node:
                yield from self._branches(child, guards)
        elif isinstance(node, dict) and node.get("class") == "CASE":
            yield from self._case(node, guards)
        elif isinstance(node, dict) and node.get("class") != "LAMBDA":
            yield from self._branches([*node.values()], guards)

    def _case(self, node: Any, guards: tuple[str, ...]) -> Iterator[Branch]:
        """The branches of a `case`, each reached where none before it is."""
        whens = [self.sql(check["when_expr"]) for check in node["case_checks"]]
        choices = " ".join(f"when {when} then {number}" for number, when in enumerate(whens))
        chosen = f"case {choices} else {len(whens)} end"
        for number, (when, check) in enumerate(zip(whens, node["case_checks"], strict=True)):
            here = (*guards, f"({chosen}) = {number}")
            yield Branch(f"when {_bare(when)}", " and ".join(here))
            yield from self._branches([check["when_expr"]], guards)
            yield from self._branches([check["then_expr"]], here)
        here = (*guards, f"({chosen}) = {len(whens)}")
        otherwise = self.sql(node["else_expr"])
        if otherwise.upper() != "NULL":
            yield Branch(f"else {_bare(otherwise)}", " and ".join(here))
        yield from self._branches([node["else_expr"]], here)


def _argument(node: Any) -> Any:
    return node.get("expression", node) if isinstance(node, dict) else node


def _nodes(node: Any, within: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every node, and whether it stands within a lambda."""
    if isinstance(node, dict):
        yield node, within
        within = within or node.get("class") == "LAMBDA"
        node = [*node.values()]
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child, within)


def _bare(sql: str) -> str:
    """SQL without the brackets around the whole of it."""
    depth = 0
    for at, sign in enumerate(sql):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and at < len(sql) - 1:
            return sql
    return _bare(sql[1:-1]) if sql.startswith("(") and sql.endswith(")") else sql
