"""Users' SQL expressions: parsed by DuckDB itself, and let in only as one scalar expression over known names.

The engine is closed as well (no files, no network, settings locked): what this page refuses could not reach anything. It
refuses all the same, with a sentence that says what to do.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pimsync import lookups
from pimsync.engine import Engine, text
from pimsync.errors import PimsyncError, ProjectError
from pimsync.macros import MACROS
from pimsync.words import closest

#: Kinds of node in DuckDB's syntax tree that an expression may be made of.
_PLAIN = {
    "CONSTANT",
    "COLUMN_REF",
    "FUNCTION",
    "OPERATOR",
    "CASE",
    "COMPARISON",
    "CONJUNCTION",
    "CAST",
    "BETWEEN",
    "LAMBDA",
    "TYPE",
    "COLLATE",
}
_NAMED = {
    "SUBQUERY": "a sub-select",
    "STAR": "`*`",
    "PARAMETER": "a parameter",
    "WINDOW": "a window function",
    "POSITIONAL_REFERENCE": "a column number",
}
TIME_HINT = "the time of the build is `now`"
_CLOCK = {"now", "today", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"}
#: What the clauses of a SELECT look like when they are not there.
_EMPTY: tuple[Any, ...] = (None, [], {}, "", "STANDARD_HANDLING", False)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was let in.

    `sql` stands in brackets, ready to be put anywhere; `columns` are the names it reads.
    """

    sql: str
    columns: frozenset[str]


def checked(
    expression: str,
    engine: Engine,
    columns: Collection[str],
    where: str,
    *,
    aggregate: bool = False,
    error: type[PimsyncError] = ProjectError,
) -> Expression:
    """Let an expression in.

    Args:
        expression: the SQL text, as a person wrote it.
        engine: who parses it.
        columns: the names it may read.
        where: the place it stands at, for the message (`pimsync.toml, [channels.google.map] title`).
        aggregate: whether it speaks of many items, so that `min`, `count` and the like are right.
        error: what to raise.
    """
    tree = _select(expression, engine, where, error)
    names: set[str] = set()
    calls: set[str] = set()
    for node, bound in _nodes(tree, frozenset()):
        kind = node["class"]
        if kind not in _PLAIN:
            raise error(
                f"`{expression}` holds {_NAMED.get(kind, kind.lower())}, which has no place in an expression",
                where=where,
            )
        if kind == "COLUMN_REF" and node["column_names"][0] not in bound:
            names.add(node["column_names"][0])
        if kind == "FUNCTION" and not node.get("is_operator"):
            calls.add(node["function_name"].lower())
            lookups.known(node, engine.tables, expression, where, error)
    _know_columns(expression, names, columns, where, error)
    _know_functions(expression, calls, engine, aggregate, where, error)
    return Expression(f"(\n{expression}\n)", frozenset(_spelled(name, columns) for name in names))


def names_read(expression: str, engine: Engine, where: str, error: type[PimsyncError] = ProjectError) -> frozenset[str]:
    """The names that an expression reads, whether they are there or not."""
    tree = _select(expression, engine, where, error)
    return frozenset(
        node["column_names"][0]
        for node, bound in _nodes(tree, frozenset())
        if node["class"] == "COLUMN_REF" and node["column_names"][0] not in bound
    )


#: Functions that a SELECT of a preset may take rows from, and the operators that hold one SELECT within another.
_TABLES = {"unnest", "generate_series", "range"}


