"""Mapping and fixes: how a product becomes an item, as named steps of one query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimsync.engine import Engine, ident
from pimsync.errors import ChannelError, PimsyncError, ProjectError
from pimsync.expressions import Expression, bound, checked
from pimsync.findings import Rule, Severity
from pimsync.format.channel import DEFINITION, ChannelType
from pimsync.format.schema.shape import Group, ListOf, Scalar, Shape, shape_of, sql_type
from pimsync.format.scope import Scope
from pimsync.format.types import Brought, bring, parse
from pimsync.macros import MACROS
from pimsync.project import Channel
from pimsync.words import closest

_FIX = re.compile(r"\s*([a-z_][a-z0-9_]*)\s*(?:\((.*)\))?\s*", re.DOTALL)
_BARE = re.compile(r"\s*[a-z_][a-z0-9_]*\s*")


@dataclass(frozen=True)
class Attribute:
    """One attribute of the items: where its value comes from, its shape, and its repairs.

    `own` says that the project has a word in it, and not the channel's definition alone.
    """

    name: str
    source: str
    value: Brought
    fixes: tuple[Fix, ...] = ()
    own: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is a master field as it stands."""
        return not self.fixes and _BARE.fullmatch(self.source) is not None


@dataclass(frozen=True)
class Fix:
    """One repair: its name, the SQL that makes it, and what it does in words."""

    name: str
    sql: str
    says: str


@dataclass(frozen=True)
class ItemMapping:
    """All attributes of a channel's items, in the feed's order, and the filter on products."""

    attributes: tuple[Attribute, ...]
    where: str | None

    @property
    def item(self) -> Group:
        """The columns of an item."""
        return Group({attribute.name: attribute.value.shape for attribute in self.attributes})

    @property
    def levels(self) -> int:
        """How many rounds of repairs there are."""
        return max((len(attribute.fixes) for attribute in self.attributes), default=0)


def mapping(channel: ChannelType, project: Channel, scope: Scope, engine: Engine, name: str) -> ItemMapping:
    """What the channel's definition and the project say together; the project wins.

    Raises:
        ProjectError, ChannelError: an expression or a fix that cannot be, with its place.
    """
    expressions: dict[str, Expression] = {}
    sources: dict[str, tuple[str, str, type[PimsyncError]]] = {}
    for attribute, source, place, error in _sources(channel, project, name):
        expressions[attribute] = checked(source, engine, scope.names, place, error=error)
        sources[attribute] = source, place, error
    places = {attribute: place for attribute, (_, place, _) in sources.items()}
    types = bound(
        expressions,
        scope.empty(),
        engine,
        places,
        next((e for _, _, e in sources.values() if e is ProjectError), ChannelError),
    )
    found, empty = [], _always_empty(expressions, scope, engine)
    always = [name for name, column in channel.definition.feed.columns.items() if column.always]
    for attribute in _in_order(channel, {**dict.fromkeys(always), **expressions}):
        if attribute not in expressions or attribute in empty:
            if attribute in always:
                found.append(_nothing(channel, attribute))
            continue
        schema = channel.attribute_schema(attribute)
        assert schema is not None
        source, place, error = sources[attribute]
        value = bring(
            expressions[attribute].sql,
            parse(types[attribute]),
            shape_of(schema, channel.refs),
            error(f"`{attribute}` cannot be filled with `{source}`", where=place),
        )
        own = attribute in project.map or attribute in project.fix
        fixes = tuple(_fixes(channel, project, attribute, value.shape, engine, name))
        found.append(Attribute(attribute, source, value, fixes, own))
    where = None
    if project.where is not None:
        place = f"pimsync.toml, [channels.{name}] where"
        condition = checked(project.where, engine, scope.names, place)
        kind = bound({"where": condition}, scope.empty(), engine, {"where": place})["where"]
        if kind not in ("BOOLEAN", '"NULL"'):
            raise ProjectError(f"`{project.where}` is no condition: it gives {parse(kind).says}", where=place)
        where = condition.sql
    return ItemMapping(tuple(found), where)


def _nothing(channel: ChannelType, name: str) -> Attribute:
    """An attribute whose column stands in the feed although nothing fills it."""
    shape = shape_of(channel.attribute_schema(name) or {}, channel.refs)
    return Attribute(name, "null", Brought(f"cast(null as {sql_type(shape)})", shape))


def _always_empty(expressions: Mapping[str, Expression], scope: Scope, engine: Engine) -> set[str]:
    """The attributes that this catalog cannot fill: all that they are made of are fields it has no column for.

    They are as good as not mapped: nothing is computed, checked or written for them, product by product.
    """
    candidates = [n for n, e in expressions.items() if e.columns and not e.columns & scope.filled]
    if not candidates:
        return set()
    tested = ", ".join(f"{expressions[name].sql} is null" for name in candidates)
    [row] = engine.rows(f"select {tested} {scope.empty(rows=1)}")
    return {name for name, empty in zip(candidates, row, strict=True) if empty}


