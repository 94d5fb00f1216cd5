"""The text of a pimsync.toml, with a reason for every line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pimsync.store.proposal.column import Proposal, Proposals
from pimsync.words import shown

#: Where the reasons begin, if what stands before them leaves room.
_REASONS = 44

#: What stands in [defaults] as a comment where nothing is known.
_EXAMPLES = {"currency": "EUR", "language": "en", "country": "DE"}


def document(
    title: str,
    catalog: Sequence[tuple[str, object, str]],
    proposals: Proposals,
    missing: Sequence[Proposal],
    channels: Mapping[str, str],
    settings: Mapping[str, Mapping[str, str]],
) -> str:
    """The whole file.

    Args:
        title: what the file is about, for its first line.
        catalog: the lines of [catalog]: key, value and reason.
        missing: fields that a channel wants and nothing fills, each with an example of an expression.
        channels: the type of each channel.
        settings: what each channel wants to know besides, with its meaning.
    """
    tables = [
        [f"# {_comment(title)}"],
        ["[catalog]", *(_line(key, value, why) for key, value, why in catalog)],
        [*_columns(proposals, missing)],
        ["[defaults]", *_defaults(proposals.defaults)],
        *([*_channel(name, type_, settings.get(name, {}), proposals.where)] for name, type_ in channels.items()),
    ]
    return "\n\n".join("\n".join(lines) for lines in tables if lines) + "\n"


def _columns(proposals: Proposals, missing: Sequence[Proposal]) -> Iterator[str]:
    hints = {one.field: one for one in missing}
    if proposals.fields or proposals.silenced or missing:
        yield "# field = an SQL expression over the catalog's columns, all of which are text"
        yield "[catalog.columns]"
    for one in proposals.fields:
        yield _line(one.field, one.expression, one.why)
    for one in proposals.silenced:
        example = f"; instead, for example: {quoted(hints.pop(one.field).expression)}" if one.field in hints else ""
        yield _line(one.field, one.expression, f"stays empty: {one.why}") + example
    for one in hints.values():
        yield f"# {_line(one.field, one.expression, one.why)}"
    if proposals.leftover:
        yield "\n# Left over: kept, and read by a channel's expressions as attributes['…']"
    width = min(40, max((len(_comment(one.column)) for one in proposals.leftover), default=0))
    for left in proposals.leftover:
        yield f"#   {_comment(left.column):{width}}  {_comment(left.why)}"


def _defaults(known: Iterable[Proposal]) -> Iterator[str]:
    found = {one.field: one for one in known}
    for name in dict.fromkeys((*_EXAMPLES, *found)):
        if name in found:
            yield _line(name, found[name].expression, found[name].why)
        else:
            yield f"# {name} = {quoted(_EXAMPLES[name])}"
    guessed = ", ".join(quoted(one.field) for one in found.values() if one.is_guess)
    if guessed:
        yield f"{f'guessed = [{guessed}]':{_REASONS}}  # reported until you take the names from here"


def _channel(name: str, type_: str, settings: Mapping[str, str], where: Proposal | None) -> Iterator[str]:
    yield f"[channels.{key(name)}]"
    yield f"type = {quoted(type_)}"
    if where:
        yield f"# {_line(where.field, where.expression, where.why)}"
    if settings:
        yield f"\n[channels.{key(name)}.settings]"
    for setting, meaning in settings.items():
        yield f'# {key(setting)} = ""  # {_comment(meaning)}'


def _line(name: str, value: object, why: str) -> str:
    """`name = value  # why`."""
    if isinstance(value, str) and "\n" in value and "'''" not in value:
        return f"# {_comment(why)}\n{key(name)} = '''\n{value}'''"
    said = f"{key(name)} = {quoted(value) if isinstance(value, str) else str(value).lower()}"
    return f"{said:{_REASONS}}  # {_comment(why)}" if why else said


def key(name: str) -> str:
    """A key, in quotation marks where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def quoted(value: str) -> str:
    """A text as TOML, in the quotation marks that need the fewest signs."""
    plain = not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value)
    if plain and '"' not in value and "\\" not in value:
        return f'"{value}"'
    if plain and "'" not in value:
        return f"'{value}'"
    if plain and "'''" not in value and not value.endswith("'") and not value.startswith("'"):
        return f"'''{value}'''"
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in value) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char


def _comment(text: str) -> str:
    """A text as a comment takes it: on one line and without control characters."""
    return shown(text, 200)
