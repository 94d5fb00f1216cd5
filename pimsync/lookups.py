"""Lookup tables, as expressions see them: `lookup()`, `rate()` and `convert()` find values in them.

A table is a Python dictionary behind one function of the engine: a key is found at once however many there are, whereas
the engine's own maps are searched from end to end. Only the different keys of a batch are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pimsync.columns import texts
from pimsync.errors import PimsyncError
from pimsync.words import closest

if TYPE_CHECKING:
    import pyarrow as pa

#: The function that the macros call; users' expressions may not.
FUNCTION = "pimsync_found"

#: The table of what a unit of each currency costs.
RATES = "[rates]"

#: The macros that read RATES.
_PRICED = ("rate", "convert")

_INLINE = """[rates]
base = "PLN"
EUR = 4.31"""


@dataclass(frozen=True, slots=True)
class Table:
    """Values by their keys, which have no blanks around them and, where `ignore_case` says so, no capitals."""

    values: Mapping[str, str]
    ignore_case: bool = False

    def key(self, written: str) -> str:
        """A key as the table has it, however it is written."""
        return written.strip().casefold() if self.ignore_case else written.strip()

    def get(self, written: str | None) -> str | None:
        """The value of a key; None where there is none."""
        return None if written is None else self.values.get(self.key(written))


def finder(tables: Mapping[str, Table]) -> Callable[[pa.Array, pa.Array], pa.Array]:
    """The function behind FUNCTION: the name of a table (the same for the whole batch) and keys, to values."""
    nowhere = Table({})

    def found(names: Any, keys: Any) -> Any:  # Arrow arrays; the engine looks at these annotations
        table = tables.get(names[0].as_py(), nowhere) if len(names) else nowhere
        encoded = (keys.combine_chunks() if hasattr(keys, "combine_chunks") else keys).dictionary_encode()
        return texts(table.get(key) for key in encoded.dictionary.to_pylist()).take(encoded.indices)

    return found


def known(
    call: Mapping[str, Any], tables: Collection[str], expression: str, where: str, error: type[PimsyncError]
) -> None:
    """See that a call of an expression's tree reads a table that is there.

    Raises:
        PimsyncError (`error`): there is no such table, or which one is meant depends on the product.
    """
    name = call["function_name"].lower()
    if name in _PRICED and RATES not in tables:
        raise error(f"`{expression}` calls {name}(), and the project has no rates", where=where, hint=_INLINE)
    if name != "lookup" or not call["arguments"]:
        return
    first = call["arguments"][0]["expression"]
    if first["class"] != "CONSTANT":
        raise error(f"`{expression}`: the table of lookup() has to be named in quotes, like 'categories'", where=where)
    wanted, there = str(first["literal"].get("text")), [one for one in tables if one != RATES]
    if wanted not in there:
        near = closest(wanted, there)
        hint = f"did you mean '{near}'?" if near else f'[lookups.{wanted}]\nsource = "{wanted}.csv"'
        raise error(f"`{expression}` looks up '{wanted}', and the project has no such table", where=where, hint=hint)
