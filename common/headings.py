"""The headings of a table; what stands to the right of them keeps a column of its own, so that nothing is lost."""

import re
from collections.abc import Iterable, Sequence

from common.errors import InvalidInput
from common.said import Said

# The column of cells for which the table has no heading; the last takes all that is left.
BEYOND = "多出的内容%s"
OF_BEYOND = re.compile(BEYOND % "[0-9]+")
MOST_BEYOND = 10
BETWEEN = "，"


def headings_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Raises InvalidInput when a column has no name, or two have the same."""
    named = list(cells)
    while not named[-1]:
        named.pop()
    if blank := [str(place) for place, name in enumerate(named, start=1) if not name]:
        raise InvalidInput(Said("表头第%(blank)s列没有名称。", blank="、".join(blank)))
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise InvalidInput(Said("表头“%(twice)s”出现了不止一次。", twice="、".join(twice)))
    return tuple(named)


def beyond(headings: Sequence[str], widest: int) -> list[str]:
    """Names for the columns that the widest row has more than the headings; none is taken already."""
    taken, names, number = set(headings), list[str](), 0
    while len(names) < min(widest - len(headings), MOST_BEYOND):
        number += 1
        if (name := BEYOND % number) not in taken:
            names.append(name)
    return names


def fitted(cells: Sequence[str], width: int) -> list[str]:
    """As many cells as there are columns; those beyond the last one stand together in it."""
    row = [*cells[:width], *[""] * (width - len(cells))]
    if left := _filled(cells[width:]):
        row[-1] = BETWEEN.join(_filled([row[-1], *left]))
    return row


def _filled(cells: Iterable[str]) -> list[str]:
    return [cell for cell in cells if cell]
