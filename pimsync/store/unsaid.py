"""What a preset's products lack because nobody has said it yet: a currency, the shop's address."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pimsync import project
from pimsync.engine import Engine, ident, text
from pimsync.errors import PimsyncError
from pimsync.store.catalog import read_catalog
from pimsync.store.presets import Preset
from pimsync.store.rules import RULES
from pimsync.store.snapshot import Snapshot


def unsaid(catalog: project.Catalog, folder: Path, preset: Preset, said: Mapping[str, str]) -> frozenset[str]:
    """The names under [defaults] that prices or links of this catalog have to have; it is read to see.

    Args:
        folder: where relative paths start.
        said: what stands under [defaults] already.
    """
    linked = [name for name, expression in preset.definition.columns.items() if "defaults.shop_url" in expression]
    open_ = {"currency", *(["shop_url"] if linked else [])} - set(said)
    if not open_:
        return frozenset()
    with tempfile.TemporaryDirectory(prefix="pimsync-init-") as place, contextlib.suppress(PimsyncError):
        defaults = project.checked(project.Defaults, said, where=None)
        found = read_catalog(catalog, defaults, folder=folder, into=Path(place) / "catalog")
        lacking = {
            "currency": RULES["catalog/currency/missing"] in found.counts,
            "shop_url": _lacks(found.snapshot, linked),
        }
        return frozenset(name for name in open_ if lacking[name])
    return frozenset()


def _lacks(snapshot: Snapshot, fields: list[str]) -> bool:
    """Whether some product has none of what should be in one of these fields."""
    if not set(fields) <= set(snapshot.fields):
        return True
    with Engine(files=[snapshot.products]) as engine:
        empty = " or ".join(f"{ident(name)} is null" for name in fields) or "false"
        rows = f"read_parquet({text(str(snapshot.products))})"
        return bool(engine.value(f"select exists (from {rows} where not rejected and ({empty}))"))
