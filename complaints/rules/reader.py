"""读表的人: how far somebody who subtracts can narrow the numbers that a table does not tell.

Interval bounds, carried from sum to sum until none gets narrower. They are sound: the true number lies in every one of
them, so what they pin down is found out, and what they leave open is not found by such sums.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import inf

# 时段, line and column. A table that stands alone has one period.
Spot = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AtMost:
    """What is known of all such tables: the numbers in ``small`` together are never more than those in ``large``."""

    small: tuple[Spot, ...]
    large: tuple[Spot, ...]

    @property
    def spots(self) -> tuple[Spot, ...]:
        return self.small + self.large

    def holds(self, counts: Mapping[Spot, int]) -> bool:
        return sum(counts[spot] for spot in self.small) <= sum(counts[spot] for spot in self.large)


def adds_up(whole: Spot, parts: Iterable[Spot]) -> tuple[AtMost, AtMost]:
    """The parts are together as much as the whole."""
    found = tuple(parts)
    return AtMost((whole,), found), AtMost(found, (whole,))


@dataclass(slots=True)
class _Sum:
    """One rule with what is told put in: ``told`` plus the hidden ones of ``small`` are at most those of ``large``."""

    told: int
    small: list[Spot]
    large: list[Spot]


class Reader:
    """Knows every number but ``hidden``, all ``rules``, and that a hidden one is nought only where it ``may_be_nought``."""

    def __init__(
        self,
        counts: Mapping[Spot, int],
        hidden: AbstractSet[Spot],
        rules: Sequence[AtMost],
        may_be_nought: AbstractSet[Spot],
    ) -> None:
        self.least: dict[Spot, int] = {spot: int(spot not in may_be_nought) for spot in hidden}
        self.most: dict[Spot, float] = dict.fromkeys(hidden, inf)
        self.sums = [_put_in(rule, counts, hidden) for rule in rules if not hidden.isdisjoint(rule.spots)]
        self.sums_with: dict[Spot, list[int]] = {spot: [] for spot in hidden}
        for number, one in enumerate(self.sums):
            for spot in (*one.small, *one.large):
                self.sums_with[spot].append(number)

    def found_out(self) -> set[Spot]:
        """The hidden numbers that can only be what they are."""
        self._narrow()
        return {spot for spot, least in self.least.items() if least == self.most[spot]}

    def _narrow(self) -> None:
        """Sum after sum, and again those that hold a number which has just become narrower."""
        again = set(range(len(self.sums)))
        while again:
            moved = {spot for number in again for spot in self._carried(self.sums[number])}
            again = {number for spot in moved for number in self.sums_with[spot]}

    def _carried(self, one: _Sum) -> list[Spot]:
        """What this sum says of each number in it: those whose bounds got narrower."""
        moved = []
        low = one.told + sum(self.least[spot] for spot in one.small)
        endless = sum(self.most[spot] == inf for spot in one.large)
        top = sum(self.most[spot] for spot in one.large if self.most[spot] != inf)
        if not endless:
            for spot in one.small:
                most = top - (low - self.least[spot])
                if most < self.most[spot]:
                    self.most[spot] = most
                    moved.append(spot)
        for spot in one.large:
            own = self.most[spot]
            if endless - (own == inf):
                continue
            least = low - (top - (0 if own == inf else own))
            if least > self.least[spot]:
                self.least[spot] = int(least)
                moved.append(spot)
        return moved


def _put_in(rule: AtMost, counts: Mapping[Spot, int], hidden: AbstractSet[Spot]) -> _Sum:
    told = sum(counts[spot] for spot in rule.small if spot not in hidden)
    told -= sum(counts[spot] for spot in rule.large if spot not in hidden)
    return _Sum(
        told,
        [spot for spot in rule.small if spot in hidden],
        [spot for spot in rule.large if spot in hidden],
    )
