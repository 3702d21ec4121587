"""精确计算: totals are exact fractions until they are rounded once, by the rule the standard states."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from credit_rating.rules.specification import Rounding, RoundingMode

SHOWN_PLACES = 6
"""Shares that do not end (100/97) are shown with six places; what that drops is in the rounding part."""

POINT_PLACES = 2
"""A mark has at most two decimal places."""


def decimal_of(value: Fraction, places: int = SHOWN_PLACES) -> Decimal:
    """The fraction as a decimal, half up, without trailing zeros."""
    return plain(_scaled(_half_up(value * 10**places), places))


def rounded(value: Fraction, rounding: Rounding) -> Decimal:
    """取舍: keeps the stated number of places (90.0), as it is printed."""
    units = _ROUNDERS[rounding.mode](value * 10**rounding.digits)
    return _scaled(units, rounding.digits)


def plain(value: Decimal) -> Decimal:
    """The same number without exponent and trailing zeros: 1E+2 is 100, 1.50 is 1.5."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal(0) if text in {"-0", ""} else Decimal(text)


def _scaled(units: int, places: int) -> Decimal:
    return Decimal(units).scaleb(-places)


def _half_up(value: Fraction) -> int:
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)


def _down(value: Fraction) -> int:
    return int(value)


_ROUNDERS: dict[RoundingMode, Callable[[Fraction], int]] = {
    RoundingMode.HALF_UP: _half_up,
    RoundingMode.HALF_EVEN: round,
    RoundingMode.DOWN: _down,
}
