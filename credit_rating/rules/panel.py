"""合议取值 for whole rows: what several opinions come to, in whole hundredths of a point."""

from collections.abc import Sequence

from credit_rating.rules.specification import Combine

NOT_APPLICABLE, MISSING = -1, -2


def combined_row(opinions: Sequence[Sequence[int]], combine: Combine) -> tuple[int, ...]:
    """The median or the mean of each column, half up to the hundredth.

    不适用 (-1) is accepted only where every opinion says so; otherwise those who scored decide. A row that somebody
    left open (-2) stays open.
    """
    if len(opinions) == 1:
        return tuple(opinions[0])
    plain = min(map(min, opinions)) >= 0
    if plain and combine is Combine.MEDIAN and len(opinions) % 2:
        middle = len(opinions) // 2
        return tuple([sorted(column)[middle] for column in zip(*opinions, strict=True)])
    return tuple([_combined(column, combine) for column in zip(*opinions, strict=True)])


def _combined(column: Sequence[int], combine: Combine) -> int:
    if MISSING in column:
        return MISSING
    scored = sorted(points for points in column if points >= 0)
    if not scored:
        return NOT_APPLICABLE
    if combine is Combine.MEAN:
        return (2 * sum(scored) + len(scored)) // (2 * len(scored))
    return (scored[(len(scored) - 1) // 2] + scored[len(scored) // 2] + 1) // 2
