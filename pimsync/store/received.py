"""What a project calls a source, opened: its files, each as a table of texts, and the preset that fits them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pimsync import project
from pimsync.store import presets
from pimsync.store.presets import Preset
from pimsync.store.sources import READERS, File, Source, remote
from pimsync.store.sources.opening import opened

#: What changes how a file is taken apart; the rest of what a preset says is about the values.
_TAKING_APART = ("format", "header", "delimiter", "sheet", "items", "variants")


@dataclass(frozen=True)
class Received:
    """The files of one source, in order, and the way they are read; `name` is what people call it, without its secrets."""

    name: str
    files: tuple[tuple[File, Source], ...]
    way: project.Input
    preset: Preset | None
    format: str


def received(given: project.Input, folder: Path, work: Path) -> Received:
    """Open a source and look at its columns.

    Raises:
        CatalogError: there is no such file, or it is not what it says.
        ProjectError: the preset it names is not there.
    """
    files = opened(given, folder, work)
    preset = presets.find(given.preset, folder) if given.preset not in (None, presets.NONE) else None
    way = preset.read_by(given) if preset else given
    read = _read(files, way)
    if given.preset is None:
        preset = presets.recognised(_columns(read), files[0][1], folder)
        way = preset.read_by(given) if preset else given
        if any(getattr(way, name) != getattr(given, name) for name in _TAKING_APART):
            read = _read(files, way)
    return Received(remote.shown(given.source), tuple(read), way, preset, files[0][1])


def _read(files: Iterable[tuple[File, str]], way: project.Input) -> list[tuple[File, Source]]:
    return [(file, READERS[way.format or format_](file, way)) for file, format_ in files]


def _columns(read: Iterable[tuple[File, Source]]) -> list[str]:
    return [column.name for _, source in read for column in source.columns]
