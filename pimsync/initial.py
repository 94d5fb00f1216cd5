"""A first project for a catalog: looked at, recognised or mapped by a proposal, and written down."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pimsync import project
from pimsync.errors import ProjectError, UsageError
from pimsync.format import channel as channel_folders
from pimsync.format.channel import ChannelType
from pimsync.store import presets
from pimsync.store.look import Look, looked_at
from pimsync.store.product import FIELDS
from pimsync.store.proposal import Proposal, Proposals, propose
from pimsync.store.proposal.guess import guessed_currency, guessed_shop
from pimsync.store.proposal.nested import variants_in
from pimsync.store.proposal.silence import plain_name
from pimsync.store.proposal.writing import document
from pimsync.store.rules import NO_SHOP, RULES
from pimsync.store.sources.looks import SUFFIXES
from pimsync.store.unsaid import unsaid
from pimsync.words import count, shown

#: Asks a person for a default: its name, and what it is where they say nothing else.
Ask = Callable[[str, str], str]

START = Path(__file__).parent / "store" / "proposal" / "start.toml"


@dataclass(frozen=True)
class Initial:
    """What was found out about a catalog, and the project that was written for it.

    `missing` are fields that a channel requires and nothing fills, with the channels' attributes; `notes` what else a person should
    look at.
    """

    file: Path
    look: Look
    proposals: Proposals
    filled: frozenset[str]
    missing: tuple[Proposal, ...]
    notes: tuple[str, ...]
    channels: Mapping[str, str]

    @property
    def can_be_built(self) -> bool:
        """Whether records can be told apart: without a key there is no product."""
        return "sku" in self.filled


def init(
    catalog: str | None,
    folder: Path,
    *,
    channels: Sequence[str] = (),
    reading: Mapping[str, Any] | None = None,
    defaults: Mapping[str, str | None] | None = None,
    ask: Ask | None = None,
    force: bool = False,
) -> Initial:
    """Look at a catalog and write a pimsync.toml for it.

    Args:
        catalog: its path or address; None for the one file in the folder that may be one.
        folder: where the project is to be.
        channels: their types; those of start.toml where there are none.
        reading: how the catalog is read, where it cannot say so itself: keys of [catalog].
        defaults: currency, language, country and shop_url, where they are known.
        ask: asks a person for the currency and the shop's address before they are guessed.
        force: whether a pimsync.toml that is there may be replaced.

    Raises:
        UsageError: there is a pimsync.toml, or no catalog, or no such channel.
        CatalogError: the catalog cannot be read.
    """
    target = folder / project.FILE
    if target.exists() and not force:
        raise UsageError("there is a project already", where=str(target), hint="pimsync init --force replaces it")
    types = [channel_folders.find(key, folder) for key in dict.fromkeys(channels or _start()["channels"])]
    given = {"currency": None, "language": None, "country": None, "shop_url": None, **(defaults or {})}
    project.checked(project.Defaults, {k: v for k, v in given.items() if v}, where=None, error=UsageError)
    asked = project.checked(
        project.Catalog, {"source": _source(catalog, folder), **(reading or {})}, where=None, error=UsageError
    )
    if catalog is not None and not folder.is_dir():
        reads, start = asked.model_copy(update={"source": catalog}), Path()
    else:
        reads, start = asked, folder
    look = looked_at(reads, start)
    if look.preset is None and reads.variants is None and (variants := variants_in(look.columns)):
        reads, asked = (one.model_copy(update={"variants": variants}) for one in (reads, asked))
        look = looked_at(reads, start)
    said = {name: value for name, value in given.items() if value}
    preset = presets.find(look.preset, folder) if look.preset else None
    lacking = unsaid(reads, start, preset, said) if preset else frozenset()
    initial = _initial(look, target, types, _proposed(look, preset, lacking, said, ask))
    text = _written(initial, asked.model_dump(exclude_unset=True), types)
    _verified(text, folder)
    _put(text, target, force=force)
    return initial


def _start() -> dict[str, Any]:
    return tomllib.loads(START.read_text(encoding="utf-8"))


def _source(catalog: str | None, folder: Path) -> str:
    """The catalog as the project names it: from its folder on."""
    if catalog is None:
        return _likely(folder)
    if catalog == "-":
        raise UsageError("a project needs a catalog that it can read again", hint="name a file or an address")
    if re.match(r"[a-z][a-z0-9+.-]+:", catalog, re.IGNORECASE) and not Path(catalog).drive:
        if re.search(r"://[^/@\s]*:(?!\$\{)[^/@\s]+@", catalog):
            raise UsageError("the address holds a password", hint="write ${NAME} in its place, and set that variable")
        return catalog
    path, start = Path(catalog).absolute(), folder.absolute()
    with contextlib.suppress(ValueError):  # another drive
        if not Path(catalog).is_absolute() or os.path.commonpath([path, start]) != path.anchor:
            return Path(os.path.relpath(path, start)).as_posix()
    return path.as_posix()


def _likely(folder: Path) -> str:
    """The one file in a folder that may be a catalog."""
    files = sorted(path.name for path in folder.iterdir() if _may_be_catalog(path)) if folder.is_dir() else []
    if len(files) == 1:
        return files[0]
    if not files:
        raise UsageError("there is no catalog here", where=str(folder), hint="name one: pimsync init FILE")
    listed = ", ".join(files[:6]) + (" …" if len(files) > 6 else "")
    raise UsageError(
        f"there are {count(len(files), 'file')} that may be the catalog: {listed}",
        where=str(folder), hint=f"name the one that is: pimsync init {files[0]}",
    )  # fmt: skip


def _may_be_catalog(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] in ([".gz"], [".zip"]):
        suffixes = suffixes[:-1]
    return path.is_file() and not path.name.startswith(".") and bool(suffixes) and suffixes[-1] in SUFFIXES


def _proposed(
    look: Look, preset: presets.Preset | None, lacking: Iterable[str], said: Mapping[str, str], ask: Ask | None
) -> Proposals:
    """What is proposed for the columns, or but for the defaults left to the preset.

    Args:
        lacking: the defaults that the preset's products cannot do without.
    """
    proposals = propose(look.columns, **{name: said.get(name) for name in ("currency", "language", "country")})
    defaults = {one.field: one for one in proposals.defaults}
    if preset:
        proposals = Proposals()
        guess = defaults.pop("currency") if "currency" in defaults and defaults["currency"].is_guess else None
        spoken = defaults["language"].expression if "language" in defaults else None
        if "currency" in lacking and "currency" not in defaults:
            defaults["currency"] = guess or guessed_currency(look.columns, spoken)
        if "shop_url" in lacking:
            defaults["shop_url"] = guessed_shop(look.columns)
    defaults |= {name: _said(name, value) for name, value in said.items()}
    names = [name for name in project.Defaults.model_fields if name in defaults]
    return replace(proposals, defaults=tuple(_confirmed(defaults[name], ask) for name in names))


def _confirmed(one: Proposal, ask: Ask | None) -> Proposal:
    """A default that a person was asked for, where it is a guess that matters; an address that is none stays a guess."""
    if not ask or not one.is_guess or one.field not in ("currency", "shop_url"):
        return one
    answer = _said(one.field, ask(one.field, one.expression))
    return one if answer.expression == NO_SHOP else answer


def _said(name: str, value: str) -> Proposal:
    """A default as a person says it: an address often without https://."""
    bare = name == "shop_url" and "://" not in value
    return Proposal(name, f"https://{value}" if bare else value, "as you said")


