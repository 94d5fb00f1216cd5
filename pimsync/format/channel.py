"""A channel: a folder of data, read and checked."""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from pimsync.errors import ChannelError, UsageError
from pimsync.findings import Severity
from pimsync.format.encode.options import ColumnOptions, DelimitedOptions, XmlOptions
from pimsync.format.schema.refs import Refs, shipped
from pimsync.project import Part, checked
from pimsync.words import closest

DEFINITION = "channel.toml"
SCHEMA = "item.schema.json"
CASES = "cases.toml"


class Spec(Part):
    """The page where the channel says what it wants, and when it was last compared."""

    url: str
    checked: datetime.date


class Feed(Part):
    """The file that the channel takes."""

    encoding: str
    file: str = Field(pattern=r"^[A-Za-z0-9_.-]+\.[a-z0-9]+$")
    key: str | None = None
    max_bytes: int | None = Field(default=None, gt=0)
    max_items: int | None = Field(default=None, gt=0)
    source: str | None = None
    xml: XmlOptions | None = None
    delimited: DelimitedOptions | None = None
    columns: dict[str, ColumnOptions] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _limits_have_a_source(self) -> Feed:
        if (self.max_bytes or self.max_items) and not self.source:
            raise ValueError("a limit needs a `source`")
        return self


class Setting(Part):
    """What the channel needs to know that is no product data."""

    help: str
    source: str | None = None
    default: str | None = None


class Check(Part):
    """What JSON Schema cannot say: over one item's attributes, or across the items that share one."""

    id: str = Field(pattern=r"^[^/]+/[a-z0-9_]+$")
    fails: str
    across: str | None = None
    severity: Severity = Severity.ERROR
    message: str
    help: str
    source: str

    @property
    def attribute(self) -> str:
        """The attribute that the check is about."""
        return self.id.rpartition("/")[0]


class Definition(Part):
    """channel.toml."""

    key: str = Field(pattern="^[a-z][a-z0-9_]*$")
    name: str
    about: str
    spec: Spec
    feed: Feed
    settings: dict[str, Setting] = Field(default_factory=dict)
    attributes: dict[str, str]
    fix: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    check: tuple[Check, ...] = ()


@dataclass(frozen=True)
class ChannelType:
    """A channel's folder: its definition and the schema of one item."""

    folder: Path
    definition: Definition
    schema: dict[str, Any]

    @property
    def key(self) -> str:
        """The folder's name, which is the channel's."""
        return self.definition.key

    @cached_property
    def refs(self) -> Refs:
        """What the schema's `$ref`s point at."""
        return Refs(self.schema, self.folder / SCHEMA)

    @property
    def identity(self) -> str:
        """The attribute that tells items apart: the one the feed names as its key, or else the first."""
        return self.definition.feed.key or next(iter(self.attributes))

    @property
    def attributes(self) -> dict[str, dict[str, Any]]:
        """The attributes in the feed's order, each with its schema."""
        properties: dict[str, dict[str, Any]] = self.schema["properties"]
        return properties

    def attribute_schema(self, name: str) -> dict[str, Any] | None:
        """The schema of an attribute, named or by pattern; None where the channel has no such attribute."""
        if name in self.attributes:
            return self.attributes[name]
        from pimsync.format.schema.patterns import matches

        for pattern, schema in self.schema.get("patternProperties", {}).items():
            if matches(pattern, name):
                found: dict[str, Any] = schema
                return found
        return None


def folders(project: Path | None = None) -> dict[str, Path]:
    """Every channel's folder by key; a project's own `channels/` folder wins."""
    roots = [shipped(), *([project / "channels"] if project else [])]
    return dict(sorted(_folders(roots)))


def _folders(roots: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    for root in roots:
        if root.is_dir():
            yield from ((folder.name, folder) for folder in root.iterdir() if (folder / DEFINITION).is_file())


def find(key: str, project: Path | None = None) -> ChannelType:
    """The channel with this key.

    Raises:
        UsageError: there is none.
        ChannelError: its folder is wrong.
    """
    known = folders(project)
    if key not in known:
        near = closest(key, known)
        raise UsageError(
            f"there is no channel type {key!r}",
            hint=f"did you mean {near!r}?" if near else f"there are {', '.join(known)}",
        )
    return load(known[key])


def load(folder: Path) -> ChannelType:
    """Read and check a channel's folder.

    Raises:
        ChannelError: with the file and the place in it.
    """
    definition = checked(Definition, _toml(folder / DEFINITION), where=folder / DEFINITION, error=ChannelError)
    schema = _json(folder / SCHEMA)
    if folder.parent != shipped():  # those that come with pimsync were checked by its tests
        from pimsync.format.schema.authority import check_schema

        check_schema(schema, folder / SCHEMA)
    channel = ChannelType(folder, definition, schema)
    _hang_together(channel)
    return channel


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ChannelError(f"this is no TOML: {error}", where=str(path)) from None
    except OSError as error:
        raise ChannelError(f"cannot be read: {error.strerror}", where=str(path)) from None


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ChannelError(f"this is no JSON: {error.msg}", where=f"{path}, line {error.lineno}") from None
    except UnicodeDecodeError:
        raise ChannelError("this is no UTF-8 text", where=str(path)) from None
    except OSError as error:
        raise ChannelError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if not isinstance(document, dict) or not isinstance(document.get("properties"), dict):
        raise ChannelError("an item's schema is an object with `properties`", where=str(path))
    return document


def _hang_together(channel: ChannelType) -> None:
    """Hold the definition against the schema: every name that one says is known to the other."""
    definition, where = channel.definition, str(channel.folder / DEFINITION)
    if definition.key != channel.folder.name:
        raise ChannelError(f"the key is {definition.key!r} and the folder is {channel.folder.name!r}", where=where)
    for table, names in (
        ("attributes", definition.attributes),
        ("fix", definition.fix),
        ("feed.columns", definition.feed.columns),
        ("feed.key", [definition.feed.key] if definition.feed.key else []),
        ("check.across", [check.across for check in definition.check if check.across]),
    ):
        for name in names:
            if channel.attribute_schema(name) is None:
                near = closest(name, channel.attributes)
                hint = f"did you mean {near!r}?" if near else None
                raise ChannelError(
                    f"[{table}] names {name!r}, which is no attribute in {SCHEMA}", where=where, hint=hint
                )
    ids = [check.id for check in definition.check]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise ChannelError(f"two checks have the id {twice!r}", where=where)