def _sources(channel: ChannelType, project: Channel, name: str) -> Iterator[tuple[str, str, str, type[PimsyncError]]]:
    """Each attribute's expression, the place it stands at, and the error that it would be."""
    for attribute, expression in channel.definition.attributes.items():
        if attribute not in project.map:
            yield attribute, expression, f"{channel.folder / DEFINITION}, [attributes] {attribute}", ChannelError
    for attribute, expression in project.map.items():
        place = f"pimsync.toml, [channels.{name}.map] {attribute}"
        if channel.attribute_schema(attribute) is None:
            near = closest(attribute, channel.attributes)
            raise ProjectError(
                f"{channel.definition.name} has no attribute `{attribute}`",
                where=place,
                hint=f"did you mean `{near}`?" if near else f"pimsync channels {channel.key} lists them",
            )
        yield attribute, expression, place, ProjectError


def _in_order(channel: ChannelType, mapped: Mapping[str, Any]) -> list[str]:
    """The feed's order: the schema's, then what stands there by pattern."""
    named = [name for name in channel.attributes if name in mapped]
    return named + [name for name in mapped if name not in channel.attributes]


def _fixes(
    channel: ChannelType, project: Channel, attribute: str, shape: Shape, engine: Engine, name: str
) -> Iterator[Fix]:
    own = attribute in project.fix
    place = (
        f"pimsync.toml, [channels.{name}.fix] {attribute}"
        if own
        else f"{channel.folder / DEFINITION}, [fix] {attribute}"
    )
    error: type[PimsyncError] = ProjectError if own else ChannelError
    calls = project.fix.get(attribute, channel.definition.fix.get(attribute, ()))
    if (own or attribute in project.map) and _holds_text(shape):
        calls = (*calls, "clean")  # the catalog's texts are clean; what a project makes of them need not be
    for call in calls:
        match = _FIX.fullmatch(call)
        if match is None:
            raise error(f"`{call}` is no fix; write a name such as squeeze, or truncate(150)", where=place)
        function, arguments = match.group(1), match.group(2)
        macro = MACROS.get(function)
        whole = macro is not None and macro.whole_list
        elements = isinstance(shape, ListOf) and not whole
        value = "_each" if elements else ident(attribute)
        sql = f"{function}({value}{', ' + arguments if arguments else ''})"
        checked(sql, engine, {"_each", attribute}, place, error=error)
        if elements:
            sql = f"list_transform({ident(attribute)}, lambda _each: {sql})"
        if isinstance(shape, Scalar) and shape.kind != "string":
            raise error(f"`{call}` repairs text, and {attribute} is {shape.kind}", where=place)
        yield Fix(function, sql, macro.says if macro else f"{function}() was applied.")


def _holds_text(shape: Shape) -> bool:
    return (shape.of if isinstance(shape, ListOf) else shape) == Scalar("string")


def steps(
    mapping: ItemMapping, widened: Mapping[str, str], absent: Mapping[str, str], carried: Sequence[str]
) -> list[tuple[str, str]]:
    """The named steps from `product` to `item`: `mapped`, one `fixed` a round of repairs, and the last, without empty texts.

    `widened` gives groups that a check reads more of than the mapping fills the type that has all sub-attributes; `absent`
    are attributes that a check reads and nothing fills, with their types; `carried` are columns of the product that go along.
    """
    attributes = mapping.attributes
    chosen = [f"{a.value.sql} as {ident(a.name)}" for a in attributes]
    failures = [f"{a.value.fails} as {ident(a.name + '~type')}" for a in attributes if a.value.fails]
    along = ", ".join(["_row", "_sku", "_kept", *carried, "settings", "now"])
    found = [("mapped", f"select {along},\n    {_lines(chosen + failures)}\n  from product")]
    for level in range(mapping.levels):
        due = [a for a in attributes if len(a.fixes) > level]
        kept = ", ".join(ident(a.name) for a in due)
        before = [f"{ident(a.name)} as {ident(f'{a.name}~{level}')}" for a in due]
        after = [f"{a.fixes[level].sql} as {ident(a.name)}" for a in due]
        found.append(
            (f"fixed{level + 1}", f"select * exclude ({kept}),\n    {_lines(after + before)}\n  from {found[-1][0]}")
        )
    texts = [a.name for a in attributes if not a.bare and a.value.shape == Scalar("string")]
    replaced = [f"nullif({ident(name)}, '') as {ident(name)}" for name in texts]
    replaced += [f"cast({ident(name)} as {kind}) as {ident(name)}" for name, kind in widened.items()]
    chosen = [f"*{' replace (' + ', '.join(replaced) + ')' if replaced else ''}"]
    chosen += [f"cast(null as {kind}) as {ident(name)}" for name, kind in absent.items()]
    found.append(("item", f"select {_lines(chosen)}\n  from {found[-1][0]}"))
    return found


def fix_flags(mapping: ItemMapping, key: str) -> Iterator[tuple[Rule, str, str]]:
    """Per fix: its rule, when it changed something, and the value before."""
    for attribute in mapping.attributes:
        for level, fix in enumerate(attribute.fixes):
            last = level + 1 == len(attribute.fixes)
            before = ident(f"{attribute.name}~{level}")
            after = ident(attribute.name if last else f"{attribute.name}~{level + 1}")
            rule = Rule(f"{key}/{attribute.name}/{fix.name}", attribute.name, Severity.INFO, fix.says, fix=True)
            yield rule, f"{before} is distinct from {after}", f"cast({before} as varchar)"


def _lines(parts: Sequence[str]) -> str:
    return ",\n    ".join(parts)
