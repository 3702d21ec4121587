"""计算步骤: one line of arithmetic with its article; money shown in 元, kept in whole 分."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

PLACES = 4
FEN = 100


@dataclass(frozen=True, slots=True)
class Step:
    """``label`` is a word of the catalogue, ``formula`` numbers and signs only."""

    label: str
    formula: str
    amount_fen: int
    citation: str


def yuan(fen: int) -> str:
    """分 as 元 with two places."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // FEN}.{whole % FEN:02d}"


def exact(fen: Fraction) -> str:
    """分 that may be broken, as 元 with ``=`` when the places suffice and ``≈`` when they do not."""
    scaled = fen / FEN * 10**PLACES
    digits = floor(scaled)
    shown = f"{digits // 10**PLACES}.{digits % 10**PLACES:0{PLACES}d}"
    shown = shown.removesuffix("00")
    return f"{'=' if scaled == digits else '≈'} {shown}"


def plain(number: Fraction) -> str:
    """A count without idle zeros; it has at most two places."""
    hundredths = floor(number * 100)
    text = f"{hundredths // 100}.{hundredths % 100:02d}"
    return text.rstrip("0").rstrip(".")


def whole_kept(price: Fraction, rounding: str) -> int:
    """What is kept, in whole 分: ``up`` rounds the refund up; ``half_up`` only from half a 分."""
    return floor(price) if rounding == "up" else ceil(price - Fraction(1, 2))
