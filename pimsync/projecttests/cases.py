"""The files of a project's tests: `tests/*.toml`, checked before anything runs."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from pimsync.errors import ProjectError, UsageError
from pimsync.project import Part, Project, checked
from pimsync.store.product import FIELDS
from pimsync.words import closest

#: Where a project's tests are.
FOLDER = "tests"

Scalar = str | int | float | bool | datetime.datetime | datetime.date

_TEST = re.compile(r"^\s*\[\[\s*test\s*\]\]")
_SCOPED = re.compile(r"(.+):([a-z]{2}|[A-Z]{2})")


class Test(Part):
    """One product, one channel, and what has to come of it."""

    name: str = Field(min_length=1)
    channel: str | None = Field(default=None, description="a channel of the project")
    sku: str | None = Field(default=None, description="a product of the catalog")
    product: dict[str, Scalar | list[Any] | dict[str, Scalar]] | None = Field(
        default=None, description="or one written out, field by field, as a catalog would"
    )
    item: dict[str, Any] = Field(default_factory=dict, description="attributes that have to be exactly so")
    absent: tuple[str, ...] = Field(default=(), description="attributes that must have no value")
    findings: tuple[str, ...] | None = Field(default=None, description="exactly these errors and warnings")
    no_findings: bool = False
    in_feed: bool | None = None


class Document(Part):
    """A file of tests: `channel` and the fields under `base` hold for each test that says nothing else."""

    channel: str | None = None
    base: dict[str, Scalar | list[Any] | dict[str, Scalar]] = Field(default_factory=dict)
    test: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Case:
    """A test, ready to run, and where it stands.

    `texts` are its product's fields as a catalog has them, None where it is one of the catalog; `others` are columns that are no field.
    """

    name: str
    file: str
    line: int
    channel: str
    sku: str | None
    texts: Mapping[str, str] | None
    others: Mapping[str, str]
    test: Test

    @property
    def where(self) -> str:
        """The place in the project."""
        return f"{self.file}, line {self.line}"


def any_in(project: Project) -> bool:
    """Whether a project has tests at all."""
    return any((project.folder / FOLDER).glob("*.toml"))


def cases(project: Project) -> list[Case]:
    """Every test of a project.

    Raises:
        UsageError: there are none.
        ProjectError: a file is no such file, or a test makes no sense.
    """
    folder = project.folder / FOLDER
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise UsageError("there are no tests", where=str(folder), hint=_EXAMPLE)
    return [case for path in files for case in _cases(path, project)]


_EXAMPLE = """write tests/first.toml:
[[test]]
name = "a product of the catalog is in the feed"
sku = "…"
channel = "…"
in_feed = true"""


def _cases(path: Path, project: Project) -> Iterator[Case]:
    try:
        text = path.read_text(encoding="utf-8")
        document = checked(Document, _in_brackets(tomllib.loads(text), path), where=path)
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"this is no TOML: {error}", where=str(path)) from None
    except UnicodeDecodeError:
        raise ProjectError("this is no UTF-8 text", where=str(path)) from None
    except OSError as error:
        raise ProjectError(f"cannot be read: {error.strerror}", where=str(path)) from None
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _TEST.match(line)]
    file = f"{FOLDER}/{path.name}"
    for number, test in enumerate(document.test):
        yield _case(test, document, file, lines[number] if number < len(lines) else 1, project)


def _in_brackets(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """See that tests are a list of tables.

    Raises:
        ProjectError: they are one table.
    """
    if isinstance(document.get("test", []), list):
        return document
    raise ProjectError("`test` is no list", where=str(path), hint="write [[test]], in two brackets, above each test")


def _case(test: Test, document: Document, file: str, line: int, project: Project) -> Case:
    """A test with what its file says for all.

    Raises:
        ProjectError: it names no channel of the project, no product or two, or expects nothing.
    """
    where = f"{file}, line {line}"
    channel = test.channel or document.channel
    if channel is None:
        raise ProjectError(f"test {test.name!r} names no channel", where=where, hint=f"channel = {_one_of(project)}")
    if channel not in project.channels:
        near = closest(channel, project.channels)
        hint = f"did you mean {near!r}?" if near else f"the project has {', '.join(project.channels)}"
        raise ProjectError(f"there is no channel {channel!r}", where=where, hint=hint)
    if test.sku is not None and test.product is not None:
        raise ProjectError(
            f"test {test.name!r} has a sku and a product", where=where, hint="the sku of a product stands in it"
        )
    if test.sku is None and test.product is None and not document.base:
        raise ProjectError(f"test {test.name!r} has no product", where=where, hint='product = { sku = "…", … }')
    expects = test.item or test.absent or test.findings is not None or test.no_findings or test.in_feed is not None
    if not expects:
        hint = "say one of item, absent, findings, no_findings, in_feed"
        raise ProjectError(f"test {test.name!r} expects nothing", where=where, hint=hint)
    if test.no_findings and test.findings:
        raise ProjectError(f"test {test.name!r} wants findings and none", where=where)
    texts, others = _texts(_merged(document.base, test.product or {}), where)
    return Case(test.name, file, line, channel, test.sku, texts if test.sku is None else None, others, test)


def _merged(base: Mapping[str, Any], product: Mapping[str, Any]) -> dict[str, Any]:
    """A test's product over the one that holds for all, attribute by attribute."""
    mine, all_ = product.get("attributes"), base.get("attributes")
    if isinstance(mine, Mapping) and isinstance(all_, Mapping):
        return {**base, **product, "attributes": {**all_, **mine}}
    return {**base, **product}


def _one_of(project: Project) -> str:
    return " or ".join(f'"{name}"' for name in project.channels)


def _texts(product: Mapping[str, Any], where: str) -> tuple[dict[str, str], dict[str, str]]:
    """A product as a record of a catalog: a text a field, and a text for each column that is no field.

    Raises:
        ProjectError: a field that no product has.
    """
    texts: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in product.items():
        if name == "attributes" and isinstance(value, Mapping):
            others |= {key: _text(one) for key, one in value.items()}
            continue
        scoped = _SCOPED.fullmatch(name)
        if (scoped[1] if scoped else name) not in FIELDS or name == "attributes":
            if name == "attributes":
                raise ProjectError("`attributes` is no table", where=where, hint='attributes = { season = "winter" }')
            near = closest(name, FIELDS)
            hint = f"did you mean `{near}`?" if near else f"what is no field stands under attributes = {{ {name} = … }}"
            raise ProjectError(f"the master product has no field `{name}`", where=where, hint=hint)
        texts[name] = _text(value)
    for name in others:
        if name.partition(":")[0].casefold() in FIELDS:
            raise ProjectError(f"`{name}` is a field, and stands beside attributes, not within", where=where)
    return texts, others


def _text(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