def one_select(sql: str, tables: Collection[str], engine: Engine, where: str) -> None:
    """Let a SELECT in that reads these tables, and what it defines itself, and nothing else.

    Raises:
        ProjectError: it is more than one statement, no SELECT, or it reads something else.
    """
    answer = json.loads(engine.value(f"select json_serialize_sql({text(sql)})"))
    if answer["error"]:
        raise ProjectError(f"this is no SELECT: {answer['error_message']}", where=where)
    if len(answer["statements"]) != 1:
        raise ProjectError("this is more than one statement; write one SELECT", where=where)
    nodes = list(_tree(answer["statements"]))
    known = {*tables, *(entry["key"] for node in nodes for entry in _defined(node))}
    for node in nodes:
        if node.get("type") == "BASE_TABLE" and (node["table_name"] not in known or node.get("schema_name")):
            raise ProjectError(f"it reads `{node['table_name']}`; it can read `source` alone", where=where)
        if node.get("type") == "TABLE_FUNCTION" and node["function"]["function_name"].lower() not in _TABLES:
            raise ProjectError(f"it calls {node['function']['function_name']}(), which has no place there", where=where)
    scalar, aggregates = _functions(engine)
    for node in nodes:
        if node.get("class") == "FUNCTION" and not node.get("is_operator"):
            call = node["function_name"].lower()
            if call not in aggregates and not scalar.get(call) and call not in _TABLES:
                raise ProjectError(f"it calls {call}(), which has no place there", where=where)


