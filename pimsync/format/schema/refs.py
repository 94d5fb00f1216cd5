"""References: definitions that schemas share, within a channel and between channels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pimsync.errors import ChannelError
from pimsync.format.schema.parts import Schema, parts, rebuilt, trail

SHARED = "../_shared/"

#: Keywords that read each other: they may not come from two schemas, one of which refers to the other.
_NEIGHBOURS = (
    frozenset({"properties", "patternProperties", "additionalProperties", "unevaluatedProperties"}),
    frozenset({"items", "prefixItems", "unevaluatedItems"}),
    frozenset({"contains", "minContains", "maxContains"}),
    frozenset({"if", "then", "else"}),
)

#: Said by a reference or by what it refers to: the nearer word holds.
ANNOTATIONS = frozenset(
    (
        *("title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly"),
        *("$comment", "$id", "$schema", "$defs", "$anchor"),
        *("level", "when", "help", "source", "severity", "message", "rule"),
    )
)


def shipped() -> Path:
    """The folder of the channels that come with pimsync."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "channel_schemas"
    return inside if inside.is_dir() else package.parent / "channel_schemas"


class Refs:
    """What each `$ref` of a channel's schema stands for.

    `document` is the whole schema, `path` its file. Shared definitions lie beside the channel's folder, or else among
    the channels that come with pimsync. A definition that leads back to itself is refused, so whoever follows
    references comes to an end.
    """

    def __init__(self, document: Schema, path: Path | None = None) -> None:
        self.document: Mapping[str, Any] = {} if isinstance(document, bool) else document
        self.path = path
        self.where = "the schema" if path is None else str(path)
        self._safe: set[str] = set()
        self._follow(document, (), ())

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema with what it refers to; what stands beside the reference applies too."""
        if "$ref" not in schema:
            return schema
        target = self._target(schema["$ref"], "$ref")
        beside = {keyword: argument for keyword, argument in schema.items() if keyword != "$ref"}
        if isinstance(target, bool):
            return {**beside, "allOf": [target, *beside.get("allOf", [])]}
        target = self.resolve(target)
        if _independent(target, beside):
            return {**target, **beside}
        return {**beside, "allOf": [target, *beside.get("allOf", [])]}

    def inline(self, schema: Schema) -> Schema:
        """The schema without any reference, to be judged on its own."""
        if isinstance(schema, bool):
            return schema
        whole = {keyword: argument for keyword, argument in self.resolve(schema).items() if keyword != "$defs"}
        return rebuilt(whole, self.inline)

    def _target(self, reference: str, place: str) -> Schema:
        file, _, pointer = reference.partition("#")
        if file and not file.startswith(SHARED):
            raise ChannelError(
                f"the reference {reference!r} leads out of the channel",
                where=f"{self.where}, {place}",
                hint=f"it may start with '#/$defs/' or '{SHARED}'",
            )
        document = _read(self._shared(file.removeprefix(SHARED))) if file else self.document
        found: Any = document
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or name not in found:
                raise ChannelError(f"there is nothing at the reference {reference!r}", where=f"{self.where}, {place}")
            found = found[name]
        return _seen_from_channel(found, file) if file else found

    def _shared(self, name: str) -> Path:
        beside = None if self.path is None else self.path.parent.parent / "_shared" / name
        return beside if beside is not None and beside.is_file() else shipped() / "_shared" / name

    def _follow(self, schema: Schema, words: tuple[str, ...], passed: tuple[str, ...]) -> None:
        if isinstance(schema, bool):
            return
        if reference := schema.get("$ref"):
            if reference in passed:
                raise ChannelError(
                    f"the definition {reference!r} leads back to itself", where=f"{self.where}, {trail(words) or 'top'}"
                )
            if reference not in self._safe:
                self._follow(self._target(reference, trail(words) or "top"), words, (*passed, reference))
                self._safe.add(reference)
        for steps, part in parts(schema):
            if steps[0] != "$defs" or not passed:
                self._follow(part, (*words, *steps), passed)


@lru_cache(maxsize=32)
def _read(path: Path) -> Any:
    """A file of shared definitions."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ChannelError("there are no such shared definitions", where=str(path)) from None
    except ValueError as error:
        raise ChannelError(f"this is no JSON: {error}", where=str(path)) from None


def _seen_from_channel(schema: Schema, file: str) -> Schema:
    """A schema of another file, its references written as the channel would write them."""
    if isinstance(schema, bool):
        return schema
    whole = rebuilt(schema, lambda part: _seen_from_channel(part, file))
    reference = schema.get("$ref")
    if reference is None or isinstance(whole, bool):
        return whole
    name, _, pointer = str(reference).partition("#")
    return {**whole, "$ref": f"{SHARED}{name}#{pointer}" if name else f"{file}#{pointer}"}


def _independent(target: Mapping[str, Any], beside: Mapping[str, Any]) -> bool:
    """Whether two schemas can be written as one: no keyword in both, none that reads one in the other."""
    one, other = set(target) - ANNOTATIONS, set(beside) - ANNOTATIONS
    return not one & other and not any(one & group and other & group for group in _NEIGHBOURS)
