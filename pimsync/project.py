"""A project: what pimsync.toml says, checked.

Without a file, the same shape is filled from the command line (`Project.of_options`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from pimsync.errors import PimsyncError, ProjectError, UsageError
from pimsync.words import closest

FILE = "pimsync.toml"

M = TypeVar("M", bound=BaseModel)


class Part(BaseModel):
    """A table of the project file: nothing unknown in it, nothing changed after."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _memory(value: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)", value, re.IGNORECASE):
        raise ValueError("write a size such as 512MB or 2GB")
    return value.replace(" ", "")


def _timezone(value: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("write a time zone such as Europe/Warsaw") from None
    return value


Memory = Annotated[str, AfterValidator(_memory)]
Timezone = Annotated[str, AfterValidator(_timezone)]
#: A blank or a tab is one too; `tab` and `\t` are what people can type on a command line.
Separator = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1),
    BeforeValidator(lambda value: "\t" if value in ("tab", "\\t") else value),
]


Formats = Literal["csv", "tsv", "json", "jsonl", "parquet", "xlsx", "ods", "xml", "sql"]


class Input(Part):
    """Where a file of products is, and how to read what it cannot say of itself."""

    source: str = Field(description="a path, a glob, - for standard input, a URL, or the URL of a database")
    format: Formats | None = None
    preset: str | None = Field(default=None, description="a file under catalog_presets/; none to recognise nothing")
    columns: dict[str, str] = Field(
        default_factory=dict, description="field = SQL expression over the source's columns"
    )
    encoding: str | None = Field(default=None, description="of text files, as Python names it: cp1250, utf-16")
    header: bool | None = Field(default=None, description="whether a delimited file or a sheet names its columns")
    delimiter: Separator | None = Field(default=None, max_length=1)
    sheet: str | None = Field(default=None, description="of a workbook; its first one where none is named")
    items: str | None = Field(
        default=None, min_length=1, description="the path to a product in XML or JSON: shop/offers/offer"
    )
    variants: str | None = Field(default=None, min_length=1, description="the path, in a product, to its variants")
    query: str | None = Field(default=None, min_length=1, description="the SQL to run on a database")
    decimal: Literal[".", ","] | None = Field(default=None, description="the decimal sign of prices and measures")
    list_separator: Separator | None = Field(default=None, description="what stands between the items of a list")
    date_order: Literal["ymd", "dmy", "mdy"] | None = None


class Supplement(Input):
    """More about the catalog's products, joined by a key."""

    key: str = Field(default="sku", description="the master field that both sides share")


class Catalog(Input):
    """The master catalog, and what supplements it."""

    supplement: tuple[Supplement, ...] = ()


