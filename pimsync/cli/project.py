"""Which project the options name: a file of it, or one made of --catalog and --channel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pimsync.errors import UsageError
from pimsync.project import Catalog, Defaults, Project, Resources, checked, find, load, of_options
from pimsync.words import closest


def project_of(
    path: Path,
    catalog: str | None,
    types: list[str] | None,
    settings: list[str] | None,
    memory: str | None,
    threads: int | None,
) -> Project:
    """The project to work on.

    Raises:
        UsageError: options that do not go together.
        ProjectError: a project file that is wrong.
    """
    pairs = dict(_pair(one) for one in settings or [])
    defaults = {name: pairs.pop(name) for name in list(pairs) if name in Defaults.model_fields and name != "guessed"}
    reading = {name: pairs.pop(name) for name in list(pairs) if name in _READING}
    if catalog is None:
        if types:
            raise UsageError(
                "--channel goes with --catalog", hint="with a project, name its channels: pimsync build google"
            )
        project = load(find(path))
        project = _with_settings(project, defaults, reading, pairs)
    else:
        if not types:
            raise UsageError("--catalog needs at least one --channel", hint="pimsync channels lists them")
        project = of_options(catalog, dict.fromkeys(types), pairs, defaults=defaults, reading=reading)
    given = {name: value for name, value in (("memory", memory), ("threads", threads)) if value is not None}
    if not given:
        return project
    return project.model_copy(update={"run": _resources(project, given)})


def _resources(project: Project, given: Mapping[str, object]) -> Resources:
    return checked(Resources, {**project.run.model_dump(exclude_none=True), **given}, where=None, error=UsageError)


#: What --set may say of how the catalog is read.
_READING = {*Catalog.model_fields} - {"source", "columns", "supplement"}


def _with_settings(
    project: Project, defaults: dict[str, str], reading: dict[str, str], pairs: dict[str, str]
) -> Project:
    if not (defaults or reading or pairs):
        return project
    channels = {
        name: one.model_copy(update={"settings": {**one.settings, **pairs}}) for name, one in project.channels.items()
    }
    open_ = tuple(name for name in project.defaults.guessed if name not in defaults)
    merged = checked(Defaults, {**project.defaults.values, "guessed": open_, **defaults}, where=None, error=UsageError)
    catalog = checked(Catalog, {**project.catalog.model_dump(), **reading}, where=None, error=UsageError)
    return project.model_copy(update={"catalog": catalog, "defaults": merged, "channels": channels})


def reading_of(settings: list[str] | None) -> dict[str, str]:
    """What --set says of how a catalog is read.

    Raises:
        UsageError: it says something else.
    """
    known = sorted(_READING)
    pairs = dict(_pair(one) for one in settings or [])
    for name in pairs:
        if name not in known:
            near = closest(name, known)
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"--set does not know `{name}`", hint=hint)
    return pairs


def _pair(option: str) -> tuple[str, str]:
    name, sign, value = option.partition("=")
    if not sign or not name:
        raise UsageError(f"--set {option!r} is no NAME=VALUE", hint="--set currency=EUR")
    return name, value
