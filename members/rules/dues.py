"""会费的算术: amounts as people write them, and what a bill still comes to. Whole 分."""

import re
from dataclasses import dataclass

FEN = 100
NUMBER = re.compile(r"H(\d{4})-(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Figures:
    """表决 of the general meeting, in members; an abstention was there and is not in favour."""

    entitled: int
    votes_for: int
    votes_against: int
    abstentions: int

    @property
    def present(self) -> int:
        return self.votes_for + self.votes_against + self.abstentions


def yuan(fen: int) -> str:
    """1,234.50 元 without the word."""
    sign, whole = "−" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // FEN:,}.{whole % FEN:02d}"