def _initial(look: Look, target: Path, types: Sequence[ChannelType], proposals: Proposals) -> Initial:
    filled = {one.field for one in proposals.fields}
    if look.preset:
        preset = presets.find(look.preset, target.parent)
        filled = {*preset.definition.columns, *_by_name(look, preset.definition.leave)}
    guesses = [one for one in proposals.defaults if one.is_guess]
    notes = [*(f"{one.field} {one.expression}: {one.why}" for one in guesses), *_notices(look), *proposals.notes]
    known = filled | {one.field for one in proposals.defaults} | {"currency"}
    if "quantity" in known:
        known.add("availability")
    missing = tuple(_missing(types, known))
    return Initial(target, look, proposals, frozenset(filled), missing, tuple(notes), _named(types))


def _by_name(look: Look, leave: Iterable[str]) -> Iterator[str]:
    """The fields whose columns pimsync knows without being told."""
    left = {name.casefold() for name in leave}
    names = {plain_name(column.name) for column in look.columns if column.name.casefold() not in left}
    yield from (
        name for name, field in FIELDS.items() if any(plain_name(word) in names for word in (name, *field.synonyms))
    )


def _notices(look: Look) -> Iterator[str]:
    """What was found out about the file, in the words of its rules."""
    for notice in look.notices:
        rule = RULES.get(f"catalog/{notice.rule}")
        if rule and notice.rule.startswith("file/"):
            yield rule.message.replace("{value}", shown(notice.value, 80))


def _named(types: Iterable[ChannelType]) -> dict[str, str]:
    """A name for each channel: the first word of its type, or all of it where two have the same one."""
    names: dict[str, str] = {}
    for one in types:
        short = one.key.split("_")[0]
        names[one.key if short in names else short] = one.key
    return names


