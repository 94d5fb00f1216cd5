"""Numbers: how large, in what steps."""

from __future__ import annotations

import math
from decimal import Decimal

from pimsync.format.schema import sql
from pimsync.format.schema.flaw import Predicate
from pimsync.format.schema.here import Here
from pimsync.format.schema.keywords.table import is_number, keyword
from pimsync.format.schema.shape import Scalar, Shape

#: A step may have so many decimals, a number with a point so many digits before it, that SQL counts in decimals.
PRECISE = 15


@keyword("minimum", "minimum", of=is_number)
def minimum(limit: float, here: Here) -> Predicate:
    """How much at least."""
    says = here.sentence(f"{{value}} is below {limit}")
    return Predicate(_below(here, _up(limit, here.shape)), says)


@keyword("exclusiveMinimum", "minimum", of=is_number)
def exclusive_minimum(limit: float, here: Here) -> Predicate:
    """More than how much."""
    return Predicate(_below(here, _down(limit, here.shape), "="), here.sentence(f"{{value}} is not above {limit}"))


@keyword("maximum", "maximum", of=is_number)
def maximum(limit: float, here: Here) -> Predicate:
    """How much at most."""
    return Predicate(_above(here, _down(limit, here.shape)), here.sentence(f"{{value}} is above {limit}"))


@keyword("exclusiveMaximum", "maximum", of=is_number)
def exclusive_maximum(limit: float, here: Here) -> Predicate:
    """Less than how much."""
    return Predicate(_above(here, _up(limit, here.shape), "="), here.sentence(f"{{value}} is not below {limit}"))


@keyword("multipleOf", "step", of=is_number)
def multiple_of(step: float, here: Here) -> Predicate | None:
    """In what steps, counted in decimals: 19.99 is a multiple of 0.01, though not in floating point.

    Numbers with more than 15 digits before the point hold no decimals to count: whole steps go by the floating
    remainder, others are let pass.
    """
    exact = Decimal(str(step)).normalize()
    decimals = max(0, -int(exact.as_tuple().exponent))
    if decimals > PRECISE or exact >= 10**PRECISE:
        return None
    says = here.sentence(f"{{value}} is no multiple of {step}")
    number, cast = here.value, f"try_cast({here.value} as decimal(38, {decimals}))"
    uneven = f"{cast} % {exact:f} <> 0"
    if here.shape == Scalar("integer"):
        return Predicate(f"{number} % {exact:f} <> 0" if not decimals else uneven, says)
    rounded = f"cast({cast} as double) <> {number}"
    large = sql.FALSE if decimals else f"{number} % {float(step)!r} <> 0"
    return Predicate(f"case when abs({number}) < 1e{PRECISE} then {rounded} or {uneven} else {large} end", says)


def _up(limit: float, shape: Shape) -> float:
    """The least value of a shape that is not below the limit."""
    if shape == Scalar("integer"):
        return math.ceil(limit)
    nearest = _nearest(limit)
    return nearest if nearest >= limit else math.nextafter(nearest, math.inf)


def _down(limit: float, shape: Shape) -> float:
    """The greatest value of a shape that is not above the limit."""
    if shape == Scalar("integer"):
        return math.floor(limit)
    nearest = _nearest(limit)
    return nearest if nearest <= limit else math.nextafter(nearest, -math.inf)


def _nearest(limit: float) -> float:
    try:
        return float(limit)
    except OverflowError:
        return math.inf if limit > 0 else -math.inf


def _below(here: Here, limit: float, equal: str = "") -> str:
    if here.shape == Scalar("integer") and not sql.LEAST <= limit <= sql.GREATEST:
        return here.present if limit > 0 else sql.FALSE
    return f"{here.value} <{equal} {sql.literal(limit, here.shape)}"


def _above(here: Here, limit: float, equal: str = "") -> str:
    if here.shape == Scalar("integer") and not sql.LEAST <= limit <= sql.GREATEST:
        return here.present if limit < 0 else sql.FALSE
    return f"{here.value} >{equal} {sql.literal(limit, here.shape)}"
