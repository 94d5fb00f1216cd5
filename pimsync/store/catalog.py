"""Step 1: read a catalog file, check it, and put it down as a snapshot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pimsync import project
from pimsync.engine import Engine, text
from pimsync.errors import CatalogError
from pimsync.expressions import plain
from pimsync.findings import Finding, Rule
from pimsync.lookups import Table
from pimsync.store.gathered import Place
from pimsync.store.outcome import Outcome, outcome
from pimsync.store.piece import Piece, typed
from pimsync.store.reading.currencies import DECIMAL_SIGNS
from pimsync.store.reading.reading import Manner
from pimsync.store.received import Received, received
from pimsync.store.rules import RULES
from pimsync.store.settled import Settled, Supplement, settled
from pimsync.store.snapshot import Snapshot
from pimsync.store.sources.remote import shown


@dataclass(frozen=True)
class CatalogResult:
    """The snapshot, and everything found on the way to it.

    `findings` has one row a finding and one a repair (severity `fix`); `counts`, `examples` and `fixes` sum them up.
    """

    snapshot: Snapshot
    findings: Path
    rules: tuple[Rule, ...]
    counts: dict[Rule, int] = field(default_factory=dict)
    examples: dict[str, list[Finding]] = field(default_factory=dict)
    fixes: dict[Rule, int] = field(default_factory=dict)
    rejected: int = 0  # rows of the snapshot that no channel gets
    unreadable: int = 0  # records of the catalog without a row
    left_out: int = 0  # records that are no products: drafts, parents of variants
    folded: int = 0  # records that are part of another one's product: a further image, a further variant's line
    places: tuple[Place, ...] = ()
    name: str = ""  # what people call the catalog
    preset: str | None = None  # the name of the preset that the catalog was read by


@dataclass(frozen=True)
class Between:
    """What lies between the sources and the snapshot; it is cleared away once the catalog is read."""

    sources: tuple[Received, ...]
    pieces: tuple[Piece, ...]
    supplements: tuple[Supplement, ...]
    products: Settled
    found: Outcome


def read_catalog(
    catalog: project.Catalog,
    defaults: project.Defaults,
    *,
    folder: Path,
    into: Path,
    threads: int | None = None,
    memory: str | None = None,
    tables: Mapping[str, Table] | None = None,
    look: Callable[[Between, Engine], None] | None = None,
) -> CatalogResult:
    """Read the project's catalog.

    Args:
        folder: where relative paths start.
        into: a folder of this stage's own; what is in it goes.
        tables: what the columns' expressions look things up in.
        look: is shown what lies between the sources and the snapshot.

    Raises:
        CatalogError: the catalog cannot be read at all.
        ProjectError: `[catalog.columns]` is wrong.
    """
    _emptied(into)
    with _in_words(shown(catalog.source)):
        inputs = [catalog, *catalog.supplement]
        taken_in = [received(one, folder, _made(into / f"source-{n}")) for n, one in enumerate(inputs)]
        files = [file.path for one in taken_in for file, _ in one.files]
        with Engine(
            folders=[into], files=files, threads=threads, memory=memory or _needed(taken_in), temporary=into / "spill",
            timezone=defaults.timezone, tables=tables,
        ) as engine:  # fmt: skip
            result = _read(taken_in, catalog, defaults, engine, into, look)
    for leftover in into.glob("source-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.rmtree(into / "spill", ignore_errors=True)
    return result


def _read(
    taken_in: Sequence[Received],
    catalog: project.Catalog,
    defaults: project.Defaults,
    engine: Engine,
    into: Path,
    look: Callable[[Between, Engine], None] | None,
) -> CatalogResult:
    pieces: list[Piece] = []
    first = 1
    for number, one in enumerate(taken_in):
        key = "sku" if number == 0 else catalog.supplement[number - 1].key
        with _in_words(one.name):
            pieces.append(
                typed(
                    one,
                    manner_of(one.way, defaults),
                    engine,
                    into / f"source-{number}",
                    key=key,
                    first=first,
                    defaults=defaults.values,
                )
            )
        first += pieces[-1].records
    main = pieces[0]
    supplements = [Supplement(piece, one.key) for piece, one in zip(pieces[1:], catalog.supplement, strict=True)]
    products = settled(main, supplements, engine, into)
    found = outcome(into, engine, supplements, products, defaults.guesses)
    if look:
        look(Between(tuple(taken_in), tuple(pieces), tuple(supplements), products, found), engine)
    snapshot = Snapshot(
        products.path, products.rows, main.records, products.fields,
        () if products.numbered else tuple(one.record for one in main.rejects), found.duplicates, products.numbered,
    )  # fmt: skip
    preset = taken_in[0].preset
    return CatalogResult(
        snapshot, found.path, found.rules, found.counts, found.examples, found.fixes, found.rejected,
        unreadable=len(main.rejects),
        left_out=found.counts.get(RULES["catalog/record/left_out"], 0),
        folded=_folded(main, products, engine),
        places=tuple(place for piece in pieces for place in piece.places),
        preset=preset.definition.name if preset else None,
        name=taken_in[0].name,
    )  # fmt: skip


def _folded(main: Piece, products: Settled, engine: Engine) -> int:
    """How many records have no row of their own and could be read."""
    if "record" not in main.extras:
        return 0
    files = [str(path) for path in (products.path, products.left_out) if path]
    own = " union ".join(f"select record from read_parquet({text(file)})" for file in files)
    return main.records - len(main.rejects) - int(engine.value(f"select count(distinct record) from ({own})"))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """What stops the engine, in people's words.

    Raises:
        CatalogError: the memory or the disk is too small, or the file cannot be read.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        hint = 'give more: memory = "2GB" under [run] in pimsync.toml, or --memory 2GB'
        raise CatalogError("the memory limit is too small for this catalog", where=name, hint=hint) from None
    except (
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.OutOfRangeException,
    ) as error:
        raise CatalogError(f"the catalog cannot be read: {plain(error)}", where=name) from None
    except OSError as error:
        raise CatalogError(f"the snapshot cannot be written: {error.strerror}", where=name) from None


#: What sorting and joining whole records takes, which a preset's rows, supplements and variants call for.
_SORTING = "1GB"


def _needed(taken_in: Sequence[Received]) -> str | None:
    """The memory to read with where the project says none; None for as much as always."""
    folded = any(one.preset and one.preset.definition.rows for one in taken_in)
    return _SORTING if folded or len(taken_in) > 1 else None


def manner_of(catalog: project.Input, defaults: project.Defaults) -> Manner:
    """How a source writes what can be written in several ways, as far as the project says it."""
    usual = DECIMAL_SIGNS.get(defaults.language or "")
    return Manner(catalog.decimal, usual, catalog.list_separator, catalog.date_order or "ymd", defaults.currency)


def _emptied(into: Path) -> None:
    try:
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogError(f"the snapshot cannot be written: {error.strerror}", where=str(into)) from None
