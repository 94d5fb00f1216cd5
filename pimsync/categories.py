"""The catalog's categories: how many products each has, which are mapped to Google's taxonomy, and what the others may be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pimsync.engine import ident, text
from pimsync.errors import CatalogError, ProjectError, UsageError
from pimsync.format import channel as channels_
from pimsync.format.plan import plan
from pimsync.lookups import Table
from pimsync.project import Lookup, Project
from pimsync.store import lookups
from pimsync.store.catalog import read_catalog
from pimsync.store.snapshot import Snapshot
from pimsync.store.sources.dialect import dialect
from pimsync.store.sources.encoding import encoding_of
from pimsync.taxonomy import Suggestion, Taxonomy, load
from pimsync.workplace import at_work, moment, prepared, written

#: The attribute that holds a category of Google's taxonomy, on every channel that takes one.
ATTRIBUTE = "google_product_category"

#: The columns of a new table.
COLUMNS = ("from", "to", "suggestions")


@dataclass(frozen=True)
class Category:
    """One category of the catalog.

    `mapped` of its products have a category of Google's, most of them `to`; `path` is that one's path in the taxonomy, None
    where the taxonomy is not there or does not have it.
    """

    name: str | None
    products: int
    mapped: int
    to: str | None
    path: str | None
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Categories:
    """All categories of a catalog, as a channel has them (or as the catalog's own field has them, where there is no channel)."""

    channel: str | None
    categories: tuple[Category, ...]
    taxonomy: Path | None

    @property
    def unmapped(self) -> list[Category]:
        """Those of which no product is mapped."""
        return [one for one in self.categories if not one.mapped]


def categories(project: Project, channel: str | None = None, *, taxonomy: Path | None = None) -> Categories:
    """Count the categories of a catalog, and find out what they are mapped to.

    Args:
        channel: whose mapping; the project's first channel with such an attribute where none is named.
        taxonomy: Google's file, instead of the one that the project names.

    Raises:
        UsageError: the channel is not there, or has no such attribute.
        ProjectError: the taxonomy cannot be read.
    """
    file = taxonomy or (project.folder / project.taxonomy.google if project.taxonomy.google else None)
    known = load(file) if file else None
    name = _channel(project, channel)
    with at_work(project) as work, written(None):
        found = lookups.tables(project, work / "run" / "tables")
        catalog = read_catalog(
            project.catalog, project.defaults, folder=project.folder, into=work / "snapshot",
            threads=project.run.threads, memory=project.run.memory, tables=found,
        )  # fmt: skip
        rows = _counted(project, name, catalog.snapshot, work, found)
    return Categories(name, tuple(_category(*row, known) for row in rows), file)


def _channel(project: Project, wanted: str | None) -> str | None:
    named = project.selected([wanted] if wanted else []) if wanted or project.channels else {}
    for name, one in named.items():
        if channels_.find(one.type, project.folder).attribute_schema(ATTRIBUTE) is not None:
            return name
    if wanted:
        raise UsageError(f"channel {wanted!r} takes no category of Google's", hint="name another channel, or none")
    return None


def _counted(
    project: Project, name: str | None, snapshot: Snapshot, work: Path, tables: dict[str, Table]
) -> list[tuple[str | None, int, int, str | None]]:
    """Each category with its products, how many are mapped, and to what most of them are."""
    if not any(field.partition(":")[0] == "category" for field in snapshot.fields):
        hint = 'name it under [catalog.columns]: category = "…"'
        raise CatalogError("the catalog has no column that is the category", where=project.catalog.source, hint=hint)
    type_ = channels_.find(project.channels[name].type, project.folder) if name else None
    with prepared(project, work, tables, [type_] if type_ else []) as engine:
        if name and type_:
            channel = project.channels[name]
            planned = plan(type_, channel, project.defaults, snapshot.fields, moment(), engine, name)
            source = planned.scope.products(
                str(snapshot.products), without=str(snapshot.duplicates) if snapshot.duplicates else None
            )
            kept = f"coalesce({planned.where}, false)" if planned.where else "true"
            steps = [("product", f"select *, {kept} as _kept from (\n  {source})"), *planned.steps]
            given = ", ".join(f"{step} as (\n  {sql}\n)" for step, sql in steps)
            value = f"item.{ident(ATTRIBUTE)}" if ATTRIBUTE in planned.item.fields else "cast(null as varchar)"
            read = (
                f"with {given} select product.category, cast({value} as varchar) as value"
                " from product join item on product._row = item._row where product._kept"
            )
        else:
            value = "google_category" if "google_category" in snapshot.fields else "cast(null as varchar)"
            read = f"select category, {value} as value from read_parquet({text(str(snapshot.products))}) where not rejected"
        return engine.rows(
            "select category, count(*) as products, count(value), mode(value order by value)"
            f" from ({read}) group by category order by products desc, category"
        )


def _category(name: str | None, products: int, mapped: int, to: str | None, known: Taxonomy | None) -> Category:
    path = known.path(to) if known and to else None
    lost = known is not None and name is not None and (not mapped or (to is not None and path is None))
    suggestions = known.suggestions(name) if known and name and lost else []
    return Category(name, products, mapped, to, path, tuple(suggestions))


def extended(found: Categories, project: Project, path: Path, accept: float | None = None) -> int:
    """Add the categories that are not mapped to a lookup table, for a person to fill in; the number of new lines.

    Lines that are there stay as they are; a category that stands in one gets no other. A file that is not there is made.

    Args:
        path: the table.
        accept: from which score on, 0 to 1, the first suggestion is filled in at once.

    Raises:
        ProjectError: the file is no table, or cannot be written.
    """
    mine = [one for one in project.lookups.values() if (project.folder / one.source).resolve() == path.resolve()]
    try:
        before = path.read_bytes() if path.exists() else b""
        lines, number = _lines(found.unmapped, path, before, mine[0] if mine else Lookup(source=path.name), accept)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(before + lines)
        partial.replace(path)
    except OSError as error:
        raise ProjectError(f"cannot be written: {error.strerror}", where=str(path)) from None
    return number


def _lines(
    unmapped: Iterable[Category], path: Path, before: bytes, given: Lookup, accept: float | None
) -> tuple[bytes, int]:
    """What to add to a table, and how many lines that is."""
    names: tuple[str, ...] = COLUMNS
    delimiter, there = ",", set[str]()
    table = Table({}, given.ignore_case)
    if before.strip():
        if encoding_of(path).codec != "utf_8":
            raise ProjectError("only a table in UTF-8 can be added to", where=str(path), hint="save it as UTF-8")
        written_ = dialect(path, path.name, given.delimiter, header=True)
        names, delimiter = written_.names, written_.delimiter
        local = given.model_copy(update={"source": path.name})
        there = {table.key(row.key) for row in lookups.rows(f"table `{path.name}`", local, path.parent, path.parent)}
    out = io.StringIO()
    end = "\r\n" if b"\r\n" in before else "\n"
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator=end, extrasaction="ignore")
    key, value = given.key or names[0], given.value or names[1]
    if not before.strip():
        writer.writeheader()
    elif not before.endswith((b"\n", b"\r")):
        out.write(end)
    new = [one for one in unmapped if one.name is not None and table.key(one.name) not in there]
    for one in new:
        best = one.suggestions[0] if one.suggestions else None
        sure = best.id if best and accept is not None and best.score >= accept else ""
        writer.writerow({COLUMNS[2]: "; ".join(map(said, one.suggestions)), key: one.name, value: sure})
    return out.getvalue().encode(), len(new)


def said(suggestion: Suggestion) -> str:
    """`2169 Home & Garden > … > Mugs (100%)`."""
    return f"{suggestion.id} {suggestion.path} ({suggestion.score:.0%})"
