"""合议取值: what several opinions come to, in whole hundredths of a point; the one place where opinions are combined.

Whether an indicator applies is decided before its points: by the greater number of the panel, and where as many say
so as not, it applies. Only then those who scored it decide the points. So nobody scores alone what the others hold
for 不适用, and a veto is never struck by a minority that takes the indicator to apply.
"""

from collections.abc import Sequence

from credit_rating.rules.specification import Combine

NOT_APPLICABLE, MISSING = -1, -2


def combined_row(opinions: Sequence[Sequence[int]], combine: Combine) -> tuple[int, ...]:
    """The median or the mean of each column, half up to the hundredth; -1 is 不适用, -2 a row that somebody left open.

    A row that is open in one opinion stays open.
    """
    if len(opinions) == 1:
        return tuple(opinions[0])
    plain = min(map(min, opinions)) >= 0
    if plain and combine is Combine.MEDIAN and len(opinions) % 2:
        middle = len(opinions) // 2
        return tuple([sorted(column)[middle] for column in zip(*opinions, strict=True)])
    return tuple([combined(column, combine) for column in zip(*opinions, strict=True)])


def combined(column: Sequence[int], combine: Combine) -> int:
    """One indicator: the points of every opinion, in hundredths."""
    if MISSING in column:
        return MISSING
    scored = sorted(points for points in column if points >= 0)
    if 2 * len(scored) < len(column):
        return NOT_APPLICABLE
    if combine is Combine.MEAN:
        return (2 * sum(scored) + len(scored)) // (2 * len(scored))
    return (scored[(len(scored) - 1) // 2] + scored[len(scored) // 2] + 1) // 2


def is_mixed(column: Sequence[int]) -> bool:
    """Some hold it for 不适用 and some have scored it."""
    return NOT_APPLICABLE in column and max(column) >= 0