class Defaults(Part):
    """What holds for every product and channel that says nothing else."""

    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    language: str | None = Field(default=None, pattern="^[a-z]{2}$")
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    timezone: Timezone = "UTC"
    shop: str | None = None
    shop_url: str | None = None
    guessed: tuple[str, ...] = Field(
        default=(), description="names above that pimsync init guessed and nobody confirmed"
    )

    @field_validator("guessed")
    @classmethod
    def _named(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [name for name in cls.model_fields if name != "guessed"]
        for name in names:
            if name not in known:
                near = closest(name, known)
                raise ValueError(
                    f"[defaults] has no `{name}`; "
                    + (f"did you mean `{near}`?" if near else f"it has {', '.join(known)}")
                )
        return names

    @property
    def values(self) -> dict[str, str | None]:
        """What is said, without what is said about it."""
        return self.model_dump(exclude={"guessed"})

    @property
    def guesses(self) -> dict[str, str]:
        """What is said and nobody has confirmed."""
        return {name: value for name, value in self.values.items() if value and name in self.guessed}


class Rules(Part):
    """Which of a channel's rules the project does without."""

    ignore: tuple[str, ...] = ()


class Channel(Part):
    """One channel of the project: a type, and what the project changes about it."""

    type: str
    where: str | None = None
    unique: str | None = Field(
        default=None, description="what no two products of the channel share: the first one stays"
    )
    map: dict[str, str] = Field(default_factory=dict)
    fix: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: Rules = Rules()
    settings: dict[str, str] = Field(default_factory=dict)
    python: tuple[str, ...] = Field(default=(), description="functions of the project's own, module:function")
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    language: str | None = Field(default=None, pattern="^[a-z]{2}$")
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")


class Lookup(Part):
    """A table that expressions look things up in: a delimited file, and which of its columns are read."""

    source: str = Field(description="a csv or tsv file with a header")
    key: str | None = Field(default=None, description="the column that is looked in; the first one where none is named")
    value: str | None = Field(default=None, description="the column that is found; the second one where none is named")
    ignore_case: bool = Field(default=False, description="whether `Mugs` is found under `mugs`")
    delimiter: Separator | None = Field(default=None, max_length=1)
    encoding: str | None = None


class Rates(Part):
    """What currencies cost: `EUR = 4.31`, one by one, or a file of them, or both."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]]

    source: str | None = Field(default=None, description="a csv or tsv file: currencies and rates")
    key: str | None = Field(default=None, description="the column of the currencies; the first one where none is named")
    value: str | None = Field(default=None, description="the column of the rates; the second one where none is named")
    base: str | None = Field(
        default=None, pattern="^[A-Z]{3}$", description="what the rates are in; else the currency under [defaults]"
    )
    inverse: bool = Field(
        default=False,
        description="whether a rate says what one unit of the base buys, as the European Central Bank's do",
    )

    @model_validator(mode="after")
    def _currencies(self) -> Rates:
        for name in self.listed:
            if not re.fullmatch("[A-Z]{3}", name):
                raise ValueError(f"`{name}` is no currency; write one as EUR = 4.31")
        return self

    @property
    def listed(self) -> dict[str, float]:
        """The rates that stand in the project file."""
        return self.__pydantic_extra__


class Taxonomy(Part):
    """Where the lists of categories are that channels have."""

    google: str | None = Field(
        default=None, description="Google's taxonomy with ids, in any language: taxonomy-with-ids.en-US.txt"
    )


class Resources(Part):
    """What a run may take of the machine."""

    threads: int | None = Field(default=None, ge=1)
    memory: Memory | None = None


class Project(Part):
    """A whole project. `folder` is where its file stands; paths in it start there."""

    catalog: Catalog
    defaults: Defaults = Defaults()
    channels: dict[str, Channel] = Field(default_factory=dict)
    lookups: dict[str, Lookup] = Field(default_factory=dict)
    rates: Rates = Field(default_factory=lambda: Rates.model_validate({}))
    taxonomy: Taxonomy = Taxonomy()
    run: Resources = Resources()
    folder: Path = Field(default_factory=Path.cwd, exclude=True)
    file: Path | None = Field(default=None, exclude=True)

    def selected(self, names: Iterable[str]) -> dict[str, Channel]:
        """The channels with these names, or all of them.

        Raises:
            UsageError: a name that the project does not have, or no channel at all.
        """
        if not self.channels:
            raise UsageError(
                "there is no channel to build",
                where=FILE,
                hint="add a [channels.NAME] table with a type; pimsync channels lists the types",
            )
        chosen = {}
        for name in names or self.channels:
            if name not in self.channels:
                near = closest(name, self.channels)
                hint = f"did you mean {near!r}?" if near else f"the project has {', '.join(self.channels)}"
                raise UsageError(f"there is no channel {name!r}", where=FILE, hint=hint)
            chosen[name] = self.channels[name]
        return chosen


def find(start: Path) -> Path:
    """The nearest pimsync.toml, here or in a folder above.

    Raises:
        UsageError: there is none; the message lists the places looked at.
    """
    folder = start.resolve()
    if folder.is_file():
        return folder
    places = [folder, *folder.parents]
    for place in places:
        if (place / FILE).is_file():
            return place / FILE
    looked = ", ".join(str(place) for place in places[:3]) + (" …" if len(places) > 3 else "")
    raise UsageError(
        f"there is no {FILE}",
        where=looked,
        hint="name a catalog and a channel instead: pimsync build --catalog FILE --channel KEY --out DIR",
    )


def load(path: Path) -> Project:
    """Read and check a project file.

    Raises:
        ProjectError: it is no TOML, or says something that pimsync does not know; with the line where one is known.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"this is no TOML: {error}", where=str(path)) from None
    except UnicodeDecodeError:
        raise ProjectError("this is no UTF-8 text", where=str(path)) from None
    except OSError as error:
        raise ProjectError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if "catalog" not in document:
        raise ProjectError("there is no [catalog] table", where=str(path), hint='[catalog]\nsource = "catalog.csv"')
    return checked(Project, {**document, "folder": path.resolve().parent, "file": path}, where=path)


def of_options(catalog: str, channels: Iterable[str], settings: Mapping[str, str], **changes: Any) -> Project:
    """The project that `--catalog FILE --channel KEY …` stands for: each channel is named after its type."""
    document = {
        "catalog": {"source": catalog, **{k: v for k, v in changes.get("reading", {}).items() if v is not None}},
        "defaults": {k: v for k, v in changes.get("defaults", {}).items() if v is not None},
        "channels": {key: {"type": key, "settings": dict(settings)} for key in channels},
    }
    return checked(Project, document, where=None)


def checked(
    model: type[M], document: Mapping[str, Any], *, where: Path | None, error: type[PimsyncError] = ProjectError
) -> M:
    """A document as a model, or the first thing wrong with it in people's words."""
    try:
        return model.model_validate(document)
    except ValidationError as invalid:
        raise _explained(invalid, model, where, error) from None


def _explained(
    invalid: ValidationError, model: type[BaseModel], where: Path | None, error: type[PimsyncError]
) -> PimsyncError:
    first = invalid.errors()[0]
    names = [str(name) for name in first["loc"]]
    place = ".".join(names)
    line = _line_of(where, names) if where else None
    at = f"{where}, line {line}" if line else (str(where) if where else None)
    if first["type"] == "extra_forbidden":
        near = closest(names[-1], _siblings(model, names[:-1]))
        return error(f"pimsync does not know `{place}`", where=at, hint=f"did you mean `{near}`?" if near else None)
    if first["type"] == "missing":
        return error(f"`{place}` is missing", where=at)
    said = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return error(f"`{place}` is {first['input']!r}: {said}", where=at)


def _siblings(model: Any, path: list[str]) -> list[str]:
    """The names that the table at this path may hold."""
    for name in path:
        if get_origin(model) is dict:
            model = get_args(model)[1]
        elif get_origin(model) is tuple:
            model = get_args(model)[0]
        elif name in getattr(model, "model_fields", {}):
            model = model.model_fields[name].annotation
    return list(getattr(model, "model_fields", {}))


def _line_of(path: Path, names: list[str]) -> int | None:
    """The line on which the last of these names is set, for a person to go to."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    start, found = 0, None
    for name in names:
        word = re.compile(rf"""^\s*(\[+[^\]]*["'.\[]?)?["']?{re.escape(name)}["']?\s*([=.\]]|$)""")
        for number in range(start, len(lines)):
            if word.match(lines[number]):
                start, found = number, number + 1
                break
    return found
