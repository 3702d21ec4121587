"""存管拨付 (北京市科技类校外培训预收费管理办法（试行）): what the teaching so far has earned of the money in custody."""

from fractions import Fraction
from math import floor


def earned_fen(custody_fen: int, taught: Fraction, whole: Fraction) -> int:
    """一课一结, 一月一结: custody × taught ÷ whole (lessons or days), rounded down: the learner's part up."""
    if whole <= 0 or taught < 0:
        raise ValueError("taught and whole are counts, and the whole is not empty")
    return floor(custody_fen * min(taught / whole, Fraction(1)))
