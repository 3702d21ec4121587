"""计票: whether enough took part and enough were in favour; shares come in from the charter's rows."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """What a vote comes to; the values are those of ``VoteState``."""

    PASSED = "passed"
    FAILED = "failed"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Share:
    """三分之二以上 (the share is enough) or 过半数 (``is_strict``: more than the share)."""

    numerator: int
    denominator: int
    is_strict: bool

    def is_reached(self, part: int, whole: int) -> bool:
        """Exact, in whole numbers; nothing of nobody is never enough."""
        left, right = part * self.denominator, whole * self.numerator
        return whole > 0 and (left > right if self.is_strict else left >= right)


@dataclass(frozen=True, slots=True)
class Tally:
    """``seats``: members of the council. Who stands aside neither takes part nor counts among those who should."""

    seats: int
    in_favour: int
    against: int
    abstaining: int
    recused: int

    @property
    def present(self) -> int:
        return self.in_favour + self.against + self.abstaining

    @property
    def entitled(self) -> int:
        return max(self.seats - self.recused, 0)

    @property
    def silent(self) -> int:
        return max(self.entitled - self.present, 0)


def has_quorum(tally: Tally, quorum: Share) -> bool:
    return quorum.is_reached(tally.present, tally.entitled)


def result_of(tally: Tally, quorum: Share, majority: Share) -> Result:
    """At the end of the term: an abstention takes part and is not in favour."""
    if not has_quorum(tally, quorum):
        return Result.VOID
    passes = majority.is_reached(tally.in_favour, tally.present)
    return Result.PASSED if passes else Result.FAILED


def is_settled(tally: Tally, quorum: Share, majority: Share) -> bool:
    """Before the end: whether those who have not voted could still change the result."""
    if tally.silent == 0:
        return True
    if not has_quorum(tally, quorum):
        return False
    everyone = tally.present + tally.silent
    lost = not majority.is_reached(tally.in_favour + tally.silent, everyone)
    return lost or majority.is_reached(tally.in_favour, everyone)
