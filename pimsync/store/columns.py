"""Which column of a source fills which field of the master product."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pimsync.engine import Engine, ident
from pimsync.errors import CatalogError, ProjectError
from pimsync.expressions import Expression, bound, checked
from pimsync.store.product import FIELDS, Field
from pimsync.store.reading.moments import start_and_end
from pimsync.store.sources.source import Notice, Source, SourceColumn, as_text
from pimsync.words import closest, count

#: Google's one column for two fields.
SALE_PERIOD = "salepriceeffectivedate"

#: Fields that are one for every language and country.
_ONE = ("sku", "parent_sku", "attributes")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the snapshot, and where its raw text comes from.

    `raw` is SQL over the source's columns, `exact` says whether it is an exact number, `failed` whether the user's
    expression could not be computed for a record; `reads` are the columns that it speaks of.
    """

    name: str
    field: Field
    raw: str
    exact: str = "false"
    failed: str | None = None
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything goes: fields and their variants, the rest to attributes."""

    columns: tuple[Column, ...]
    attributes: tuple[str, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A field's expression, as a project or a preset says it, and where it says so."""

    expression: str
    where: str


def arranged(
    source: Source,
    mapped: Mapping[str, Mapped],
    engine: Engine,
    file: str,
    *,
    key: str = "sku",
    leave: Iterable[str] = (),
) -> Columns:
    """Find each field's column: the expression for it, else the column of that name, else the first synonym.

    Args:
        key: the field that every record needs.
        leave: columns that fill no field, whatever they are called.

    Raises:
        ProjectError: an expression is for no field, or cannot be let in.
        CatalogError: no column is the key.
    """
    own, by_name = _mapped(source, mapped, engine), _by_name(source, leave)
    found: dict[str, Column] = {column.name: column for column in own}
    used = {column.raw for column in own} | {ident(name) for column in own for name in column.reads}
    notices: list[Notice] = []
    for scope in dict.fromkeys(scope for _, scope in by_name):
        for field in FIELDS.values():
            if field.name == "attributes" or (scope and field.name in _ONE):
                continue
            name = f"{field.name}:{scope}" if scope else field.name
            words = dict.fromkeys(_plain(word) for word in (field.name, *field.synonyms))
            candidates = [column for word in words for column in by_name.get((word, scope), ())]
            if name not in found and candidates:
                taken = candidates.pop(0)
                found[name] = Column(name, field, ident(taken.name), taken.exact)
                used.add(ident(taken.name))
                notices += [
                    Notice("column/two_for_one", f"{other.name} ({name} is {taken.name})") for other in candidates
                ]
        used |= _sale_period(by_name, scope, found)
    if key not in found:
        raise _no_key(key, [column.name for column in source.columns if not column.hidden], file)
    order = {name: number for number, name in enumerate(FIELDS)}
    columns = sorted(found.values(), key=lambda column: (order[column.field.name], column.name))
    rest = tuple(column.name for column in source.columns if not column.hidden and ident(column.name) not in used)
    return Columns(tuple(columns), rest, tuple(notices))


def _by_name(source: Source, leave: Iterable[str]) -> dict[tuple[str, str], list[SourceColumn]]:
    """The columns that may fill a field by their names, by the name as it is compared and by its language or country."""
    left = {name.casefold() for name in leave}
    found: dict[tuple[str, str], list[SourceColumn]] = defaultdict(list)
    for column in source.columns:
        if not column.hidden and column.name.casefold() not in left:
            name, scope = _scope(column.name)
            found[_plain(name), scope].append(column)
    return found


def _scope(name: str) -> tuple[str, str]:
    """A column's name without its language or country, and that."""
    match = re.fullmatch(r"\s*(.+?)\s*:\s*([a-z]{2}|[A-Z]{2})\s*", name)
    return (match[1], match[2]) if match and _plain(match[1]) in _KNOWN else (name, "")


def _plain(name: str) -> str:
    """A name as names are compared: case, blanks, hyphens and underscores do not count."""
    return re.sub(r"[\s_-]", "", name.casefold())


_KNOWN = {_plain(word) for field in FIELDS.values() for word in (field.name, *field.synonyms)} | {SALE_PERIOD}


def _sale_period(
    by_name: Mapping[tuple[str, str], list[SourceColumn]], scope: str, found: dict[str, Column]
) -> set[str]:
    """The start and the end of the sale from Google's one column, where no column of their own fills them."""
    column = next(iter(by_name.get((SALE_PERIOD, scope), ())), None)
    names = [f"{field}:{scope}" if scope else field for field in ("sale_starts", "sale_ends")]
    if column is None or any(name in found for name in names):
        return set()
    raw = ident(column.name)
    for name, half in zip(names, start_and_end(raw), strict=True):
        found[name] = Column(name, FIELDS[name.partition(":")[0]], half)
    return {raw}


def _mapped(source: Source, mapped: Mapping[str, Mapped], engine: Engine) -> list[Column]:
    names = [column.name for column in source.columns]
    expressions: dict[str, Expression] = {}
    for name, one in mapped.items():
        field, scope = _scope(name) if ":" in name else (name, "")
        if field not in FIELDS or field == "attributes" or (scope and field in _ONE):
            near = closest(name, FIELDS)
            hint = f"did you mean `{near}`?" if near else None
            raise ProjectError(f"the master product has no field `{name}`", where=one.where, hint=hint)
        expressions[name] = checked(one.expression, engine, names, one.where)
    types = bound(expressions, f"from ({source.relation})", engine, {name: one.where for name, one in mapped.items()})
    return [_computed(name, expression, types[name], source.columns) for name, expression in expressions.items()]


def _computed(name: str, expression: Expression, kind: str, source: Sequence[SourceColumn]) -> Column:
    """A field from an expression; one that cannot be computed for a record is caught there."""
    field = FIELDS[name.partition(":")[0]]
    alone = next((c for c in source if c.name in expression.columns and _is_name(expression.sql, c.name)), None)
    if alone and kind == "VARCHAR":
        return Column(name, field, ident(alone.name), alone.exact)
    tried = f"try({{'value': {expression.sql}}})"
    raw, exact = as_text(f"{tried}.value", kind)
    return Column(name, field, raw, exact, failed=f"{tried} is null", reads=expression.columns)


def _is_name(sql: str, name: str) -> bool:
    bare = sql.removeprefix("(").removesuffix(")").strip()
    return bare.lower() == name.lower() or bare == ident(name)


def _no_key(key: str, listed: list[str], file: str) -> CatalogError:
    shown = ", ".join(f"`{name}`" for name in listed[:12]) + (" …" if len(listed) > 12 else "")
    return CatalogError(
        f"no column is the {key}; there {'is' if len(listed) == 1 else 'are'} {count(len(listed), 'column')}: {shown}",
        where=file,
        hint=f'pimsync init {file} proposes one; or name it in pimsync.toml: [catalog.columns] {key} = "…"',
    )
