"""The authority: what a schema means is what `jsonschema` says, with our formats, patterns and decimals.

Imported where it is needed, as is `jsonschema`: `pimsync --help` does without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.errors import ChannelError
from pimsync.findings import Severity
from pimsync.format.schema import patterns
from pimsync.format.schema.formats import FORMATS
from pimsync.format.schema.keywords import KEYWORDS, LEFT_TO_JSONSCHEMA, SILENT
from pimsync.format.schema.parts import Schema, parts, trail
from pimsync.format.schema.refs import Refs
from pimsync.words import closest

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


def validator(schema: Schema, refs: Refs | None = None) -> Validator:
    """A validator for instances of a schema."""
    found: Validator = _kind()(refs.inline(schema) if refs else schema, format_checker=_formats())
    return found


def is_valid(instance: Any, schema: Schema, refs: Refs | None = None) -> bool:
    """Whether an instance satisfies a schema."""
    return validator(schema, refs).is_valid(instance)


@lru_cache(maxsize=1)
def _formats() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, known in FORMATS.items():
        checker.checks(name)(lambda value, known=known: not isinstance(value, str) or known.python(value))
    return checker


@lru_cache(maxsize=1)
def _kind() -> Any:
    """JSON Schema 2020-12 with ECMA-262's patterns and decimal steps.

    `jsonschema` reads patterns as Python does, where `$` also stands before a last line break and `\\d` is any script's
    digit; JSON Schema asks for ECMA-262. It divides in floating point, where 19.99 is no multiple of 0.01.
    """
    from jsonschema import Draft202012Validator
    from jsonschema import validators as untyped

    own = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "multipleOf": _multiple_of,
    }
    validators: Any = untyped  # its `extend` has no types
    return validators.extend(Draft202012Validator, own)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not patterns.matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, named: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        for pattern, part in named.items():
            for name, value in instance.items():
                if patterns.matches(pattern, name):
                    yield from validator.descend(value, part, path=name, schema_path=pattern)


def _additional_properties(validator: Any, part: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        forms = schema.get("patternProperties", {})
        for name in instance:
            if name not in schema.get("properties", {}) and not any(patterns.matches(form, name) for form in forms):
                yield from validator.descend(instance[name], part, path=name)


def _multiple_of(validator: Any, step: float, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "number") and Fraction(str(instance)) % Fraction(str(step)):
        yield ValidationError(f"{instance!r} is not a multiple of {step}")


def check_schema(document: Schema, path: Path) -> None:
    """Check that a channel's schema is one.

    Raises:
        ChannelError: naming the file and the place in it.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    worst = best_match(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(document))
    if worst is not None:
        where = [str(step) for step in worst.absolute_path]
        said = f"{where[-1]!r} cannot be {worst.instance!r}" if where else "a schema is an object"
        raise ChannelError(said, where=f"{path}, {trail(tuple(where)) or 'top'}")
    for words, schema in _all(document, ()):
        for problem, hint in _problems(schema):
            raise ChannelError(problem, where=f"{path}, {trail(words) or 'top'}", hint=hint)
    Refs(document, path)


def _all(schema: Schema, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if not isinstance(schema, bool):
        yield words, schema
        for steps, part in parts(schema):
            yield from _all(part, (*words, *steps))


def _problems(schema: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """What the standard lets pass and pimsync does not understand."""
    known = {*KEYWORDS, *LEFT_TO_JSONSCHEMA, *SILENT}
    for keyword in schema.keys() - known:
        near = closest(keyword, known)
        yield f"there is no keyword {keyword!r}", f"did you mean {near!r}?" if near else None
    form = schema.get("format")
    if form is not None and form not in FORMATS:
        yield f"there is no format {form!r}", f"there are {', '.join(FORMATS)}"
    if schema.get("severity", Severity.ERROR) not in set(Severity):
        yield f"there is no severity {schema['severity']!r}", f"there are {', '.join(Severity)}"
    for pattern in [schema["pattern"]] if "pattern" in schema else [*schema.get("patternProperties", ())]:
        try:
            patterns.read(pattern)
        except ChannelError as error:
            yield error.message, error.hint