def _missing(types: Iterable[ChannelType], known: Iterable[str]) -> Iterator[Proposal]:
    """Fields that an attribute a channel requires is made of, and that nothing fills."""
    hints = _start()["hints"]
    have = {name.partition(":")[0] for name in known}
    wanted: dict[str, list[str]] = {}
    for one in types:
        for attributes in _required(one):
            lacking = [_lacking(one.definition.attributes.get(attribute, ""), have) for attribute in attributes]
            for name in lacking[0] if all(lacking) else ():
                wanted.setdefault(name, []).append(one.definition.name)
    for name, channels in wanted.items():
        hint = hints.get(name, {})
        when = f": {hint['when']}" if hint else ""
        named = list(dict.fromkeys(channels))
        why = f"nothing fills it, and {' and '.join(named)} {'requires' if len(named) == 1 else 'require'} it{when}"
        yield Proposal(name, hint.get("expression", '"…"'), why, 0.0)


def _lacking(expression: str, have: set[str]) -> list[str]:
    """The fields that an expression needs and that are not there; where it has alternatives, one of them is enough."""
    bare = re.sub(r"'[^']*'", "", expression)
    names = dict.fromkeys(name for name in re.findall(r"[a-z_]+", bare) if name in FIELDS and name != "attributes")
    lacking = [name for name in names if name not in have]
    if re.search(r"\b(case|coalesce)\b", bare):
        return lacking[:1] if len(lacking) == len(names) else []
    return lacking


def _required(one: ChannelType) -> Iterator[list[str]]:
    """The attributes without which there is no item; where one of several is enough, all of those."""
    yield from ([name] for name in one.schema.get("required", ()))
    for part in one.schema.get("allOf", ()):
        choices = part.get("anyOf", ())
        if "severity" not in part and choices and all(list(choice) == ["required"] for choice in choices):
            yield [choice["required"][0] for choice in choices]


def _written(initial: Initial, asked: Mapping[str, Any], types: Sequence[ChannelType]) -> str:
    look = initial.look
    settings = {
        name: {
            key: setting.help
            for key, setting in one.definition.settings.items()
            if setting.default is None and key not in project.Defaults.model_fields
        }
        for name, one in zip(initial.channels, types, strict=True)
    }
    title = f"{look.name}: {count(look.records, 'record')}, {count(len(look.columns), 'column')}. Look it over, then: pimsync build"
    return document(
        title,
        [*_catalog_lines(look, asked, initial.proposals.reading)],
        initial.proposals,
        initial.missing,
        initial.channels,
        settings,
    )


def _catalog_lines(
    look: Look, asked: Mapping[str, Any], proposed: Iterable[Proposal]
) -> Iterator[tuple[str, object, str]]:
    """The lines of [catalog]: what was asked for, and what was guessed and should not change by itself."""
    yield "source", asked["source"], ""
    if look.preset:
        yield "preset", look.preset, f"{look.preset_name}: its columns need no mapping"
    for name, value in asked.items():
        if name != "source" and not (name == "preset" and look.preset):
            yield name, value, ""
    yield from ((one.field, one.expression, one.why) for one in proposed if one.field not in asked)
    found = {notice.rule: notice.value for notice in look.notices}
    if "file/encoding" in found and "encoding" not in asked and (codec := _codec(found["file/encoding"])):
        yield "encoding", codec, "a guess: look at letters beyond A to Z"
    if "file/header" in found and "header" not in asked:
        yield "header", False, "the first record is a product like the others"


def _codec(label: str) -> str | None:
    """The name in `Windows-1250 (cp1250)` by which the encoding can be asked for."""
    for name in (*re.findall(r"\(([\w-]+)\)", label), label):
        with contextlib.suppress(LookupError):
            return codecs.lookup(name).name
    return None


def _verified(text: str, folder: Path) -> None:
    """Read the text back as the project that it is to be."""
    try:
        document_ = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"no project can be written for this catalog: {error}") from None
    project.checked(project.Project, {**document_, "folder": folder}, where=None)


def _put(text: str, target: Path, *, force: bool) -> None:
    """Put the file in place at once, or not at all; one that has come in the meantime stays."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        if force or not _linked(target, partial):
            partial.replace(target)
    except FileExistsError:
        raise UsageError(
            "there is a project already", where=str(target), hint="pimsync init --force replaces it"
        ) from None
    except OSError as error:
        raise UsageError(f"the project cannot be written: {error.strerror}", where=str(target)) from None
    finally:
        partial.unlink(missing_ok=True)


def _linked(target: Path, partial: Path) -> bool:
    """Give the file its name where nothing has it; False where the file system cannot, and nothing has it."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError from None
        return False
    return True