def _tree(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _tree(child)


def _defined(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The names that a WITH gives."""
    map_ = node.get("cte_map")
    return list(map_.get("map", [])) if isinstance(map_, dict) else []


def bound(
    expressions: Mapping[str, Expression],
    scope: str,
    engine: Engine,
    where: Mapping[str, str],
    error: type[PimsyncError] = ProjectError,
) -> dict[str, str]:
    """The SQL type of each expression over a scope (`from …`); one that does not fit its arguments is named.

    DuckDB is asked for all of them at once, and one by one only to find the culprit.
    """
    if not expressions:
        return {}
    chosen = ", ".join(f"{e.sql} as c{number}" for number, e in enumerate(expressions.values()))
    import duckdb

    try:
        rows = engine.rows(f"describe select {chosen} {scope}")
        return {name: row[1] for name, row in zip(expressions, rows, strict=True)}
    except duckdb.Error as failure:
        for name, expression in expressions.items():
            try:
                engine.rows(f"describe select {expression.sql} {scope}")
            except duckdb.Error as culprit:
                raise error(
                    f"`{expression.sql.strip('()').strip()}` cannot be computed: {plain(culprit)}", where=where[name]
                ) from None
        raise error(f"the expressions cannot be computed together: {plain(failure)}") from None


def plain(failure: Exception) -> str:
    """What an engine's error says, in one line and without its jargon."""
    line = str(failure).split("\n")[0]
    for jargon in (
        "Binder Error: ",
        "Catalog Error: ",
        "Conversion Error: ",
        "Invalid Input Error: ",
        "Parser Error: ",
    ):
        line = line.removeprefix(jargon)
    return line.replace("VARCHAR", "text").replace(" You might need to add explicit type casts.", "").strip()


#: Syntax trees of expressions that were parsed before.
_trees: dict[str, Any] = {}


def learn(expressions: Iterable[str], engine: Engine) -> None:
    """Parse many expressions at once, so that `checked` finds them parsed: one by one takes four times as long."""
    _functions(engine)
    sql = "select said, json_serialize_sql('select ' || said) from (select unnest($1) as said)"
    _trees.update((said, json.loads(tree)) for said, tree in engine.rows(sql, [[*expressions]]))


def _select(expression: str, engine: Engine, where: str, error: type[PimsyncError]) -> Any:
    answer = _trees.get(expression)
    if answer is None:
        answer = json.loads(engine.value(f"select json_serialize_sql({text('select ' + expression)})"))
    if answer["error"]:
        raise error(f"`{expression}` is no SQL expression: {answer['error_message']}", where=where)
    statements = answer["statements"]
    if len(statements) != 1:
        raise error(f"`{expression}` is more than one statement; write one expression", where=where)
    node = statements[0]["node"]
    chosen = node.get("select_list", [])
    extra = [
        clause
        for clause, value in node.items()
        if clause not in ("type", "select_list", "from_table", "cte_map") and value not in _EMPTY
    ]
    if node["type"] != "SELECT_NODE" or extra or node["from_table"]["type"] != "EMPTY" or node["cte_map"]["map"]:
        raise error(f"`{expression}` is more than an expression; write only what comes after `select`", where=where)
    if len(chosen) != 1:
        raise error(f"`{expression}` is {len(chosen)} expressions; write one", where=where)
    if chosen[0].get("alias"):
        raise error(f"`{expression}` names its result; leave `as {chosen[0]['alias']}` out", where=where)
    return chosen[0]


def _nodes(node: Any, bound: frozenset[str]) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every node of a tree, with the names that the lambdas around it bring."""
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child, bound)
        return
    if not isinstance(node, dict):
        return
    if "class" in node:
        yield node, bound
        if node["class"] == "LAMBDA":
            bound = bound | {
                name for part, _ in _nodes(node["lhs"], frozenset()) for name in part.get("column_names", [])
            }
    for child in node.values():
        if isinstance(child, dict | list):
            yield from _nodes(child, bound)


def _spelled(name: str, columns: Collection[str]) -> str:
    return name if name in columns else next((c for c in columns if c.lower() == name.lower()), name)


def _know_columns(
    expression: str, names: set[str], columns: Collection[str], where: str, error: type[PimsyncError]
) -> None:
    lowered = {column.lower() for column in columns}
    for name in sorted(names):
        if name.lower() not in lowered:
            near = closest(name, columns)
            raise error(
                f"`{expression}` reads `{name}`, which is not there",
                where=where,
                hint=TIME_HINT if name.lower() in _CLOCK else f"did you mean `{near}`?" if near else None,
            )


def _know_functions(
    expression: str, calls: set[str], engine: Engine, aggregate: bool, where: str, error: type[PimsyncError]
) -> None:
    scalar, aggregates = _functions(engine)
    for call in sorted(calls - scalar.keys()):
        if call in aggregates and aggregate:
            continue
        if call in aggregates:
            raise error(
                f"`{expression}` calls {call}(), which needs many products; an expression sees one", where=where
            )
        near = closest(call, scalar, cutoff=0.75)
        raise error(
            f"`{expression}` calls {call}(), which is not there",
            where=where,
            hint=f"did you mean {near}()?" if near else None,
        )
    for call in sorted(calls):
        if call in scalar and not scalar[call]:
            raise error(
                f"`{expression}` calls {call}(), whose answer changes from run to run",
                where=where,
                hint=TIME_HINT if call in _CLOCK else None,
            )


#: Functions that look at the session or the machine and not at their arguments.
_OUTWARD = {
    "current_setting", "getvariable", "getenv", "current_user", "current_role", "session_user", "user", "current_catalog", "current_schema",
    "current_schemas", "current_database", "current_query", "version", "in_search_path", "txid_current", "get_current_time",
    "get_current_timestamp", "getdate", "transaction_timestamp", "write_log", "error", "unnest", "parse_duckdb_log_message",
}  # fmt: skip


_known: list[tuple[dict[str, bool], set[str]]] = []


def _functions(engine: Engine) -> tuple[dict[str, bool], set[str]]:
    """The functions that an expression may call, each with whether it always gives the same answer; and the aggregates."""
    if not _known:
        _known.append(_listed(engine))
    return _known[0]


def _listed(engine: Engine) -> tuple[dict[str, bool], set[str]]:
    scalar: dict[str, bool] = {}
    aggregates: set[str] = set()
    rows = engine.rows("select distinct function_name, function_type, coalesce(stability, '') from duckdb_functions()")
    for name, kind, stability in ((row[0].lower(), row[1], row[2]) for row in rows):
        if kind == "aggregate":
            aggregates.add(name)
        elif kind == "scalar" or (
            kind == "macro" and not name.startswith(("pg_", "has_", "current_", "shobj_", "col_"))
        ):
            steady = stability not in ("VOLATILE", "CONSISTENT_WITHIN_QUERY") and name not in _OUTWARD
            scalar[name] = scalar.get(name, True) and steady
    scalar.pop(lookups.FUNCTION, None)
    scalar |= dict.fromkeys(MACROS, True)
    return scalar, aggregates - scalar.keys()
