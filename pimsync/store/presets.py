"""Presets: how the exports of known systems become master products, as data."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from pimsync.errors import ProjectError
from pimsync.project import Formats, Input, Part, checked
from pimsync.words import closest

#: The word in a project that turns recognising off.
NONE = "none"

#: What a preset may say about reading: everything a project can, but for what is the project's alone, and the encoding, which is
#: settled before the columns can show which preset it is.
READING = frozenset(Input.model_fields) - {"source", "preset", "columns", "query", "encoding"}


class Recognise(Part):
    """What a file shows that such an export, and next to no other file, has."""

    columns: tuple[str, ...] = Field(min_length=1, description="columns that are all there")
    others: tuple[tuple[str, ...], ...] = Field(default=(), description="or these, of an export in another language")
    formats: tuple[Formats, ...] = ()


class LeftOut(Part):
    """Records that are no products: when, and what is said of them."""

    when: str
    why: str


class Case(Part):
    """A file of such an export, and what becomes of its records."""

    name: str
    source: str = Field(description="the file, as text")
    suffix: str = ".csv"
    defaults: dict[str, str] = Field(default_factory=dict, description="what the project says under [defaults]")
    products: tuple[dict[str, Any], ...] = Field(description="the products, each with the fields to look at")
    left_out: int = 0


class Definition(Part):
    """A preset's file."""

    name: str
    url: str | None = None
    checked: datetime.date | None = None
    recognise: Recognise
    read: dict[str, Any] = Field(default_factory=dict)
    reads: tuple[str, ...] = ()
    rows: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    leave: tuple[str, ...] = ()
    columns: dict[str, str]
    case: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Preset:
    """A preset, and the file it stands in."""

    key: str
    path: Path
    definition: Definition

    def read_by(self, catalog: Input) -> Input:
        """How the catalog is read: what the project says wins."""
        said = catalog.model_dump(exclude_unset=True)
        return checked(type(catalog), {**self.definition.read, **said}, where=self.path)


def shipped() -> Path:
    """The folder of the presets that come with pimsync: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "catalog_presets"
    return inside if inside.is_dir() else package.parent / "catalog_presets"


def files(project: Path | None = None) -> dict[str, Path]:
    """Every preset's file by key; a project's own `catalog_presets/` folder wins."""
    return dict(sorted(_files([shipped(), *([project / "catalog_presets"] if project else [])])))


def _files(roots: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    for root in roots:
        if root.is_dir():
            yield from ((path.stem, path) for path in root.glob("*.toml"))


def find(key: str, project: Path | None = None) -> Preset:
    """The preset with this key.

    Raises:
        ProjectError: there is none, or its file is wrong.
    """
    known = files(project)
    if key not in known:
        near = closest(key, known)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(known)}"
        raise ProjectError(f"there is no preset {key!r}", where="pimsync.toml, [catalog] preset", hint=hint)
    return load(known[key])


def load(path: Path, *, cases: bool = False) -> Preset:
    """Read and check a preset's file, its cases only where they are asked for: they are most of it, and TOML is slow to read.

    Raises:
        ProjectError: it is no TOML, or says something that no preset says.
    """
    try:
        whole = path.read_text(encoding="utf-8")
        document = tomllib.loads(whole if cases else _CASES.split(whole, maxsplit=1)[0])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"this is no TOML: {error}", where=str(path)) from None
    except OSError as error:
        raise ProjectError(f"cannot be read: {error.strerror}", where=str(path)) from None
    definition = checked(Definition, document, where=path)
    unknown = [name for name in definition.read if name not in READING]
    if unknown:
        raise ProjectError(f"[read] does not know `{unknown[0]}`", where=str(path))
    return Preset(path.stem, path, definition)


def recognised(columns: Collection[str], format_: str, project: Path | None = None) -> Preset | None:
    """The preset whose columns a file has; the one that asks for the most where several fit."""
    have = {name.casefold() for name in columns}
    fitting = []
    for path in files(project).values():
        asked = _asked(path)
        for wanted in [asked.get("columns", ()), *asked.get("others", ())]:
            if (
                wanted
                and have.issuperset(map(str.casefold, wanted))
                and format_ in (asked.get("formats") or (format_,))
            ):
                fitting.append((-len(wanted), path))
    return load(min(fitting)[1]) if fitting else None


def _asked(path: Path) -> Mapping[str, Any]:
    """What a preset asks for, before the rest of it is read."""
    try:
        found = _RECOGNISE.search(path.read_text(encoding="utf-8"))
        asked = tomllib.loads(found[0])["recognise"] if found else None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        asked = None
    return asked if asked is not None else load(path).definition.recognise.model_dump()


#: Where a preset's cases begin, and the table that says what it is recognised by.
_CASES = re.compile(r"^\[\[case\]\]", re.MULTILINE)
_RECOGNISE = re.compile(r"^\[recognise\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
