"""Reading a project's lookup tables and rates: small delimited files with a header, in any encoding that a catalog may have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from unicodedata import normalize

from pimsync.errors import CatalogError, ProjectError
from pimsync.lookups import RATES, Table
from pimsync.project import Defaults, Input, Lookup, Project, Rates
from pimsync.store.sources.dialect import DELIMITERS, dialect
from pimsync.store.sources.opening import opened
from pimsync.store.sources.records import records
from pimsync.words import closest, count

#: Formats whose files are read as tables.
_DELIMITED = ("csv", "tsv")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a key, its value (empty where it has none yet), and where it stands."""

    key: str
    value: str
    where: str


def tables(project: Project, work: Path) -> dict[str, Table]:
    """The tables of a project, by the names that `lookup()` calls them.

    Args:
        work: where a file that has to be unpacked or written anew is put.

    Raises:
        ProjectError: a table cannot be read, or says two things about one key.
    """
    found = {name: table(name, one, project.folder, work) for name, one in project.lookups.items()}
    if project.rates.source or project.rates.listed:
        found[RATES] = rates(project.rates, project.defaults, project.folder, work)
    return found


def table(name: str, given: Lookup, folder: Path, work: Path) -> Table:
    """One lookup table."""
    read = Table({}, given.ignore_case)
    values: dict[str, str] = {}
    for row in rows(f"lookup table `{name}`", given, folder, work):
        key = read.key(row.key)
        if row.value and values.setdefault(key, row.value) != row.value:
            raise ProjectError(
                f"lookup table `{name}` has `{row.key}` twice, as `{values[key]}` and as `{row.value}`",
                where=row.where,
                hint="keep one of the two lines",
            )
    return Table(values, given.ignore_case)


def rates(given: Rates, defaults: Defaults, folder: Path, work: Path) -> Table:
    """What one unit of each currency costs in the base, which itself costs 1."""
    costs: dict[str, Decimal] = {}
    for row in rows("the table of rates", given, folder, work) if given.source else ():
        currency, cost = row.key.upper(), _cost(row)
        if costs.setdefault(currency, cost) != cost:
            raise ProjectError(f"the rates have `{currency}` twice", where=row.where, hint="keep one of the two lines")
    costs |= {currency: Decimal(repr(cost)) for currency, cost in given.listed.items()}
    if given.inverse:
        costs = {currency: 1 / cost for currency, cost in costs.items()}
    base = given.base or defaults.currency
    if base and costs.setdefault(base, Decimal(1)) != 1:
        hint = f"one {base} is worth one {base}: say what the rates are in by `base`"
        raise ProjectError(f"the rates are in {base}, and have another rate for it", where="[rates]", hint=hint)
    return Table({currency: f"{cost:f}" for currency, cost in costs.items()})


def rows(called: str, given: Lookup | Rates, folder: Path, work: Path) -> Iterator[Row]:
    """The lines of a table that say something.

    Raises:
        ProjectError: it cannot be read, or a line is not as wide as the header.
    """
    with _said_of(called):
        work.mkdir(parents=True, exist_ok=True)
        source = Input(source=given.source or "", encoding=getattr(given, "encoding", None))
        for file, format_ in opened(source, folder, work):
            if format_ not in _DELIMITED:
                raise CatalogError(f"is read from csv or tsv, not from {format_}", where=file.name)
            yield from _rows(file.path, file.name, given, getattr(given, "delimiter", None))


def _rows(path: Path, name: str, given: Lookup | Rates, delimiter: str | None) -> Iterator[Row]:
    written = dialect(path, name, delimiter, header=True)
    places = _places(written.names, given, name)
    for number, record in enumerate(records(path, written.delimiter, written.quote)):
        where = f"{name}, line {record.line}"
        if number < written.above:
            continue
        if record.flaw:
            raise CatalogError("has text that cannot be read, or a quotation mark that is never closed", where=where)
        if len(record.cells) > len(written.names):
            sign = DELIMITERS.get(written.delimiter, written.delimiter)
            raise CatalogError(
                f"has {count(len(record.cells), 'cell')} in a line, and {len(written.names)} in the header",
                where=where,
                hint=f"put a text with a {sign} in it in double quotes",
            )
        cells = (*record.cells, *[""] * len(written.names))
        key, value = (normalize("NFC", cells[place]).strip() for place in places)
        if key:
            yield Row(key, value, where)
        elif value:
            raise CatalogError(f"has `{value}` without a key", where=where)


def _places(names: tuple[str, ...], given: Lookup | Rates, file: str) -> list[int]:
    """Which columns are the key and the value."""
    if len(names) < 2:
        raise CatalogError("has one column; it needs two", where=file, hint="a header such as: from,to")
    found = []
    for wanted, otherwise in ((given.key, 0), (given.value, 1)):
        if wanted is not None and wanted not in names:
            near = closest(wanted, names)
            hint = f"did you mean `{near}`?" if near else f"its columns are {', '.join(names[:20])}"
            raise CatalogError(f"has no column `{wanted}`", where=file, hint=hint)
        found.append(names.index(wanted) if wanted is not None else otherwise)
    if found[0] == found[1]:
        raise CatalogError(f"has `{names[found[0]]}` as key and as value", where=file, hint="name both: key and value")
    return found


def _cost(row: Row) -> Decimal:
    try:
        cost = Decimal(row.value.replace(",", "."))
    except InvalidOperation:
        cost = Decimal(0)
    if not cost.is_finite() or cost <= 0:
        raise ProjectError(f"the rate of `{row.key}` is `{row.value}`, which is no number above 0", where=row.where)
    return cost


@contextmanager
def _said_of(called: str) -> Iterator[None]:
    """What is wrong with a file, said of the table."""
    try:
        yield
    except CatalogError as error:
        said = error.message.replace("the catalog", "it")
        said = said if said.startswith(("has ", "is ")) else f"cannot be read: {said}"
        raise ProjectError(f"{called} {said}", where=error.where, hint=error.hint) from None
