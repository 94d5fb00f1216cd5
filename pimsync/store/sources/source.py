"""What a reader makes of a file: a SELECT whose columns are texts, and what to ask once it ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pimsync.engine import Engine
from pimsync.store.sources.survey import Survey

#: The column with a record's number, where rows and records are not one to one.
RECORD = "?record"

#: The column that says why a record is no product; null for most.
LEFT_OUT = "?left_out"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source: its name, and the SQL that says whether its text is an exact number (`false` for most).

    A hidden one is there for expressions alone: a preset made it, or reads it where this file has it not.
    """

    name: str
    exact: str = "false"
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be read: its number (first = 1), the demand it fails, and its text."""

    record: int
    demand: str
    value: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the catalog as a whole."""

    rule: str
    value: str


@dataclass(frozen=True)
class Source:
    """A catalog as a table of texts.

    `finish` is asked once the relation has been read through: it gives the records that were left out, or None where the
    reading cannot be trusted; `instead` then reads the file anew, more slowly and without any doubt.
    """

    relation: str
    columns: tuple[SourceColumn, ...]
    survey: Survey
    finish: Callable[[Engine, int], list[Reject] | None]
    instead: Callable[[], Source] | None = None
    notices: tuple[Notice, ...] = ()
    fixes: dict[str, int] = field(default_factory=dict)
    extras: tuple[str, ...] = ()  # columns of the relation that are no texts of the source: RECORD, LEFT_OUT
    unfolded: Source | None = None  # the same source before a preset made other rows of it


@dataclass(frozen=True, slots=True)
class File:
    """A catalog file, unpacked: where its bytes are, what people call it, and where a reader may put things.

    `notices` are what was found out on the way; `encoding` is what a file of text was written in before it became UTF-8,
    and `guessed` whether nobody said so. It is `sure` where every byte was looked at.
    """

    path: Path
    name: str
    work: Path
    notices: tuple[Notice, ...] = ()
    encoding: str = "utf_8"
    guessed: bool = False
    sure: bool = True


def copied(source: Source, copy: str, engine: Engine) -> tuple[int, list[Reject]] | None:
    """Run a COPY that reads a source through: its rows, and the records left out; None where the reading cannot be trusted.

    Raises:
        duckdb.Error: it cannot be read, and there is no other way.
    """
    import duckdb

    rejects = None
    try:
        rows = int(engine.value(copy))
        rejects = source.finish(engine, rows)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        if source.instead is None:
            raise
    return None if rejects is None else (rows, rejects)


def as_text(value: str, kind: str) -> tuple[str, str]:
    """SQL: a typed value as text, and whether that is an exact number."""
    kind = kind.upper()
    if kind in ("VARCHAR", '"NULL"', "NULL"):
        return f"cast({value} as varchar)", "false"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "JSON", "UNION", "VARIANT")):
        return f"cast(to_json({value}) as varchar)", "false"
    if kind == "BLOB":
        return f"try(decode({value}))", "false"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{value} = floor({value}) and abs({value}) < 1e15"
        return (
            f"case when {whole} then cast(try_cast({value} as bigint) as varchar) else cast({value} as varchar) end",
            "true",
        )
    number = kind.startswith("DECIMAL") or kind.endswith("INT") or kind in ("INTEGER", "UINTEGER")
    return f"cast({value} as varchar)", "true" if number else "false"
