"""Whole numbers, and yes or no."""

from __future__ import annotations

from pimsync.engine import ident
from pimsync.store.reading.reading import Manner, Reading

YES = ("true", "yes", "y", "t", "1")
NO = ("false", "no", "n", "f", "0")


def integer(name: str, manner: Manner) -> Reading:
    """`5` and `5.0`; `5.5` is none. Stock may be below zero: a shop sells what it has not got."""
    raw = ident(name)
    signs = "[+-]?" if name.partition(":")[0] == "quantity" else "[+]?"
    number = f"try_cast(regexp_extract({raw}, '^({signs}[0-9]{{1,18}})(?:[.,]0*)?$', 1) as bigint)"
    return Reading(
        f"case when regexp_full_match({raw}, '[0-9]{{1,18}}') then try_cast({raw} as bigint) else {number} end"
    )


def boolean(name: str, manner: Manner) -> Reading:
    """yes/no, true/false, y/n, t/f, 1/0, in any case; also 1.0 and 0.0, which tables of numbers make of them."""
    raw = f"lower({ident(name)})"
    yes, no = (", ".join(f"'{word}'" for word in words) for words in ((*YES, "1.0"), (*NO, "0.0")))
    return Reading(f"case when {raw} in ({yes}) then true when {raw} in ({no}) then false end")
